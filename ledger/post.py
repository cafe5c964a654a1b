"""The one writer. A posting is one statement: a function in the database moves, checks floors and keeps the lots.

It runs in the caller's transaction and takes its locks in one order: accounts by id, then lots.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, text

from ledger import chart
from ledger.moves import ExpireLot, OpenLot, Posting, SetBudget, Settle, TakeBack, TakeToHold

_POST = text(
    "SELECT * FROM ledger_post(:key, :asked, :programme, :member, :reason, CAST(:corrects AS bigint),"
    " CAST(:facts AS jsonb), CAST(:happened_at AS timestamptz), CAST(:recorded_at AS timestamptz),"
    " CAST(:debits AS text[]), CAST(:credits AS text[]), CAST(:units AS text[]), CAST(:amounts AS bigint[]),"
    " CAST(:opens AS text[]), :spread, :lots, :hold, CAST(:expires_at AS timestamptz))"
)
_SETTLE = text(
    "SELECT * FROM ledger_settle(:key, :asked, :programme, :member, :reason, CAST(:facts AS jsonb),"
    " CAST(:happened_at AS timestamptz), CAST(:recorded_at AS timestamptz),"
    " :debit, :credit, :hold, :state, CAST(:grace AS interval))"
)
_EXPIRE = text(
    "SELECT * FROM ledger_expire(:key, :asked, :programme, :member, :reason, CAST(:facts AS jsonb),"
    " CAST(:happened_at AS timestamptz), CAST(:recorded_at AS timestamptz), :debit, :credit, CAST(:lot AS bigint))"
)
_SET_BUDGET = text(
    "SELECT * FROM ledger_set_budget(:key, :asked, :programme, :reason, CAST(:facts AS jsonb),"
    " CAST(:happened_at AS timestamptz), CAST(:recorded_at AS timestamptz), :issue, :budget, CAST(:points AS bigint))"
)


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
    """Refused: `points` is what the whole budget has left; for set_budget, what has been given out already."""

    points: int


@dataclass(frozen=True, slots=True)
class NothingLeft:
    """The lot to expire is empty, or not yet due."""


class KeyReused(RuntimeError):
    """The key stands for another posting: a fault of the caller."""


class HoldSettled(RuntimeError):
    """The hold has been burned or released under another key."""


class UnknownHold(LookupError):
    """No such hold of this member in this programme."""


Outcome = Posted | Short | BudgetSpent | NothingLeft


def post(conn: Connection, posting: Posting, recorded_at: datetime) -> Outcome:
    """Post, in one statement; a refusal leaves nothing in the books.

    Same key and same content: the first answer. Raises KeyReused, HoldSettled, UnknownHold.
    """
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
    match posting.derived:
        case None:
            row = conn.execute(_POST, common | _moves(posting)).one()
        case Settle(hold_id, state, debit, credit, grace_days):
            ends = {"debit": debit, "credit": credit, "hold": hold_id}
            row = conn.execute(_SETTLE, common | ends | {"state": state, "grace": timedelta(days=grace_days)}).one()
        case ExpireLot(lot_id, debit, credit):
            row = conn.execute(_EXPIRE, common | {"debit": debit, "credit": credit, "lot": lot_id}).one()
        case SetBudget(points):
            ends = {"issue": chart.issue(posting.programme_id), "budget": chart.budget(posting.programme_id)}
            row = conn.execute(_SET_BUDGET, common | ends | {"points": points}).one()
    return _outcome(posting, row)


def _moves(posting: Posting) -> dict[str, Any]:
    lots: dict[str, Any] = {"lots": None, "hold": None, "expires_at": None}
    match posting.lots:
        case OpenLot(expires_at):
            lots |= {"lots": "open", "expires_at": expires_at}
        case TakeToHold(hold_id):
            lots |= {"lots": "hold", "hold": hold_id}
        case TakeBack():
            lots |= {"lots": "take"}
    return {
        "corrects": posting.corrects,
        "debits": [move.debit for move in posting.moves],
        "credits": [move.credit for move in posting.moves],
        "units": [move.unit for move in posting.moves],
        "amounts": [move.amount for move in posting.moves],
        "opens": list(posting.opens),
        "spread": posting.spread,
        **lots,
    }


def _outcome(posting: Posting, row: Row[Any]) -> Outcome:
    match row.outcome:
        case "posted" | "already":
            return Posted(row.posting, row.outcome == "already", row.debit_after, row.credit_after)
        case "short":
            return Short(row.account, row.balance)
        case "budget_spent":
            return BudgetSpent(row.balance)
        case "nothing":
            return NothingLeft()
        case "reused":
            raise KeyReused(f"key {posting.key!r} stands for posting {row.posting}, which asked for something else")
        case "burned" | "released":
            raise HoldSettled(f"the hold that {posting.key!r} would settle was {row.outcome} already")
        case "unknown":
            raise UnknownHold(f"{posting.key!r} would settle a hold that {posting.member_id} does not have")
        case other:
            raise AssertionError(f"the ledger answered {other!r}")
