"""The sweeper: whatever has gone quiet is rung for again. It makes nothing true by itself, so it may run anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy import text

from bot import bells
from bot.wiring import House

QUIET_S = 5  # a row younger than this is being handled by the process that wrote it
ROWS_MAX = 500  # looked at in one sweep, of each kind: the next sweep rings again

log = structlog.get_logger()

_TURNS = text("""
    SELECT conversation_id, min(received_at) < :quiet AS quiet FROM inbox
    WHERE handled_at IS NULL AND parked_at IS NULL
    GROUP BY conversation_id ORDER BY min(received_at), conversation_id LIMIT :most""")
# Of each kind apart: a thousand bills that wait for their reading must not hide one payout that is to be tried again.
_TASKS = text("""
    SELECT id, queue, kind, quiet FROM (
        SELECT id, queue, kind, due_at, created_at < :quiet AS quiet,
               row_number() OVER (PARTITION BY kind ORDER BY due_at, id) AS place
        FROM tasks WHERE state = 'ready' AND due_at <= :now) due
    WHERE place <= :most ORDER BY due_at, id""")


@dataclass(frozen=True, slots=True)
class _Due:
    queue: str
    quiet: bool
    ring: Callable[[], None]


def sweep(house: House) -> int:
    """Ring for waiting events and due tasks; how many bells were rung.

    As many bells as rows: where work waits its turn in a queue, a second bell for each row would only stand in the way
    of new work. A row whose own bell was lost gets one of those, at the latest when it is the oldest.
    """
    due = _due(house)
    room = {queue: rows - bells.waiting(house, queue) for queue, rows in Counter(row.queue for row in due).items()}
    rung = 0
    for row in due:
        if row.quiet and room[row.queue] > 0:
            room[row.queue] -= 1
            rung += 1
            row.ring()
    return rung


def _due(house: House) -> list[_Due]:
    """All that waits, the oldest first."""
    with house.engine.begin() as conn:
        now = house.clock.now(conn)
        given = {"now": now, "quiet": now - timedelta(seconds=QUIET_S), "most": ROWS_MAX}
        turns, tasks = conn.execute(_TURNS, given).all(), conn.execute(_TASKS, given).all()
    due = [_Due("turns", row.quiet, partial(bells.ring_turn, house, row.conversation_id)) for row in turns]
    for row in tasks:
        due.append(_Due(row.queue, row.quiet, partial(bells.ring_task, house, row.queue, row.id)))
    return due
