"""The one writer. A posting is one statement: a function in the database moves, checks floors and keeps the lots.

It runs in the caller's transaction and takes its locks in one order: accounts by id, then lots. Where several things
forbid a posting, one answer is given, in this order: the key (already posted, or reused), the closed month, the hold or
the posting it is about, the budgets (allotments first), the balance.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from psycopg.errors import ForeignKeyViolation, UniqueViolation
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from base import driver
from ledger import chart
from ledger.moves import ExpireLot, OpenLot, Posting, Reverse, SetBudget, Settle, Spend, TakeToHold, Transfer

_CALL = "SELECT * FROM ledger_{}(:key, :asked, :programme, "
_COMMON = "CAST(:facts AS jsonb), CAST(:happened_at AS timestamptz), CAST(:recorded_at AS timestamptz), "
_POST = driver.statement(
    _CALL.format("post") + ":member, :reason, CAST(:corrects AS bigint), " + _COMMON +
    "CAST(:debits AS text[]), CAST(:credits AS text[]), CAST(:units AS text[]), CAST(:amounts AS bigint[]),"
    " CAST(:opens AS text[]), :spread, :lots, :hold, CAST(:expires_at AS timestamptz), CAST(:through AS text[]),"
    " :drawn, CAST(:hold_expires_at AS timestamptz))"
)  # fmt: skip
_SETTLE = driver.statement(
    _CALL.format("settle") + ":member, :reason, " + _COMMON +
    ":debit, :credit, :hold, :state, CAST(:grace AS interval), CAST(:part AS bigint), :back)"
)  # fmt: skip
_EXPIRE = driver.statement(
    _CALL.format("expire") + ":member, :reason, " + _COMMON + ":debit, :credit, CAST(:lot AS bigint))"
)
_SET_BUDGET = driver.statement(
    _CALL.format("set_budget") + ":reason, " + _COMMON + ":issue, :budget, CAST(:points AS bigint))"
)
_TRANSFER = driver.statement(
    _CALL.format("transfer") + ":member, " + _COMMON + ":debit, :via, :credit, :to, CAST(:points AS bigint))"
)
_REVERSE = driver.statement(
    _CALL.format("reverse") + ":member, :reason, " + _COMMON +
    "CAST(:of AS bigint), CAST(:points AS bigint), :into_debt, CAST(:grace AS interval),"
    " :available, :stripe, :redeemed, :drawn)"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Posted:
    """In the books. `already`: by an earlier call with this key, whose balances these are.

    `debit_after`, `credit_after`: balances of the first move's accounts; None where untracked.
    """

    posting_id: int
    already: bool
    debit_after: int | None
    credit_after: int | None


@dataclass(frozen=True, slots=True)
class Short:
    """Refused: `account` has `balance`, which is too little. For a hold: what may be spent, without points past due."""

    account: str
    balance: int


@dataclass(frozen=True, slots=True)
class BudgetSpent:
    """Refused: `points` is what the whole budget has left; for set_budget, what has been given out already.

    `of`: the allotment that is spent ("campaign/diwali"); empty: the programme's own budget.
    """

    points: int
    of: str = ""


@dataclass(frozen=True, slots=True)
class TooMuch:
    """Refused: only `left` points of what the posting did are not taken back yet."""

    left: int


@dataclass(frozen=True, slots=True)
class NothingLeft:
    """The lot to expire is empty, or not yet due."""


class KeyReused(RuntimeError):
    """The key stands for another posting: a fault of the caller."""


class HoldReused(RuntimeError):
    """The hold's id stands for another hold: a fault of the caller."""


class HoldSettled(RuntimeError):
    """The hold has been burned or released under another key."""


class HoldExpired(RuntimeError):
    """The hold ran out before it was burned; the sweep releases it, if nobody does before."""


class UnknownHold(LookupError):
    """No such hold of this member in this programme."""


class UnknownAccount(LookupError):
    """There is no such account in this unit, or the programme, campaign or month has not been opened."""


class UnknownPosting(LookupError):
    """No such posting of this member in this programme."""


class ReversalOfReversal(RuntimeError):
    """What is to be reversed is itself a correction; ask for the right posting anew instead."""


class Irreversible(RuntimeError):
    """Only earnings, adjustments upward and burns are reversed; a transfer goes back by a transfer."""


class PeriodClosed(RuntimeError):
    """What it says happened in a month that is closed: post it with a later happened_at, and say so in its facts."""


Outcome = Posted | Short | BudgetSpent | TooMuch | NothingLeft
FAULTS: Mapping[str, tuple[type[Exception], str]] = {
    "reused": (KeyReused, "it stands for posting {posting}, which asked for something else"),
    "burned": (HoldSettled, "the hold was burned already"),
    "part_burned": (HoldSettled, "the hold was burned in part already"),
    "released": (HoldSettled, "the hold was released already"),
    "hold_expired": (HoldExpired, "the hold ran out before"),
    "unknown": (UnknownHold, "the member has no such hold"),
    "no_posting": (UnknownPosting, "the member has no such posting"),
    "reversal": (ReversalOfReversal, "what it would reverse is a correction itself"),
    "irreversible": (Irreversible, "postings of that kind are not reversed"),
    "closed": (PeriodClosed, "the month in which it happened is closed"),
}


def post(conn: Connection, posting: Posting, recorded_at: datetime) -> Outcome:
    """Post, in one statement; a refusal leaves nothing in the books.

    Same key and same content: the first answer. Raises the exceptions above; UnknownAccount, HoldReused and an
    UnknownPosting that is corrected also end the caller's transaction.
    """
    statement, asked = _statement(posting)
    common = {
        "key": posting.key,
        "asked": sha256(json.dumps(posting.content()).encode()).digest(),
        "programme": posting.programme_id,
        "member": posting.member_id,
        "reason": posting.reason,
        "facts": json.dumps(dict(posting.facts), ensure_ascii=False),
        "happened_at": posting.happened_at,
        "recorded_at": recorded_at,
    }
    try:
        (row,) = driver.fetch(conn, statement, common | asked)
    except IntegrityError as fault:
        if (named := _named(posting, fault)) is None:
            raise
        raise named from fault
    return _outcome(posting, row)


def _statement(posting: Posting) -> tuple[str, dict[str, Any]]:
    programme, member = posting.programme_id, posting.member_id or ""
    match posting.derived:
        case None:
            return _POST, _moves(posting)
        case Settle(hold_id, state, debit, credit, grace_days, part, back):
            settled = {"hold": hold_id, "state": state, "part": part, "back": back}
            return _SETTLE, {"debit": debit, "credit": credit, "grace": timedelta(days=grace_days), **settled}
        case ExpireLot(lot_id, debit, credit):
            return _EXPIRE, {"debit": debit, "credit": credit, "lot": lot_id}
        case SetBudget(points, of):
            return _SET_BUDGET, {"issue": chart.issue(programme, of), "budget": chart.budget(programme, of), "points": points}
        case Transfer(to, points):
            ends = {"debit": chart.available(programme, member), "credit": chart.available(programme, to)}
            return _TRANSFER, ends | {"via": chart.transfers(programme), "to": to, "points": points}
        case Reverse(of_posting, some, may_go_negative, grace_days):
            ends = {"available": chart.available(programme, member), "stripe": chart.stripe(programme, member)}
            ends |= {"redeemed": chart.redeemed(programme), "drawn": chart.drawn(programme)}
            limits = {"into_debt": may_go_negative, "grace": timedelta(days=grace_days)}
            return _REVERSE, {"of": of_posting, "points": some, **limits, **ends}


def _moves(posting: Posting) -> dict[str, Any]:
    lots: dict[str, Any] = {"lots": None, "hold": None, "expires_at": None, "hold_expires_at": None}
    match posting.lots:
        case OpenLot(expires_at):
            lots |= {"lots": "open", "expires_at": expires_at}
        case TakeToHold(hold_id, hold_expires_at):
            lots |= {"lots": "hold", "hold": hold_id, "hold_expires_at": hold_expires_at}
        case Spend():
            lots |= {"lots": "spend"}
    programme, member = posting.programme_id, posting.member_id or ""
    return {
        "corrects": posting.corrects,
        "debits": [move.debit for move in posting.moves],
        "credits": [move.credit for move in posting.moves],
        "units": [move.unit for move in posting.moves],
        "amounts": [move.amount for move in posting.moves],
        "opens": list(posting.opens),
        "spread": posting.spread,
        "through": [chart.stripe(programme, member, of) for of in posting.through],
        "drawn": chart.drawn(programme) if posting.through else None,
        **lots,
    }


def _outcome(posting: Posting, row: Any) -> Outcome:
    match row.outcome:
        case "posted" | "already":
            return Posted(row.posting, row.outcome == "already", row.debit_after, row.credit_after)
        case "short":
            return Short(row.account, row.balance)
        case "budget_spent":
            return BudgetSpent(row.balance, _of(row.account))
        case "too_much":
            return TooMuch(row.balance)
        case "nothing":
            return NothingLeft()
        case fault:
            kind, why = FAULTS[fault]
            raise kind(f"{posting.key!r}: {why.format(posting=row.posting)}")


def _of(account: str) -> str:
    """The allotment of "<programme>/allotment/campaign/diwali[/07]"; empty for the programme's own budget."""
    _, found, rest = account.partition("/allotment/")
    return "/".join(rest.split("/")[:2]) if found else ""


def _named(posting: Posting, fault: IntegrityError) -> Exception | None:
    """Which fault of the caller the database found while it wrote. None: a fault of ours."""
    if not isinstance(fault.orig, ForeignKeyViolation | UniqueViolation):
        return None
    told = fault.orig.diag
    if isinstance(fault.orig, UniqueViolation):
        reused = told.constraint_name == "holds_pkey"
        return HoldReused(f"{posting.key!r}: its hold's id stands for another hold") if reused else None
    if told.constraint_name == "postings_corrects_fkey":
        return UnknownPosting(f"{posting.key!r}: there is no posting {posting.corrects}")
    return UnknownAccount(f"{posting.key!r}: {told.message_detail or told.message_primary}")
