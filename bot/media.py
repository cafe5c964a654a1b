"""What members sent, as bytes: from the store when it is there, else from where it was sent, and then kept sealed."""

from __future__ import annotations

import hashlib
from typing import Any

import structlog
from sqlalchemy import Connection, text

from base.media_store import NotStored
from base.sealing import Sealer
from bot.wiring import House
from whatsapp.media import Fetched, NotAvailable, fetch

log = structlog.get_logger()

_ROW = text("""
    SELECT m.id, m.url, m.stored_as, m.deleted_at, m.contact_id, m.conversation_id, v.programme_id, v.member_id, c.data_key
    FROM media m JOIN contacts c ON c.id = m.contact_id JOIN conversations v ON v.id = m.conversation_id
    WHERE m.id = :id""")
_STORED = text("""
    UPDATE media SET stored_as = :key, size_bytes = :size, sniffed_type = :type, stored_at = :now WHERE id = :id""")
_FORGOTTEN = text("""
    UPDATE media SET stored_as = NULL, sniffed_type = NULL, size_bytes = NULL, deleted_at = :now WHERE id = :id""")


def row_of(conn: Connection, media_id: str) -> Any:
    """The picture's row, with whose it is."""
    return conn.execute(_ROW, {"id": media_id}).one()


def sealer_of(house: House, row: Any) -> Sealer:
    """What seals this person's pictures. Raises CannotOpen."""
    return house.keyring.unwrap(row.data_key, row.contact_id)


def bytes_of(house: House, row: Any) -> bytes | NotAvailable:
    """The bytes of a row. Outside any transaction: it may fetch, and then keeps what it fetched. What was deleted because
    its time was over is not fetched again."""
    if row.deleted_at is not None:
        return NotAvailable("deleted", retry=False)
    sealer, place = sealer_of(house, row), f"media/{row.id}"
    if row.stored_as:
        try:
            return sealer.open(house.media.get(row.stored_as), place)
        except NotStored:
            log.error("picture missing from the store", photo=row.id)
    fetched = fetch(row.url, house.fetching)
    if not isinstance(fetched, Fetched):
        return fetched
    key = store_key("media", row.id)
    house.media.put(key, sealer.seal(fetched.data, place))
    with house.engine.begin() as conn:
        conn.execute(_STORED, {
            "id": row.id, "key": key, "size": len(fetched.data), "type": fetched.content_type,
            "now": house.clock.now(conn),
        })  # fmt: skip
    return fetched.data


def forget(house: House, row: Any) -> None:
    """The picture goes from the store at once, whoever may still be about to read it, and is never fetched again. Its row
    stays, without its bytes; what Twilio has goes with the next round of media_gone."""
    house.media.delete(row.stored_as or store_key("media", row.id))
    with house.engine.begin() as conn:
        conn.execute(_FORGOTTEN, {"id": row.id, "now": house.clock.now(conn)})


def store_key(kind: str, name: str) -> str:
    """Where it lies in the media store: spread over 256 directories."""
    return f"{kind}/{hashlib.sha256(name.encode()).hexdigest()[:2]}/{name}"
