"""RazorpayX's words in ours: statuses, refusals and reasons. Pure; keeps only what is safe to store and log.

Source: RazorpayX's documentation of payout states, status details, errors and idempotency (2025-2026).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from payouts.provider import Disputed, Failed, Outcome, Paid, Processing, RateLimited, Refused, Reversed, Unknown

UNDECIDED = frozenset({"created", "pending", "queued", "scheduled", "processing"})
NOT_PAID = frozenset({"failed", "rejected", "cancelled"})
_SLUG = re.compile(r"[a-z][a-z0-9_]{0,59}")
_ID = re.compile(r"[A-Za-z0-9_]{1,60}")
_UTR = re.compile(r"[A-Za-z0-9]{1,40}")
# Refusals that say "not now": the payout was not made, and the same request may be taken later.
_NOT_NOW = frozenset({401, 403, 404, 405})
_NOT_NOW_REASONS = frozenset({"insufficient_funds", "server_error_temporary", "gateway_down", "gateway_timeout"})
_MAYBE_TAKEN = frozenset({408, 409, 425})


def outcome_of(entity: object) -> Outcome:
    """What a payout entity says. One we cannot read in full is Unknown: money is never settled on half a message."""
    if not isinstance(entity, Mapping) or entity.get("entity") != "payout":
        return Unknown("not_a_payout")
    provider_id, amount, status = entity.get("id"), entity.get("amount"), entity.get("status")
    if not isinstance(provider_id, str) or not _ID.fullmatch(provider_id) or type(amount) is not int:
        return Unknown("incomplete_payout", answered=True)
    status = status if isinstance(status, str) else None  # a list would not even be comparable
    if entity.get("currency") != "INR":
        return Disputed("currency_differs")
    if status in UNDECIDED:
        # Queued: RazorpayX waits for something, most often for money on the account that pays.
        return Processing(provider_id, amount, reason_of(entity, "queued") if status == "queued" else None)
    if status == "processed":
        return Paid(provider_id, amount, utr(entity.get("utr")))
    if status == "reversed":
        return Reversed(provider_id, amount, reason_of(entity, "reversed"))
    if status in NOT_PAID:
        return Failed(provider_id, amount, reason_of(entity, str(status)))
    return Unknown("unknown_status", answered=True)


def refusal_of(status: int, body: object, retry_after: str | None) -> Outcome:
    """What an answer other than 2xx to a post says."""
    if status == 429:
        return RateLimited(float(retry_after) if retry_after and re.fullmatch(r"\d{1,5}", retry_after) else None)
    if status in _NOT_NOW:
        return Refused(f"http_{status}", permanent=False)
    if not 400 <= status < 500 or status in _MAYBE_TAKEN:
        return Unknown(f"http_{status}")
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return Unknown(f"http_{status}_unreadable")  # perhaps not RazorpayX speaking at all
    description, field = str(error.get("description") or "").lower(), str(error.get("field") or "").lower()
    if "idempotency" in description and "different request" in description:
        return Disputed("other_body_under_our_key")
    if "vpa" in field or "vpa" in description:
        return Refused("vpa_invalid", permanent=True)
    reason = slug(error.get("reason")) or f"http_{status}"
    return Refused(reason, permanent=reason not in _NOT_NOW_REASONS)


def reason_of(entity: Mapping[Any, Any], otherwise: str) -> str:
    details = entity.get("status_details")
    return (slug(details.get("reason")) if isinstance(details, Mapping) else None) or otherwise


def slug(value: object) -> str | None:
    """The provider's own short word, or nothing: descriptions are sentences that may quote a VPA."""
    return value if isinstance(value, str) and _SLUG.fullmatch(value) else None


def utr(value: object) -> str | None:
    return value if isinstance(value, str) and _UTR.fullmatch(value) else None


def text_id(value: object) -> str | None:
    return value if isinstance(value, str) and _ID.fullmatch(value) else None
