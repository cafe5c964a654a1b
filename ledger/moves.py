"""What a posting is. Pure: values that ask nothing; postings.py makes them.

A posting's key is the caller's ("<event id>/<n>"), the same on every retry. Its content is what `content` returns: the
same key with the same content is the same posting. Times and facts are not content, because a repeated callback brings
its own time and a newer trace, yet asks for nothing new.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from ledger.chart import Unit

LARGEST_AMOUNT = 10**15  # keeps every sum of sums far inside a 64-bit integer


def whole(amount: object) -> None:
    """Raises ValueError for what cannot be moved."""
    if type(amount) is not int or not 0 < amount <= LARGEST_AMOUNT:
        raise ValueError(f"an amount is a whole number from 1 to {LARGEST_AMOUNT}, not {amount!r}")


@dataclass(frozen=True, slots=True)
class Move:
    """`amount` (> 0) leaves `debit` and arrives at `credit`, both in `unit`."""

    debit: str
    credit: str
    unit: Unit
    amount: int

    def __post_init__(self) -> None:
        whole(self.amount)
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
    """The points of the one move come from lots not yet past due, earliest first, and the hold remembers which.

    `expires_at`: when the hold ends by itself; None: never.
    """

    hold_id: str
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.expires_at is not None and self.expires_at.utcoffset() is None:
            raise ValueError("a hold's expires_at needs a time zone")


@dataclass(frozen=True, slots=True)
class Spend:
    """The points of the first move come from lots not yet past due, earliest first."""


@dataclass(frozen=True, slots=True)
class Settle:
    """Moves all that the hold holds. Burned: gone. Released: back to the same lots.

    A lot that ran out meanwhile comes back as a new one that lives `grace_days` more. `part`: so many points are burned,
    and the rest is released to `back` at once.
    """

    hold_id: str
    state: Literal["burned", "released"]
    debit: str
    credit: str
    grace_days: int = 0
    part: int | None = None
    back: str | None = None


@dataclass(frozen=True, slots=True)
class ExpireLot:
    """Moves what is left in a lot that is past due at `happened_at`."""

    lot_id: int
    debit: str
    credit: str


@dataclass(frozen=True, slots=True)
class SetBudget:
    """Moves what is missing between `issue` and the stripes, so that `points` is all that may ever be given out.

    `of`: an allotment ("campaign/diwali"); empty: the programme's own budget.
    """

    points: int
    of: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Moves points to another member; each keeps the expiry of its lot."""

    to: str
    points: int

    def __post_init__(self) -> None:
        whole(self.points)


@dataclass(frozen=True, slots=True)
class Reverse:
    """Takes back what posting `of` did, or `points` of it; None: all that is not taken back yet.

    `may_go_negative`: where the member has spent them, their balance goes below zero. Not content: policy may change
    between a request and its repeat.
    """

    of: int
    points: int | None
    may_go_negative: bool = False
    grace_days: int = 0

    def __post_init__(self) -> None:
        if self.points is not None:
            whole(self.points)


Lots = OpenLot | TakeToHold | Spend
Derived = Settle | ExpireLot | SetBudget | Transfer | Reverse


@dataclass(frozen=True, slots=True)
class Posting:
    """One request to post: `moves` in order, or `derived`, where the amounts are read from the rows under lock.

    `spread`: the one move's debit is a budget stripe, and its siblings may give what it lacks. `through`: allotments that
    must carry as much ("campaign/diwali", "month/2026-11").
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
    through: tuple[str, ...] = ()
    corrects: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.key:
            raise ValueError("a posting needs a key")
        if self.happened_at.utcoffset() is None:
            raise ValueError("happened_at needs a time zone")
        if bool(self.moves) == (self.derived is not None):
            raise ValueError("a posting has moves or derives them")
        if (self.spread or (self.lots and not isinstance(self.lots, Spend))) and len(self.moves) != 1:
            raise ValueError("lots and stripes belong to a posting of one move")
        if self.through and not self.spread:
            raise ValueError("only what comes out of the budget goes through allotments")
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
            *([list(self.through)] if self.through else []),
        ]


def _plain(directive: Lots | Derived | None) -> list[object]:
    match directive:
        case None:
            return []
        case OpenLot(expires_at):
            return ["open", expires_at.timestamp() if expires_at else None]
        case TakeToHold(hold_id):
            return ["hold", hold_id]
        case Spend():
            return ["spend"]
        case Settle(hold_id, state, part=part):
            return [state, hold_id] + ([] if part is None else [part])
        case ExpireLot(lot_id):
            return ["expire", lot_id]
        case SetBudget(points, of):
            return ["budget", points, of] if of else ["budget", points]
        case Transfer(to, points):
            return ["transfer", to, points]
        case Reverse(reversed_posting, some):
            return ["reverse", reversed_posting, some]
