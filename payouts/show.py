"""Reading payouts, masked, for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from payouts import rows
from payouts.payout import Payout

_EVENTS = text(
    "SELECT at, cause, from_state, to_state, detail FROM payout_events WHERE payout_id = :payout ORDER BY id"
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A payout as anyone on the staff may see it."""

    id: str
    member_id: str
    points: int
    amount_paise: int
    masked: str
    state: str
    provider: str | None
    provider_id: str | None
    utr: str | None
    reason: str | None
    alert: str | None
    waits_for: str | None
    held_by: str | None
    approvals_needed: int
    approved_at: datetime | None
    mode: str | None
    attempts: int
    requested_at: datetime
    sent_at: datetime | None
    settled_at: datetime | None
    next_at: datetime | None


_NAMES = tuple(field.name for field in fields(Shown))


@dataclass(frozen=True, slots=True)
class Happened:
    at: datetime
    cause: str
    from_state: str | None
    to_state: str
    detail: Mapping[str, Any]


def show(
    conn: Connection, *, payout_id: str | None = None, member_id: str | None = None, alerts: bool = False,
    state: str | None = None, limit: int = 50,
) -> list[Shown]:  # fmt: skip
    """Payouts, newest first: one, a member's, those in a state, those that a person must look at, or all."""
    conditions = ["true"]
    if payout_id is not None:
        conditions.append("id = :payout")
    if member_id is not None:
        conditions.append("member_id = :member")
    if alerts:
        conditions.append("(alert IS NOT NULL OR waits_for IS NOT NULL)")
    if state is not None:
        conditions.append("state = :state")
    where = f"{' AND '.join(conditions)} ORDER BY requested_at DESC, id DESC LIMIT :limit"
    found = rows.read(conn, where, {"payout": payout_id, "member": member_id, "state": state, "limit": limit})
    return [_shown(payout) for payout in found]


def events(conn: Connection, payout_id: str) -> list[Happened]:
    """What happened to a payout, in order."""
    return [Happened(*row) for row in conn.execute(_EVENTS, {"payout": payout_id})]


def _shown(payout: Payout) -> Shown:
    return Shown(**{name: getattr(payout, name) for name in _NAMES})
