"""Callbacks of the provider: verified, taken once, in any order, and never answered with a lie.

The caller answers 403 to FORGED and 200 to everything else, after its commit; a rollback leaves the callback untaken,
and the provider sends it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, text

from payouts import cashfree_words, checking, razorpayx_events
from payouts.judge import Source
from payouts.news import Tell
from payouts.notice import Notice
from payouts.record import DELAY_AFTER, record

RAZORPAYX, CASHFREE = "razorpayx", "cashfree"
EVENT_ID_MAX = 100
_PUT = text("""
    INSERT INTO provider_events (id, provider, event, body_hash, provider_id, payout_id, received_at, outcome)
    VALUES (:id, :provider, :event, :hash, :provider_id, :payout, :now, :outcome)
    ON CONFLICT (id) DO NOTHING RETURNING id""")
# By our own reference first: the provider's id may not be on our books yet when its callback overtakes its answer. Nobody
# speaks about a payout that was begun with another provider.
_WHOSE = text("""
    SELECT id FROM payouts WHERE (reference_id = :reference OR provider_id = :provider_id)
       AND (provider IS NULL OR provider = :provider)
    ORDER BY reference_id = :reference DESC NULLS LAST LIMIT 1""")


class Taking(StrEnum):
    FORGED = "forged"
    REPEATED = "repeated"
    UNREADABLE = "unreadable"
    UNRELATED = "unrelated"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class Taken:
    """`told`: a conversation with something new; ring for it after the commit."""

    how: Taking
    told: str | None = None


def take_event(
    conn: Connection, raw: bytes, *, signature: str | None, event_id: str | None, secrets: Iterable[str], now: datetime,
    tell: Tell, delay_after: timedelta = DELAY_AFTER,
) -> Taken:  # fmt: skip
    """One POST of RazorpayX: `signature` is X-Razorpay-Signature, `event_id` x-razorpay-event-id. Commits nothing.

    Verified first; an event about no payout of ours is kept and answered well; amounts that differ settle nothing.
    """
    if not razorpayx_events.verify_webhook(secrets, raw, signature):
        return Taken(Taking.FORGED)
    return _take(conn, raw, razorpayx_events.parse_event(raw), RAZORPAYX, event_id, now, tell, delay_after)


def take_cashfree_event(
    conn: Connection, raw: bytes, *, signature: str | None, timestamp: str | None, secrets: Iterable[str], now: datetime,
    tell: Tell, delay_after: timedelta = DELAY_AFTER,
) -> Taken:  # fmt: skip
    """The same of Cashfree: x-webhook-signature and x-webhook-timestamp. It names no events, so the body tells a repeat."""
    if not cashfree_words.verify_webhook(secrets, raw, signature, timestamp):
        return Taken(Taking.FORGED)
    return _take(conn, raw, cashfree_words.parse_event(raw), CASHFREE, None, now, tell, delay_after)


def _take(
    conn: Connection, raw: bytes, notice: Notice | None, provider: str, event_id: str | None, now: datetime, tell: Tell,
    delay_after: timedelta,
) -> Taken:  # fmt: skip
    payout_id, digest = _whose(conn, notice, provider), hashlib.sha256(raw).digest()
    how = Taking.UNREADABLE if notice is None else Taking.RECORDED if payout_id else Taking.UNRELATED
    row = {"id": _event_id(event_id, digest), "provider": provider, "hash": digest, "payout": payout_id, "now": now}
    row |= {"event": notice.event if notice else "", "provider_id": notice.provider_id if notice else None}
    # Two deliveries at once meet on the key: the second waits for the first, then finds it taken, or takes it itself.
    if conn.execute(_PUT, row | {"outcome": how.value}).one_or_none() is None:
        return Taken(Taking.REPEATED)
    if notice is not None and notice.check_id is not None:
        checking.ended(conn, notice.check_id, now)  # what it said is asked for; a callback alone makes no account valid
    if notice is None or notice.outcome is None or payout_id is None:
        return Taken(how)
    recorded = record(conn, payout_id, notice.outcome, source=Source.EVENT, now=now, tell=tell, delay_after=delay_after)
    return Taken(how, recorded.told)


def _whose(conn: Connection, notice: Notice | None, provider: str) -> str | None:
    if notice is None or notice.outcome is None or (notice.reference_id is None and notice.provider_id is None):
        return None
    asked = {"reference": notice.reference_id, "provider_id": notice.provider_id, "provider": provider}
    found = conn.execute(_WHOSE, asked).scalar()
    return None if found is None else str(found)


def _event_id(event_id: str | None, digest: bytes) -> str:
    """The provider's id where it is one; else the body's hash, which a repeat shares."""
    if event_id and len(event_id) <= EVENT_ID_MAX and event_id.isascii() and event_id.isprintable():
        return event_id
    return f"body:{digest.hex()}"
