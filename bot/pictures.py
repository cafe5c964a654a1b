"""Pictures that we made for a member. They leave by a link that is signed, names nobody, and ends after two days.

Twilio fetches the link when it sends the message; whoever has it sees that one picture, as with any link of WhatsApp's.
"""

from __future__ import annotations

import hmac
from datetime import timedelta
from hashlib import sha256

import structlog
from flask import Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from base.media_store import NotStored
from base.sealing import CannotOpen, Sealer
from bot.media import store_key
from bot.wiring import House

LIVES = timedelta(hours=48)  # longer than a message may wait for its member to write
MAC_LETTERS = 32

log = structlog.get_logger()

_PUT = text("""
    INSERT INTO pictures (id, contact_id, stored_as, content_type, size_bytes, created_at)
    VALUES (:id, :contact, :key, :type, :size, :now)""")
_GET = text("""
    SELECT p.id, p.stored_as, p.content_type, p.created_at, p.deleted_at, p.contact_id, c.data_key
    FROM pictures p JOIN contacts c ON c.id = p.contact_id WHERE p.id = :id""")


def keep(house: House, data: bytes, contact_id: str, sealer: Sealer, content_type: str = "image/jpeg") -> str:
    """Seal a picture, or a file, into the store and write its row; its id. Outside any transaction."""
    picture = house.ids.new("pic")
    key = store_key("pictures", picture)
    house.media.put(key, sealer.seal(data, f"pictures/{picture}"))
    with house.engine.begin() as conn:
        row = {"id": picture, "contact": contact_id, "key": key, "type": content_type, "size": len(data)}
        conn.execute(_PUT, {**row, "now": house.clock.now(conn)})
    return picture


def link(house: House, picture: str) -> str:
    """Where the world may read it."""
    return f"{house.settings.base_url}/media/{picture}.{_mac(list(house.keyring.keys.values())[-1], picture)}"


def serve(house: House, token: str) -> Response:
    """The picture of a link; 404 for a link that is not ours or has ended, 503 where the picture cannot be had now."""
    picture, _, mac = token.partition(".")
    if not any(hmac.compare_digest(_mac(key, picture).encode(), mac.encode()) for key in house.keyring.keys.values()):
        return _nothing(404)
    try:
        with house.engine.connect() as conn:
            row, now = conn.execute(_GET, {"id": picture}).one_or_none(), house.clock.now(conn)
        if row is None or row.data_key is None or row.deleted_at is not None or now >= row.created_at + LIVES:
            return _nothing(404)
        sealer = house.keyring.unwrap(row.data_key, row.contact_id)
        data = sealer.open(house.media.get(row.stored_as), f"pictures/{row.id}")
    except (NotStored, CannotOpen):
        return _nothing(404)
    except (SQLAlchemyError, OSError) as fault:
        log.error("picture not served", picture=picture, fault=type(fault).__name__)
        return _nothing(503)
    headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
    return Response(data, 200, headers, mimetype=row.content_type)


def _mac(key: bytes, picture: str) -> str:
    return hmac.new(key, f"picture-link/{picture}".encode(), sha256).hexdigest()[:MAC_LETTERS]


def _nothing(status: int) -> Response:
    return Response("not found" if status == 404 else "try again", status, mimetype="text/plain")
