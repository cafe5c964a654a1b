"""The journal: one row a turn, with each event, the session before and after, effects and outcomes.

Names stand in the clear for counting; contents are sealed under the contact's key, since they quote the person.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from base.sealing import Sealer
from flows.codec import from_json, to_json
from flows.kernel import Effect, Event
from flows.session import Known, Session


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer within a turn: replaying is `converse(before, known, event)` and comparing."""

    event: Event
    known: Known
    before: Session
    heard: Event
    effects: tuple[Effect, ...]
    after: Session


# Names begin with j_, so that a turn can write its row in one statement with whatever else it writes. A second holder of
# the same turn fails on the unique turn number.
WRITE_SQL = """
    INSERT INTO journal (conversation_id, turn, event_key, at, event, flow, state_before, state_after, effects, sealed)
    VALUES (:j_conversation, :j_turn, :j_event_key, :j_at, :j_event, :j_flow, :j_before, :j_after, :j_effects, :j_sealed)"""


def columns(
    sealer: Sealer, *, conversation_id: str, turn: int, event_key: str, at: datetime, entries: Sequence[Entry]
) -> dict[str, Any]:
    """What WRITE_SQL takes: one turn, with everything that was answered in it."""
    first, last = entries[0], entries[-1]
    body = zlib.compress(json.dumps([_entry_json(e) for e in entries], ensure_ascii=False).encode(), 1)
    flow, before = floor(first.before)
    after_flow, after = floor(last.after)
    return {
        "j_conversation": conversation_id, "j_turn": turn, "j_event_key": event_key, "j_at": at,
        "j_event": type(first.event).__name__, "j_flow": after_flow or flow, "j_before": before, "j_after": after,
        "j_effects": [type(effect).__name__ for entry in entries for effect in entry.effects],
        "j_sealed": sealer.seal(body, place(conversation_id, turn)),
    }  # fmt: skip


def read(sealer: Sealer, conversation_id: str, turn: int, sealed: bytes) -> list[Entry]:
    """The entries of a turn, brought up to date. Raises CannotOpen, Unreadable."""
    return [entry_of(entry) for entry in read_raw(sealer, conversation_id, turn, sealed)]


def read_raw(sealer: Sealer, conversation_id: str, turn: int, sealed: bytes) -> list[dict[str, Any]]:
    """The same as the JSON that was written, with the versions of then. Raises CannotOpen."""
    raw: list[dict[str, Any]] = json.loads(zlib.decompress(sealer.open(sealed, place(conversation_id, turn))))
    return raw


def _entry_json(entry: Entry) -> dict[str, Any]:
    return {
        "event": to_json(entry.event), "known": to_json(entry.known), "before": to_json(entry.before),
        "heard": to_json(entry.heard), "effects": [to_json(e) for e in entry.effects], "after": to_json(entry.after),
    }  # fmt: skip


def entry_of(raw: Mapping[str, Any]) -> Entry:
    """One entry out of its JSON. Raises Unreadable."""
    return Entry(
        from_json(raw["event"]), from_json(raw["known"]), from_json(raw["before"]), from_json(raw["heard"]),
        tuple(from_json(e) for e in raw["effects"]), from_json(raw["after"]),
    )  # fmt: skip


def floor(session: Session) -> tuple[str | None, str | None]:
    """Flow and state that have the floor."""
    if not session.frames:
        return None, None
    top = session.frames[-1]
    return top.flow, type(top.state).__name__


def place(conversation_id: str, turn: int) -> str:
    return f"journal/{conversation_id}/{turn}"
