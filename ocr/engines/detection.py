"""Where text stands: the detector's map of a picture, and the boxes on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from ocr.image import Pixels

Boxes = npt.NDArray[np.float32]  # n x 4 x 2, clockwise from the top left of the picture
STEP_PX = 32  # the network halves its input five times


@dataclass(frozen=True, slots=True)
class Detector:
    """Its network, and what makes boxes of the network's map."""

    session: Callable[[Any], Any]
    postprocess_op: Any


def text_boxes(detector: Detector, bgr: Pixels, side_max_px: int) -> Boxes:
    """Boxes in pixels of `bgr`, which is looked at in one piece: the network weighs a place by the whole picture."""
    height, width = bgr.shape[:2]
    scale = min(1.0, side_max_px / max(width, height))
    size = _in_steps(width * scale), _in_steps(height * scale)
    small = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    normal = np.ascontiguousarray(small.transpose(2, 0, 1), dtype=np.float32)
    normal *= np.float32(2 / 255)
    normal -= np.float32(1)
    boxes, _ = detector.postprocess_op(detector.session(normal[None]), (height, width))
    return np.asarray(boxes, dtype=np.float32).reshape(-1, 4, 2)


def _in_steps(length: float) -> int:
    return max(STEP_PX, round(length / STEP_PX) * STEP_PX)
