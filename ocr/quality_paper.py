"""The coach for photos of papers: what to do better, judged from the picture alone, before anything is read.

A false alarm sends a good photo's taker away; so every limit lies well outside what readable photos show, and a fault that
is not certain is not named. Rough times: 0.05 s for a WhatsApp photo, 0.2 s for twelve megapixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt

from ocr.image import Picture, Pixels
from ocr.quality import look

PaperFault = Literal["too_small", "dark", "blurred", "glare", "too_far", "cut_edges"]
Edge = Literal["left", "right", "top", "bottom"]
EDGES: tuple[Edge, ...] = ("left", "right", "top", "bottom")

LETTERS_MIN = 60  # fewer letter-like spots say nothing about the writing
WRITING_MIN = 150  # a page of print; a coupon's label or a sign has less
HEIGHT_MIN_PX = 5.0  # median height of letters; readable photos show 8 and more, the same at half size 4 to 7
HEIGHT_MIN_SOFT_PX = 6.5  # letters this small look soft because they are small: nearer helps, steadier does not
EDGE_WIDTH_MAX_PX = 3.3  # from ink to paper: 1.9 to 2.5 on sharp photos, 3.5 and more when out of focus
EDGE_WIDTH_MAX = 0.45  # the same against the letters' height: large letters bear more
CUT_LINES_MIN = 4  # lines of writing that run into the picture's edge
EMPTY_SHARE_MIN = 0.5  # of the rows beside the edge: between lines paper is bare; gravel and cloth never are
_WORK_SIDE_PX = 1600  # one size for all measures, the one WhatsApp sends
_TOUCH_PX = 2


@dataclass(frozen=True, slots=True)
class Coaching:
    faults: tuple[PaperFault, ...] = ()  # what matters most stands first
    cut: tuple[Edge, ...] = ()  # where writing runs out of the picture; not empty exactly with "cut_edges"
    letters: int = 0  # letter-like spots: a page has hundreds, even a bad photo of one


@dataclass(frozen=True, slots=True)
class _Letters:
    """Letter-like spots of a picture at working size."""

    mask: Pixels  # 1 on a letter
    near: Pixels  # 1 on anything that may be part of a line of writing, letters joined by a scan too
    depth: npt.NDArray[np.int16]  # how much darker than the paper around it
    count: int
    height_px: float  # median


def coach(picture: Picture) -> Coaching:
    """What the taker of this photo of a paper should do better; empty for a good one. Never a verdict."""
    gray, factor = _at_work_size(picture.gray)
    letters = _letters(gray)
    seen = set(look(picture))
    if letters.count >= LETTERS_MIN:
        seen.discard("blurred")  # that look is for codes; the writing itself says more
    faults: list[PaperFault] = [fault for fault in ("too_small", "dark", "blurred", "glare") if fault in seen]
    smeared = letters.count >= LETTERS_MIN and _smeared(gray, letters)
    height_px = letters.height_px / factor * picture.scale
    far = letters.count >= WRITING_MIN and height_px <= (HEIGHT_MIN_SOFT_PX if smeared else HEIGHT_MIN_PX)
    if smeared and not far:
        faults.append("blurred")
    if far and "too_small" not in faults:
        faults.append("too_far")
    cut = _cut(letters) if letters.count >= LETTERS_MIN else ()
    return Coaching((*faults, "cut_edges") if cut else tuple(faults), cut, letters.count)


# --- measures -------------------------------------------------------------------------------------------------------


def _at_work_size(gray: Pixels) -> tuple[Pixels, float]:
    factor = _WORK_SIDE_PX / max(gray.shape)
    if factor >= 1:
        return gray, 1.0
    return _u8(cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)), factor


def _letters(gray: Pixels) -> _Letters:
    small = cv2.resize(gray, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    paper = cv2.resize(cv2.medianBlur(small, 21), gray.shape[::-1], interpolation=cv2.INTER_LINEAR)
    depth = paper.astype(np.int16) - gray
    ink = (depth > np.maximum(18, paper * 0.15)).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    x, y, w, h, area = np.asarray(stats).T
    share = area / (w * h)
    letter = (h >= 4) & (h <= 60) & (w >= 2) & (w <= 6 * h) & (share >= 0.15) & (share < 0.95) & (area >= 8)
    letter[0] = False  # the paper itself
    if not letter.any():
        return _Letters(np.zeros_like(gray), np.zeros_like(gray), depth, 0, 0.0)
    height = float(np.median(h[letter]))
    light = paper[np.minimum(y + h // 2, len(gray) - 1), np.minimum(x + w // 2, gray.shape[1] - 1)]
    on_paper = light > 0.7 * np.median(light[letter])
    near = on_paper & (h < 2.5 * height) & (area >= 3) & (w < 20 * height)
    near[0] = False
    return _Letters(_u8(letter[labels]), _u8(near[labels]), depth, int(letter.sum()), height)


def _smeared(gray: Pixels, letters: _Letters) -> bool:
    """Ink turns to paper over how many pixels, in the worse of both directions: a shaken hand smears only one."""
    there = letters.mask.astype(bool)
    around = cv2.dilate(letters.mask, np.ones((3, 3), np.uint8)).astype(bool)
    contrast = float(np.percentile(letters.depth[there], 90))
    steepest = []
    for dx, dy in ((1, 0), (0, 1)):
        slope = np.abs(cv2.Sobel(gray, cv2.CV_32F, dx, dy)) / 8
        steepest.append(float(np.percentile(slope[around], 90)))
    width = contrast / max(min(steepest), 0.01)
    return width > EDGE_WIDTH_MAX_PX and width > EDGE_WIDTH_MAX * letters.height_px


def _cut(letters: _Letters) -> tuple[Edge, ...]:
    """Left and right only: at top and bottom a photo cut through a line looks like one that ends below it."""
    lines = _lines(letters)
    width, strip = letters.near.shape[1], max(8, round(12 * letters.height_px))
    touching = {"left": lines[:, 0] <= _TOUCH_PX, "right": lines[:, 0] + lines[:, 2] >= width - _TOUCH_PX}
    beside = {"left": letters.near[:, :strip], "right": letters.near[:, -strip:]}
    found: Sequence[Edge] = ("left", "right")
    return tuple(
        edge for edge in found
        if touching[edge].sum() >= CUT_LINES_MIN and (beside[edge].mean(axis=1) < 0.02).mean() >= EMPTY_SHARE_MIN
    )  # fmt: skip


def _lines(letters: _Letters) -> npt.NDArray[Any]:
    """Letters joined sideways into pieces of lines, as x, y, width, height: long, thin, perhaps aslant."""
    height, pad = letters.height_px, 4 * round(letters.height_px)
    sideways = np.ones((1, int(1.2 * height) | 1), np.uint8)
    joined = cv2.morphologyEx(np.pad(letters.near, pad), cv2.MORPH_CLOSE, sideways)[pad:-pad, pad:-pad]
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(joined), connectivity=4)
    stats = np.asarray(stats)[1:]
    w, h, area = stats[:, 2], stats[:, 3], stats[:, 4]
    long = (w >= 3 * height) & (w < 60 * height)
    thin = (h >= 0.6 * height) & (h < 2 * height + 0.3 * w) & (area > 0.45 * w * height) & (area < 1.7 * w * height)
    return np.asarray(stats[long & thin, :4])


def _u8(pixels: Any) -> Pixels:
    return np.asarray(pixels, dtype=np.uint8)
