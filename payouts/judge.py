"""What an outcome means for a payout: which cause it is, what it lets us know, when to look again. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from payouts import schedule
from payouts.lifecycle import FINAL, OPEN, Cause, State
from payouts.payout import Payout
from payouts.provider import (
    Disputed,
    Failed,
    NotFound,
    Outcome,
    Paid,
    Processing,
    RateLimited,
    Refused,
    Reversed,
    Unknown,
)

LOW_BALANCE = "low_balance"
SHORT_OF_FUNDS = frozenset({"insufficient_funds", "insufficient_balance", LOW_BALANCE})
ABSENT_AFTER = timedelta(hours=1)  # since the last post


class Source(StrEnum):
    """Where an outcome comes from."""

    SEND = "send"
    ASK = "ask"
    EVENT = "event"


def counted(payout: Payout, outcome: Outcome, source: Source, now: datetime) -> Payout:
    """The counters after this answer."""
    match outcome:
        case Refused(permanent=True) if source is Source.SEND and payout.unanswered > 1:
            # An earlier post may have been taken. Counted all the same: else a request that is always refused would be
            # posted again for ever, and nobody would ask what became of the first one.
            return payout
        case RateLimited() | Refused() if source is Source.SEND:
            # This post was certainly not taken, so it is none of those that may have been.
            return replace(payout, unanswered=max(payout.unanswered - 1, 0))
        case NotFound() if payout.absent_at is None and payout.sent_at and now >= payout.sent_at + ABSENT_AFTER:
            return replace(payout, absent_at=now)
        case Processing() | Paid() | Reversed() | Failed():
            return replace(payout, absent_at=None)
        case _:
            return payout


def waits_for(payout: Payout, outcome: Outcome) -> str | None:
    """What the payout waits for on our side, after this answer: the provider's account needs money, for one."""
    match outcome:
        case Processing(_, _, reason):
            return reason
        case Refused(reason) if reason in SHORT_OF_FUNDS:
            return LOW_BALANCE
        case Refused() | Paid() | Reversed() | Failed():
            return None
        case _:
            return payout.waits_for


def cause_of(payout: Payout, outcome: Outcome, source: Source) -> Cause | None:
    """The lifecycle's cause, None where the outcome is none. `payout` as counted."""
    match outcome:
        case Processing():
            return Cause.TAKEN
        case Paid():
            return Cause.PAID
        case Reversed():
            return Cause.REVERSED
        case Failed():
            return Cause.REFUSED
        case Refused(permanent=True) if source is Source.SEND:
            # Final only if no other post may have got through: a refused repeat says nothing about the first.
            alone = payout.state is State.RESERVED and payout.unanswered == 0
            return Cause.REFUSED if alone else Cause.UNCLEAR
        case Unknown() if source is not Source.EVENT:
            return Cause.UNCLEAR
        case _:
            return None


def objection(payout: Payout, outcome: Outcome) -> str | None:
    """Why this outcome may not be taken at its word."""
    match outcome:
        case Disputed(why):
            return why
        case Processing() | Paid() | Reversed() | Failed():
            if outcome.amount_paise != payout.amount_paise:
                return f"amount_differs_{outcome.amount_paise}_not_{payout.amount_paise}"
            if payout.provider_id not in (None, outcome.provider_id):
                return "second_payout_at_provider"
    return None


def known(payout: Payout, outcome: Outcome) -> Payout:
    """What the outcome lets us know, whatever becomes of the state. The first UTR stays; what went
    wrong on the way is over with the money's arrival."""
    late = payout.state in FINAL and payout.state is not State.PAID
    match outcome:
        case Paid(provider_id, _, utr):
            reason = payout.reason if late else None
            return replace(payout, provider_id=provider_id, utr=payout.utr or utr, reason=reason)
        case Processing(provider_id):
            return replace(payout, provider_id=provider_id)
        case Reversed(provider_id, _, reason) | Failed(provider_id, _, reason):
            return replace(payout, provider_id=provider_id, reason=payout.reason if late else reason)
        case Refused(reason) | Unknown(reason):
            return replace(payout, reason=reason) if payout.state in OPEN else payout
        case _:
            return payout


def next_at(
    payout: Payout, state: State, outcome: Outcome, source: Source, *, repeat_is_safe: bool, now: datetime,
    delay_after: timedelta,
) -> datetime | None:  # fmt: skip
    """When to go on with a payout that is now in `state`, which is open."""
    if source is Source.EVENT and payout.state is state:
        return payout.next_at  # a callback that changes nothing does not touch the timer
    match outcome:
        case RateLimited() | Refused(permanent=False):
            retry_after_s = outcome.retry_after_s if isinstance(outcome, RateLimited) else None
            tries = payout.attempts - payout.unanswered + payout.asks
            return now + timedelta(seconds=schedule.wait_put_off_s(payout.id, tries, retry_after_s))
        case Unknown() | Refused() if state is not State.SENT:
            age_s = (now - (payout.reserved_at or now)).total_seconds()
            wait_s = schedule.wait_unclear_s(
                unanswered=payout.unanswered, asks=payout.asks, age_s=age_s, repeat_is_safe=repeat_is_safe
            )
        case _:
            wait_s = schedule.wait_asking_s(payout.asks)
    at, tell_at = now + timedelta(seconds=wait_s), delay_told_at(payout, delay_after)
    return tell_at if tell_at is not None and now < tell_at < at else at


def delay_told_at(payout: Payout, delay_after: timedelta) -> datetime | None:
    """When the member is to hear that it takes longer; None: they have."""
    return payout.requested_at + delay_after if payout.delay_told_at is None else None


def detail(outcome: Outcome, source: Source) -> dict[str, Any]:
    """For the record of what happened: slugs and numbers only."""
    names = ("provider_id", "amount_paise", "utr", "reason", "why", "retry_after_s", "permanent")
    return {"source": source.value} | {name: getattr(outcome, name, None) for name in names}


def slug(outcome: Outcome) -> str:
    """The name of an outcome that is no cause."""
    names: dict[type[object], str] = {
        NotFound: "not_found",
        RateLimited: "rate_limited",
        Refused: "put_off",
        Disputed: "disputed",
    }
    return names.get(type(outcome), "unclear")
