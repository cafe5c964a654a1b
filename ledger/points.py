"""What callers do with a member's points. Each is one statement in the caller's transaction, and repeats safely by key.

`balance` and `available` in the answers are the available account after the posting, as recorded with it, so that a
repeat answers the same; points past due that the expiry sweep has not moved yet are still in them. balance.py reads
what may be spent at a given time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from ledger import postings
from ledger.post import BudgetSpent, Outcome, Posted, Short, post

Facts = Mapping[str, Any]
EXPIRED_HOLD_GRACE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Earned:
    posting_id: int
    balance: int


@dataclass(frozen=True, slots=True)
class Held:
    hold_id: str
    available: int


@dataclass(frozen=True, slots=True)
class TooFew:
    """Refused: `available` is all that may be spent."""

    available: int


@dataclass(frozen=True, slots=True)
class Burned:
    hold_id: str
    posting_id: int


@dataclass(frozen=True, slots=True)
class Released:
    hold_id: str
    available: int


def earn(
    conn: Connection, *, key: str, programme_id: str, member_id: str, points: int, expires_at: datetime | None,
    happened_at: datetime, recorded_at: datetime, facts: Facts, through: Iterable[str] = (),
) -> Earned | BudgetSpent:  # fmt: skip
    """Credit points out of the programme's budget. `expires_at` None: they never expire.

    `through`: allotments ("campaign/diwali", "month/2026-11") that must carry them as well. Where the member owes points,
    the debt is filled first. Raises KeyReused, PeriodClosed, UnknownAccount.
    """
    posting = postings.earn(key, programme_id, member_id, points, expires_at, happened_at, through)
    match post(conn, postings.with_facts(posting, facts), recorded_at):
        case Posted(posting_id, credit_after=int(balance)):
            return Earned(posting_id, balance)
        case BudgetSpent() as refused:
            return refused
        case other:
            raise unexpected(other)


def hold(
    conn: Connection, *, key: str, hold_id: str, programme_id: str, member_id: str, points: int,
    happened_at: datetime, recorded_at: datetime, facts: Facts, hold_expires_at: datetime | None = None,
) -> Held | TooFew:  # fmt: skip
    """Set points aside, earliest expiry first; lots past due at `happened_at` do not count.

    From `hold_expires_at` on (None: never) the hold can only be released, and the sweep does it. Raises KeyReused,
    HoldReused, PeriodClosed.
    """
    posting = postings.hold(key, hold_id, programme_id, member_id, points, happened_at, hold_expires_at)
    match post(conn, postings.with_facts(posting, facts), recorded_at):
        case Posted(debit_after=int(available)):
            return Held(hold_id, available)
        case Short(balance=available):
            return TooFew(available)
        case other:
            raise unexpected(other)


def burn(
    conn: Connection, *, key: str, hold_id: str, programme_id: str, member_id: str,
    happened_at: datetime, recorded_at: datetime, facts: Facts,
) -> Burned:  # fmt: skip
    """What was held is spent for good. Raises HoldSettled, HoldExpired, UnknownHold, KeyReused, PeriodClosed."""
    posting = postings.burn(key, hold_id, programme_id, member_id, happened_at)
    match post(conn, postings.with_facts(posting, facts), recorded_at):
        case Posted(posting_id):
            return Burned(hold_id, posting_id)
        case other:
            raise unexpected(other)


def release(
    conn: Connection, *, key: str, hold_id: str, programme_id: str, member_id: str,
    happened_at: datetime, recorded_at: datetime, facts: Facts,
    expired_hold_grace_days: int = EXPIRED_HOLD_GRACE_DAYS,
) -> Released:  # fmt: skip
    """What was held returns to its lots; a lot past due at `recorded_at` returns as one that lives the grace days more.

    Raises HoldSettled, UnknownHold, KeyReused, PeriodClosed.
    """
    posting = postings.release(key, hold_id, programme_id, member_id, happened_at, expired_hold_grace_days)
    match post(conn, postings.with_facts(posting, facts), recorded_at):
        case Posted(credit_after=int(available)):
            return Released(hold_id, available)
        case other:
            raise unexpected(other)


def unexpected(outcome: Outcome) -> AssertionError:
    return AssertionError(f"the ledger answered {outcome!r}")
