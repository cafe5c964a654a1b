"""RazorpayX's books: contacts, fund accounts, validations, payouts and the idempotency keys seen."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.razorpayx.outcomes import Step

Json = dict[str, Any]


@dataclass(slots=True)
class Payout:
    id: str
    account_number: str
    fund_account_id: str
    amount: int  # paise
    mode: str
    purpose: str
    reference_id: str | None
    narration: str
    notes: Any
    created_at: int
    steps: tuple[Step, ...]
    composite: bool
    at: int = 0  # index into steps
    utr: str | None = None
    by_hand: Step | None = None

    @property
    def step(self) -> Step:
        return self.by_hand or self.steps[self.at]


@dataclass(slots=True)
class Book:
    contacts: dict[str, Json] = field(default_factory=dict)
    fund_accounts: dict[str, Json] = field(default_factory=dict)
    validations: dict[str, Json] = field(default_factory=dict)
    payouts: dict[str, Payout] = field(default_factory=dict)
    keys: dict[str, tuple[str, str]] = field(default_factory=dict)  # idempotency key -> (hash of the body, payout id)


def payout_json(book: Book, payout: Payout) -> Json:
    """A payout as the documents show it, with its fund account when it was made with one."""
    step = payout.step
    charged = step.status in ("processing", "processed", "reversed")
    shown: Json = {"id": payout.id, "entity": "payout", "fund_account_id": payout.fund_account_id}
    if payout.composite:
        account = book.fund_accounts[payout.fund_account_id]
        shown["fund_account"] = {**account, "contact": book.contacts[account["contact_id"]]}
    return {
        **shown,
        "amount": payout.amount,
        "currency": "INR",
        "notes": payout.notes,
        "fees": 236 if charged else 0,
        "tax": 36 if charged else 0,
        "status": step.status,
        "purpose": payout.purpose,
        "utr": payout.utr,
        "mode": payout.mode,
        "reference_id": payout.reference_id,
        "narration": payout.narration,
        "debit_account_number": payout.account_number,
        "batch_id": None,
        "status_details": {"description": step.description, "source": step.source, "reason": step.reason},
        "created_at": payout.created_at,
        "fee_type": "",
    }
