"""An RQ worker on exactly one queue: then Redis hands jobs over without losing one between pop and start.

A worker loads its libraries and words before it forks, so that each job starts with them in memory; the paper worker its
models too.
"""

from __future__ import annotations

import gc
import os
import time
from importlib import import_module
from typing import Any

from rq import Queue, Worker
from rq.serializers import JSONSerializer

from bot import bells, heartbeat
from bot.wiring import House, of_this_process
from flows.texts import LOCALES, catalogue, words

FIRST_LOOK = ("ocr.image", "ocr.qr", "ocr.quality", "ocr.quality_paper", "ocr.annotate", "bot.tasks")
PAPERS = ("ocr.image", "ocr.quality", "ocr.paper", "ocr.annotate", "ocr.perceptual", "bot.tasks")
LOADED_FIRST = {"media": FIRST_LOOK, "paper": PAPERS, "turns": ("bot.tasks",), "payouts": ("bot.tasks",)}
NICENESS = {"paper": 5}  # whoever waits for a coupon, a menu or the coach goes first on a machine that is busy with bills
WAIT_S = 20  # for a job, before the worker shows that it lives
BEAT_EVERY_S = 5.0
RQ_KEEPS_S = 15  # RQ waits for a job that much shorter than the time its worker is remembered


def run(queue: str) -> None:
    """Work until told to stop."""
    for module in LOADED_FIRST[queue]:
        import_module(module)
    os.nice(NICENESS.get(queue, 0))
    made = of_this_process()
    if queue == "paper":
        _ = (made.eyes, made.read_paper)  # models in memory before the first fork; what is missing is said now
    for locale in LOCALES:
        catalogue(locale)
    words()
    gc.collect()
    gc.freeze()  # a job's own collections pass over what was there before the fork: they took longer than the turn itself
    BeatingWorker(made, bells.queue(made, queue)).work(with_scheduler=False, logging_level="WARNING")


class BeatingWorker(Worker):  # type: ignore[misc]  # RQ has no types here
    """RQ's worker, which also gives our own sign of life whenever RQ gives its own."""

    def __init__(self, house: House, queue: Queue) -> None:
        super().__init__(
            [queue], connection=bells.redis(house), serializer=JSONSerializer, worker_ttl=WAIT_S + RQ_KEEPS_S
        )  # fmt: skip
        self._house = house
        self._queue = queue.name
        self._beaten_at = -BEAT_EVERY_S

    def heartbeat(self, *given: Any, **named: Any) -> None:
        super().heartbeat(*given, **named)
        if time.monotonic() - self._beaten_at >= BEAT_EVERY_S:
            self._beaten_at = time.monotonic()
            heartbeat.beat(self._house, self._queue, self.pid)
