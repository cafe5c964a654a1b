"""A turn as plain JSON for a screen: words of people masked unless they are opened, and nothing that moves a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flows.codec import to_json
from flows.effects import Say
from flows.events import SecretGiven
from flows.kernel import Effect, Event
from journal import masked
from journal.record import Entry, floor
from journal.replay import Turn
from journal.replay_keys import effect_keys
from journal.replay_rows import Came, Told
from journal.why import reasons


def shown(turn: Turn, *, opened: bool = False) -> dict[str, Any]:
    """The whole turn. `opened`: with what the person wrote, which the caller may see and has put on record. What a secret
    was is never shown."""
    said = {key: effect for key, effect in effect_keys(turn.event_key, turn.entries) if isinstance(effect, Say)}
    return {
        "turn": turn.turn, "at": turn.at, "event_key": turn.event_key, "gone": turn.gone or None,
        "came": _came(turn, opened), "entries": [entry(each, opened=opened) for each in turn.entries],
        "told": [_told(each, said, opened) for each in turn.told],
        "ledger": [_ledger(asdict(each)) for each in turn.postings],
        "tasks": [asdict(each) for each in turn.tasks], "payouts": [asdict(each) for each in turn.payouts],
        "media": [_media(turn, asdict(each), opened) for each in turn.media],
        "why": [asdict(each) | {"facts": masked.value(each.facts)} for each in reasons(turn)],
    } | ({} if turn.entries else {"names": _names(turn)})  # fmt: skip


def entry(each: Entry, *, opened: bool = False) -> dict[str, Any]:
    """One answer: what happened, how it was understood, from where to where, and what was asked of the world."""
    return {
        "event": told_of(each.event, opened), "heard": None if each.heard == each.event else told_of(each.heard, opened),
        "before": state_name(each.before), "after": state_name(each.after), "misses": each.after.misses,
        "version": each.after.frames[-1].version if each.after.frames else None,
        "state": told_of(each.after.frames[-1].state, opened) if each.after.frames else None,
        "effects": [told_of(effect, opened) for effect in each.effects],
    }  # fmt: skip


def told_of(value: Event | Effect | object, opened: bool) -> dict[str, Any]:
    """A value of the conversation: its kind, and its fields."""
    raw = to_json(value)
    fields = {name: each for name, each in raw.items() if name != masked.TAG}
    return {"kind": raw[masked.TAG], "fields": _neutral(fields) if opened else masked.value(fields)}


def state_name(session: Any) -> str:
    return ".".join(filter(None, floor(session))) or "nothing"


def came(row: Came) -> dict[str, Any]:
    """A row of the inbox, without its words; also of one that no turn has answered."""
    return {
        "kind": row.kind, "key": row.key, "received_at": row.received_at, "handled_at": row.handled_at,
        "parked_at": row.parked_at, "failures": row.failures, "fault": row.fault,
    }  # fmt: skip


def _came(turn: Turn, opened: bool) -> dict[str, Any] | None:
    if turn.came is None:
        return None
    body = turn.came.body or {}
    words = str(body.get("text", ""))
    if not turn.entries or isinstance(turn.entries[0].event, SecretGiven):
        words = ""  # what a secret was, or may have been
    tapped = masked.neutral(str(body.get("button_id", "")))
    return came(turn.came) | {
        "words": masked.neutral(words) if opened else masked.typed(words), "button": tapped or None,
        "sent": masked.neutral(str(body["kind"])) if "kind" in body else None,
    }  # fmt: skip


def told(row: Told, *, opened: bool = False) -> dict[str, Any]:
    """A message that no turn has told: a campaign's."""
    return _told(row, {}, opened)


def _told(row: Told, said: Mapping[str, Say], opened: bool) -> dict[str, Any]:
    asked = said.get(row.key) or said.get(row.key.rpartition("/")[0])

    def words(text: str) -> str:
        return masked.neutral(text) if opened else masked.body(text, asked)

    message = row.message
    kept = {name: value for name, value in asdict(row).items() if name != "message"}
    return kept | {
        "words": None if message is None else words(message.body),
        "buttons": [] if message is None else [
            {"id": masked.neutral(b.id), "title": words(b.title), "description": words(b.description)} for b in message.buttons
        ],
        "picture": message.picture or None if message else None,
    }  # fmt: skip


def _ledger(posting: dict[str, Any]) -> dict[str, Any]:
    return posting | {"facts": masked.value(posting["facts"])}


def _media(turn: Turn, row: dict[str, Any], opened: bool) -> dict[str, Any]:
    """A picture with what was read on it; where it is gone, that."""
    del row["message_sid"]
    readings = [one.body for one in turn.readings if one.body and one.body.get("photo") == row["id"]]
    reading = {name: value for name, value in readings[-1].items() if name != "photo"} if readings else None
    shown_reading = _neutral(reading) if opened else masked.value(reading)
    return {**_neutral(row), "reading": shown_reading if reading else None}


def _names(turn: Turn) -> dict[str, Any]:
    """What stays of a turn whose words are gone."""
    return {
        "event": turn.event, "flow": turn.flow, "before": turn.state_before, "after": turn.state_after,
        "effects": list(turn.effects),
    }  # fmt: skip


def _neutral(raw: Any) -> Any:
    if isinstance(raw, Mapping):
        return {masked.neutral(str(name)): _neutral(each) for name, each in raw.items()}
    if isinstance(raw, list | tuple):
        return [_neutral(each) for each in raw]
    return masked.neutral(raw) if isinstance(raw, str) else raw
