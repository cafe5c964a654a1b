"""Whose conversation is meant: by phone, contact, conversation, or the sid of a message of theirs or ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, TextClause, text

from base import people
from base.sealing import Keyring, Sealer

# Each its own statement on its own index: one with OR over three tables would read them whole.
_BY_ID = text("SELECT id, NULL AS event_key FROM conversations WHERE id = :which")
_BY_CONTACT = text("""
    SELECT v.id, NULL AS event_key FROM conversations v WHERE v.contact_id = :which
    ORDER BY v.last_inbound_at DESC NULLS LAST, v.id LIMIT 1""")
_BY_INBOUND = text("SELECT conversation_id AS id, key AS event_key FROM inbox WHERE key = :which")
_BY_OUTBOUND = text("SELECT conversation_id AS id, key AS event_key FROM outbox WHERE sid = :which")
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
    hit = _hit(conn, which, _BY_ID, _BY_CONTACT) or _by_phone(conn, addresses) or _hit(conn, which, _BY_INBOUND, _BY_OUTBOUND)
    return None if hit is None else _whole(conn, keyring, hit)


def _hit(conn: Connection, which: str, *ways: TextClause) -> Any:
    return next((hit for way in ways if (hit := conn.execute(way, {"which": which}).first()) is not None), None)


def _by_phone(conn: Connection, addresses: Sequence[str]) -> Any:
    """Whoever was merged has written under the contact that lives on ever since: all contacts need not be read for it."""
    who = people.person(conn, addresses) if addresses else None
    if who is None:
        return None
    return _hit(conn, who, _BY_CONTACT) or next((_hit(conn, talk.id, _BY_ID) for talk in people.talks(conn, who)), None)


def _whole(conn: Connection, keyring: Keyring, hit: Any) -> Found:
    row = conn.execute(_WHOLE, {"id": hit.id}).one()
    sealer = None if row.data_key is None else keyring.unwrap(row.data_key, row.contact_id)
    return Found(
        row.id, row.contact_id, row.programme_id, row.member_id, row.turn, row.address, row.last_inbound_at, row.stopped_at,
        row.held, hit.event_key or "", sealer,
    )  # fmt: skip
