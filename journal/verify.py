"""Recomputing what was journalled: stored events, given to today's flows, must be answered as they were. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flows.entry import converse
from flows.kernel import FlowBroken
from flows.session import Session
from journal.record import Entry


@dataclass(frozen=True, slots=True)
class Deviation:
    """Entry `entry` (from 0) of turn `turn` says otherwise in `what`; names only, never a person's words.

    `what`: turn (a number is missing), before (it does not begin where the last one ended), heard, effects, after
    (answered otherwise today), broken (today's flow breaks its own declaration), session (the conversation does not
    stand where its newest turn ended).
    """

    turn: int
    entry: int
    what: str


def recomputed(
    turns: Iterable[tuple[int, Sequence[Entry]]], stands: Session | None = None, *, forgotten: int = 0
) -> list[Deviation]:
    """Every deviation in a conversation's turns, given oldest first and from the first on; none: the journal verifies.

    `stands`, where given, is the session that the conversation has now. `forgotten`: so many first turns are gone by rule,
    and what the next one began from is taken as it says.
    """
    found: list[Deviation] = []
    last, number = None if forgotten else Session(), forgotten
    for turn, entries in turns:
        if turn != number + 1:
            found.append(Deviation(turn, 0, "turn"))
        number = turn
        for at, entry in enumerate(entries):
            if last is not None and entry.before != last:
                found.append(Deviation(turn, at, "before"))
            found += [Deviation(turn, at, what) for what in differs(entry)]
            last = entry.after
    if None not in (stands, last) and stands != last:
        found.append(Deviation(number, 0, "session"))
    return found


def differs(entry: Entry) -> list[str]:
    """In what today's flows answer the entry's event otherwise than they did; empty: in nothing."""
    try:
        again = converse(entry.before, entry.known, entry.event)
    except FlowBroken:
        return ["broken"]
    pairs = {
        "heard": (again.heard, entry.heard), "effects": (again.effects, entry.effects), "after": (again.session, entry.after),
    }  # fmt: skip
    return [what for what, (now, then) in pairs.items() if now != then]
