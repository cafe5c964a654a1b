"""Taking bytes out of the media store: of pictures whose time is over, and of people who are erased.

The bytes go first and the row says so afterwards, so whoever is killed in between deletes what is gone already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from bot.wiring import House

ROWS_AT_ONCE = 200

_ERASED_MEDIA = text("""
    SELECT m.id, m.stored_as FROM contacts c JOIN media m ON m.contact_id = c.id
    WHERE c.erased_at IS NOT NULL AND m.stored_as IS NOT NULL LIMIT :most""")
_ERASED_PICTURES = text("""
    SELECT p.id, p.stored_as FROM contacts c JOIN pictures p ON p.contact_id = c.id
    WHERE c.erased_at IS NOT NULL AND p.deleted_at IS NULL LIMIT :most""")
_MEDIA_GONE = text("UPDATE media SET deleted_at = :now, stored_as = NULL WHERE id = ANY(:ids)")
_PICTURES_GONE = text("UPDATE pictures SET deleted_at = :now WHERE id = ANY(:ids)")
# A picture that was never fetched, or is not (or no more) to be deleted at Twilio, needs no address.
_NO_ADDRESS = text("""
    UPDATE media SET url = '', deleted_at = coalesce(deleted_at, :now)
    WHERE url <> '' AND (twilio_gone_at IS NOT NULL OR stored_at IS NULL OR NOT :deletes)
      AND contact_id IN (SELECT id FROM contacts WHERE erased_at IS NOT NULL)""")


def forget_erased(house: House) -> int:
    """Delete what still lies in the store of people who are erased; how much that was."""
    gone = media_gone(house, _ERASED_MEDIA, {}) + pictures_gone(house, _ERASED_PICTURES, {})
    with house.engine.begin() as conn:
        given = {"now": house.clock.now(conn), "deletes": house.settings.twilio_delete_media}
        conn.execute(_NO_ADDRESS, given)
    return gone


def media_gone(house: House, found: Any, asked: Mapping[str, Any]) -> int:
    """Delete what members sent: the rows (id, stored_as) that `found` answers, until it answers none."""
    return _gone(house, found, _MEDIA_GONE, asked)


def pictures_gone(house: House, found: Any, asked: Mapping[str, Any]) -> int:
    """Delete what we made for members."""
    return _gone(house, found, _PICTURES_GONE, asked)


def _gone(house: House, found: Any, marked: Any, asked: Mapping[str, Any]) -> int:
    total = 0
    while rows := _rows(house, found, asked):
        for row in rows:
            house.media.delete(row.stored_as)
        with house.engine.begin() as conn:
            conn.execute(marked, {"ids": [row.id for row in rows], "now": house.clock.now(conn)})
        total += len(rows)
    return total


def _rows(house: House, found: Any, asked: Mapping[str, Any]) -> Sequence[Any]:
    with house.engine.connect() as conn:
        return conn.execute(found, {**asked, "most": ROWS_AT_ONCE}).all()
