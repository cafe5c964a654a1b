"""What members sent is deleted at Twilio once our own copy is committed: a timer of the clock, with retries that are rows."""

from __future__ import annotations

from sqlalchemy import text

from bot.wiring import House
from whatsapp import media_gone
from whatsapp.media_gone import TRIES_MAX, Fate

ROWS_AT_ONCE = 50

_DUE = text("""
    SELECT id, url, twilio_tries FROM media
    WHERE stored_at IS NOT NULL AND twilio_gone_at IS NULL AND twilio_tries < :tries
      AND (twilio_next_at IS NULL OR twilio_next_at <= :now) AND (:every OR deleted_at IS NOT NULL)
    ORDER BY stored_at, id LIMIT :most""")
_GONE = text("UPDATE media SET twilio_gone_at = :now WHERE id = :id")
_LATER = text("UPDATE media SET twilio_tries = twilio_tries + 1, twilio_next_at = :next WHERE id = :id")


def tidy(house: House) -> int:
    """Delete at Twilio what we have; how many are gone now. Where TWILIO_DELETE_MEDIA is off, only what we may not or do
    not keep ourselves, such as a card that nobody may have a copy of."""
    every = house.settings.twilio_delete_media
    with house.engine.connect() as conn:
        now = house.clock.now(conn)
        due = conn.execute(_DUE, {"now": now, "tries": TRIES_MAX, "most": ROWS_AT_ONCE, "every": every}).all()
    gone = 0
    for row in due:
        fate = media_gone.delete(row.url, house.settings.twilio_account_sid, house.twilio.delete_media)
        gone += fate is Fate.GONE
        with house.engine.begin() as conn:
            if fate is Fate.LATER:
                conn.execute(_LATER, {"id": row.id, "next": now + media_gone.wait(row.twilio_tries + 1)})
            else:
                conn.execute(_GONE, {"id": row.id, "now": now})
    return gone
