"""Points that go elsewhere: to another member, into co-op credit, or away by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from ledger import postings
from ledger.points import Facts, TooFew, unexpected
from ledger.post import BudgetSpent, Posted, Short, post


@dataclass(frozen=True, slots=True)
class Transferred:
    """`available`: what the giver has left."""

    posting_id: int
    available: int


@dataclass(frozen=True, slots=True)
class Converted:
    """`available`: points left; `coop_paise`: credited by this conversion."""

    posting_id: int
    available: int
    coop_paise: int


@dataclass(frozen=True, slots=True)
class Adjusted:
    posting_id: int
    balance: int


def transfer(
    conn: Connection, *, key: str, programme_id: str, member_id: str, to: str, points: int,
    happened_at: datetime, recorded_at: datetime, facts: Facts,
) -> Transferred | TooFew:  # fmt: skip
    """From `member_id` to member `to`, earliest expiry first, each with the expiry it has; a debt of `to` is filled first.

    Two postings in one statement, `transfer_out` and `transfer_in` (key + "/in"), so that each member's history tells
    it. Raises KeyReused, PeriodClosed; ValueError for a transfer to oneself.
    """
    posting = postings.transfer(key, programme_id, member_id, to, points, happened_at)
    match post(conn, postings.with_facts(posting, facts), recorded_at):
        case Posted(posting_id, debit_after=int(available)):
            return Transferred(posting_id, available)
        case Short(balance=available):
            return TooFew(available)
        case other:
            raise unexpected(other)


def convert(
    conn: Connection, *, key: str, programme_id: str, member_id: str, points: int, paise_per_point: int,
    happened_at: datetime, recorded_at: datetime, facts: Facts,
) -> Converted | TooFew:  # fmt: skip
    """Points into co-op credit (CPC, paise) at a rate, in one posting. Raises KeyReused, PeriodClosed."""
    posting = postings.convert(key, programme_id, member_id, points, paise_per_point, happened_at)
    match post(conn, postings.with_facts(posting, facts), recorded_at):
        case Posted(posting_id, debit_after=int(available)):
            return Converted(posting_id, available, points * paise_per_point)
        case Short(balance=available):
            return TooFew(available)
        case other:
            raise unexpected(other)


def adjust(
    conn: Connection, *, key: str, programme_id: str, member_id: str, points: int, expires_at: datetime | None,
    happened_at: datetime, recorded_at: datetime, facts: Facts,
) -> Adjusted | BudgetSpent | TooFew:  # fmt: skip
    """By hand: `points` > 0 are given out of the budget with their expiry, < 0 are taken, earliest expiry first.

    Who decides writes the audit in the same transaction. Raises KeyReused, PeriodClosed; ValueError for 0.
    """
    if points > 0:
        posting = postings.earn(key, programme_id, member_id, points, expires_at, happened_at, reason="adjust")
    else:
        posting = postings.adjust_down(key, programme_id, member_id, -points, happened_at)
    match post(conn, postings.with_facts(posting, facts), recorded_at):
        case Posted(posting_id, _, debit_after, credit_after):
            balance = credit_after if points > 0 else debit_after
            assert balance is not None
            return Adjusted(posting_id, balance)
        case BudgetSpent() as refused:
            return refused
        case Short(balance=available):
            return TooFew(available)
        case other:
            raise unexpected(other)
