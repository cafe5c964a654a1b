"""What RQ calls. A job only names a row; the row says whether there is anything to do, so a job may run twice or never.

A task is leased by moving its due time into the future; its work is done outside any transaction; the outcome and the
inbound happening are committed together; then the conversation's turn is taken.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog
from sqlalchemy import Connection, text

from bot import bells, data_task, drawing, kyc_card, kyc_destination, lease, papers, payout_tasks, photos, turn
from bot.task import Ended, Later, Next, Task
from bot.wiring import House, of_this_process
from flows.codec import to_json
from journal import inbox

log = structlog.get_logger()

_END = text("UPDATE tasks SET state = 'done', ended_at = :now, outcome = :outcome WHERE id = :id AND state = 'ready'")
_LATER = text("UPDATE tasks SET due_at = :due WHERE id = :id AND state = 'ready' AND attempts = :attempts")
_NEXT = text("""
    INSERT INTO tasks (id, key, kind, queue, conversation_id, payload, due_at, created_at)
    SELECT :id, :key, :kind, :queue, conversation_id, :payload, :now, :now FROM tasks WHERE id = :after""")

KINDS: Mapping[str, Callable[[House, Task], Ended | Later]] = {
    "read_photo": photos.read, "read_paper": papers.read, "draw_photo": drawing.draw, "pay": payout_tasks.pay,
    "read_card": kyc_card.read, "kyc_destination": kyc_destination.check,
    "make_data_file": data_task.make,
}  # fmt: skip


def run_task(task_id: str) -> None:
    """RQ's entry point."""
    run(of_this_process(), task_id)


def run_turn(conversation_id: str) -> None:
    """RQ's entry point for what a web request left over."""
    turn.run(of_this_process(), conversation_id)


def run(house: House, task_id: str) -> None:
    """Do a task if it is due, and ring for what comes after it."""
    task = lease.take(house, task_id)
    if task is None:
        return
    try:
        ended = KINDS[task.kind](house, task)
        follows = _end(house, task, ended)
    except lease.LeaseLost:
        log.warning("a slow worker left a task to the next", task=task.id, kind=task.kind)
        return
    if follows is not None:
        bells.ring_task(house, *follows)
    turn.run(house, _told_in(task, ended))


def _end(house: House, task: Task, ended: Ended | Later) -> tuple[str, str] | None:
    """Commit what came of it; the queue and id of the task that follows."""
    with house.engine.begin() as conn:
        if isinstance(ended, Later):
            conn.execute(_LATER, {"id": task.id, "due": ended.at, "attempts": task.attempts})
            return None
        now = house.clock.now(conn)
        if not conn.execute(_END, {"id": task.id, "now": now, "outcome": ended.outcome}).rowcount:
            return None  # its lease ran out, and another worker was faster
        if ended.store is not None:
            ended.store(conn, now)
        if ended.happening is not None:
            key = f"{task.key}/done"
            inbox.put_happening(conn, _told_in(task, ended), key, to_json(ended.happening), now, house.keyring)
        return _put_next(house, conn, task, ended.next, now) if ended.next else None


def _told_in(task: Task, ended: Ended | Later) -> str:
    return (ended.told_in if isinstance(ended, Ended) else None) or task.conversation_id


def _put_next(house: House, conn: Connection, task: Task, follows: Next, now: datetime) -> tuple[str, str]:
    made = house.ids.new("tsk")
    conn.execute(_NEXT, {
        "id": made, "key": f"{task.key}/{follows.kind}", "kind": follows.kind, "queue": follows.queue, "after": task.id,
        "now": now, "payload": json.dumps(follows.payload),
    })  # fmt: skip
    return follows.queue, made
