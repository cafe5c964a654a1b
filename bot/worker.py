"""An RQ worker on exactly one queue: then Redis hands jobs over without losing one between pop and start.

The media worker loads its libraries before it forks, so that each job starts with them in memory.
"""

from __future__ import annotations

from importlib import import_module

from rq import Worker
from rq.serializers import JSONSerializer

from bot import bells
from bot.wiring import house

LOADED_FIRST = {"media": ("ocr.image", "ocr.qr", "ocr.quality", "bot.tasks"), "turns": ("bot.tasks",), "payouts": ("bot.tasks",)}


def run(queue: str) -> None:
    """Work until told to stop."""
    for module in LOADED_FIRST[queue]:
        import_module(module)
    made = house(pool_size=2)
    worker = Worker([bells.queue(made, queue)], connection=bells.redis(made), serializer=JSONSerializer)
    worker.work(with_scheduler=False, logging_level="WARNING")
