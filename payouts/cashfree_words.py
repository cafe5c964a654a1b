"""Cashfree Payouts v2's words in ours: statuses, refusals and webhooks. Pure; keeps only what is safe to store and log.

Source: Cashfree's documentation of transfers, their statuses and webhooks, version 2 (2024-2026).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from payouts.notice import Notice
from payouts.provider import Disputed, Failed, Outcome, Paid, Processing, RateLimited, Refused, Reversed, Unknown

UNDECIDED = frozenset({"RECEIVED", "PENDING", "QUEUED", "APPROVAL_PENDING", "SCHEDULED_FOR_NEXT_WORKINGDAY"})
NOT_PAID = frozenset({"FAILED", "REJECTED", "MANUALLY_REJECTED"})
_ID = re.compile(r"[A-Za-z0-9_-]{1,60}")
_UTR = re.compile(r"[A-Za-z0-9]{1,40}")
_SLUG = re.compile(r"[A-Z][A-Z0-9_]{0,59}")
_NOT_NOW = frozenset({401, 403, 404, 405})
_MAYBE_TAKEN = frozenset({408, 409, 425})  # 409: the transfer_id is theirs already, so an earlier post got through
_PAISE = Decimal(100)


def read_json(raw: bytes) -> object:
    """Rupees as exact decimals; None where it is no JSON."""
    try:
        return json.loads(raw, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None


def outcome_of(transfer: object, reference_id: str | None = None) -> Outcome:
    """What a transfer says; with `reference_id` only of that one. Half a message is Unknown: it settles nothing."""
    if not isinstance(transfer, Mapping) or "transfer_id" not in transfer:
        return Unknown("not_a_transfer")
    if reference_id is not None and transfer["transfer_id"] != reference_id:
        return Unknown("another_transfer")
    provider_id, amount, status = _id(transfer.get("cf_transfer_id")), _paise(transfer), transfer.get("status")
    if provider_id is None or amount is None:
        return Unknown("incomplete_transfer", answered=True)
    if transfer.get("transfer_currency", "INR") != "INR":
        return Disputed("currency_differs")
    status = status if isinstance(status, str) else None  # a list would not even be comparable
    reason = _upper_slug(transfer.get("status_code"))
    if status in UNDECIDED:
        return Processing(provider_id, amount, "low_balance" if "balance" in (reason or "") else None)
    if status == "SUCCESS":
        utr = transfer.get("transfer_utr")
        return Paid(provider_id, amount, utr if isinstance(utr, str) and _UTR.fullmatch(utr) else None)
    if status == "REVERSED":
        return Reversed(provider_id, amount, reason or "reversed")
    if status in NOT_PAID:
        return Failed(provider_id, amount, reason or str(status).lower())
    return Unknown("unknown_status", answered=True)


def refusal_of(status: int, body: object, retry_after: str | None) -> Outcome:
    """What an answer other than 2xx to a post says. A 5xx may have been taken, and is only ever asked about."""
    if status == 429:
        return RateLimited(float(retry_after) if retry_after and re.fullmatch(r"\d{1,5}", retry_after) else None)
    if status in _NOT_NOW:
        return Refused(f"http_{status}", permanent=False)
    if not 400 <= status < 500 or status in _MAYBE_TAKEN:
        return Unknown(f"http_{status}")
    if not isinstance(body, Mapping) or "code" not in body:
        return Unknown(f"http_{status}_unreadable")  # perhaps not Cashfree speaking at all
    reason = _upper_slug(body["code"]) or f"http_{status}"
    if "balance" in reason:
        return Refused("insufficient_balance", permanent=False)
    if "vpa" in reason:
        return Refused("vpa_invalid", permanent=True)
    return Refused(reason, permanent=True)


def verify_webhook(secrets: Iterable[str], raw: bytes, signature: str | None, timestamp: str | None) -> bool:
    """x-webhook-signature: base64 HMAC-SHA256 of x-webhook-timestamp followed by the raw body."""
    given = (signature or "").strip().encode("utf-8", "replace")
    signed = (timestamp or "").encode("utf-8", "replace") + raw
    matches = [
        hmac.compare_digest(base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()), given)
        for secret in secrets
        if secret and timestamp
    ]
    return any(matches)


def parse_event(raw: bytes) -> Notice | None:
    """The event, or None where it is none that we can read."""
    event = read_json(raw)
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        return None
    name, data = re.sub(r"[^A-Za-z0-9._]", "", event["type"])[:60], event.get("data")
    # The documents show the transfer's fields in `data`; some deliveries are seen to wrap them once more.
    transfer = data.get("transfer", data) if isinstance(data, dict) else None
    if not isinstance(transfer, dict) or "transfer_id" not in transfer:
        return Notice(name, None, None, None)
    return Notice(name, _id(transfer["transfer_id"]), _id(transfer.get("cf_transfer_id")), outcome_of(transfer))



def _upper_slug(value: object) -> str | None:
    return value.lower() if isinstance(value, str) and _SLUG.fullmatch(value.upper()) else None


def _id(value: object) -> str | None:
    text = str(value) if type(value) is int else value
    return text if isinstance(text, str) and _ID.fullmatch(text) else None


def _paise(transfer: Mapping[Any, Any]) -> int | None:
    """Rupees, as a number or as text, in whole paise; None where they are none."""
    amount = transfer.get("transfer_amount")
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal | str):
        return None
    try:
        paise = Decimal(amount) * _PAISE
    except InvalidOperation:
        return None
    return int(paise) if paise.is_finite() and paise == paise.to_integral_value() and abs(paise) < 10**15 else None
