"""What a posting is, and the postings Saathi makes. Pure: builds values, asks nothing.

A posting's key is the caller's ("<event id>/<n>"), the same on every retry. Its content is what `content` returns: the
same key with the same content is the same posting. Times and facts are not content, because a repeated callback brings
its own time and a newer trace, yet asks for nothing new.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from ledger import chart
from ledger.chart import PTS, Unit

LARGEST_AMOUNT = 10**15  # keeps every sum of sums far inside a 64-bit integer


@dataclass(frozen=True, slots=True)
class Move:
    """`amount` (> 0) leaves `debit` and arrives at `credit`, both in `unit`."""

    debit: str
    credit: str
    unit: Unit
    amount: int

    def __post_init__(self) -> None:
        if type(self.amount) is not int or not 0 < self.amount <= LARGEST_AMOUNT:
            raise ValueError(f"an amount is a whole number from 1 to {LARGEST_AMOUNT}, not {self.amount!r}")
        if self.debit == self.credit:
            raise ValueError(f"{self.debit} cannot be moved to itself")


@dataclass(frozen=True, slots=True)
class OpenLot:
    """The points of the one move become a lot of the credited account. `expires_at` None: never."""

    expires_at: datetime | None

    def __post_init__(self) -> None:
        if self.expires_at is not None and self.expires_at.utcoffset() is None:
            raise ValueError("expires_at needs a time zone")


@dataclass(frozen=True, slots=True)
class TakeToHold:
    """The points of the one move come from lots not yet past due, earliest first, and the hold remembers which."""

    hold_id: str


@dataclass(frozen=True, slots=True)
class TakeBack:
    """The points of the one move come from the lot of the corrected posting first, then from the earliest expiry."""


@dataclass(frozen=True, slots=True)
class Settle:
    """Moves all that the hold holds. Burned: gone. Released: back to the same lots.

    A lot that ran out meanwhile comes back as a new one that lives `grace_days` more.
    """

    hold_id: str
    state: Literal["burned", "released"]
    debit: str
    credit: str
    grace_days: int = 0


@dataclass(frozen=True, slots=True)
class ExpireLot:
    """Moves what is left in a lot that is past due at `happened_at`."""

    lot_id: int
    debit: str
    credit: str


@dataclass(frozen=True, slots=True)
class SetBudget:
    """Moves what is missing between `issue` and the stripes, so that `points` is all that may ever be given out."""

    points: int


Lots = OpenLot | TakeToHold | TakeBack
Derived = Settle | ExpireLot | SetBudget


@dataclass(frozen=True, slots=True)
class Posting:
    """One request to post: `moves` in order, or `derived`, where the amounts are read from the rows under lock.

    `spread`: the one move's debit is a budget stripe, and its siblings may give what it lacks.
    `opens`: members' accounts that may be opened with floor 0.
    """

    key: str
    programme_id: str
    reason: str
    happened_at: datetime
    moves: tuple[Move, ...] = ()
    derived: Derived | None = None
    lots: Lots | None = None
    member_id: str | None = None
    opens: tuple[str, ...] = ()
    spread: bool = False
    corrects: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.key:
            raise ValueError("a posting needs a key")
        if self.happened_at.utcoffset() is None:
            raise ValueError("happened_at needs a time zone")
        if bool(self.moves) == (self.derived is not None):
            raise ValueError("a posting has moves or derives them")
        if (self.lots or self.spread) and len(self.moves) != 1:
            raise ValueError("lots and stripes belong to a posting of one move")
        for move in self.moves:
            if not all(end.startswith(self.programme_id + "/") for end in (move.debit, move.credit)):
                raise ValueError(f"a posting of {self.programme_id} cannot touch another programme's accounts")

    def content(self) -> list[object]:
        """What is asked for, as plain values for JSON."""
        moves = [[move.debit, move.credit, move.unit, move.amount] for move in self.moves]
        return [
            self.programme_id,
            self.member_id,
            self.reason,
            self.corrects,
            moves,
            _plain(self.lots),
            _plain(self.derived),
        ]


def _plain(directive: Lots | Derived | None) -> list[object]:
    match directive:
        case None:
            return []
        case OpenLot(expires_at):
            return ["open", expires_at.timestamp() if expires_at else None]
        case TakeToHold(hold_id):
            return ["hold", hold_id]
        case TakeBack():
            return ["take"]
        case Settle(hold_id, state):
            return [state, hold_id]
        case ExpireLot(lot_id):
            return ["expire", lot_id]
        case SetBudget(points):
            return ["budget", points]


def earn(
    key: str, programme_id: str, member_id: str, points: int, expires_at: datetime | None, happened_at: datetime
) -> Posting:
    """Budget to the member: a credit, and a lot that expires."""
    available = chart.available(programme_id, member_id)
    return Posting(
        key, programme_id, "earn", happened_at, (Move(chart.stripe(programme_id, member_id), available, PTS, points),),
        lots=OpenLot(expires_at), member_id=member_id, opens=(available,), spread=True,
    )  # fmt: skip


def hold(key: str, hold_id: str, programme_id: str, member_id: str, points: int, happened_at: datetime) -> Posting:
    """Available to held, until it is burned or released."""
    held = chart.held(programme_id, member_id)
    move = Move(chart.available(programme_id, member_id), held, PTS, points)
    return Posting(
        key, programme_id, "hold", happened_at, (move,), lots=TakeToHold(hold_id), member_id=member_id, opens=(held,)
    )


def burn(key: str, hold_id: str, programme_id: str, member_id: str, happened_at: datetime) -> Posting:
    """Held to redeemed: what the points were held for has been paid."""
    settle = Settle(hold_id, "burned", chart.held(programme_id, member_id), chart.redeemed(programme_id))
    return Posting(key, programme_id, "burn", happened_at, derived=settle, member_id=member_id)


def release(
    key: str, hold_id: str, programme_id: str, member_id: str, happened_at: datetime, grace_days: int
) -> Posting:
    """Held back to available, into the lots they came from."""
    available, held = chart.available(programme_id, member_id), chart.held(programme_id, member_id)
    settle = Settle(hold_id, "released", held, available, grace_days)
    return Posting(key, programme_id, "release", happened_at, derived=settle, member_id=member_id)


def expire(lot_id: int, programme_id: str, member_id: str, happened_at: datetime) -> Posting:
    """Available to expired. Keyed by the lot, so that a repeat does nothing."""
    lot = ExpireLot(lot_id, chart.available(programme_id, member_id), chart.expired(programme_id))
    return Posting(f"expire/{lot_id}", programme_id, "expire", happened_at, derived=lot, member_id=member_id)


def correct(key: str, programme_id: str, member_id: str, points: int, corrects: int, happened_at: datetime) -> Posting:
    """Back from the member to the budget, linked to the posting that gave them. (To give more is to earn again.)"""
    move = Move(chart.available(programme_id, member_id), chart.stripe(programme_id, member_id), PTS, points)
    return Posting(
        key, programme_id, "correct", happened_at, (move,), lots=TakeBack(), member_id=member_id, corrects=corrects
    )


def set_budget(key: str, programme_id: str, points: int, happened_at: datetime) -> Posting:
    """Grants or withdraws what is missing to make `points` the whole budget, and evens out the stripes."""
    if type(points) is not int or not 0 <= points <= LARGEST_AMOUNT:
        raise ValueError(f"a budget is a whole number from 0 to {LARGEST_AMOUNT}, not {points!r}")
    return Posting(key, programme_id, "budget", happened_at, derived=SetBudget(points))


def with_facts(posting: Posting, facts: Mapping[str, Any]) -> Posting:
    """The same request with what explains it: programme version, rule id, trace."""
    return replace(posting, facts=facts)
