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

log = structlog.get_logger()

_SENDERS = text("SELECT address FROM senders ORDER BY id")
_KNOWN = text("SELECT key FROM inbox WHERE key = ANY(:sids)")


def recent(house: House) -> int:
    """The last fifteen minutes."""
    return recover(house, timedelta(minutes=15))


def since_yesterday(house: House) -> int:
    return recover(house, timedelta(hours=24))


def recover(house: House, back: timedelta) -> int:
    """Store and answer what Twilio lists as received since `back` ago and we never saw; how many there were."""
    with house.engine.connect() as conn:
        since = house.clock.now(conn) - back
        senders = conn.execute(_SENDERS).scalars().all()
    found = 0
    for sender in senders:
        messages = {m.sid: m for m in map(inbound.from_listing, list_inbound(house.twilio, sender, since))}
        with house.engine.connect() as conn:
            known = set(conn.execute(_KNOWN, {"sids": list(messages)}).scalars())
        for sid, message in sorted(messages.items(), key=lambda item: item[1].sent_at or since):
            if sid in known:
                continue
            stored = webhooks.store(house, message)
            log.warning("webhook never arrived", sid=sid)
            webhooks.answer(house, stored.conversation_id)
            found += 1
    return found
