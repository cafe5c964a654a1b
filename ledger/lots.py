"""Lots: points of one earning with one expiry. Spending takes the earliest expiry first; the sweep ends the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from ledger import postings
from ledger.post import Posted, post

# In account order, as everywhere: the sweep locks many members, and must not meet another writer the other way round.
_DUE = text(
    """
    SELECT * FROM (
        SELECT l.id, l.programme_id, p.member_id, l.account FROM lots l JOIN postings p ON p.id = l.posting_id
         WHERE l.remaining > 0 AND l.expires_at <= :now ORDER BY l.expires_at, l.id LIMIT :limit) due
     ORDER BY account, id
    """
)


@dataclass(frozen=True, slots=True)
class Expired:
    programme_id: str
    member_id: str
    lot_id: int
    posting_id: int


def expire_due(conn: Connection, now: datetime, limit: int) -> list[Expired]:
    """Move what is left in up to `limit` lots past due to the expired account, one posting for each lot.

    Held points are left alone. Fewer than `limit` answers: nothing more is due now (or another sweep was first).
    """
    swept = []
    for lot in conn.execute(_DUE, {"now": now, "limit": limit}).all():
        outcome = post(conn, postings.expire(lot.id, lot.programme_id, lot.member_id, now), now)
        if isinstance(outcome, Posted) and not outcome.already:
            swept.append(Expired(lot.programme_id, lot.member_id, lot.id, outcome.posting_id))
    return swept
