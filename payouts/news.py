"""What the member is told, as happenings of their conversation; stored in the transaction that settles."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from flows.events import PayoutDelayed, PayoutFailed, PayoutPaid, PayoutReversed
from flows.kernel import Event
from payouts.lifecycle import News
from payouts.payout import Payout

# The provider's words for "this UPI id cannot be paid", and for "the bank's side did not".
VPA_REASONS = frozenset({"vpa_invalid", "beneficiary_vpa_invalid", "invalid_vpa", "invalid_beneficiary"})
ACCOUNT_REASONS = frozenset({
    "account_invalid", "ifsc_invalid", "holder_invalid", "bank_account_invalid", "bank_account_closed", "bank_account_frozen",
    "beneficiary_account_invalid", "beneficiary_account_dormant", "invalid_ifsc_code",
    "invalid_account_fail", "invalid_ifsc_fail", "account_blocked", "nre_account_fail",
})  # fmt: skip
REJECTED = "rejected_by_us"  # a person of the staff decided so
BANK_SOURCES = ("bank_", "beneficiary_", "npci_", "gateway_", "imps_", "partner_bank_")


class Tell(Protocol):
    """Stores `event` for the conversation under `key`, once, in the caller's transaction."""

    def __call__(self, conn: Connection, conversation_id: str, key: str, event: Event, now: datetime, /) -> object: ...


def tell_ending(conn: Connection, tell: Tell, payout: Payout, news: News, available: int, now: datetime) -> None:
    """`payout` as it now is: settled."""
    event: Event
    same = (payout.id, payout.points, payout.amount_paise, payout.masked)
    match news:
        case News.NOTHING:
            return
        case News.PAID:
            event = PayoutPaid(*same, utr=payout.utr or "")
        case News.FAILED:
            event = PayoutFailed(*same, reason=told_reason(payout.reason), available=available)
        case News.REVERSED:
            event = PayoutReversed(*same, available=available)
    tell(conn, payout.conversation_id, f"{payout.id}/{news}", event, now)


def tell_delay(conn: Connection, tell: Tell, payout: Payout, now: datetime) -> None:
    event = PayoutDelayed(payout.id, payout.amount_paise, payout.masked)
    tell(conn, payout.conversation_id, delay_key(payout.id), event, now)


def delay_key(payout_id: str) -> str:
    """What the news that a payout takes longer is stored under."""
    return f"{payout_id}/delayed"


def told_reason(reason: str | None) -> str:
    """A provider's slug in the words members are told: vpa_invalid | account_invalid | declined | bank | other."""
    if reason in VPA_REASONS:
        return "vpa_invalid"
    if reason in ACCOUNT_REASONS:
        return "account_invalid"
    if reason == REJECTED:
        return "declined"
    return "bank" if (reason or "").startswith(BANK_SOURCES) else "other"
