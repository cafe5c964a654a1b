"""Recomputing shares of all journals with today's flows, and what came of it as sums that can be added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from journal.archived import Shelf
from journal.drift import Chain, Where
from journal.replay_stream import ERASED, UNREADABLE, Piece, turns

SEALED_OTHERWISE = Where("nothing", 0, "nothing", "unreadable", "sealed", "cannot be opened")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    conversation_id: str
    turn: int
    entry: int


@dataclass(slots=True)
class Tally:
    """`gone`: turns that there is nothing to recompute of, by why. `first`: an example of each difference, the first by
    conversation and turn, so that the same journals give the same answer however they were shared out."""

    conversations: int = 0
    turns: int = 0
    entries: int = 0
    gone: Counter[str] = field(default_factory=Counter)
    drifts: Counter[Where] = field(default_factory=Counter)
    first: dict[Where, Place] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        self.conversations += other.conversations
        self.turns += other.turns
        self.entries += other.entries
        self.gone += other.gone
        self.drifts += other.drifts
        for where, place in other.first.items():
            self.first[where] = min(self.first.get(where, place), place)

    def found(self, where: Where, place: Place) -> None:
        self.drifts[where] += 1
        self.first[where] = min(self.first.get(where, place), place)


def checked(conn: Connection, shelf: Shelf, share: Iterable[Piece]) -> Tally:
    """One share, recomputed."""
    tally = Tally()
    for piece, read, session in turns(conn, shelf, list(share)):
        tally.conversations += piece.whole
        chain = Chain(piece.begins)
        for one in read:
            tally.turns += 1
            tally.entries += len(one.entries)
            if one.gone:
                tally.gone[one.gone] += 1
                chain.skipped(one.turn)
                if one.gone == UNREADABLE:
                    tally.found(SEALED_OTHERWISE, Place(one.conversation_id, one.turn, 0))
                continue
            for drift in chain.turn(one.turn, one.entries):
                tally.found(drift.where, Place(one.conversation_id, drift.turn, drift.entry))
        if session is not None and (where := chain.stands(session)) is not None:
            tally.found(where, Place(piece.conversation_id, piece.ends, 0))
    return tally


__all__ = ["ERASED", "Place", "Tally", "checked"]
