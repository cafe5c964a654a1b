"""One print on an office scanner: a little askew, dust, a dark rim, sometimes pure black and white."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from tests.papers import lens
from tests.papers.conditions import GRADES, Conditions, Grade
from tests.papers.faults import Photo, worn
from tests.papers.raster import Print

Array = npt.NDArray[Any]


def scanned(sheet: Print, grade: Grade, how: Conditions, rng: Random) -> Photo:
    pixels, boxes = scan_pixels(sheet, grade, how, rng)
    turns = how.quarter_turns if how.quarter_turns == 2 else 0  # the sheet went in upside down
    if turns:
        height, width = pixels.shape[:2]
        pixels = np.ascontiguousarray(np.rot90(pixels, 2))
        boxes = {name: np.array([width, height]) - quad for name, quad in boxes.items()}
    return Photo(lens.jpeg(pixels, rng.randint(55, 85)), boxes, ())


def scan_pixels(sheet: Print, grade: Grade, how: Conditions, rng: Random) -> tuple[Array, dict[str, Array]]:
    """RGB pixels of the scan, and where the fields are."""
    level = GRADES.index(grade)
    mode = rng.choice(("colour", "grey", "grey", "black and white"))
    wear = min(how.wear, 0.15) if mode == "black and white" else how.wear  # thin ink would be gone altogether
    rgb = worn(sheet.rgb, wear, rng) if wear > 0.08 else sheet.rgb
    height, width = rgb.shape[:2]
    angle = math.radians(rng.uniform(-1, 1) * (0.4, 1.0, 1.8)[level])
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    middle = np.array([width / 2, height / 2])
    moved = middle - turn @ middle + np.array([rng.uniform(-4, 4), rng.uniform(-4, 4)])
    affine = np.column_stack([turn, moved])
    rim = rng.choice(((255, 255, 255), (250, 250, 248), (20, 20, 20)))
    seen = cv2.warpAffine(rgb, affine, (width, height), flags=cv2.INTER_LINEAR, borderValue=rim)
    if mode != "colour":
        seen = cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY)
    seen = lens.out_of_focus(seen, (0.4, 0.6, 0.8)[level])
    if mode == "black and white":
        _, seen = cv2.threshold(seen, rng.randint(130, 190), 255, cv2.THRESH_BINARY)
    if seen.ndim == 2:
        seen = cv2.cvtColor(seen, cv2.COLOR_GRAY2RGB)
    _dust(seen, rng, (20, 120, 500)[level])
    pixels = seen.astype(np.float32)
    if mode != "black and white":
        pixels = lens.noisy(rng, pixels, (1, 2, 4)[level])
    return pixels, {name: quad @ turn.T + moved for name, quad in sheet.boxes.items()}


def _dust(pixels: Array, rng: Random, count: int) -> None:
    height, width = pixels.shape[:2]
    for _ in range(rng.randint(count // 2, count)):
        place = (rng.randrange(width), rng.randrange(height))
        cv2.circle(pixels, place, rng.choice((0, 0, 1)), (40, 40, 40), -1)
