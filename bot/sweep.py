"""The sweeper: whatever has gone quiet is rung for again. It makes nothing true by itself, so it may run anywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog
from sqlalchemy import text

from bot import bells
from bot.wiring import House

QUIET_S = 5  # a row younger than this is being handled by the process that wrote it
ROWS_MAX = 500  # rung for at once; and bells in one queue, where more would add nothing: the next sweep rings again

log = structlog.get_logger()

_TURNS = text("""
    SELECT conversation_id FROM inbox
    WHERE handled_at IS NULL AND parked_at IS NULL AND received_at < :quiet
    GROUP BY conversation_id ORDER BY min(received_at) LIMIT :most""")
_TASKS = text("""
    SELECT id, queue FROM tasks WHERE state = 'ready' AND due_at <= :now AND created_at < :quiet
    ORDER BY due_at LIMIT :most""")


def sweep(house: House) -> int:
    """Ring for waiting events and due tasks; how many bells were rung."""
    with house.engine.begin() as conn:
        now = house.clock.now(conn)
        quiet = now - timedelta(seconds=QUIET_S)
        turns = conn.execute(_TURNS, {"quiet": quiet, "most": ROWS_MAX}).scalars().all()
        tasks = conn.execute(_TASKS, {"now": now, "quiet": quiet, "most": ROWS_MAX}).all()
    due: list[tuple[str, Callable[..., None], tuple[str, ...]]] = []
    due += [("turns", bells.ring_turn, (conversation,)) for conversation in turns]
    due += [(task.queue, bells.ring_task, (task.queue, task.id)) for task in tasks]
    room = {queue: ROWS_MAX - bells.waiting(house, queue) for queue in {queue for queue, _, _ in due}}
    rung = 0
    for queue, ring, row in due:
        if room[queue] > 0:
            room[queue] -= 1
            rung += 1
            ring(house, *row)
    return rung
