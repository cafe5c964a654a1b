"""What RQ calls. A job only names a row; the row says whether there is anything to do, so a job may run twice or never.

A task is leased by moving its due time into the future; its work is done outside any transaction; the outcome and the
inbound happening are committed together; then the conversation's turn is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from sqlalchemy import text

from bot import drawing, payout_tasks, photos, turn
from bot.task import Ended, Later, Task
from bot.wiring import House, of_this_process
from flows.codec import to_json
from journal import inbox

LEASE_S = 90  # longer than the slowest job; a worker that dies is followed after this

_LEASE = text("""
    UPDATE tasks SET attempts = attempts + 1, due_at = :until
    WHERE id = :id AND state = 'ready' AND due_at <= :now
    RETURNING id, key, kind, conversation_id, payload, attempts""")
_END = text("UPDATE tasks SET state = 'done', ended_at = :now, outcome = :outcome WHERE id = :id AND state = 'ready'")
_LATER = text("UPDATE tasks SET due_at = :due WHERE id = :id AND state = 'ready'")

KINDS: Mapping[str, Callable[[House, Task], Ended | Later]] = {
    "read_photo": photos.read, "draw_photo": drawing.draw, "pay": payout_tasks.pay,
}  # fmt: skip


def run_task(task_id: str) -> None:
    """RQ's entry point."""
    run(of_this_process(), task_id)


def run_turn(conversation_id: str) -> None:
    """RQ's entry point for what a web request left over."""
    turn.run(of_this_process(), conversation_id)


def run(house: House, task_id: str) -> None:
    """Do a task if it is due."""
    with house.engine.begin() as conn:
        now = house.clock.now(conn)
        row = conn.execute(_LEASE, {"id": task_id, "now": now, "until": now + timedelta(seconds=LEASE_S)}).one_or_none()
    if row is None:
        return
    task = Task(row.id, row.key, row.kind, row.conversation_id, row.payload, row.attempts)
    _end(house, task, KINDS[task.kind](house, task))
    turn.run(house, task.conversation_id)


def _end(house: House, task: Task, ended: Ended | Later) -> None:
    with house.engine.begin() as conn:
        if isinstance(ended, Later):
            conn.execute(_LATER, {"id": task.id, "due": ended.at})
            return
        now = house.clock.now(conn)
        done = conn.execute(_END, {"id": task.id, "now": now, "outcome": ended.outcome})
        if done.rowcount and ended.store is not None:
            ended.store(conn, now)
        if done.rowcount and ended.happening is not None:
            key = f"{task.key}/done"
            inbox.put_happening(conn, task.conversation_id, key, to_json(ended.happening), now, house.keyring)
