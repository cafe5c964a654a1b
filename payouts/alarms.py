"""What keeps many payouts waiting at once, above all an account that has run dry: one alarm, from the first to the last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

# Only the clock process writes these rows: the workers mark their payout, so no two of them meet on one alarm.
_RAISE = text("""
    INSERT INTO payout_alarms (provider, cause, raised_at)
    SELECT DISTINCT provider, waits_for, CAST(:now AS timestamptz) FROM payouts WHERE waits_for IS NOT NULL
    ON CONFLICT (provider, cause) WHERE ended_at IS NULL DO NOTHING RETURNING provider, cause""")
_END = text("""
    UPDATE payout_alarms a SET ended_at = :now WHERE ended_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM payouts p WHERE p.provider = a.provider AND p.waits_for = a.cause)
    RETURNING provider, cause""")
_OPEN = text("""
    SELECT a.provider, a.cause, a.raised_at, count(p.id) AS payouts, coalesce(sum(p.amount_paise), 0)::bigint AS amount_paise
      FROM payout_alarms a LEFT JOIN payouts p ON p.provider = a.provider AND p.waits_for = a.cause
     WHERE a.ended_at IS NULL GROUP BY a.id ORDER BY a.id""")


@dataclass(frozen=True, slots=True)
class Alarm:
    """`payouts` of them wait, `amount_paise` together."""

    provider: str
    cause: str
    raised_at: datetime
    payouts: int
    amount_paise: int


def look(conn: Connection, now: datetime) -> tuple[list[str], list[str]]:
    """Raise what is new and end what is over; both by their causes. Commits nothing."""
    raised = [str(row.cause) for row in conn.execute(_RAISE, {"now": now})]
    ended = [str(row.cause) for row in conn.execute(_END, {"now": now})]
    return raised, ended


def ringing(conn: Connection) -> list[Alarm]:
    """Alarms that are not over, the oldest first."""
    return [Alarm(*row) for row in conn.execute(_OPEN)]
