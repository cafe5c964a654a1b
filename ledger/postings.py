"""The postings Saathi makes of points, as values. Pure: post.py writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ledger import chart
from ledger.chart import CPC, PTS
from ledger.moves import (
    LARGEST_AMOUNT,
    ExpireLot,
    Move,
    OpenLot,
    Posting,
    Reverse,
    SetBudget,
    Settle,
    Spend,
    TakeToHold,
    Transfer,
    whole,
)


def earn(
    key: str, programme_id: str, member_id: str, points: int, expires_at: datetime | None, happened_at: datetime,
    through: Iterable[str] = (), reason: str = "earn",
) -> Posting:  # fmt: skip
    """Budget to the member: a credit, and a lot that expires. `through`: allotments that must carry it too."""
    available = chart.available(programme_id, member_id)
    return Posting(
        key, programme_id, reason, happened_at, (Move(chart.stripe(programme_id, member_id), available, PTS, points),),
        lots=OpenLot(expires_at), member_id=member_id, opens=(available,), spread=True,
        through=tuple(sorted(set(through))),
    )  # fmt: skip


def hold(
    key: str, hold_id: str, programme_id: str, member_id: str, points: int, happened_at: datetime,
    hold_expires_at: datetime | None = None,
) -> Posting:  # fmt: skip
    """Available to held, until it is burned or released, or runs out at `hold_expires_at`."""
    held = chart.held(programme_id, member_id)
    move = Move(chart.available(programme_id, member_id), held, PTS, points)
    lots = TakeToHold(hold_id, hold_expires_at)
    return Posting(key, programme_id, "hold", happened_at, (move,), lots=lots, member_id=member_id, opens=(held,))


def burn(key: str, hold_id: str, programme_id: str, member_id: str, happened_at: datetime) -> Posting:
    """Held to redeemed: what the points were held for has been paid."""
    settle = Settle(hold_id, "burned", chart.held(programme_id, member_id), chart.redeemed(programme_id))
    return Posting(key, programme_id, "burn", happened_at, derived=settle, member_id=member_id)


def part_commit(
    key: str, hold_id: str, programme_id: str, member_id: str, points: int, happened_at: datetime, grace_days: int
) -> Posting:
    """`points` of the hold to redeemed, those that expire first; the rest back to available at once: the hold is over."""
    whole(points)
    held, available = chart.held(programme_id, member_id), chart.available(programme_id, member_id)
    settle = Settle(hold_id, "burned", held, chart.redeemed(programme_id), grace_days, part=points, back=available)
    return Posting(key, programme_id, "part_commit", happened_at, derived=settle, member_id=member_id)


def release(
    key: str, hold_id: str, programme_id: str, member_id: str, happened_at: datetime, grace_days: int,
    reason: str = "release",
) -> Posting:  # fmt: skip
    """Held back to available, into the lots they came from."""
    available, held = chart.available(programme_id, member_id), chart.held(programme_id, member_id)
    settle = Settle(hold_id, "released", held, available, grace_days)
    return Posting(key, programme_id, reason, happened_at, derived=settle, member_id=member_id)


def convert(
    key: str, programme_id: str, member_id: str, points: int, paise_per_point: int, happened_at: datetime
) -> Posting:
    """Points, earliest expiry first, to co-op credit at a rate: two moves, one in each unit, one posting."""
    whole(points)
    whole(paise_per_point)
    coop = chart.coop_available(programme_id, member_id)
    spent = Move(chart.available(programme_id, member_id), chart.converted(programme_id), PTS, points)
    credited = Move(chart.coop_issue(programme_id), coop, CPC, points * paise_per_point)
    return Posting(
        key, programme_id, "convert", happened_at, (spent, credited), lots=Spend(), member_id=member_id, opens=(coop,)
    )


def transfer(key: str, programme_id: str, member_id: str, to: str, points: int, happened_at: datetime) -> Posting:
    """From one member to another, with the expiry the points have."""
    if member_id == to:
        raise ValueError(f"{member_id} cannot transfer points to themselves")
    return Posting(
        key, programme_id, "transfer_out", happened_at, derived=Transfer(to, points), member_id=member_id
    )


def reverse(
    key: str, programme_id: str, member_id: str, reverse_of: Reverse, happened_at: datetime
) -> Posting:
    """What a posting did is taken back, in whole or in part, by one that is linked to it."""
    return Posting(
        key, programme_id, "reverse", happened_at, derived=reverse_of, member_id=member_id, corrects=reverse_of.of
    )


def adjust_down(key: str, programme_id: str, member_id: str, points: int, happened_at: datetime) -> Posting:
    """Taken from a member by hand, earliest expiry first."""
    move = Move(chart.available(programme_id, member_id), chart.adjustments(programme_id), PTS, points)
    return Posting(key, programme_id, "adjust", happened_at, (move,), lots=Spend(), member_id=member_id)


def expire(lot_id: int, programme_id: str, member_id: str, happened_at: datetime) -> Posting:
    """Available to expired. Keyed by the lot, so that a repeat does nothing."""
    lot = ExpireLot(lot_id, chart.available(programme_id, member_id), chart.expired(programme_id))
    return Posting(f"expire/{lot_id}", programme_id, "expire", happened_at, derived=lot, member_id=member_id)


def set_budget(key: str, programme_id: str, points: int, happened_at: datetime, of: str = "") -> Posting:
    """Grants or withdraws what is missing to make `points` the whole budget, and evens out the stripes.

    `of`: an allotment; empty: the programme's own budget.
    """
    if type(points) is not int or not 0 <= points <= LARGEST_AMOUNT:
        raise ValueError(f"a budget is a whole number from 0 to {LARGEST_AMOUNT}, not {points!r}")
    return Posting(key, programme_id, "budget", happened_at, derived=SetBudget(points, of))


def with_facts(posting: Posting, facts: Mapping[str, Any]) -> Posting:
    """The same request with what explains it: programme version, rule id, trace."""
    return replace(posting, facts=facts)
