"""RapidOCR: PP-OCR's small networks on onnxruntime. The default engine; its models come inside its package.

Its networks and its boxes are used, not its pipeline: that one asks of each word which way up it stands, and reads a
word of three letters in the time of twenty.
"""

from __future__ import annotations

import logging
import os
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

import numpy as np
from onnxruntime import InferenceSession, SessionOptions
from rapidocr import RapidOCR

from ocr.engines.detection import Boxes, Detector, text_boxes
from ocr.engines.recognition import Alphabet, texts
from ocr.engines.subnormals import taken_as_zero
from ocr.engines.turns import quarter_turns
from ocr.image import Pixels
from ocr.words import Quad, Word

CONFIDENCE_MIN = 0.5  # below this a reading is noise: folds, table lines, a stamp's edge
DETECTION_SIDE_PX = 1600  # print that fills a page is found at this size; it is read at full size
TURNS_SIDE_PX = 800  # enough to see which way the lines run
THREADS_MAX = 4


class RapidOcr:
    """Loads its models (about 0.3 s) when made, or each in turn at the first picture. Reads at any tilt.

    What is made before a fork serves after it: the recogniser and the classifier run on their caller's thread, and the
    detector, whose own threads no fork inherits, is loaded by each process for itself (about 0.1 s).
    """

    name = "rapidocr"

    def __init__(self) -> None:
        self._threads = min(cores(), THREADS_MAX)
        models = _models(threads=1)
        self._recogniser = models._load_rec_model()
        self._classifier = models._load_cls_model()
        self._alphabet = Alphabet(self._recogniser.postprocess_op.character)
        self._pattern = models._load_det_model()  # its file and its settings; one thread, so nothing a fork could break
        self._detectors: dict[int, Detector] = {}  # by process; one inherited is kept, for its end would wait for its threads

    def read(self, bgr: Pixels) -> tuple[Word, ...]:
        found = self._boxes(bgr, DETECTION_SIDE_PX)
        with ThreadPoolExecutor(self._threads) as pool:
            boxes = np.roll(found, -self._turns(bgr, found, pool), axis=1)
            read = texts(self._recogniser, self._alphabet, bgr, boxes, pool)
        return tuple(
            Word(text.strip(), _quad(box), round(confidence, 4))
            for (text, confidence), box in zip(read, boxes, strict=True)
            if text.strip() and confidence >= CONFIDENCE_MIN
        )

    def turns(self, bgr: Pixels) -> int:
        """How often the page was turned clockwise by 90°, for an engine that cannot tell (about 0.3 s)."""
        with ThreadPoolExecutor(self._threads) as pool:
            return self._turns(bgr, self._boxes(bgr, TURNS_SIDE_PX), pool)

    def _turns(self, bgr: Pixels, boxes: Boxes, pool: Executor) -> int:
        def legible(some: Boxes) -> float:
            return sum(confidence for _, confidence in texts(self._recogniser, self._alphabet, bgr, some, pool))

        return quarter_turns(self._classifier, legible, bgr, boxes)

    def _boxes(self, bgr: Pixels, side_max_px: int) -> Boxes:
        with taken_as_zero():
            return text_boxes(self._detector(), bgr, side_max_px)

    def _detector(self) -> Detector:
        process = os.getpid()
        if process not in self._detectors:
            self._detectors[process] = _quick_detector(self._pattern, self._threads)
        return self._detectors[process]


def _quick_detector(pattern: Any, threads: int) -> Detector:
    """The same network with threads of its own, which take as zero what the calling thread does (`taken_as_zero`): the
    package knows no such setting."""
    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # an arena keeps what the largest page needed
    options.log_severity_level = 4
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # a thread that waits leaves its core to others
    network = InferenceSession(pattern.session.session._model_path, options, providers=["CPUExecutionProvider"])
    name = network.get_inputs()[0].name
    return Detector(lambda given: network.run(None, {name: given})[0], pattern.postprocess_op)


def _models(threads: int) -> RapidOCR:
    made = RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)  # it tells of every model file on stderr
    return made


def cores() -> int:
    """Those this process may use: a container's share, not the machine's."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _quad(box: Any) -> Quad:
    a, b, c, d = ((float(x), float(y)) for x, y in box)
    return a, b, c, d
