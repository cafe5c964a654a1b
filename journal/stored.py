"""Reading a whole conversation back: every turn of its journal, and the session it stands in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from base.media_store import MediaStore
from base.sealing import Keyring
from flows.codec import session_from_json
from flows.session import Session
from journal.archived import Old, last_turn, turns_of
from journal.record import Entry, read

_OWNER = text("""
    SELECT v.session, c.id AS contact_id, c.data_key
    FROM conversations v JOIN contacts c ON c.id = v.contact_id WHERE v.id = :id""")
_TURNS = text("SELECT turn, sealed FROM journal WHERE conversation_id = :id ORDER BY turn")


@dataclass(frozen=True, slots=True)
class Stored:
    """`turns`: number and entries, oldest first. `session`: where the conversation stands now. `forgotten`: the number of the
    newest turn whose words are past their time and gone; `turns` begin after it."""

    turns: list[tuple[int, list[Entry]]]
    session: Session
    forgotten: int = 0


def conversation(
    conn: Connection, keyring: Keyring, conversation_id: str, store: MediaStore | None = None
) -> Stored | None:
    """What is stored of a conversation; None where there is no such one, or its person was erased. With `store`, the media
    store, also the turns of months that were archived; without it they count as forgotten.

    Raises CannotOpen, Unreadable where a row is not what was written; ArchiveBroken where a file of the archive is not.
    """
    owner = conn.execute(_OWNER, {"id": conversation_id}).one_or_none()
    if owner is None or owner.data_key is None:
        return None
    sealer = keyring.unwrap(owner.data_key, owner.contact_id)
    rows: list[Any] = list(conn.execute(_TURNS, {"id": conversation_id}))
    old = _archived(conn, keyring, conversation_id, store) if not rows or rows[0].turn > 1 else Old([])
    rows = [*old.turns, *rows]
    forgotten = max((row.turn for row in rows if not row.sealed), default=old.gone)
    turns = [(row.turn, read(sealer, conversation_id, row.turn, row.sealed)) for row in rows if row.turn > forgotten]
    # the place is the one that a turn seals its session for
    plain = sealer.open(owner.session, f"session/{conversation_id}") if owner.session else b"null"
    return Stored(turns, session_from_json(json.loads(plain)), forgotten)


def _archived(conn: Connection, keyring: Keyring, conversation_id: str, store: MediaStore | None) -> Old:
    if store is None:
        return Old([], last_turn(conn, conversation_id))
    return turns_of(conn, store, keyring, conversation_id)
