"""Closing a month: from then on nothing that happened in it, or before, can be posted.

A posting looks for a closed month without a lock. So closing has two transactions: `begin` makes the month known as
closing, which every posting that starts from then on sees; `finish` waits for the transactions that were under way, and
only then reads the month's balances. What dies between the two is taken up again by calling both once more.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from base.days import INDIA, start_of
from ledger import chart
from ledger.balance import TrialRow, trial_as_true
from ledger.chart import PTS
from ledger.moves import Move, Posting
from ledger.post import Posted, post

SCAN_TIMEOUT = "30min"  # the trial balance of a month reads every move: far longer than a turn may take
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('close ' || :programme, 0))")
_LAST = text("SELECT * FROM periods WHERE programme_id = :programme ORDER BY ends_at DESC LIMIT 1")
_ONE = text("SELECT * FROM periods WHERE programme_id = :programme AND month = :month")
_BEGAN = text("SELECT created_at FROM programmes WHERE id = :programme")
_MOVED = text("SELECT EXISTS (SELECT FROM postings WHERE programme_id = :programme AND happened_at < :ends)")
_BEGIN = text("""
    INSERT INTO periods (programme_id, month, ends_at, closed_by, closing_at)
    VALUES (:programme, :month, :ends_at, :closed_by, :now)""")
_FINISH = text("""
    UPDATE periods SET closed_at = :now, trial = CAST(:trial AS jsonb)
     WHERE programme_id = :programme AND month = :month AND closed_at IS NULL RETURNING *""")
_XID = text("SELECT pg_current_xact_id()::text")
_OVER = text("SELECT pg_snapshot_xmin(pg_current_snapshot()) >= CAST(:xid AS xid8)")


@dataclass(frozen=True, slots=True)
class Period:
    """A month in India's calendar that ends before `ends_at`. `closed_at` None: begun, and not finished."""

    programme_id: str
    month: str
    ends_at: datetime
    closed_by: str
    closing_at: datetime
    closed_at: datetime | None
    trial: tuple[TrialRow, ...]


@dataclass(frozen=True, slots=True)
class NotOver:
    """Refused: the month has not ended."""

    ends_at: datetime


@dataclass(frozen=True, slots=True)
class BeforeAll:
    """Refused: the month was over before there was a programme, and nothing has happened in it or before."""

    first_month: str


@dataclass(frozen=True, slots=True)
class OutOfOrder:
    """Refused: months close one after the other, and `next_month` is the next."""

    next_month: str


def ends_at(month: str) -> datetime:
    """The first moment after "2026-11", in UTC. Raises ValueError for what is no month."""
    if not (found := _MONTH.fullmatch(month)) or not 2000 <= (year := int(found[1])) < 9999:
        raise ValueError(f"{month!r} is no month: write YYYY-MM")
    number = int(found[2])
    return start_of(date(year + number // 12, number % 12 + 1, 1))


def begin(
    conn: Connection, programme_id: str, month: str, closed_by: str, now: datetime
) -> Period | NotOver | BeforeAll | OutOfOrder:
    """Make the month known as closing, and recognise what expired by its end as breakage. Again: the same period.

    The first month ever closed closes all before it as well.
    """
    ends = ends_at(month)
    conn.execute(_ALONE, {"programme": programme_id})
    if (known := read_period(conn, programme_id, month)) is not None:
        return known
    if ends > now:
        return NotOver(ends)
    last = conn.execute(_LAST, {"programme": programme_id}).one_or_none()
    if last is not None and (following := _month_at(last.ends_at) if last.closed_at else last.month) != month:
        return OutOfOrder(following)
    began = conn.execute(_BEGAN, {"programme": programme_id}).scalar_one()
    if last is None and ends <= began and not conn.execute(_MOVED, {"programme": programme_id, "ends": ends}).scalar_one():
        return BeforeAll(_month_at(began))
    _recognise_breakage(conn, programme_id, month, ends, now)
    row = {"programme": programme_id, "month": month, "ends_at": ends, "closed_by": closed_by, "now": now}
    conn.execute(_BEGIN, row)
    return Period(programme_id, month, ends, closed_by, now, None, ())


def mark(conn: Connection) -> str:
    """A point in the order of transactions, taken after `begin` has committed, for `is_over`; its own transaction."""
    return str(conn.execute(_XID).scalar_one())


def is_over(conn: Connection, marked: str) -> bool:
    """Whether every transaction that had written anything before the mark has ended."""
    return bool(conn.execute(_OVER, {"xid": marked}).scalar_one())


def finish(conn: Connection, programme_id: str, month: str, now: datetime) -> Period:
    """Keep the month's trial balance and call it closed; only once `is_over`. Again: the same period, unchanged."""
    period = read_period(conn, programme_id, month)
    if period is None:
        raise LookupError(f"{month} of {programme_id} is not being closed")
    if period.closed_at is None:
        conn.execute(text(f"SET LOCAL statement_timeout = '{SCAN_TIMEOUT}'"))
        trial = [asdict(row) for row in trial_as_true(conn, programme_id, period.ends_at)]
        conn.execute(_FINISH, {"programme": programme_id, "month": month, "now": now, "trial": json.dumps(trial)})
        period = read_period(conn, programme_id, month)
        assert period is not None
    return period


def read_period(conn: Connection, programme_id: str, month: str) -> Period | None:
    row = conn.execute(_ONE, {"programme": programme_id, "month": month}).one_or_none()
    return None if row is None else _period(row)


def _recognise_breakage(conn: Connection, programme_id: str, month: str, ends: datetime, now: datetime) -> None:
    """Dated in the month's last moment. An expiry still under way is recognised with the next month."""
    conn.execute(text(f"SET LOCAL statement_timeout = '{SCAN_TIMEOUT}'"))
    expired = chart.expired(programme_id)
    points = sum(row.balance for row in trial_as_true(conn, programme_id, ends) if row.account == expired)
    if points > 0:
        posting = Posting(
            f"{programme_id}/close/{month}", programme_id, "breakage", ends - timedelta(microseconds=1),
            (Move(expired, chart.breakage(programme_id), PTS, points),), facts={"month": month},
        )  # fmt: skip
        posted = post(conn, posting, now)
        assert isinstance(posted, Posted), posted


def _month_at(moment: datetime) -> str:
    return f"{moment.astimezone(INDIA):%Y-%m}"


def _period(row: Any) -> Period:
    trial = tuple(TrialRow(**kept) for kept in row.trial or ())
    return Period(row.programme_id, row.month, row.ends_at, row.closed_by, row.closing_at, row.closed_at, trial)
