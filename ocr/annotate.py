"""Pictures that go back to the member: each code framed and numbered, or the place where the paper is cut off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from ocr.image import Picture, Pixels
from ocr.quality_paper import Edge
from ocr.words import Quad

Colour = Literal["green", "red", "grey"]

BYTES_MAX = 300_000  # a member on a weak line sees it at once
SIDE_MAX_PX = 1280
_BGR = {"green": (60, 170, 30), "red": (40, 40, 220), "grey": (140, 140, 140)}
_WHITE = (255, 255, 255)
_QUALITIES = (85, 75, 60, 45, 30)
_TOWARDS: dict[Edge, tuple[float, float]] = {
    "left": (0.0, 0.5), "right": (1.0, 0.5), "top": (0.5, 0.0), "bottom": (0.5, 1.0)
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """A frame around one thing. `corners` are pixels of the photo as sent; `label` is a number or a few ASCII letters."""

    corners: Quad
    colour: Colour
    label: str = ""


def annotated(picture: Picture, marks: Sequence[Mark]) -> bytes:
    """The photo, upright and reduced, with every mark on it: a JPEG of at most 300 kB. Marks outside it are clipped."""
    canvas, factor = _canvas(picture)
    for mark in marks:  # all frames first: none must cover another one's number
        cv2.polylines(canvas, [_points(mark, factor)], True, _WHITE, 2 * _stroke(canvas), cv2.LINE_AA)
        cv2.polylines(canvas, [_points(mark, factor)], True, _BGR[mark.colour], _stroke(canvas), cv2.LINE_AA)
    for mark in marks:
        if mark.label:
            _write(canvas, mark, factor)
    return _jpeg(canvas)


def cut_off(picture: Picture, edges: Sequence[Edge]) -> bytes:
    """The photo with a red band along each edge named, and an arrow to where paper is missing: an edge's middle, or the
    corner when two edges meet. A JPEG of at most 300 kB."""
    canvas, _ = _canvas(picture)
    height, width = canvas.shape[:2]
    band = max(8, round(0.05 * max(height, width)))
    bands: dict[Edge, tuple[slice, slice]] = {
        "left": np.s_[:, :band], "right": np.s_[:, -band:], "top": np.s_[:band, :], "bottom": np.s_[-band:, :]
    }  # fmt: skip
    for edge in dict.fromkeys(edges):
        canvas[bands[edge]] = canvas[bands[edge]] // 2 + np.array(_BGR["red"], np.uint8) // 2
    for x, y in _targets(edges):
        tip = (round(x * (width - 1)), round(y * (height - 1)))
        tail = (round((0.5 + (x - 0.5) * 0.3) * width), round((0.5 + (y - 0.5) * 0.3) * height))
        cv2.arrowedLine(canvas, tail, tip, _WHITE, 4 * _stroke(canvas), cv2.LINE_AA, tipLength=0.12)
        cv2.arrowedLine(canvas, tail, tip, _BGR["red"], 2 * _stroke(canvas), cv2.LINE_AA, tipLength=0.12)
    return _jpeg(canvas)


def _targets(edges: Sequence[Edge]) -> list[tuple[float, float]]:
    sides = [edge for edge in edges if edge in ("left", "right")]
    ends = [edge for edge in edges if edge in ("top", "bottom")]
    if len(sides) == 1 and len(ends) == 1:
        return [(_TOWARDS[sides[0]][0], _TOWARDS[ends[0]][1])]
    return [_TOWARDS[edge] for edge in dict.fromkeys(edges)]


def _canvas(picture: Picture) -> tuple[Pixels, float]:
    """A copy to draw on, and what turns a pixel of the photo as sent into one of it."""
    side = max(picture.bgr.shape[:2])
    shrink = min(1.0, SIDE_MAX_PX / side)
    if shrink < 1:
        size = (max(1, round(picture.bgr.shape[1] * shrink)), max(1, round(picture.bgr.shape[0] * shrink)))
        small = cv2.resize(picture.bgr, size, interpolation=cv2.INTER_AREA)
        return np.asarray(small, dtype=np.uint8), shrink / picture.scale
    return picture.bgr.copy(), 1 / picture.scale


def _points(mark: Mark, factor: float) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    points = np.array(mark.corners, dtype=np.float64) * factor
    return np.asarray(np.rint(np.clip(points, -SIDE_MAX_PX, 2 * SIDE_MAX_PX)), dtype=np.int32)


def _write(canvas: Pixels, mark: Mark, factor: float) -> None:
    """The label on a plate in the frame's colour, in the middle of what it frames and wholly inside the picture."""
    words = "".join(letter if " " <= letter <= "~" else "?" for letter in mark.label[:12])
    height, width = canvas.shape[:2]
    frame = _points(mark, factor)
    size = max(0.5, min(2.5, (int(np.ptp(frame[:, 1])) + 20) / 90))
    (w, h), _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, size, 2)
    pad = h // 2
    x, y = (int(value) for value in frame.mean(axis=0))
    x = min(max(x, w // 2 + pad), max(w // 2 + pad, width - w // 2 - pad))
    y = min(max(y, h // 2 + pad), max(h // 2 + pad, height - h // 2 - pad))
    low, high = (x - w // 2 - pad, y - h // 2 - pad), (x + w // 2 + pad, y + h // 2 + pad)
    cv2.rectangle(canvas, low, high, _BGR[mark.colour], cv2.FILLED)
    cv2.rectangle(canvas, low, high, _WHITE, 2)
    cv2.putText(canvas, words, (x - w // 2, y + h // 2), cv2.FONT_HERSHEY_SIMPLEX, size, _WHITE, 2, cv2.LINE_AA)


def _stroke(canvas: Pixels) -> int:
    height, width = canvas.shape[:2]
    return max(2, int(max(height, width)) // 320)


def _jpeg(canvas: Pixels) -> bytes:
    """Worse and worse until it fits, then smaller: noise alone is what a JPEG cannot hold."""
    while True:
        for quality in _QUALITIES:
            done, data = cv2.imencode(".jpg", canvas, [cv2.IMWRITE_JPEG_QUALITY, quality])
            if done and len(data) <= BYTES_MAX:
                return bytes(data)
        half = cv2.resize(canvas, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)
        canvas = np.asarray(half, dtype=np.uint8)
