"""What the brand owes its members in points, by when they expire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

BUCKETS_DAYS = (30, 60, 90, 180, 365)
BUCKETS = ("past_due", *(f"within_{days}_days" for days in BUCKETS_DAYS), "later", "never")

# Held points keep the expiry of the lots they came from. Debts are balances that a claw-back took below zero.
_OPEN = text("""
    SELECT CASE WHEN expires_at IS NULL THEN -1 ELSE
                width_bucket(expires_at, CAST(:bounds AS timestamptz[])) END AS bucket,
           sum(available)::bigint AS available, sum(held)::bigint AS held
      FROM (SELECT expires_at, remaining AS available, 0 AS held FROM lots
             WHERE programme_id = :programme AND remaining > 0
             UNION ALL
            SELECT l.expires_at, 0, h.points FROM holds JOIN hold_lots h ON h.hold_id = holds.id
              JOIN lots l ON l.id = h.lot_id WHERE holds.programme_id = :programme AND holds.state = 'held') points
     GROUP BY 1""")
_OWED = text("""
    SELECT coalesce(sum(debits - credits), 0)::bigint FROM accounts
     WHERE programme_id = :programme AND floor < 0 AND credits < debits""")


@dataclass(frozen=True, slots=True)
class Bucket:
    """`past_due`: to be swept. `within_60_days`: later than in 30 days, and so on; `never`: without an expiry."""

    name: str
    available: int
    held: int
    paise: int


@dataclass(frozen=True, slots=True)
class Liability:
    """`points`, `paise`: the sum of the buckets. `owed_points`: what members owe after claw-backs, not taken off it."""

    at: datetime
    paise_per_point: int
    buckets: tuple[Bucket, ...]
    points: int
    paise: int
    owed_points: int


def liability(conn: Connection, programme_id: str, paise_per_point: int, at: datetime) -> Liability:
    """Points outstanding now, by their expiry seen from `at`. Points less what is owed = members' accounts together."""
    bounds = [at + timedelta(days=days, microseconds=1) for days in (0, *BUCKETS_DAYS)]  # to the very moment: within
    found = {row.bucket: row for row in conn.execute(_OPEN, {"programme": programme_id, "bounds": bounds})}
    buckets = []
    for number, name in enumerate(BUCKETS):
        row = found.get(-1 if name == "never" else number)
        available, held = (row.available, row.held) if row else (0, 0)
        buckets.append(Bucket(name, available, held, (available + held) * paise_per_point))
    points = sum(bucket.available + bucket.held for bucket in buckets)
    owed = conn.execute(_OWED, {"programme": programme_id}).scalar_one()
    return Liability(at, paise_per_point, tuple(buckets), points, points * paise_per_point, owed)
