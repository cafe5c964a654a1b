"""An RQ worker on exactly one queue: then Redis hands jobs over without losing one between pop and start.

The media worker loads its libraries before it forks, so that each job starts with them in memory.
"""

from __future__ import annotations

from importlib import import_module

from rq import Worker
from rq.serializers import JSONSerializer

from bot import bells
from bot.wiring import of_this_process

EYES = ("ocr.image", "ocr.qr", "ocr.quality")
LOADED_FIRST = {"media": (*EYES, "bot.tasks"), "turns": ("bot.tasks",), "payouts": ("bot.tasks",)}


def run(queue: str) -> None:
    """Work until told to stop."""
    for module in LOADED_FIRST[queue]:
        import_module(module)
    made = of_this_process()
    worker = Worker([bells.queue(made, queue)], connection=bells.redis(made), serializer=JSONSerializer)
    worker.work(with_scheduler=False, logging_level="WARNING")
