"""Messages whose webhook never arrived: Twilio's list is compared with our inbox, and what is missing is stored.

Twilio retries a webhook for 15 seconds at most; after that only its message list knows."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import text

from bot import webhooks
from bot.wiring import House
from whatsapp import inbound
from whatsapp.client import list_inbound

# A younger message's webhook may still be on its way, and it tells more than the list does: which button was tapped.
GRACE = timedelta(seconds=30)
RECENT = timedelta(minutes=15)
YESTERDAY = timedelta(hours=24)

log = structlog.get_logger()

_SENDERS = text("SELECT address FROM senders ORDER BY id")
_KNOWN = text("SELECT key FROM inbox WHERE key = ANY(:sids)")


def recent(house: House) -> int:
    return recover(house, RECENT)


def since_yesterday(house: House) -> int:
    return recover(house, YESTERDAY)


def recover(house: House, back: timedelta) -> int:
    """Store and answer what Twilio lists as received since `back` ago and we never saw; how many there were."""
    with house.engine.connect() as conn:
        now = house.clock.now(conn)
        senders = conn.execute(_SENDERS).scalars().all()
    found = 0
    for sender in senders:
        listed = map(inbound.from_listing, list_inbound(house.twilio, sender, now - back))
        messages = {m.sid: m for m in listed if m.sent_at is None or m.sent_at <= now - GRACE}
        with house.engine.connect() as conn:
            known = set(conn.execute(_KNOWN, {"sids": list(messages)}).scalars())
        for sid, message in sorted(messages.items(), key=lambda item: item[1].sent_at or now):
            if sid in known:
                continue
            stored = webhooks.store(house, message)
            log.warning("webhook never arrived", sid=sid)
            webhooks.answer(house, stored.conversation_id)
            found += 1
    return found
