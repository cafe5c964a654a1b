"""Journals as a stream, for whatever reads all of them: shares of conversations, a share's turns with their contents opened."""

from __future__ import annotations

import json
import zlib
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Any

from sqlalchemy import Connection, text

from base.sealing import CannotOpen, Keyring, Sealer
from journal.archived import Kept, Shelf
from journal.record import read_raw

ERASED, FORGOTTEN, UNREADABLE = "erased", "forgotten", "unreadable"
SHARE = 2_000  # turns; a conversation that is longer is divided, so that no process is left with all of it
ROWS_AT_ONCE = 500

_LIST = text("""
    SELECT v.id, v.turn FROM conversations v WHERE v.id > :after AND v.turn > 0
      AND (CAST(:only AS text) IS NULL OR v.id = :only) ORDER BY v.id LIMIT 1000""")
_TURNS = text("""
    SELECT j.conversation_id, j.turn, j.sealed
    FROM unnest(CAST(:ids AS text[]), CAST(:begins AS bigint[]), CAST(:ends AS bigint[])) AS s (id, begins, ends)
         JOIN journal j ON j.conversation_id = s.id AND j.turn BETWEEN s.begins AND s.ends
    ORDER BY j.conversation_id, j.turn""")
_ARCHIVED = text("SELECT DISTINCT conversation_id FROM journal_archived WHERE conversation_id = ANY(:ids) ORDER BY 1")
_OWNERS = text("""
    SELECT v.id, v.turn, v.session, c.id AS contact_id, c.data_key FROM conversations v JOIN contacts c ON c.id = v.contact_id
    WHERE v.id = ANY(:ids)""")


@dataclass(frozen=True, slots=True)
class Piece:
    """Turns `begins` to `ends` of a conversation; `whole`: whether `ends` is its newest."""

    conversation_id: str
    begins: int
    ends: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Read:
    """A stored turn. `entries`: its JSON; empty where `gone` says why: erased, forgotten, unreadable."""

    conversation_id: str
    turn: int
    entries: list[dict[str, Any]]
    gone: str = ""


def shares(conn: Connection, only: str | None = None) -> Iterator[list[Piece]]:
    """All conversations, or only one, in shares of about SHARE turns. `conn` is one whose statements are each their own
    transaction: between two of them minutes may pass, and what idles in a transaction is ended."""
    share: list[Piece] = []
    size, after = 0, ""
    while rows := conn.execute(_LIST, {"after": after, "only": only}).all():
        for row in rows:
            for begins in range(1, row.turn + 1, SHARE):
                ends = min(begins + SHARE - 1, row.turn)
                share.append(Piece(row.id, begins, ends, ends == row.turn))
                size += ends - begins + 1
                if size >= SHARE:
                    yield share
                    share, size = [], 0
        after = rows[-1].id
    if share:
        yield share


def turns(
    conn: Connection, shelf: Shelf, share: list[Piece]
) -> Generator[tuple[Piece, Iterator[Read], Any], None, None]:  # fmt: skip
    """Of each piece that has any, its turns in order, and the session in which its conversation stands: as JSON, or None
    where there is none, or turns were added meanwhile, or it cannot be opened.

    Months that were archived are read from the shelf. A person's key is unwrapped once; rows come by the hundred, however
    many there are. Iterate each piece to its end."""
    pieces = {piece.conversation_id: piece for piece in share}  # a conversation is in a share once
    owners = {row.id: row for row in conn.execute(_OWNERS, {"ids": list(pieces)})}
    old = _archived(conn, shelf, pieces)
    asked = {"ids": list(pieces), "begins": [p.begins for p in pieces.values()], "ends": [p.ends for p in pieces.values()]}
    with conn.execute(_TURNS, asked, execution_options={"yield_per": ROWS_AT_ONCE}) as rows:
        for conversation_id, own in groupby(rows, key=lambda row: str(row.conversation_id)):
            yield _read(shelf, pieces[conversation_id], owners[conversation_id], chain(old.pop(conversation_id, []), own))
    for conversation_id, kept in old.items():  # nothing of them is in the table any more
        yield _read(shelf, pieces[conversation_id], owners[conversation_id], kept)


def _read(shelf: Shelf, piece: Piece, owner: Any, rows: Iterable[Any]) -> tuple[Piece, Iterator[Read], Any]:
    sealer, why = _sealer(shelf.keyring, owner)
    session = _session(sealer, owner) if piece.whole and owner.turn == piece.ends else None
    return piece, (_opened(sealer, why, row) for row in rows), session


def _archived(conn: Connection, shelf: Shelf, pieces: Mapping[str, Piece]) -> dict[str, Sequence[Kept]]:
    """Of the conversations that have any, the archived turns of their pieces."""
    having = conn.execute(_ARCHIVED, {"ids": list(pieces)}).scalars().all()
    found = {which: shelf.turns(conn, which, pieces[which].begins, pieces[which].ends) for which in having}
    return {which: turns for which, turns in found.items() if turns}


def _sealer(keyring: Keyring, owner: Any) -> tuple[Sealer | None, str]:
    if owner.data_key is None:
        return None, ERASED
    try:
        return keyring.unwrap(owner.data_key, owner.contact_id), ""
    except CannotOpen:
        return None, UNREADABLE


def _opened(sealer: Sealer | None, why: str, row: Any) -> Read:
    if sealer is None or not row.sealed:
        return Read(row.conversation_id, row.turn, [], why or FORGOTTEN)
    try:
        return Read(row.conversation_id, row.turn, read_raw(sealer, row.conversation_id, row.turn, row.sealed))
    except (CannotOpen, ValueError, zlib.error):
        return Read(row.conversation_id, row.turn, [], UNREADABLE)


def _session(sealer: Sealer | None, owner: Any) -> Any:
    if sealer is None or not owner.session:
        return None
    try:
        return json.loads(sealer.open(owner.session, f"session/{owner.id}"))
    except CannotOpen:
        return None
