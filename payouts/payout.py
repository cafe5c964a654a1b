"""A payout as a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from payouts.lifecycle import State


@dataclass(frozen=True, slots=True)
class Payout:
    """One row of `payouts`, column for column; the migration says what each means."""

    id: str
    key: str
    programme_id: str
    member_id: str
    conversation_id: str
    hold_id: str
    secret_token: str
    points: int
    amount_paise: int
    masked: str
    state: State
    approvals_needed: int
    approved_at: datetime | None
    held_by: str | None
    provider: str | None
    mode: str | None
    reference_id: str
    idempotency_key: str
    request: bytes | None
    provider_id: str | None
    utr: str | None
    reason: str | None
    alert: str | None
    waits_for: str | None
    attempts: int
    unanswered: int
    asks: int
    absent_at: datetime | None
    next_at: datetime | None
    requested_at: datetime
    reserved_at: datetime | None
    sent_at: datetime | None
    delay_told_at: datetime | None
    settled_at: datetime | None
    gross_paise: int
    tax_paise: int
