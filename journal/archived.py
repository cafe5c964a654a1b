"""Old months, read from the media store: sealed files with the turns as they stood in the journal, each still sealed under
its person's key. Whoever was erased is erased here too; a file whose words' time is over is gone, with its key.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from base.media_store import MediaStore, NotStored
from base.sealing import Keyring

_OF = text("""
    SELECT a.id, a.stored_as, a.data_key, a.sha256, w.first_turn, w.last_turn
    FROM journal_archived w JOIN journal_archives a ON a.id = w.archive_id
    WHERE w.conversation_id = :conversation AND w.last_turn >= :first AND w.first_turn <= :last
    ORDER BY w.first_turn""")
_LAST = text("SELECT coalesce(max(last_turn), 0) FROM journal_archived WHERE conversation_id = :conversation")
TURN_MAX = 2**63 - 1
LONG_AGO = datetime.min.replace(tzinfo=UTC)  # of a turn of which nothing but its number is left


class ArchiveBroken(ValueError):
    """A file of the archive is missing or is not what was stored; the message names it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One row of the journal, as it was. `sealed` opens like a row's that is still there."""

    conversation_id: str
    turn: int
    event_key: str
    at: datetime
    event: str
    flow: str | None
    state_before: str | None
    state_after: str | None
    effects: tuple[str, ...]
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Old:
    """`turns`, oldest first. `gone`: the number of the newest turn whose file is gone by rule; 0: none is."""

    turns: list[Kept]
    gone: int = 0


def turns_of(
    conn: Connection, store: MediaStore, keyring: Keyring, conversation_id: str, *, first: int = 1, last: int = TURN_MAX
) -> Old:
    """The archived turns of a conversation, those from `first` to `last`. Asks the store only for files that hold some.

    Raises ArchiveBroken, and OSError where the store is out of reach.
    """
    found: list[Kept] = []
    gone = 0
    for row in conn.execute(_OF, {"conversation": conversation_id, "first": first, "last": last}):
        if row.data_key is None:
            gone = max(gone, row.last_turn)
            continue
        kept = opened(store, keyring, row.id, row.stored_as, row.data_key, row.sha256)
        found += [turn for turn in kept if turn.conversation_id == conversation_id and first <= turn.turn <= last]
    return Old(sorted(found, key=lambda turn: turn.turn), gone)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where old months lie, and what opens them."""

    store: MediaStore
    keyring: Keyring

    def turns(self, conn: Connection, conversation_id: str, first: int, last: int) -> Sequence[Kept]:
        """Those from `first` to `last` that were archived, oldest first; of a file whose words' time is over, one is still
        there by its number, without its words. Raises as `turns_of`."""
        if first > last or (newest := last_turn(conn, conversation_id)) < first:
            return []
        old = turns_of(conn, self.store, self.keyring, conversation_id, first=first, last=min(last, newest))
        there = {turn.turn for turn in old.turns}
        gone = [turn for turn in range(first, min(old.gone, last) + 1) if turn not in there]
        return [_forgotten(conversation_id, turn) for turn in gone] + old.turns


def _forgotten(conversation_id: str, turn: int) -> Kept:
    return Kept(conversation_id, turn, "", LONG_AGO, "forgotten", None, None, None, (), b"")


def last_turn(conn: Connection, conversation_id: str) -> int:
    """The number of the newest turn that was archived; 0: none was."""
    return int(conn.execute(_LAST, {"conversation": conversation_id}).scalar_one())


def packed(turns: Iterable[Kept]) -> bytes:
    """A file before it is sealed."""
    lines = (json.dumps(_row(turn), ensure_ascii=False, separators=(",", ":")) for turn in turns)
    return zlib.compress("\n".join(lines).encode(), 6)


def unpacked(plain: bytes) -> list[Kept]:
    """The inverse."""
    return [_kept(json.loads(line)) for line in zlib.decompress(plain).decode().splitlines()]


def opened(
    store: MediaStore, keyring: Keyring, archive_id: str, stored_as: str, data_key: bytes, sha256: bytes
) -> list[Kept]:
    """All turns of one file. Raises ArchiveBroken, CannotOpen."""
    try:
        sealed = store.get(stored_as)
    except NotStored as missing:
        raise ArchiveBroken(f"the media store has no {stored_as}, where turns of the journal lie ({archive_id})") from missing
    if hashlib.sha256(sealed).digest() != bytes(sha256):
        raise ArchiveBroken(f"{stored_as} in the media store is not what was stored there ({archive_id})")
    return unpacked(keyring.unwrap(data_key, archive_id).open(sealed, place(archive_id)))


def place(archive_id: str) -> str:
    return f"journal-archive/{archive_id}"


def _row(turn: Kept) -> Sequence[object]:
    sealed = base64.b64encode(turn.sealed).decode()
    return (
        turn.conversation_id, turn.turn, turn.event_key, turn.at.isoformat(), turn.event, turn.flow, turn.state_before,
        turn.state_after, turn.effects, sealed,
    )  # fmt: skip


def _kept(row: list[object]) -> Kept:
    conversation, turn, key, at, event, flow, before, after, effects, sealed = row
    assert isinstance(turn, int) and isinstance(effects, list)
    return Kept(
        str(conversation), turn, str(key), datetime.fromisoformat(str(at)), str(event), _word(flow), _word(before),
        _word(after), tuple(map(str, effects)), base64.b64decode(str(sealed)),
    )  # fmt: skip


def _word(value: object) -> str | None:
    return None if value is None else str(value)
