"""RazorpayX's webhooks: whether they are real, and what they say."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterable

from payouts.notice import Notice
from payouts.razorpayx_words import outcome_of, text_id


def verify_webhook(secrets: Iterable[str], raw: bytes, signature: str | None) -> bool:
    """X-Razorpay-Signature: hex HMAC-SHA256 of the raw body. Several secrets, because old events keep the old one."""
    given = (signature or "").strip().encode("utf-8", "replace")
    # Every secret is tried to the end, so that the time taken tells nothing.
    matches = [
        hmac.compare_digest(hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest().encode(), given)
        for secret in secrets
        if secret
    ]
    return any(matches)


def parse_event(raw: bytes) -> Notice | None:
    """The event, or None where it is none that we can read."""
    try:
        event = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(event, dict) or not isinstance(event.get("event"), str):
        return None
    name = re.sub(r"[^A-Za-z0-9._]", "", event["event"])[:60]
    check = _entity(event, "fund_account.validation")
    if check is not None:
        return Notice(name, None, None, None, text_id(check.get("id")))
    entity = _entity(event, "payout")
    if entity is None:
        return Notice(name, None, None, None)
    return Notice(name, text_id(entity.get("reference_id")), text_id(entity.get("id")), outcome_of(entity))


def _entity(event: dict[str, object], kind: str) -> dict[str, object] | None:
    node: object = event
    for key in ("payload", kind, "entity"):
        node = node.get(key) if isinstance(node, dict) else None
    return node if isinstance(node, dict) else None
