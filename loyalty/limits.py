"""How often one contact may do a thing. Counted in windows that begin with the first time, a row per contact and kind.

The rows are the contact's own: no one is held up or locked out by what another does. What passes a limit is written
down as a lock-out, which ends by itself or is cleared by staff.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from base import driver
from loyalty.programme import Limits

HOUR_S = 3_600
WINDOW_S = {
    "burst": 60, "messages": HOUR_S, "photos": HOUR_S, "wrong_codes": HOUR_S, "bills": 24 * HOUR_S,
    "destinations": 24 * HOUR_S,
}  # fmt: skip
MOST = {  # kind -> the programme's word for it
    "burst": "messages_per_minute", "messages": "messages_per_hour", "photos": "photos_per_hour",
    "wrong_codes": "wrong_codes_per_hour", "bills": "bills_per_day", "destinations": "destinations_per_day",
}  # fmt: skip
LEAST = 5  # no programme may set a limit below it, so up to here none need be asked

# Both in one statement, for every message of everybody passes here.
_TAKE = driver.statement("""
    WITH taken AS (
        INSERT INTO contact_counts AS c (contact_id, kind, count, ends_at)
        SELECT :contact, n.kind, n.amount, CAST(:now AS timestamptz) + make_interval(secs => n.window_s)
        FROM unnest(CAST(:kinds AS text[]), CAST(:amounts AS integer[]), CAST(:windows AS double precision[]))
             AS n (kind, amount, window_s)
        ON CONFLICT (contact_id, kind) DO UPDATE
        SET count = CASE WHEN c.ends_at <= :now THEN excluded.count ELSE least(c.count, 1000000) + excluded.count END,
            ends_at = CASE WHEN c.ends_at <= :now THEN excluded.ends_at ELSE c.ends_at END
        RETURNING c.kind, c.count, c.ends_at)
    SELECT kind, count, ends_at AS until, false AS locked FROM taken
    UNION ALL
    SELECT kind, count, until, true FROM lock_outs
    WHERE contact_id = :contact AND until > :now AND cleared_at IS NULL""")
_LOCK = text("""
    INSERT INTO lock_outs (id, contact_id, programme_id, kind, count, at, until)
    VALUES (:id, :contact, :programme, :kind, :count, :now, :until)""")
_LIST = text("""
    SELECT o.id, o.contact_id, o.programme_id, o.kind, o.count, o.at, o.until, o.cleared_at, p.address
    FROM lock_outs o JOIN contacts c ON c.id = o.contact_id JOIN contacts p ON p.id = coalesce(c.merged_into, c.id)
    WHERE (CAST(:contacts AS text[]) IS NULL OR o.contact_id = ANY(:contacts))
      AND (:all OR (o.until > :now AND o.cleared_at IS NULL))
    ORDER BY o.at DESC, o.id DESC LIMIT :most""")
_CLEAR = text("""
    UPDATE lock_outs SET cleared_at = :now
    WHERE contact_id = ANY(:contacts)
      AND until > :now AND cleared_at IS NULL
    RETURNING id, kind, until""")
_FORGET = text("UPDATE contact_counts SET count = 0 WHERE contact_id = ANY(:contacts)")


@dataclass(frozen=True, slots=True)
class Count:
    count: int
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """`counts`: of what was just taken; `locks`: kinds that are locked, and until when."""

    counts: Mapping[str, Count]
    locks: Mapping[str, datetime]


def take(conn: Connection, contact_id: str, took: Mapping[str, int], now: datetime) -> Standing:
    """Count what the contact has just done, by kind, and read what they are locked out of. One statement."""
    given = {
        "contact": contact_id, "now": now, "kinds": list(took), "amounts": list(took.values()),
        "windows": [float(WINDOW_S[kind]) for kind in took],
    }  # fmt: skip
    rows = driver.fetch(conn, _TAKE, given)
    counts = {row.kind: Count(row.count, row.until) for row in rows if not row.locked}
    locks: dict[str, datetime] = {}
    for row in rows:
        if row.locked:
            locks[row.kind] = max(row.until, locks.get(row.kind, row.until))
    return Standing(counts, locks)


def most(limits: Limits, kind: str) -> int:
    allowed: int = getattr(limits, MOST[kind])
    return allowed


def lock(conn: Connection, *, lock_id: str, contact_id: str, programme_id: str, kind: str, count: Count, limits: Limits,
         now: datetime) -> datetime:  # fmt: skip
    """Write the lock-out down; until when it lasts: to the window's end, for guessed codes a time of its own."""
    until = now + timedelta(minutes=limits.wrong_codes_lock_minutes) if kind == "wrong_codes" else count.ends_at
    conn.execute(_LOCK, {
        "id": lock_id, "contact": contact_id, "programme": programme_id, "kind": kind, "count": count.count, "now": now,
        "until": until,
    })  # fmt: skip
    return until


def lock_outs(conn: Connection, now: datetime, *, contacts: list[str] | None = None, past: bool = False,
              limit: int = 200) -> list[Any]:  # fmt: skip
    """The newest first: those that last, or with `past` every one. `contacts`: of one person only."""
    given = {"contacts": contacts, "all": past, "now": now, "most": limit}
    return list(conn.execute(_LIST, given))


def clear(conn: Connection, contacts: list[str], now: datetime) -> list[Any]:
    """End the lock-outs of a person, under all their contacts, and begin their windows anew; the lock-outs that were ended."""
    ended = list(conn.execute(_CLEAR, {"contacts": contacts, "now": now}))
    if ended:
        conn.execute(_FORGET, {"contacts": contacts})
    return ended
