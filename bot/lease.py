"""Who may work on a task now: it is leased by moving its due time into the future, and found again once that has passed."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from bot.task import Task
from bot.wiring import House

LEASE_S = 90  # longer than the slowest step of any job; a worker that dies is followed after this

_TAKE = text("""
    UPDATE tasks SET attempts = attempts + 1, due_at = :until
    WHERE id = :id AND state = 'ready' AND due_at <= :now
    RETURNING id, key, kind, conversation_id, payload, attempts""")
# An attempt counted since then means that the lease ran out and another worker took it.
_RENEW = text("UPDATE tasks SET due_at = :until WHERE id = :id AND state = 'ready' AND attempts = :attempts")


class LeaseLost(Exception):
    """Another worker has the task by now, or has ended it: what this one finds is not waited for."""


def take(house: House, task_id: str) -> Task | None:
    """The task, ours for LEASE_S; None where it is not due, or another's, or ended."""
    with house.engine.begin() as conn:
        now = house.clock.now(conn)
        row = conn.execute(_TAKE, {"id": task_id, "now": now, "until": now + timedelta(seconds=LEASE_S)}).one_or_none()
    return Task(row.id, row.key, row.kind, row.conversation_id, row.payload, row.attempts) if row else None


def renew(house: House, task: Task) -> None:
    """Ours for LEASE_S from now on. Raises LeaseLost."""
    with house.engine.begin() as conn:
        until = house.clock.now(conn) + timedelta(seconds=LEASE_S)
        if not conn.execute(_RENEW, {"id": task.id, "attempts": task.attempts, "until": until}).rowcount:
            raise LeaseLost(task.id)
