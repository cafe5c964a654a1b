"""Whose conversation is meant: by phone, contact, conversation, or the sid of a message of theirs or ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from base.sealing import Keyring, Sealer

# Each its own statement on its own index: one with OR over three tables would read them whole.
_BY_ID = text("SELECT id, NULL AS event_key FROM conversations WHERE id = :which")
_BY_CONTACT = text("""
    SELECT v.id, NULL AS event_key FROM conversations v WHERE v.contact_id = :which
    ORDER BY v.last_inbound_at DESC NULLS LAST, v.id LIMIT 1""")
_BY_ADDRESS = text("""
    SELECT v.id, NULL AS event_key FROM contacts c JOIN conversations v ON v.contact_id = c.id WHERE c.address = ANY(:addresses)
    ORDER BY v.last_inbound_at DESC NULLS LAST, v.id LIMIT 1""")
_BY_USER_ID = text("""
    SELECT v.id, NULL AS event_key FROM contacts c JOIN conversations v ON v.contact_id = c.id
    WHERE c.external_user_id IS NOT NULL AND c.external_user_id = ANY(:addresses)
    ORDER BY v.last_inbound_at DESC NULLS LAST, v.id LIMIT 1""")
_BY_INBOUND = text("SELECT conversation_id AS id, key AS event_key FROM inbox WHERE key = :which")
_BY_OUTBOUND = text("SELECT conversation_id AS id, key AS event_key FROM outbox WHERE sid = :which")
_WAYS = (_BY_ID, _BY_CONTACT, _BY_ADDRESS, _BY_USER_ID, _BY_INBOUND, _BY_OUTBOUND)
_WHOLE = text("""
    SELECT v.id, v.contact_id, v.programme_id, v.member_id, v.turn, v.last_inbound_at, v.stopped_at, v.held, c.address,
           c.data_key
    FROM conversations v JOIN contacts c ON c.id = v.contact_id WHERE v.id = :id""")


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation as it stands. `sealer`: of its words; None: the person was erased, and no key opens them.
    `event_key`: of the message that was asked for, ours without its part; "": none was."""

    id: str
    contact_id: str
    programme_id: str
    member_id: str | None
    turns: int
    address: str = field(repr=False)
    last_inbound_at: datetime | None
    stopped_at: datetime | None
    held: int
    event_key: str
    sealer: Sealer | None = field(repr=False)

    @property
    def erased(self) -> bool:
        return self.sealer is None


def find(conn: Connection, keyring: Keyring, which: str, addresses: Sequence[str] = ()) -> Found | None:
    """The conversation that `which` names; `addresses`: what it may be as a phone or a user id. None: there is none.

    Of several of one person the one in which they wrote last. Raises CannotOpen where DATA_KEYS lacks the key.
    """
    asked = {"which": which, "addresses": list(addresses)}
    for way in _WAYS:
        hit = conn.execute(way, asked).first()
        if hit is not None:
            return _whole(conn, keyring, hit)
    return None


def _whole(conn: Connection, keyring: Keyring, hit: Any) -> Found:
    row = conn.execute(_WHOLE, {"id": hit.id}).one()
    sealer = None if row.data_key is None else keyring.unwrap(row.data_key, row.contact_id)
    return Found(
        row.id, row.contact_id, row.programme_id, row.member_id, row.turn, row.address, row.last_inbound_at, row.stopped_at,
        row.held, hit.event_key or "", sealer,
    )  # fmt: skip
