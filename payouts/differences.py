"""Where our books and the provider's list differ: a closed list of causes, whose each is, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from payouts.lifecycle import UNBEGUN, State
from payouts.payout import Payout
from payouts.provider import Disputed, Failed, NotFound, Outcome, Paid, Processing, Reversed

STILL_AFTER = timedelta(days=4)  # IMPS and UPI may take three working days: RazorpayX, "Payout states"
MISSING_AFTER = timedelta(days=1)  # before that, looking for what may never have arrived is the payout's own business


class Cause(StrEnum):
    MISSING_AT_PROVIDER = "missing_at_provider"
    UNKNOWN_TO_US = "unknown_to_us"
    AMOUNT_DIFFERS = "amount_differs"
    STATE_DIFFERS = "state_differs"
    UTR_DIFFERS = "utr_differs"
    DOUBLED_AT_PROVIDER = "doubled_at_provider"
    CLEARING_DIFFERS = "clearing_differs"
    LATE_REVERSAL = "late_reversal"
    CALLBACK_MISSED = "callback_missed"
    STILL_PROCESSING = "still_processing"
    UNREADABLE = "unreadable"


class Owner(StrEnum):
    FINANCE = "finance"
    ENGINEERING = "engineering"
    PROVIDER = "provider"  # finance asks them


@dataclass(frozen=True, slots=True)
class Meaning:
    owner: Owner
    what_to_do: str


MEANINGS: Mapping[Cause, Meaning] = {
    Cause.MISSING_AT_PROVIDER: Meaning(Owner.PROVIDER, "ask the provider about our reference; never pay it anew meanwhile"),
    Cause.UNKNOWN_TO_US: Meaning(Owner.FINANCE, "find out who made this payout at the provider, and why"),
    Cause.AMOUNT_DIFFERS: Meaning(Owner.FINANCE, "compare both amounts with the bank's statement, then payouts clear-alert"),
    Cause.STATE_DIFFERS: Meaning(Owner.FINANCE, "find out from the bank's statement which is true, then payouts clear-alert"),
    Cause.UTR_DIFFERS: Meaning(Owner.FINANCE, "find out from the bank's statement which reference is the payment's"),
    Cause.DOUBLED_AT_PROVIDER: Meaning(Owner.FINANCE, "two payouts bear our reference: recall one with the provider"),
    Cause.CLEARING_DIFFERS: Meaning(Owner.ENGINEERING, "run ledger verify; the clearing account and the open payouts disagree"),
    Cause.LATE_REVERSAL: Meaning(Owner.FINANCE, "nothing: the money came back, and so have the member's points"),
    Cause.CALLBACK_MISSED: Meaning(Owner.ENGINEERING, "nothing; if there are many, look at the webhook's deliveries"),
    Cause.STILL_PROCESSING: Meaning(Owner.PROVIDER, "ask the provider what became of it; it is never paid anew"),
    Cause.UNREADABLE: Meaning(Owner.ENGINEERING, "the provider told something we cannot read: compare with its documents"),
}


def compare(payout: Payout, told: Outcome, now: datetime) -> Cause | None:
    """What is different between a payout of ours and what the provider says of it; None: nothing is."""
    match told:
        case NotFound():
            return _missing(payout, now)
        case Processing() | Paid() | Reversed() | Failed():
            if told.amount_paise != payout.amount_paise:
                return Cause.AMOUNT_DIFFERS
            if payout.provider_id not in (None, told.provider_id):
                return Cause.DOUBLED_AT_PROVIDER
            return _of_states(payout, told, now)
        case Disputed("two_payouts_under_one_reference"):
            return Cause.DOUBLED_AT_PROVIDER
        case Disputed():
            return Cause.AMOUNT_DIFFERS  # another currency
        case _:
            return Cause.UNREADABLE


def in_words(told: Outcome) -> str:
    """What the provider says, in a few words without secrets."""
    match told:
        case Paid(_, amount, utr):
            return f"paid {amount} {utr or ''}".strip()
        case Processing(_, amount) | Reversed(_, amount) | Failed(_, amount):
            return f"{type(told).__name__.lower()} {amount}"
        case Disputed(why):
            return why
        case _:
            return type(told).__name__.lower()


def ours_in_words(payout: Payout) -> str:
    return f"{payout.state} {payout.amount_paise} {payout.utr or ''}".strip()


def _missing(payout: Payout, now: datetime) -> Cause | None:
    if payout.state in UNBEGUN or (payout.state is State.FAILED and payout.provider_id is None):
        return None
    if payout.state is State.RESERVED and payout.unanswered == 0:
        return None  # put off: it has certainly not been taken
    young = payout.sent_at is None or now - payout.sent_at < MISSING_AFTER
    own_business = payout.state in (State.RESERVED, State.UNKNOWN) and payout.alert is None and young
    return None if own_business else Cause.MISSING_AT_PROVIDER


def _of_states(payout: Payout, told: Processing | Paid | Reversed | Failed, now: datetime) -> Cause | None:
    open_there = payout.state in (State.RESERVED, State.UNKNOWN, State.SENT)
    match told, payout.state:
        case Processing(), State.SENT:
            late = payout.sent_at is not None and now - payout.sent_at >= STILL_AFTER
            return Cause.STILL_PROCESSING if late else None
        case Paid(_, _, utr), State.PAID:
            return Cause.UTR_DIFFERS if utr and utr != payout.utr else None
        case Reversed(), State.PAID:
            return Cause.LATE_REVERSAL
        case Reversed() | Failed(), State.REVERSED | State.FAILED:
            return None  # the money is back with us either way, and so are the points
        case _:
            return Cause.CALLBACK_MISSED if open_there else Cause.STATE_DIFFERS
