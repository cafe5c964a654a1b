"""Holds that end in part, and holds that run out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from ledger import postings
from ledger.points import EXPIRED_HOLD_GRACE_DAYS, Facts, TooFew, unexpected
from ledger.post import HoldSettled, Posted, Short, post

# In account order, as everywhere: the sweep locks many members, and must not meet another writer the other way round.
_DUE = text("""
    SELECT * FROM (SELECT id, programme_id, member_id FROM holds WHERE state = 'held' AND expires_at <= :now
                    ORDER BY expires_at, id LIMIT :limit) due
     ORDER BY programme_id COLLATE "C", member_id COLLATE "C", id""")


@dataclass(frozen=True, slots=True)
class PartCommitted:
    """`burned` of the hold's points are spent; `available` is what the member has with the rest back."""

    hold_id: str
    posting_id: int
    burned: int
    available: int | None


@dataclass(frozen=True, slots=True)
class RanOut:
    hold_id: str
    programme_id: str
    member_id: str
    posting_id: int


def part_commit(
    conn: Connection, *, key: str, hold_id: str, programme_id: str, member_id: str, points: int,
    happened_at: datetime, recorded_at: datetime, facts: Facts,
    expired_hold_grace_days: int = EXPIRED_HOLD_GRACE_DAYS,
) -> PartCommitted | TooFew:  # fmt: skip
    """Burn `points` of the hold, those that expire first; the rest returns to its lots at once, and the hold is over.

    TooFew: the hold has fewer. `available` is None where all was burned. Raises as points.burn does.
    """
    posting = postings.part_commit(
        key, hold_id, programme_id, member_id, points, happened_at, expired_hold_grace_days
    )
    match post(conn, postings.with_facts(posting, facts), recorded_at):
        case Posted(posting_id, credit_after=available):
            return PartCommitted(hold_id, posting_id, points, available)
        case Short(balance=held):
            return TooFew(held)
        case other:
            raise unexpected(other)


def expire_holds(
    conn: Connection, now: datetime, limit: int, expired_hold_grace_days: int = EXPIRED_HOLD_GRACE_DAYS
) -> list[RanOut]:
    """Release up to `limit` holds that ran out, one posting for each. Holds without an end are left alone.

    Fewer than `limit` answers: nothing more is due now (or somebody else settled them first).
    """
    swept = []
    for hold in conn.execute(_DUE, {"now": now, "limit": limit}).all():
        posting = postings.release(
            f"hold-expired/{hold.id}", hold.id, hold.programme_id, hold.member_id, now,
            expired_hold_grace_days, reason="hold_expired",
        )  # fmt: skip
        try:
            outcome = post(conn, posting, now)
        except HoldSettled:  # between our look and its lock
            continue
        if isinstance(outcome, Posted) and not outcome.already:
            swept.append(RanOut(hold.id, hold.programme_id, hold.member_id, outcome.posting_id))
    return swept
