"""The life of a payout: one table says every legal change, what it does to the points and what the member hears.

requested -> (awaiting approval) -> reserved -> sent -> paid | failed | reversed, plus unknown. `reserved` means that the
reference, the idempotency key and the exact request bytes are committed; only then may the provider be called. A payout
has one key and one request for its whole life, so repeating can never become a second payout. A state of the end is left
on one edge only: paid -> reversed, days later.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    REQUESTED = "requested"
    AWAITING_APPROVAL = "awaiting_approval"  # points held, a person decides
    RESERVED = "reserved"
    SENT = "sent"  # the provider has it and has not decided
    UNKNOWN = "unknown"  # the provider may have it
    PAID = "paid"
    FAILED = "failed"
    REVERSED = "reversed"


class Cause(StrEnum):
    APPROVAL_NEEDED = "approval_needed"
    APPROVED = "approved"  # by as many as it takes
    REJECTED = "rejected"  # by a person of ours, where nothing can have left
    BEGUN = "begun"
    UNBUILDABLE = "unbuildable"  # no request can be made of it: found before anything left
    TAKEN = "taken"
    UNCLEAR = "unclear"
    PAID = "paid"
    REFUSED = "refused"  # finally: the provider will not pay it, now or later
    REVERSED = "reversed"
    ABSENT = "absent"  # reconciliation looked twice and the provider does not know it


class Points(StrEnum):
    """What becomes of the held points."""

    STAY = "stay"
    BURN = "burn"
    RELEASE = "release"
    GIVE_BACK = "give_back"  # burned already: a correcting posting


class News(StrEnum):
    """What the member is told."""

    NOTHING = "nothing"
    PAID = "paid"
    FAILED = "failed"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True)
class Change:
    to: State
    points: Points = Points.STAY
    news: News = News.NOTHING


@dataclass(frozen=True, slots=True)
class Stale:
    """Says nothing new, or comes late: keep the state."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Cannot be true together with what is on the books: keep the state and call a person."""


_PAID = Change(State.PAID, Points.BURN, News.PAID)
_FAILED = Change(State.FAILED, Points.RELEASE, News.FAILED)
# Money that came back before we knew it had gone: to the member it never arrived, so they hear of a failure.
_REVERSED = Change(State.REVERSED, Points.RELEASE, News.FAILED)

TABLE: dict[tuple[State, Cause], Change] = {
    (State.REQUESTED, Cause.APPROVAL_NEEDED): Change(State.AWAITING_APPROVAL),
    (State.REQUESTED, Cause.BEGUN): Change(State.RESERVED),
    (State.REQUESTED, Cause.UNBUILDABLE): _FAILED,
    (State.REQUESTED, Cause.REJECTED): _FAILED,
    (State.AWAITING_APPROVAL, Cause.APPROVED): Change(State.REQUESTED),
    (State.AWAITING_APPROVAL, Cause.REJECTED): _FAILED,
    (State.RESERVED, Cause.TAKEN): Change(State.SENT),
    (State.RESERVED, Cause.UNCLEAR): Change(State.UNKNOWN),
    (State.RESERVED, Cause.PAID): _PAID,
    (State.RESERVED, Cause.REFUSED): _FAILED,
    (State.RESERVED, Cause.REVERSED): _REVERSED,
    (State.RESERVED, Cause.ABSENT): _FAILED,
    (State.RESERVED, Cause.REJECTED): _FAILED,
    (State.UNKNOWN, Cause.TAKEN): Change(State.SENT),
    (State.UNKNOWN, Cause.PAID): _PAID,
    (State.UNKNOWN, Cause.REFUSED): _FAILED,
    (State.UNKNOWN, Cause.REVERSED): _REVERSED,
    (State.UNKNOWN, Cause.ABSENT): _FAILED,
    (State.SENT, Cause.PAID): _PAID,
    (State.SENT, Cause.REFUSED): _FAILED,
    (State.SENT, Cause.REVERSED): _REVERSED,
    (State.PAID, Cause.REVERSED): Change(State.REVERSED, Points.GIVE_BACK, News.REVERSED),
}

UNBEGUN = frozenset({State.REQUESTED, State.AWAITING_APPROVAL})  # no request has been made of it
_OUTSIDE_NEWS = frozenset({Cause.TAKEN, Cause.PAID, Cause.REFUSED, Cause.REVERSED})
CONTRADICTIONS: frozenset[tuple[State, Cause]] = frozenset(
    {(state, cause) for state in UNBEGUN for cause in _OUTSIDE_NEWS}
    | {(State.PAID, Cause.REFUSED), (State.FAILED, Cause.PAID)}
)

OPEN = UNBEGUN | {State.RESERVED, State.SENT, State.UNKNOWN}  # somebody has to go on with these
FINAL = frozenset({State.PAID, State.FAILED, State.REVERSED})


def change(state: State, cause: Cause, *, known_to_provider: bool = True) -> Change | Stale | Contradiction:
    """What `cause` does to a payout in `state`. Callbacks repeat and reorder, so most late news is Stale.

    `known_to_provider`: false when the provider never gave the payout an id. A payout that failed that way and
    turns up there after all is a Contradiction: its points have been returned.
    """
    found = TABLE.get((state, cause))
    if found is not None:
        return found
    if (state, cause) in CONTRADICTIONS or (state is State.FAILED and cause is Cause.TAKEN and not known_to_provider):
        return Contradiction()
    return Stale()
