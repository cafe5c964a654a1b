"""The same journals through today's flows and another revision's: where they part, the dearest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from bot.replay_other import ROOT, CannotCompare, other
from bot.wiring import House
from flows.codec import TAG, from_json, to_json
from flows.entry import converse
from journal import replay_stream
from journal.archived import Shelf

BATCH = 200  # answers handed over at once
Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    conversation_id: str
    turn: int
    raw: dict[str, Any]  # before, known, event


@dataclass(slots=True)
class Part:
    """One way in which the two part. what: rupees | words | states | effects | values | fault. `paise`, `points`: by how
    much all its answers differ together; the place is the first one's."""

    what: str
    flow: str
    state: str
    today: str
    there: str
    conversation_id: str
    turn: int
    count: int = 0
    paise: int = 0
    points: int = 0

    def shown(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class Compared:
    commit: str
    turns: int = 0
    answers: int = 0
    parts: dict[tuple[str, ...], Part] = field(default_factory=dict)

    def worst_first(self) -> list[Part]:
        return sorted(self.parts.values(), key=lambda p: (-p.paise, -p.points, -p.count, p.what, p.flow, p.state))


def compare(house: House, revision: str, only: str | None = None, *, most: int, repository: Path = ROOT) -> Compared:
    """Ask both; at most `most` turns. Raises CannotCompare."""
    with other(revision, repository) as there:
        found = Compared(there.commit)
        with closing(_questions(house, only, most, found)) as questions:
            while batch := list(islice(questions, BATCH)):
                there.ask([question.raw for question in batch])
                ours = [_answer(question.raw) for question in batch]  # while the other one works
                for question, here, theirs in zip(batch, ours, there.answers(), strict=True):
                    found.answers += 1
                    _part(found, question, here, theirs)
    return found


def _questions(house: House, only: str | None, most: int, found: Compared) -> Generator[Question, None, None]:
    """Opened here: the other side has no key. What is erased, forgotten or unreadable is passed over."""
    with house.autocommit.connect() as listing, house.engine.connect() as conn:
        for share in replay_stream.shares(listing, only):
            with closing(replay_stream.turns(conn, Shelf(house.media, house.keyring), share)) as given:
                for one in (one for _, turns, _ in given for one in turns):
                    if found.turns >= most:
                        return
                    found.turns += bool(one.entries)
                    for entry in one.entries:
                        raw = {name: entry[name] for name in ("before", "known", "event")}
                        yield Question(one.conversation_id, one.turn, raw)


def _answer(raw: Mapping[str, Any]) -> Answer:
    try:
        turned = converse(from_json(raw["before"]), from_json(raw["known"]), from_json(raw["event"]))
    except Exception as fault:  # as the other side: to choke on an event is an answer too
        return {"fault": type(fault).__name__}
    return {
        "heard": to_json(turned.heard), "effects": [to_json(e) for e in turned.effects], "after": to_json(turned.session)
    }  # fmt: skip


def _part(found: Compared, question: Question, here: Answer, there: Answer) -> None:
    named = differing(here, there)
    if named is None:
        return
    what, today, other_one = named
    frames = question.raw["before"].get("frames") or [{"flow": "nothing", "state": {TAG: "nothing"}}]
    key = (what, str(frames[-1]["flow"]), str(frames[-1]["state"].get(TAG)), today, other_one)
    part = found.parts.setdefault(key, Part(*key, question.conversation_id, question.turn))
    part.count += 1
    part.paise += _apart(here, there, "paise")
    part.points += _apart(here, there, "points")


def differing(here: Answer, there: Answer) -> tuple[str, str, str] | None:
    """In what two answers differ, and its names on both sides; None: they are the same, whatever has its default."""
    if "fault" in here or "fault" in there:
        faults = str(here.get("fault", "answers")), str(there.get("fault", "answers"))
        return None if faults[0] == faults[1] else ("fault", *faults)
    if _bare(here) == _bare(there):
        return None
    keys = _keys(here), _keys(there)
    if _apart(here, there, "paise"):
        return "rupees", *keys
    for what, today, other_one in (
        ("words", *keys), ("states", _states(here), _states(there)), ("effects", _kinds(here), _kinds(there)),
    ):  # fmt: skip
        if today != other_one:
            return what, today, other_one
    return "values", *keys


def _apart(here: Answer, there: Answer, unit: str) -> int:
    """By how much the effects differ in that unit: the field that differs most."""
    sums = [Counter[str](), Counter[str]()]
    for total, answer in zip(sums, (here, there), strict=True):
        _add(total, answer.get("effects", ()), unit)
    return max((abs(sums[0][name] - sums[1][name]) for name in {*sums[0], *sums[1]}), default=0)


def _add(total: Counter[str], raw: Any, unit: str) -> None:
    if isinstance(raw, Mapping):
        for name, each in raw.items():
            if isinstance(each, int) and not isinstance(each, bool) and (name == unit or str(name).endswith(f"_{unit}")):
                total[str(name)] += each
            else:
                _add(total, each, unit)
    elif isinstance(raw, list):
        for each in raw:
            _add(total, each, unit)


def _bare(raw: Any) -> Any:
    """Without what is empty: a field that one of the two does not have yet is, in the other, at its default."""
    if isinstance(raw, Mapping):
        told = {name: each for name, each in raw.items() if each not in ("", None, [], {}, 0, False)}
        return {name: _bare(each) for name, each in told.items() if name != "version"}
    return [_bare(each) for each in raw] if isinstance(raw, list) else raw


def _keys(answer: Answer) -> str:
    return ", ".join(str(each["key"]) for each in answer["effects"] if each.get(TAG) == "Say") or "nothing"


def _kinds(answer: Answer) -> str:
    return ", ".join(str(each.get(TAG)) for each in answer["effects"]) or "nothing"


def _states(answer: Answer) -> str:
    return " > ".join(f"{frame['flow']}.{frame['state'].get(TAG)}" for frame in answer["after"]["frames"]) or "nothing"


__all__ = ["CannotCompare", "Compared", "Part", "compare", "differing"]
