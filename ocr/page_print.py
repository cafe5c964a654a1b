"""How large a page's print is, told by the blobs its letters make."""

from __future__ import annotations

import cv2
import numpy as np

from ocr.image import Pixels
from ocr.words import Quad

LOOK_SIDE_PX = 2000
LETTERS_MIN = 60  # fewer blobs are no page of print
_HEIGHTS_PX = (4, 90)


def print_height_px(gray: Pixels, paper: Quad | None) -> float | None:
    """The height of an ordinary capital in pixels of `gray`; None where there is too little print to tell."""
    factor: float = min(1.0, LOOK_SIDE_PX / max(gray.shape))
    small = cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) if factor < 1 else gray
    ink = cv2.adaptiveThreshold(small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 14)
    if paper is not None:
        mask = np.zeros_like(ink)
        cv2.fillConvexPoly(mask, (np.array(paper) * factor).astype(np.int32), 255)
        ink = cv2.bitwise_and(ink, mask)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink)
    width, height, area = (stats[1:, column] for column in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    # The larger side: a letter of a page that lies on its side is no lower.
    side = np.maximum(width, height)
    letters = side[(side >= _HEIGHTS_PX[0]) & (side <= _HEIGHTS_PX[1]) & (side < 4 * np.minimum(width, height)) & (area >= 6)]
    if len(letters) < LETTERS_MIN:
        return None
    return float(np.percentile(letters, 60)) / factor
