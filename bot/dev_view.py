"""A turn as the sandbox's page shows it: the frames with their variables, what happened, what was asked of the world. Pure.

A developer's own phones: what they typed is shown. What names a secret is not, and where a flow speaks of other people,
helpers, shops or another number, its words are masked as they are for staff.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flows.session import Session
from journal import masked, replay_view
from journal.record import Entry
from journal.replay import Turn

ABOUT_OTHERS = frozenset({
    "flows.helpers", "flows.helpers_events", "flows.leaving", "flows.shops", "flows.move", "flows.move_events",
})  # fmt: skip
SECRET = re.compile(r"(token|account|pin)\d*")  # fields: names of what is sealed
SECRETS_ID = re.compile(r"sec_[0-9a-z]+")  # it stands in buttons too


def standing(turn: Turn | None) -> dict[str, Any]:
    """Where it stood after that turn; None: before the first."""
    if turn is None:
        return {"turn": 0, "at": None, "gone": None, "steps": [], **_stack(Session(), opened=True)}
    told = {"turn": turn.turn, "at": turn.at.isoformat(), "gone": turn.gone or None}
    if not turn.entries:
        where = ".".join(filter(None, (turn.flow, turn.state_after))) or "nothing"
        return {**told, "steps": [], "state": where, "frames": [], "asked": None, "misses": 0}
    steps = [_step(entry) for entry in turn.entries]
    return {**told, "steps": steps, **_stack(turn.entries[-1].after, opened=not _names_others(turn.entries[-1]))}


def _step(entry: Entry) -> dict[str, Any]:
    shown = replay_view.entry(entry, opened=not _names_others(entry))
    return {name: _without_secrets(shown[name]) for name in ("event", "heard", "before", "after", "effects")}


def _stack(session: Session, *, opened: bool) -> dict[str, Any]:
    """Frames from the bottom up; the last one has the floor."""
    frames = []
    for frame in session.frames:
        own = opened and type(frame.state).__module__ not in ABOUT_OTHERS
        told = replay_view.told_of(frame.state, own)
        frames.append({"flow": frame.flow, "version": frame.version, **_without_secrets(told)})
    asked = session.asked.key if session.asked else None
    return {"state": replay_view.state_name(session), "frames": frames, "asked": asked, "misses": session.misses}


def _names_others(entry: Entry) -> bool:
    states = (frame.state for session in (entry.before, entry.after) for frame in session.frames[-1:])
    return any(type(each).__module__ in ABOUT_OTHERS for each in (entry.event, entry.heard, *entry.effects, *states))


def _without_secrets(raw: Any, field: str = "") -> Any:
    if isinstance(raw, Mapping):
        return {name: _without_secrets(each, str(name)) for name, each in raw.items()}
    if isinstance(raw, list | tuple):
        return [_without_secrets(each, field) for each in raw]
    if not isinstance(raw, str):
        return raw
    return masked.HIDDEN if raw and SECRET.fullmatch(field) else SECRETS_ID.sub(masked.HIDDEN, raw)
