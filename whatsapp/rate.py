"""The sender's rate: every message gets a moment of its own to leave at, a share of a second after the one before.

The moments are taken from the sender's row a little ahead, so that more relays do not make it faster, and a look that comes
late does not let go at once what it missed: no second has more moments than the rate, however irregular the looks are. A
call may still be late for its moment, so Twilio can see a second with a few more; docs/scale.md has what was measured.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection

from base import driver

# Longer than two looks are apart, on a busy machine too; and no longer, for what was taken and not called when a relay dies is
# never sent. Answers do not wait so long: they pass (departures.py).
AHEAD = timedelta(milliseconds=160)
STRETCH = 1.024  # of a message's share of the second: a call takes a moment to reach Twilio, and not each the same

_GRANT = driver.statement("""
    WITH sender AS (
        SELECT id, rate_per_s, greatest(rate_free_at, CAST(:now AS timestamptz)) AS free_at FROM senders
        WHERE id = :id AND (rate_free_at IS NULL OR rate_free_at <= :until) FOR NO KEY UPDATE
    ), granted AS (
        SELECT id, free_at, CAST(:stretch AS float8) / rate_per_s AS apart_s,
               CAST(least(:wanted, 1 + floor(extract(epoch FROM :until - free_at) * rate_per_s / CAST(:stretch AS float8)))
                    AS integer) AS n
        FROM sender
    )
    UPDATE senders t SET rate_free_at = g.free_at + g.n * g.apart_s * interval '1 second'
    FROM granted g WHERE t.id = g.id RETURNING g.n, g.free_at, g.apart_s""")
_BACK_OFF = driver.statement(
    "UPDATE senders SET rate_free_at = greatest(coalesce(rate_free_at, :until), :until) WHERE id = :id"
)


class Ready(Protocol):
    """A row of the outbox that nothing else keeps back."""

    @property
    def id(self) -> int: ...

    @property
    def sender_id(self) -> str: ...


@dataclass(slots=True)
class _Moments:
    """Of one sender: so many, from `next_at` on, each `apart` after the one before."""

    left: int
    next_at: datetime
    apart: timedelta


def moments(conn: Connection, rows: Iterable[Ready], now: datetime) -> dict[int, datetime]:
    """By id, when each may leave, within AHEAD from `now`: of each sender's rows the first ones; the others later."""
    ready = list(rows)
    wanted = Counter(row.sender_id for row in ready)
    granted = {sender: _granted(conn, sender, wanted[sender], now) for sender in sorted(wanted)}
    found = {}
    for row in ready:
        own = granted[row.sender_id]
        if own.left:
            found[row.id] = own.next_at
            own.left, own.next_at = own.left - 1, own.next_at + own.apart
    return found


def back_off(conn: Connection, sender_id: str, until: datetime) -> None:
    """Twilio said that it is too fast: nobody sends for this sender until then."""
    driver.fetch(conn, _BACK_OFF, {"id": sender_id, "until": until})


def _granted(conn: Connection, sender_id: str, wanted: int, now: datetime) -> _Moments:
    given = {"id": sender_id, "wanted": wanted, "now": now, "until": now + AHEAD, "stretch": STRETCH}
    rows = driver.fetch(conn, _GRANT, given)
    return _Moments(rows[0].n, rows[0].free_at, timedelta(seconds=rows[0].apart_s)) if rows else _Moments(0, now, AHEAD)
