"""The paper's four corners in a photo, where it stands out clearly against what it lies on."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from ocr.image import Pixels
from ocr.words import Quad

LOOK_SIDE_PX = 640
SHARE_MIN, SHARE_MAX = 0.15, 0.92  # of the picture: less is not the page, more leaves nothing to cut off
FILLED_MIN = 0.93  # the paper fills its four corners: it is neither a hand nor a table's edge
CONTRAST_MIN = 30  # levels between the paper and what lies around it
PRINT_OUTSIDE_MAX = 0.04  # of all print: what looks like paper is not all of it
MARGIN = 0.015  # of its size is kept around the paper: its edge may be bent


def paper_of(gray: Pixels) -> Quad | None:
    """Corners clockwise from the top left of the picture; None where they are in doubt: cutting off print is worse than
    reading some of the table."""
    factor = LOOK_SIDE_PX / max(gray.shape)
    small = cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) if factor < 1 else gray
    factor = min(factor, 1.0)
    look = np.asarray(small, dtype=np.uint8)
    contour = _brightest_blob(look)
    corners = _four_corners(contour) if contour is not None else None
    if corners is None or not _clear(look, corners):
        return None
    centre = corners.mean(axis=0)
    grown = centre + (corners - centre) * (1 + 2 * MARGIN)
    limit = np.array([look.shape[1], look.shape[0]], dtype=np.float64)
    a, b, c, d = ((float(x), float(y)) for x, y in np.clip(grown, 0, limit) / factor)
    return a, b, c, d


def _brightest_blob(look: Pixels) -> Any:
    even = cv2.morphologyEx(cv2.GaussianBlur(look, (5, 5), 0), cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))  # no print
    _, bright = cv2.threshold(even, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    bright = cv2.morphologyEx(bright, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    contours, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return cv2.convexHull(max(contours, key=cv2.contourArea)) if contours else None


def _four_corners(contour: Any) -> Any:
    """Four corners that enclose nearly the same surface as the contour, or None."""
    length = cv2.arcLength(contour, closed=True)
    for slack in (0.02, 0.03, 0.05, 0.08):
        rough = cv2.approxPolyDP(contour, slack * length, closed=True)
        if len(rough) == 4 and cv2.isContourConvex(rough):
            covered = cv2.contourArea(contour) / max(cv2.contourArea(rough), 1)
            return _ordered(rough[:, 0].astype(np.float64)) if FILLED_MIN < covered < 2 - FILLED_MIN else None
    return None


def _ordered(points: Any) -> Any:
    """Clockwise as seen, from the corner nearest the picture's top left."""
    centre = points.mean(axis=0)
    ring = points[np.argsort(np.arctan2(points[:, 1] - centre[1], points[:, 0] - centre[0]))]
    return np.roll(ring, -int(np.argmin(ring.sum(axis=1))), axis=0)


def _clear(look: Pixels, corners: Any) -> bool:
    inside = np.zeros_like(look)
    cv2.fillConvexPoly(inside, corners.astype(np.int32), 255)
    share = cv2.countNonZero(inside) / look.size
    if not SHARE_MIN < share < SHARE_MAX:
        return False
    around = cv2.dilate(inside, np.ones((25, 25), np.uint8)) & ~inside
    if cv2.countNonZero(around) < 0.01 * look.size:
        return False
    contrast = float(np.median(look[inside > 0])) - float(np.median(look[around > 0]))
    if contrast < CONTRAST_MIN:
        return False
    near = cv2.dilate(inside, np.ones((9, 9), np.uint8))  # the paper's own edge is no print
    ink = cv2.morphologyEx(look, cv2.MORPH_BLACKHAT, np.ones((9, 9), np.uint8)) > 40
    return float(ink[near == 0].sum()) <= PRINT_OUTSIDE_MAX * max(float(ink.sum()), 1.0)
