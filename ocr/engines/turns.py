"""Which way up a page's text stands, judged once for the whole page and not word by word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from ocr.engines.detection import Boxes
from ocr.engines.recognition import cut_out
from ocr.image import Pixels

ASKED_MAX = 24  # the longest boxes tell most
READ_MAX = 6
DOUBT = (0.35, 0.85)  # seen on real pages: up to 0.5 upright, from 0.7 upside down
_HEIGHT_PX, _WIDTH_PX = 48, 192  # what the classifier reads
_LONG = 2.0  # a box this much longer than high shows the way its text runs


class Classifier(Protocol):
    session: Any


def quarter_turns(classifier: Classifier, legible: Callable[[Boxes], float], bgr: Pixels, boxes: Boxes) -> int:
    """How often the page was turned clockwise by 90°: 0 upright, 1 its text runs downwards, 2 upside down, 3 upwards.

    Boxes start at the top left of the picture. The long ones say which way the text runs, the classifier from which end;
    where it doubts, as it does on faint print, `legible` says how well some of them read from either end.
    """
    if len(boxes) == 0:
        return 0
    sides = np.linalg.norm(boxes - np.roll(boxes, -1, axis=1), axis=2)
    wide, high = np.maximum(sides[:, 0] + sides[:, 2], 1), np.maximum(sides[:, 1] + sides[:, 3], 1)
    lying = float(wide[wide > _LONG * high].sum()) >= float(high[high > _LONG * wide].sum())
    shape = wide / high if lying else high / wide
    asked = [at for at in np.argsort(-shape, kind="stable")[:ASKED_MAX] if shape[at] > _LONG]
    turns = 0 if lying else 1
    if not asked:
        return turns
    as_it_stands = np.roll(boxes[asked], -turns, axis=1)
    chance = _chance_upside_down(classifier, bgr, as_it_stands)
    if DOUBT[0] < chance < DOUBT[1]:
        few = as_it_stands[:READ_MAX]
        return turns + 2 * (legible(np.roll(few, -2, axis=1)) > legible(few))
    return turns + 2 * (chance >= DOUBT[1])


def _chance_upside_down(classifier: Classifier, bgr: Pixels, boxes: Boxes) -> float:
    batch = np.stack([_normal(cut_out(bgr, box)) for box in boxes])
    chances = np.asarray(classifier.session(batch))  # n x (as it stands, upside down)
    return float(chances[:, 1].mean())


def _normal(cut: Pixels) -> npt.NDArray[np.float32]:
    """The beginning of the text at the network's height: a whole phrase, squeezed, says nothing."""
    width = min(_WIDTH_PX, max(1, round(cut.shape[1] * _HEIGHT_PX / cut.shape[0])))
    part = cut[:, : max(1, round(width * cut.shape[0] / _HEIGHT_PX))]
    plain = np.zeros((3, _HEIGHT_PX, _WIDTH_PX), dtype=np.float32)
    plain[:, :, :width] = cv2.resize(part, (width, _HEIGHT_PX)).astype(np.float32).transpose(2, 0, 1) * (2 / 255) - 1
    return plain
