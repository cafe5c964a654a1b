"""Payouts that the provider does not know: declared failed only here, an hour after the last post, on a second look."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from payouts import rows
from payouts.judge import ABSENT_AFTER, Source
from payouts.lifecycle import TABLE, Cause, State
from payouts.payout import Payout
from payouts.provider import NotFound
from payouts.record import Context, Recorded, move, record
from payouts.steps import House, WrongProvider

SECOND_LOOK_AFTER = timedelta(minutes=10)
_ABSENT = (
    "provider = :provider AND state IN ('reserved', 'unknown') AND alert IS NULL AND absent_at <= :seen"
    " ORDER BY absent_at, id LIMIT :limit"
)


def absentees(conn: Connection, provider: str, now: datetime, limit: int = 100) -> list[str]:
    """Payouts that were missing at the provider long enough ago for the second look, oldest first."""
    found = rows.read(conn, _ABSENT, {"provider": provider, "seen": now - SECOND_LOOK_AFTER, "limit": limit})
    return [payout.id for payout in found]


def look_again(house: House, payout_id: str) -> Recorded | None:
    """The second look. Still missing: the payout has failed and its points return; anything else is recorded as usual.

    None: it is not a case for this (any more). Raises UnknownPayout, WrongProvider.
    """
    with house.engine.begin() as conn:
        first = rows.lock(conn, payout_id)
        if not _is_due(first, house.clock.now(conn)):
            return None
    if first.provider != house.provider.name:
        raise WrongProvider(f"payout {payout_id} was begun with {first.provider}, not {house.provider.name}")
    outcome = house.provider.ask(first.reference_id)
    with house.engine.begin() as conn:
        now = house.clock.now(conn)
        if not isinstance(outcome, NotFound):
            return record(
                conn, payout_id, outcome, source=Source.ASK, now=now, tell=house.tell,
                repeat_is_safe=house.provider.repeat_is_safe, delay_after=house.delay_after,
            )  # fmt: skip
        payout = rows.lock(conn, payout_id)
        # A post begun while we asked could still be taken: then what we saw proves nothing.
        if payout.attempts != first.attempts or not _is_due(payout, now):
            return None
        context = Context(now, house.tell, house.delay_after)
        made = TABLE[payout.state, Cause.ABSENT]
        return move(conn, payout, payout, made, Cause.ABSENT, {"first_missing": _text(payout)}, context)


def _is_due(payout: Payout, now: datetime) -> bool:
    return (
        payout.state in (State.RESERVED, State.UNKNOWN)
        and payout.alert is None
        and payout.absent_at is not None
        and payout.absent_at <= now - SECOND_LOOK_AFTER
        and payout.sent_at is not None
        and payout.sent_at <= now - ABSENT_AFTER
    )


def _text(payout: Payout) -> str | None:
    return payout.absent_at.isoformat() if payout.absent_at else None
