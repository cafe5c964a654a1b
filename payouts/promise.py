"""By when the money was promised: payouts that are past it are marked, once, and their members told, once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, text

from payouts import news, rows
from payouts.lifecycle import FINAL
from payouts.news import Tell

_DUE = text("""
    SELECT id FROM payouts WHERE promised_at <= :now AND late_at IS NULL AND settled_at IS NULL
    ORDER BY promised_at, id LIMIT :most""")
_MARK = text("UPDATE payouts SET late_at = :now WHERE id = :id AND late_at IS NULL")


@dataclass(frozen=True, slots=True)
class Late:
    """`told`: the conversation that has something new; None where the delay had been told before."""

    told: str | None


def due(conn: Connection, now: datetime, most: int) -> list[str]:
    """The payouts whose promise has passed and that nobody has marked yet, the oldest promise first."""
    return list(conn.scalars(_DUE, {"now": now, "most": most}).all())


def mark_late(conn: Connection, payout_id: str, *, now: datetime, tell: Tell) -> Late | None:
    """Mark the payout as late; None where it was settled or marked meanwhile. Commits nothing. Raises UnknownPayout."""
    payout = rows.lock(conn, payout_id)
    if payout.state in FINAL or conn.execute(_MARK, {"id": payout_id, "now": now}).rowcount == 0:
        return None
    rows.note(conn, payout_id, now, "promise_broken", payout.state, payout.state, {})
    if payout.delay_told_at is not None:
        return Late(None)
    news.tell_delay(conn, tell, payout, now)
    rows.save(conn, payout, replace(payout, delay_told_at=now), now)
    return Late(payout.conversation_id)
