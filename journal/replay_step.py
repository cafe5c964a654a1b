"""Stepping through a conversation: each answer with the whole state, its node's row in the flow table, and the effects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flows.flowbook import BOOK
from flows.session import Session
from journal import replay_view
from journal.record import Entry
from journal.replay import Turn

HELP = "n: next, p: previous, NUMBER: that turn, q: end"


class Stepper:
    """`read` gives a turn by its number; None: there is none. `last`: the number of the newest."""

    def __init__(self, read: Callable[[int], Turn | None], last: int, *, opened: bool) -> None:
        self._read, self._last, self._opened = read, last, opened

    def walk(self, begin: int, commands: Iterable[str]) -> Iterator[list[str]]:
        """What there is to show, first of turn `begin`, then after each command."""
        number, at = min(begin, max(self._last, 1)), 0
        turn = self._read(number)
        yield self._lines(turn, number, at)
        for typed in commands:
            word = typed.strip().lower()
            if word in ("q", "quit"):
                return
            goal = self._goal(word, turn, number, at)
            if isinstance(goal, str):
                yield [goal]
                continue
            if goal[0] != number or turn is None:
                turn = self._read(goal[0])
            number, at = goal
            if at < 0:
                at = max(len(turn.entries) - 1, 0) if turn else 0
            yield self._lines(turn, number, at)

    def _goal(self, word: str, turn: Turn | None, number: int, at: int) -> tuple[int, int] | str:
        """Turn and entry to go to; entry -1: its last. Or why there is nowhere to go."""
        if word in ("n", ""):
            if turn is not None and at + 1 < len(turn.entries):
                return number, at + 1
            return (number + 1, 0) if number < self._last else "that was the newest turn"
        if word == "p":
            if at > 0:
                return number, at - 1
            return (number - 1, -1) if number > 1 else "that was the first turn"
        if word.isascii() and word.isdecimal() and 1 <= int(word[:18]) <= self._last:
            return int(word[:18]), 0
        return f"there are turns 1 to {self._last}; {HELP}"

    def _lines(self, turn: Turn | None, number: int, at: int) -> list[str]:
        if turn is None:
            return [f"turn {number}: there is no such turn"]
        head = f"turn {turn.turn} of {self._last}, {turn.at:%Y-%m-%d %H:%M:%S} UTC, {turn.event_key}"
        if not turn.entries:
            names = f"{turn.event}: {turn.state_before or 'nothing'} -> {turn.state_after or 'nothing'}"
            return [head, f"  its words are gone ({turn.gone}); {names}, effects {', '.join(turn.effects) or 'none'}"]
        entry = turn.entries[at]
        shown = replay_view.entry(entry, opened=self._opened)
        lines = [f"{head}, answer {at + 1} of {len(turn.entries)}", f"  event    {_one(shown['event'])}"]
        lines += [f"  heard as {_one(shown['heard'])}"] if shown["heard"] else []
        lines += [f"  before   {line}" for line in stack(entry.before, opened=self._opened)]
        lines += [f"  row      {line}" for line in row(entry)]
        lines += [f"  effect   {_one(effect)}" for effect in shown["effects"]]
        return lines + [f"  after    {line}" for line in stack(entry.after, opened=self._opened)]


def stack(session: Session, *, opened: bool) -> list[str]:
    """Every frame from the bottom up with its variables, then what was asked and how often we did not understand."""
    lines = [f"{frame.flow} v{frame.version} {_one(replay_view.told_of(frame.state, opened))}" for frame in session.frames]
    if session.asked is not None:
        lines.append(f"asked {session.asked.key}")
    return [*(lines or ["nothing"]), *([f"misses {session.misses}"] if session.misses else [])]


def row(entry: Entry) -> list[str]:
    """The node's row of the flow table, of the state that had the floor; none where no flow had it."""
    if not entry.before.frames:
        return ["none: no flow had the floor"]
    top = entry.before.frames[-1]
    node = BOOK[top.flow].nodes[type(top.state)]
    names = {
        "goes to": (kind.__name__ for kind in node.goes_to), "may emit": (kind.__name__ for kind in node.may_emit),
        "listens for": (kind.__name__ for kind in node.hears), "asks": [node.asks] if node.asks else [],
    }  # fmt: skip
    return [f"{name}: {', '.join(sorted(kinds))}" for name, each in names.items() if (kinds := list(each))]


def _one(value: dict[str, Any]) -> str:
    fields = ", ".join(f"{name}: {each}" for name, each in value["fields"].items() if each not in ("", None, [], {}))
    return f"{value['kind']} {{{fields}}}" if fields else str(value["kind"])
