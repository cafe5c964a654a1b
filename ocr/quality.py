"""Why a photo may have given nothing: plain hints for the person who took it."""

from __future__ import annotations

from typing import Any, Literal

import cv2
import numpy as np

from ocr.image import Picture, Pixels

Hint = Literal["blurred", "dark", "glare", "too_small"]

SIDE_MIN_PX = 240  # a thumbnail: a coupon's 33 modules need about 3 pixels each plus their surroundings
DARK_LEVEL = 70  # even the brightest parts of the picture stay below this
GLARE_LEVEL = 252
GLARE_SHARE_MIN = 0.01  # one burnt-out patch as large as a fifth of a label on a WhatsApp photo
PAPER_LEVEL = 240  # most of the picture this bright: a scan or a screenshot, not a lamp's reflection
SHARPNESS_MIN = 0.10
CONTRAST_MIN = 16
_LOOK_SIDE_PX = 800  # sharpness is compared at one size, whatever the camera


def look(picture: Picture) -> tuple[Hint, ...]:
    """Hints in fixed order, none when nothing is wrong. Meant for the answer to "no code found", never a verdict."""
    gray = _at_look_size(picture.gray)
    hints: list[tuple[Hint, bool]] = [
        ("too_small", min(picture.width, picture.height) < SIDE_MIN_PX),
        ("dark", float(np.percentile(gray, 95)) < DARK_LEVEL),
        ("blurred", _sharpness(gray) < SHARPNESS_MIN),
        ("glare", _glare_share(gray) > GLARE_SHARE_MIN),
    ]
    return tuple(hint for hint, seen in hints if seen)


def _at_look_size(gray: Pixels) -> Pixels:
    factor = _LOOK_SIDE_PX / max(gray.shape)
    if factor >= 1:
        return gray
    return np.asarray(cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _sharpness(gray: Pixels) -> float:
    """The steepest edges against the picture's whole contrast: below 0.1 smeared, 0.3 and more crisp."""
    soft = cv2.GaussianBlur(gray, (3, 3), 0).astype(np.float32)
    edges = np.abs(cv2.Laplacian(soft, cv2.CV_32F))
    contrast = float(np.percentile(soft, 99) - np.percentile(soft, 1))
    if contrast < CONTRAST_MIN:
        return 1.0  # nothing to be sharp: a wall, the inside of a pocket
    return float(np.percentile(edges, 99.5)) / contrast


def _glare_share(gray: Pixels) -> float:
    if np.percentile(gray, 60) >= PAPER_LEVEL:
        return 0.0
    burnt = (gray >= GLARE_LEVEL).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(cv2.erode(burnt, np.ones((5, 5), np.uint8)))
    largest: Any = stats[1:, cv2.CC_STAT_AREA].max() if count > 1 else 0
    return float(largest) / gray.size
