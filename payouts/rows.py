"""The payout's row: read, locked and written in one place, its timer and its task together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from payouts.lifecycle import OPEN, State
from payouts.payout import Payout

COLUMNS = tuple(field.name for field in fields(Payout))
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM payouts"
# The conversation first, as everywhere: telling the member touches its row, and a turn that holds it may want the
# accounts that settling a payout locks.
_LOCK_CONVERSATION = text(
    "SELECT id FROM conversations WHERE id = (SELECT conversation_id FROM payouts WHERE id = :id) FOR KEY SHARE"
)
_LOCK = text(f"{_SELECT} WHERE id = :id FOR NO KEY UPDATE")
_EVENT = text(
    "INSERT INTO payout_events (payout_id, at, cause, from_state, to_state, detail)"
    " VALUES (:payout, :at, :cause, :from_state, :to_state, CAST(:detail AS jsonb))"
)
_TASK = text(
    "UPDATE tasks SET state = :state, due_at = coalesce(:due_at, due_at), ended_at = :ended_at, outcome = :outcome"
    " WHERE key = :key"
)


class UnknownPayout(LookupError):
    """No payout has this id."""


def lock(conn: Connection, payout_id: str) -> Payout:
    """The payout, ours until the transaction ends. Raises UnknownPayout."""
    conn.execute(_LOCK_CONVERSATION, {"id": payout_id})
    row = conn.execute(_LOCK, {"id": payout_id}).one_or_none()
    if row is None:
        raise UnknownPayout(payout_id)
    return from_row(row._mapping)


def read(conn: Connection, where: str, values: Mapping[str, Any]) -> list[Payout]:
    """Payouts by a condition written in code."""
    return [from_row(row._mapping) for row in conn.execute(text(f"{_SELECT} WHERE {where}"), values)]


def from_row(row: Mapping[Any, Any]) -> Payout:
    return Payout(**{**row, "state": State(row["state"])})


def save(conn: Connection, before: Payout, after: Payout, now: datetime) -> None:
    """Write what differs; the payout's task follows in the same transaction, so the two timers are one."""
    changed = {name: getattr(after, name) for name in COLUMNS if getattr(after, name) != getattr(before, name)}
    if not changed:
        return
    assignments = ", ".join(f"{name} = :{name}" for name in changed)
    update = f"UPDATE payouts SET {assignments} WHERE id = :key_id"
    conn.execute(text(update), changed | {"key_id": before.id})
    if after.alert is not None:
        state, outcome = "parked", after.alert
    elif after.state in OPEN and after.next_at is not None:
        state, outcome = "ready", None
    elif after.state in OPEN:
        state, outcome = "parked", "held" if after.held_by else after.state.value
    else:
        state, outcome = "done", after.state.value
    ended_at = None if state == "ready" else now
    task = {"key": before.key, "state": state, "due_at": after.next_at, "ended_at": ended_at, "outcome": outcome}
    conn.execute(_TASK, task)


def make_due(conn: Connection, payout_id: str, now: datetime) -> None:
    """Go on with an open payout now instead of at its next time. Raises UnknownPayout."""
    payout = lock(conn, payout_id)
    if payout.state in OPEN and payout.next_at is not None and payout.next_at > now:
        save(conn, payout, replace(payout, next_at=now), now)


def note(
    conn: Connection, payout_id: str, at: datetime, cause: str, from_state: State | None, to_state: State,
    detail: Mapping[str, Any],
) -> None:  # fmt: skip
    """Append to what happened. `detail` holds slugs and numbers, never a secret."""
    told = {name: value for name, value in detail.items() if value is not None}
    row = {"payout": payout_id, "at": at, "cause": cause, "from_state": from_state, "to_state": to_state}
    conn.execute(_EVENT, row | {"detail": json.dumps(told)})
