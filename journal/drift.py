"""Where today's flows answer stored events otherwise than they did: each difference named, for a table. Pure.

Works on the JSON as it was written, so that the version of then is known, and nothing is parsed twice: most of an entry is
what the one before it ended with. Names only come out, never a person's words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from flows.codec import TAG, Unreadable, from_json
from flows.effects import Say
from flows.entry import Turned, converse
from flows.kernel import Effect, Event, FlowBroken
from flows.session import Known, Session

NOTHING = "nothing"
MISREAD = (Unreadable, KeyError, TypeError, AttributeError)  # what is no value of the conversation, or half of one
Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Where:
    """In which flow, version and state it differs, in `what`: words (keys said), states, effects, values (same names, other
    contents), heard, broken (a flow leaves its declaration), refused (stored by a version that nobody can read), before,
    turn (the chain has a gap), session (it does not stand where its newest turn ended)."""

    flow: str
    version: int
    state: str
    what: str
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class Drift:
    turn: int
    entry: int
    where: Where


class Chain:
    """One conversation, its turns given oldest first. `began`: the number of the first turn that is given, where those
    before it are not (forgotten by rule, or somebody else's share); what it begins from is then taken as it says."""

    def __init__(self, began: int = 1) -> None:
        self._number = began - 1
        self._raw: Any = None if began > 1 else _EMPTY
        self._session: Any = None if began > 1 else Session()
        self._known_raw: Any = None
        self._known: Any = None

    def turn(self, number: int, entries: Sequence[Raw]) -> Iterator[Drift]:
        """The differences of one turn; of an entry only the first."""
        if number != self._number + 1:
            yield Drift(number, 0, _where(entries[0], "turn", f"{self._number + 1}", f"{number}"))
            self._raw = None
        self._number = number
        for at, raw in enumerate(entries):
            if (found := self._entry(raw)) is not None:
                yield Drift(number, at, found)

    def skipped(self, number: int) -> None:
        """A turn that cannot be read: the next one begins from what it says."""
        self._number, self._raw = number, None

    def stands(self, session: Raw | None) -> Where | None:
        """Whether the conversation stands where its newest turn ended."""
        if self._raw is None or session is None or session == self._raw:
            return None
        try:
            if from_json(session) == self._session:
                return None
        except MISREAD as fault:
            return Where(*_top(session), "refused", _floor(self._raw), str(fault))
        return Where(*_top(self._raw), "session", _floor(self._raw), _floor(session))

    def _entry(self, raw: Raw) -> Where | None:
        try:
            before = self._session if raw["before"] == self._raw else from_json(raw["before"])
            goes_on = self._raw is None or before == self._session  # the same in words of another version is the same
            event = from_json(raw["event"])
            known = self._whom(raw["known"])
            after = before if raw["after"] == raw["before"] else from_json(raw["after"])
        except MISREAD as fault:
            self._raw = None
            return _where(raw, "refused", _floor(raw["before"]), str(fault))
        self._raw, self._session = raw["after"], after
        if not goes_on:
            return _where(raw, "before", "", _floor(raw["before"]))
        return _answered(raw, before, known, event, after)

    def _whom(self, raw: Raw) -> Known:
        if self._known_raw != raw:
            self._known_raw, self._known = raw, from_json(raw)
        known: Known = self._known
        return known


def _answered(raw: Raw, before: Session, known: Known, event: Event, after: Session) -> Where | None:
    """The first difference there is, words before states before whatever else."""
    try:
        again = converse(before, known, event)
    except FlowBroken as fault:
        return _where(raw, "broken", _floor(raw["after"]), str(fault))
    except Exception as fault:  # one conversation that today's flows choke on is a finding; its words are not told
        return _where(raw, "broken", _floor(raw["after"]), type(fault).__name__)
    try:
        effects = tuple(from_json(each) for each in raw["effects"])
        heard = event if raw["heard"] == raw["event"] else from_json(raw["heard"])
    except MISREAD as fault:
        return _where(raw, "refused", _floor(raw["before"]), str(fault))
    if again.effects == effects and again.session == after and again.heard == heard:
        return None
    return _named(raw, again, effects, after, heard)


def _named(raw: Raw, again: Turned, effects: Sequence[Effect], after: Session, heard: Event) -> Where:
    pairs = (
        ("words", _keys(effects), _keys(again.effects)),
        ("states", names(after), names(again.session)),
        ("effects", _kinds(effects), _kinds(again.effects)),
        ("heard", type(heard).__name__, type(again.heard).__name__),
    )
    for what, then, now in pairs:
        if then != now:
            return _where(raw, what, then, now)
    today = (again.effects, again.session, again.heard)
    changed = ", ".join(sorted(set(changes((tuple(effects), after, heard), today))))
    return _where(raw, "values", changed, changed)


def names(session: Session) -> str:
    """Its states from the bottom up: "scan.Claiming > redeem.Confirm"."""
    return " > ".join(f"{frame.flow}.{type(frame.state).__name__}" for frame in session.frames) or NOTHING


def changes(then: Any, now: Any, name: str = "") -> Iterator[str]:
    """The names of the fields in which two values of the same kinds differ."""
    if then == now:
        return
    if is_dataclass(then) and type(then) is type(now) and not isinstance(then, type):
        for field in fields(then):
            yield from changes(getattr(then, field.name), getattr(now, field.name), f"{type(then).__name__}.{field.name}")
    elif isinstance(then, tuple) and isinstance(now, tuple) and len(then) == len(now):
        for one, other in zip(then, now, strict=True):
            yield from changes(one, other, name)
    elif isinstance(then, Mapping) and isinstance(now, Mapping):
        for key in sorted({*then, *now}):
            yield from changes(then.get(key), now.get(key), f"{name}.{key}")
    else:
        yield name


def _keys(effects: Sequence[Effect]) -> str:
    said = [f"{effect.key}{''.join(f'|{line.key}' for line in effect.lines)}" for effect in effects if isinstance(effect, Say)]
    return ", ".join(said) or NOTHING


def _kinds(effects: Sequence[Effect]) -> str:
    return ", ".join(type(effect).__name__ for effect in effects) or NOTHING


_EMPTY: Raw = {TAG: "Session", "frames": [], "asked": None, "misses": 0}


def _where(raw: Raw, what: str, then: str, now: str) -> Where:
    return Where(*_top(raw["before"]), what, then, now)


def _top(session: Raw) -> tuple[str, int, str]:
    frames = session.get("frames") or []
    if not frames:
        return NOTHING, 0, NOTHING
    return str(frames[-1]["flow"]), int(frames[-1]["version"]), str(frames[-1]["state"].get(TAG))


def _floor(session: Raw) -> str:
    flow, _, state = _top(session)
    return NOTHING if flow == NOTHING else f"{flow}.{state}"
