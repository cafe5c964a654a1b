"""Where on a large picture a dense code may stand, and a look at that place alone: enlarged and sharpened hard.

An e-invoice's signed QR has 105 to 137 modules a side; on a scanned or photographed page each is often under two pixels.
Enlarging the whole page that far would take seconds, a crop takes a twentieth of one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from ocr.image import Pixels

PLACES_MAX = 2
SIDE_MIN_PX, SIDE_MAX_PX = 80, 640  # smaller holds no dense code; larger needs no enlarging
PIXELS_MAX = 5_000_000  # a photo larger than that shows a code's modules large enough; looking would only cost time
CROP_PIXELS_MAX = 400 * 400  # what is enlarged five times; a larger crop is enlarged less
_BUSY_MIN = 0.17  # of black and white next to each other, in both directions: 0.2 for a soft code, 0.5 for a sharp one
_INK = (0.33, 0.72)  # half of a code is dark; of a line of print a fifth
# enlarged by, sharpened by, over how many of the crop's pixels: what read most of the codes that no earlier rung reads
RECIPES = ((4.0, 3.5, 0.6), (5.0, 2.0, 0.8))


@dataclass(frozen=True, slots=True)
class Place:
    """A crop of the picture, and where its top left corner is."""

    gray: Pixels
    left: int
    top: int


def dense_places(gray: Pixels) -> list[Place]:
    """Square patches as busy as a code, the busiest first; a page of print alone has none or few."""
    if min(gray.shape) < SIDE_MIN_PX or gray.size > PIXELS_MAX:
        return []
    busy = _busy(gray)
    found: list[tuple[float, Place]] = []
    _, labels, stats, _ = cv2.connectedComponentsWithStats((busy > _BUSY_MIN).astype(np.uint8))
    for number, (x, y, w, h, area) in enumerate(np.asarray(stats)[1:] * np.array([4, 4, 4, 4, 16]), start=1):
        square = min(w, h) >= SIDE_MIN_PX and max(w, h) <= SIDE_MAX_PX and max(w, h) < 1.7 * min(w, h)
        if square and area > 0.55 * w * h:
            score = float(busy[labels == number].mean()) * float(np.sqrt(area))
            found.append((score, _crop(gray, x, y, w, h)))
    found.sort(key=lambda one: -one[0])
    return [place for _, place in found[:PLACES_MAX]]


def sharpened(place: Place) -> Iterator[tuple[Pixels, float]]:
    """The crop by each recipe, with how much it was enlarged."""
    shrink = min(1.0, (CROP_PIXELS_MAX / place.gray.size) ** 0.5)
    for factor, amount, sigma in RECIPES:
        factor = max(1.5, factor * shrink)
        large = cv2.resize(place.gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
        soft = cv2.GaussianBlur(large, (0, 0), sigma * factor)
        yield _u8(cv2.addWeighted(large, 1 + amount, soft, -amount, 0)), factor


def _busy(gray: Pixels) -> Any:
    """At a quarter of the size: how much neighbours differ across and along, the lesser of both, against the contrast;
    0 where too little or too much is dark."""
    size = (max(1, gray.shape[1] // 4), max(1, gray.shape[0] // 4))
    steps = (cv2.convertScaleAbs(cv2.Sobel(gray, cv2.CV_16S, dx, dy), alpha=0.25) for dx, dy in ((1, 0), (0, 1)))
    lesser = np.minimum(*(_around(cv2.resize(step, size, interpolation=cv2.INTER_AREA)) for step in steps))
    small = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
    reach = np.ones((9, 9), np.uint8)
    light, dark = (_around(side).astype(np.float32) for side in (cv2.dilate(small, reach), cv2.erode(small, reach)))
    contrast = np.maximum(light - dark, 40)
    ink = (light - _around(small)) / contrast
    return np.where((ink > _INK[0]) & (ink < _INK[1]), lesser.astype(np.float32) / contrast, 0)


def _around(values: Any) -> Any:
    return cv2.blur(values, (9, 9))


def _crop(gray: Pixels, x: int, y: int, w: int, h: int) -> Place:
    margin = max(16, max(w, h) // 6)
    left, top = max(0, x - margin), max(0, y - margin)
    return Place(np.ascontiguousarray(gray[top : y + h + margin, left : x + w + margin]), int(left), int(top))


def _u8(pixels: Any) -> Pixels:
    return np.asarray(pixels, dtype=np.uint8)
