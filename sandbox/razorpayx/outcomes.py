"""The fates of payouts and validations, by the part of the VPA before the @. Bank accounts are always paid and valid.

| VPA        | payout                                                   | validation                        |
|------------|----------------------------------------------------------|-----------------------------------|
| fail@...   | processing, then failed: beneficiary_vpa_invalid         | invalid                           |
| invalid@...| the same                                                 | invalid                           |
| down@...   | processing, then failed: beneficiary_psp_offline (retry) | failed: gateway_technical_error   |
| reverse@...| processing, processed, then reversed                     | valid                             |
| slow@...   | stays processing until settled by hand                   | stays created                     |
| queue@...  | stays queued (low_balance) until cancelled or settled    | valid                             |
| reject@... | pending, then rejected                                   | valid                             |
| stranger@..| processed                                                | valid, in another person's name   |
| any other  | processing, then processed with a UTR                    | valid, in the contact's name      |
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One state of a payout, with the reason given for it."""

    status: str
    reason: str
    source: str
    description: str


PENDING = Step("pending", "pending_approval", "business", "Payout is pending approval")
PROCESSING = Step(
    "processing", "beneficiary_bank_confirmation_pending", "beneficiary_bank",
    "Confirmation of credit to the beneficiary is pending from the beneficiary bank",
)  # fmt: skip
PROCESSED = Step(
    "processed", "payout_processed", "beneficiary_bank",
    "Payout is processed and the money has been credited into the beneficiary account.",
)  # fmt: skip
QUEUED = Step(
    "queued", "low_balance", "business",
    "Payout is queued as there is insufficient balance in your business account to process the payout",
)  # fmt: skip
REVERSED = Step(
    "reversed",
    "beneficiary_bank_offline",
    "beneficiary_bank",
    "Beneficiary bank systems are offline, please retry after 30 min",
)
VPA_INVALID = Step(
    "failed", "beneficiary_vpa_invalid", "beneficiary_bank", "Payout failed as the beneficiary VPA is invalid"
)
PSP_OFFLINE = Step(
    "failed", "beneficiary_psp_offline", "beneficiary_bank", "The beneficiary's UPI app is offline, please retry"
)
REJECTED = Step("rejected", "payout_rejected", "business", "Payout was rejected by the approver")
CANCELLED = Step("cancelled", "payout_cancelled", "business", "Payout was cancelled")
FAILED = Step("failed", "beneficiary_bank_rejected", "beneficiary_bank", "Payout rejected by beneficiary bank")

BY_HAND = {step.status: step for step in (PROCESSED, FAILED, REVERSED, REJECTED)}

PAYOUTS: dict[str, tuple[Step, ...]] = {
    "fail": (PROCESSING, VPA_INVALID),
    "invalid": (PROCESSING, VPA_INVALID),
    "down": (PROCESSING, PSP_OFFLINE),
    "reverse": (PROCESSING, PROCESSED, REVERSED),
    "slow": (PROCESSING,),
    "queue": (QUEUED,),
    "reject": (PENDING, REJECTED),
}
PAID = (PROCESSING, PROCESSED)
REVERSAL = PAYOUTS["reverse"]

# From a state, the states a payout may still move to. Nothing else may follow, whoever asks.
NEXT: dict[str, tuple[str, ...]] = {
    "pending": ("queued", "processing", "processed", "rejected", "cancelled"),
    "queued": ("processing", "processed", "failed", "cancelled"),
    "processing": ("processed", "failed", "reversed"),
    "processed": ("reversed",),
    "failed": ("reversed",),
}


def payout_steps(vpa: str) -> tuple[Step, ...]:
    """The states a payout to this VPA goes through; an empty VPA is a bank account."""
    return PAYOUTS.get(vpa.partition("@")[0].lower(), PAID)


def validation_of(vpa: str, name: str) -> tuple[str, str | None, str | None, int | None] | None:
    """(status, account_status, registered_name, name_match_score), or None while it stays `created`."""
    user = vpa.partition("@")[0].lower()
    if user in ("fail", "invalid"):
        return "completed", "invalid", None, None
    if user == "down":
        return "failed", None, None, None
    if user == "slow":
        return None
    if user == "stranger":
        return "completed", "active", "SURESH BABURAO PATIL", 12
    return "completed", "active", name.upper(), 100
