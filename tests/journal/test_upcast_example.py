"""The worked example of docs/replay.md: a flow changes its state, and what was stored before goes on, or is named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flows import codec, flowbook
from flows.codec import from_json, to_json
from flows.effects import Say
from flows.entry import converse
from flows.events import Said
from flows.kernel import Event, Flow, State, Step, node
from flows.session import Frame, Known, Session
from journal.drift import Chain, Drift
from journal.record import Entry, _entry_json

PAGE = Path(__file__).resolve().parents[2] / "docs" / "replay.md"
RAMESH = Known("en", consented=True, enrolled=True, role="electrician")


def version_1() -> type[Any]:
    @dataclass(frozen=True, slots=True)
    class Buying(State):
        lamps: int

    return Buying


def version_2() -> type[Any]:
    @dataclass(frozen=True, slots=True)
    class Buying(State):
        lamps: int
        paise: int

    return Buying


def answer(state: Any, event: Event) -> Step:
    """The price is told from version 2 on; the words are the same."""
    return Step(state, (Say("thanks.welcome", {"points": state.lamps}),))


class Stage:
    """The codec and the book with one version of the flow `lamp` in them."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch, self._kinds = patch, dict(codec.kinds())

    def put(self, version: int, state: type[Any]) -> None:
        flow = Flow("lamp", version, dict([node(state, answer, goes_to=set(), may_emit={Say})]))
        self._patch.setitem(flowbook.BOOK, "lamp", flow)  # type: ignore[arg-type]  # a dict, read as a mapping
        self._patch.setattr(codec, "kinds", lambda: {**self._kinds, "Buying": state})
        codec._shape.cache_clear()

    def turn(self, session: Session, words: str) -> tuple[list[dict[str, Any]], Session]:
        turned = converse(session, RAMESH, Said(words))
        return [_entry_json(Entry(Said(words), RAMESH, session, turned.heard, turned.effects, turned.session))], turned.session


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    yield Stage(monkeypatch)
    codec._shape.cache_clear()


@pytest.fixture
def upcast() -> Any:
    """As the page has it."""
    (source,) = re.findall(r"```python\n(def to_version_2.*?)\n\nUPCASTS", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    room: dict[str, Any] = {}
    exec(source, room)
    return room["to_version_2"]


def stored(stage: Stage, then: Any) -> list[list[dict[str, Any]]]:
    """A turn of version 1, then, after `then` has brought what it left up to date, one of version 2."""
    before, after = version_1(), version_2()
    stage.put(1, before)
    first, left = stage.turn(Session((Frame("lamp", 1, before(2)),)), "one more")
    raw = to_json(left)
    stage.put(2, after)
    raw["frames"][0] |= {"version": 2, "state": then(dict(raw["frames"][0]["state"]))}
    second, _ = stage.turn(from_json(raw), "and another")
    return [first, second]


def drifts(turns: list[list[dict[str, Any]]]) -> list[Drift]:
    chain = Chain(began=5)  # in the middle: the turns before it do not matter here
    return [drift for number, entries in enumerate(turns, start=5) for drift in chain.turn(number, entries)]


def test_without_the_upcast_it_is_refused_by_name(stage: Stage, upcast: Any) -> None:
    (found,) = drifts(stored(stage, upcast))
    assert (found.turn, found.where.what, found.where.version) == (5, "refused", 1)
    assert found.where.now == "no upcast for version 1 of the flow 'lamp'" and found.where.now in PAGE.read_text()


def test_with_the_upcast_of_the_page_nothing_drifts(stage: Stage, upcast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = stored(stage, upcast)
    monkeypatch.setitem(codec.UPCASTS, ("lamp", 1), upcast)
    assert drifts(turns) == []


def test_with_a_wrong_one_the_joint_is_named(stage: Stage, upcast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = stored(stage, upcast)
    monkeypatch.setitem(codec.UPCASTS, ("lamp", 1), lambda state: {**state, "paise": 1})
    assert [(found.turn, found.where.what) for found in drifts(turns)] == [(6, "before")]
