"""One print, photographed under given conditions: seeded, and every field's place in the photo is known."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from tests.papers import lens, light
from tests.papers.camera import Pose, Scene, homography, random_bend
from tests.papers.conditions import Conditions
from tests.papers.raster import Print

Array = npt.NDArray[Any]
_HIDDEN_SHARE = 0.25  # of a field's box: more than this under a thumb or in the glare and no eye can read it


@dataclass(frozen=True, slots=True)
class Photo:
    jpeg: bytes
    boxes: dict[str, Array]  # field -> four corners in pixels of the EXIF-upright photo
    hidden: tuple[str, ...]  # fields cut off or covered


def photograph(sheet: Print, how: Conditions, rng: Random, *, watermark: str = "") -> Photo:
    """A phone's photo of the sheet, as WhatsApp hands it on."""
    rgb = worn(sheet.rgb, how.wear, rng) if how.wear > 0.08 else sheet.rgb
    paper = (rgb.shape[1], rgb.shape[0])
    frame = _frame(paper, how, rng)
    pose = Pose(how.turn, how.pitch, how.yaw, how.fill, how.off_x, how.off_y)
    scene = Scene(frame, paper, homography(paper, frame, pose), random_bend(rng, how.curl, how.crumple, how.folds))
    pixels = _exposed(rgb, scene, how, rng)
    covered = np.zeros(frame[::-1], np.float32)
    if how.glare:
        spot = light.glare(rng, frame, how.glare)
        pixels += spot[..., None] * 255
        covered += spot > 0.75
    if how.thumb:
        covered += light.thumb(rng, pixels)
    pixels = lens.out_of_focus(pixels, how.focus_px)
    pixels = lens.shaken(pixels, how.shake_px, rng.uniform(0, 180))
    if how.moire:
        pixels = lens.moire(rng, pixels)
    pixels = lens.noisy(rng, pixels, how.noise)
    boxes = {name: scene.seen(quad) for name, quad in sheet.boxes.items()}
    hidden = tuple(sorted(name for name, quad in boxes.items() if _is_hidden(quad, covered)))
    turns = how.quarter_turns
    orientation = {0: 1, 1: 6, 2: 3, 3: 8}[turns] if how.by_exif else 1
    if turns and not how.by_exif:
        pixels = np.ascontiguousarray(np.rot90(pixels, turns))
        boxes = {name: _turned(quad, frame, turns) for name, quad in boxes.items()}
    taken = lens.jpeg(pixels, how.jpeg_quality, orientation=orientation, text=watermark if how.marked else "", rng=rng)
    return Photo(taken, boxes, hidden)


def worn(rgb: Array, wear: float, rng: Random) -> Array:
    """Ink that is thin in places and bands: a tired toner, ribbon or roll of thermal paper."""
    height, width = rgb.shape[:2]
    noise = np.random.default_rng(rng.getrandbits(32))
    patches = cv2.resize(noise.uniform(0.3, 1, (9, 7)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    bands = cv2.resize(noise.uniform(0.6, 1, (1, 24)).astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    gone = np.clip(wear * patches * bands * 255, 0, 255).astype(np.uint8)
    paper = np.median(rgb[:: max(1, height // 40), :: max(1, width // 40)].reshape(-1, 3), axis=0).astype(np.uint8)
    missing = cv2.subtract(np.full_like(rgb, paper), rgb)  # the ink, as darkness
    back: Array = cv2.add(rgb, cv2.multiply(missing, cv2.merge([gone, gone, gone]), scale=1 / 255))
    return back


def _frame(paper: tuple[int, int], how: Conditions, rng: Random) -> tuple[int, int]:
    ratio = paper[0] / paper[1] * rng.uniform(0.96, 1.06)
    if not how.tight:
        ratio = 0.75 if ratio < 1 else 4 / 3
    ratio = min(max(ratio, 0.4), 2.0)
    return (how.longest_px, round(how.longest_px / ratio)) if ratio > 1 else (round(how.longest_px * ratio), how.longest_px)


def _exposed(rgb: Array, scene: Scene, how: Conditions, rng: Random) -> Array:
    """The paper on its table, lit."""
    xs, ys, lean = scene.maps()
    seen = cv2.remap(rgb, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    inside = (xs >= 0) & (ys >= 0) & (xs < scene.paper[0]) & (ys < scene.paper[1])
    pixels = seen.astype(np.float32)
    light.table(rng, pixels, ~inside)
    lit = light.daylight(rng, scene.size, 1.0, how.unevenness)
    if how.shadow:
        lit = lit * light.shadow(rng, scene.size, how.shadow)
    lit *= how.light / max(0.05, float(lit[::8, ::8].mean()))  # the phone exposes for the whole scene
    lit[inside] *= np.clip(1 + 0.16 * lean, 0.75, 1.15)[inside]
    for place, colour in enumerate((1 + how.warmth, 1.0, 1 - how.warmth)):
        pixels[..., place] *= lit * np.float32(colour)
    exposed: Array = pixels
    return exposed


def _is_hidden(quad: Array, covered: Array) -> bool:
    height, width = covered.shape
    low, high = quad.min(axis=0), quad.max(axis=0)
    if low[0] < -2 or low[1] < -2 or high[0] > width + 2 or high[1] > height + 2:
        return True
    left, top, right, bottom = int(max(0, low[0])), int(max(0, low[1])), int(high[0]) + 1, int(high[1]) + 1
    return bool((covered[top:bottom, left:right] > 0.5).mean() > _HIDDEN_SHARE)


def _turned(quad: Array, frame: tuple[int, int], turns: int) -> Array:
    """The corners after np.rot90, still clockwise from the text's own top left."""
    width, height = frame
    x, y = quad[:, 0], quad[:, 1]
    return {
        1: np.column_stack([y, width - x]),
        2: np.column_stack([width - x, height - y]),
        3: np.column_stack([height - y, x]),
    }[turns]
