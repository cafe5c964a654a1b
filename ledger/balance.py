"""Reading: what a member has and had, what happened to it, and the trial balance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, TextClause, text

from base import driver
from ledger import chart

BALANCE_SQL = """
    WITH open AS (
        SELECT remaining, expires_at FROM lots
         WHERE account = :available AND remaining > 0 AND (expires_at IS NULL OR expires_at > :at)
    ), next AS (
        SELECT expires_at, sum(remaining)::bigint AS points FROM open
         WHERE expires_at IS NOT NULL GROUP BY expires_at ORDER BY expires_at LIMIT 1
    )
    SELECT (SELECT coalesce(sum(remaining), 0)::bigint FROM open) AS available,
           coalesce((SELECT credits - debits FROM accounts WHERE id = :held), 0) AS held,
           coalesce((SELECT points FROM next), 0) AS expiring_points,
           (SELECT expires_at FROM next) AS expiring_at,
           coalesce((SELECT greatest(0, debits - credits) FROM accounts WHERE id = :available), 0) AS owed
    """
_BALANCE = driver.statement(BALANCE_SQL)
_AS_OF = """
    SELECT coalesce(sum(CASE :available WHEN m.credit THEN m.amount WHEN m.debit THEN -m.amount END), 0)::bigint AS available,
           coalesce(sum(CASE :held WHEN m.credit THEN m.amount WHEN m.debit THEN -m.amount END), 0)::bigint AS held,
           coalesce(sum(CASE :coop WHEN m.credit THEN m.amount WHEN m.debit THEN -m.amount END), 0)::bigint AS coop_paise
      FROM postings p JOIN moves m ON m.posting_id = p.id
     WHERE p.programme_id = :programme AND p.member_id = :member AND p.{} <= :at"""
_AS_KNOWN, _AS_TRUE = text(_AS_OF.format("recorded_at")), text(_AS_OF.format("happened_at"))
_MOVEMENTS = driver.statement(
    """
    SELECT p.id, p.happened_at, p.reason, p.facts, p.corrects,
           sum(CASE :available WHEN m.credit THEN m.amount WHEN m.debit THEN -m.amount ELSE 0 END)::bigint AS points
      FROM (SELECT * FROM postings WHERE programme_id = :programme AND member_id = :member
             ORDER BY id DESC LIMIT :limit) p
      JOIN moves m ON m.posting_id = p.id AND m.unit = 'PTS'
     GROUP BY p.id, p.happened_at, p.reason, p.facts, p.corrects ORDER BY p.id DESC
    """
)
_TRIAL = text(
    """
    WITH untracked AS (
        SELECT id, sum(debit)::bigint AS debits, sum(credit)::bigint AS credits
          FROM (SELECT m.debit AS id, m.amount AS debit, 0 AS credit FROM moves m
                 WHERE m.debit IN (SELECT id FROM accounts WHERE programme_id = :programme AND NOT tracked)
                 UNION ALL
                SELECT m.credit, 0, m.amount FROM moves m
                 WHERE m.credit IN (SELECT id FROM accounts WHERE programme_id = :programme AND NOT tracked)) side
         GROUP BY id
    ), whole AS (
        SELECT CASE WHEN stripe_of IS NOT NULL THEN stripe_of
                    WHEN a.id LIKE '%/member/%' THEN regexp_replace(a.id, '/member/.*/', '/members/')
                    ELSE a.id END AS account,
               unit, coalesce(u.debits, a.debits) AS debits, coalesce(u.credits, a.credits) AS credits
          FROM accounts a LEFT JOIN untracked u ON u.id = a.id WHERE programme_id = :programme
    )
    SELECT account, unit, sum(debits)::bigint AS debits, sum(credits)::bigint AS credits,
           sum(credits - debits)::bigint AS balance
      FROM whole GROUP BY account, unit ORDER BY unit DESC, account
    """
)
_TRIAL_AS_TRUE = text(
    """
    SELECT CASE WHEN a.stripe_of IS NOT NULL THEN a.stripe_of
                WHEN a.id LIKE '%/member/%' THEN regexp_replace(a.id, '/member/.*/', '/members/')
                ELSE a.id END AS account,
           a.unit, sum(s.debit)::bigint AS debits, sum(s.credit)::bigint AS credits,
           sum(s.credit - s.debit)::bigint AS balance
      FROM (SELECT m.debit AS id, m.amount AS debit, 0 AS credit
              FROM postings p JOIN moves m ON m.posting_id = p.id
             WHERE p.programme_id = :programme AND p.happened_at < :before
             UNION ALL
            SELECT m.credit, 0, m.amount
              FROM postings p JOIN moves m ON m.posting_id = p.id
             WHERE p.programme_id = :programme AND p.happened_at < :before) s
      JOIN accounts a ON a.id = s.id
     GROUP BY 1, 2 ORDER BY a.unit DESC, 1
    """
)


@dataclass(frozen=True, slots=True)
class Balance:
    """`available` may be spent at the time asked for; `expiring_points` of it go at `expiring_at` (None: never).

    `owed`: how far a claw-back took the member below zero; what comes in fills that first.
    """

    available: int
    held: int
    expiring_points: int
    expiring_at: datetime | None
    owed: int = 0


@dataclass(frozen=True, slots=True)
class AsOf:
    """Account balances, summed from the moves. Points past due that no sweep had moved by then are still in `available`."""

    available: int
    held: int
    coop_paise: int


@dataclass(frozen=True, slots=True)
class Movement:
    """One posting as the member sees it. `points` is signed: what it did to the available balance.

    `kind` is the posting's reason: earn | hold | burn | part_commit | release | hold_expired | expire | correct | reverse |
    transfer_out | transfer_in | convert | adjust, or a caller's own. A burn did nothing to it: its hold took the points
    before.
    """

    posting_id: int
    at: datetime
    kind: str
    points: int
    facts: Mapping[str, Any]
    corrects: int | None


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One account, or all members' (`…/members/available`), or all stripes of a budget. balance = credits - debits."""

    account: str
    unit: str
    debits: int
    credits: int
    balance: int


def balance(conn: Connection, programme_id: str, member_id: str, at: datetime) -> Balance:
    """What the member has at `at`: points past due then do not count, swept or not. Zeros for an unknown member."""
    ids = {"available": chart.available(programme_id, member_id), "held": chart.held(programme_id, member_id)}
    (row,) = driver.fetch(conn, _BALANCE, ids | {"at": at})
    return Balance(row.available, row.held, row.expiring_points, row.expiring_at, row.owed)


def as_known(conn: Connection, programme_id: str, member_id: str, at: datetime) -> AsOf:
    """The member's accounts as the books showed them at `at`: what had been recorded by then."""
    return _as_of(conn, _AS_KNOWN, programme_id, member_id, at)


def as_true(conn: Connection, programme_id: str, member_id: str, at: datetime) -> AsOf:
    """The member's accounts as they truly were at `at`, as far as is known today: what had happened by then."""
    return _as_of(conn, _AS_TRUE, programme_id, member_id, at)


def movements(conn: Connection, programme_id: str, member_id: str, limit: int) -> list[Movement]:
    """The member's newest `limit` postings, newest first."""
    available = chart.available(programme_id, member_id)
    asked = {"programme": programme_id, "member": member_id, "limit": limit, "available": available}
    return [
        Movement(row.id, row.happened_at, row.reason, row.points, row.facts, row.corrects)
        for row in driver.fetch(conn, _MOVEMENTS, asked)
    ]


def trial(conn: Connection, programme_id: str) -> list[TrialRow]:
    """Every account's sums; the balances of one unit add up to zero. Untracked accounts are summed from their moves."""
    rows = conn.execute(_TRIAL, {"programme": programme_id})
    return [TrialRow(row.account, row.unit, row.debits, row.credits, row.balance) for row in rows]


def trial_as_true(conn: Connection, programme_id: str, before: datetime) -> list[TrialRow]:
    """The trial balance of what had happened before that moment, summed from the moves; accounts without any are left out."""
    rows = conn.execute(_TRIAL_AS_TRUE, {"programme": programme_id, "before": before})
    return [TrialRow(row.account, row.unit, row.debits, row.credits, row.balance) for row in rows]


def _as_of(conn: Connection, statement: TextClause, programme_id: str, member_id: str, at: datetime) -> AsOf:
    asked: dict[str, Any] = {"programme": programme_id, "member": member_id, "at": at}
    asked |= {"available": chart.available(programme_id, member_id), "held": chart.held(programme_id, member_id)}
    row = conn.execute(statement, asked | {"coop": chart.coop_available(programme_id, member_id)}).one()
    return AsOf(row.available, row.held, row.coop_paise)
