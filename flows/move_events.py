"""What is asked and what happens when a person writes from a new number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.kernel import Effect, Event


@dataclass(frozen=True, slots=True)
class ProveMove(Effect):
    """Move the account of the old number here, where the PIN is its owner's. -> NumberMoved | MoveRefused"""

    mobile: str
    pin: str  # its token


@dataclass(frozen=True, slots=True)
class AskOldPhone(Effect):
    """Ask the old phone; whether there is one is not told. -> OldPhoneAsked | MoveRefused"""

    mobile: str


@dataclass(frozen=True, slots=True)
class AnswerMove(Effect):
    """What the old phone says to it. -> MoveAnswered"""

    move: str
    agreed: bool


@dataclass(frozen=True, slots=True)
class NumberMoved(Event):
    """The account is acted for from here."""

    shop: str
    role: str


@dataclass(frozen=True, slots=True)
class MoveRefused(Event):
    """why: unproved (no such account, or another PIN: not told apart) | tries (too many today)"""

    why: str


@dataclass(frozen=True, slots=True)
class OldPhoneAsked(Event):
    pass


@dataclass(frozen=True, slots=True)
class MoveAnswered(Event):
    """outcome: moved | kept | over (too late, or answered before)"""

    outcome: str


@dataclass(frozen=True, slots=True)
class MoveWanted(Event):
    """To the old phone: somebody with another number says that they are its owner."""

    lane: ClassVar[str] = "notice"
    move: str
    masked: str


@dataclass(frozen=True, slots=True)
class NumberMovedAway(Event):
    """To the old phone: the account is acted for from another one now."""

    lane: ClassVar[str] = "notice"
    masked: str


@dataclass(frozen=True, slots=True)
class NumberMovedHere(Event):
    """To the new phone, where somebody else said so."""

    lane: ClassVar[str] = "notice"
    shop: str
