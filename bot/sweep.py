"""The sweeper: whatever has gone quiet is rung for again. It makes nothing true by itself, so it may run anywhere."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import text

from bot import bells
from bot.wiring import House

QUIET_S = 5  # a row younger than this is being handled by the process that wrote it
ROWS_MAX = 500

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
    for conversation in turns:
        bells.ring_turn(house, conversation)
    for task in tasks:
        bells.ring_task(house, task.queue, task.id)
    return len(turns) + len(tasks)
