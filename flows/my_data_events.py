"""What the two flows about a member's own data ask of the world, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flows.kernel import Effect, Event


@dataclass(frozen=True, slots=True)
class ReadMyData(Effect):
    """How much we hold of the person. -> MyDataRead"""


@dataclass(frozen=True, slots=True)
class MakeDataFile(Effect):
    """All of it as a file; one a day. -> DataFileAsked | DataFileRefused; later DataFileMade | DataFileFailed"""


@dataclass(frozen=True, slots=True)
class ReadErasable(Effect):
    """What would be lost with the data. -> ErasableRead"""


@dataclass(frozen=True, slots=True)
class ScheduleErasure(Effect):
    """Erase the person when the days are over. -> ErasureScheduled"""


@dataclass(frozen=True, slots=True)
class StopErasure(Effect):
    """-> ErasureStopped | NoErasure"""


@dataclass(frozen=True, slots=True)
class MyDataRead(Event):
    """`details`: whether there are a name, a shop, payment details; else the phone is all."""

    details: bool
    points: int
    bills: int
    payouts: int
    messages: int
    photos: int


@dataclass(frozen=True, slots=True)
class DataFileAsked(Event):
    pass


@dataclass(frozen=True, slots=True)
class DataFileRefused(Event):
    """There was one within the last day; the next one may be had from `next_at` on."""

    next_at: str  # local time without its zone


@dataclass(frozen=True, slots=True)
class DataFileMade(Event):
    picture: str  # our id of the file


@dataclass(frozen=True, slots=True)
class DataFileFailed(Event):
    pass


@dataclass(frozen=True, slots=True)
class ErasableRead(Event):
    """`payouts`: still on their way; `bills`: still waiting to be decided; `days`: the waiting period.
    `pending_on`: the day it will be done, where it has been asked for already."""

    points: int
    worth_paise: int
    payouts: int
    bills: int
    days: int
    pending_on: str = ""


@dataclass(frozen=True, slots=True)
class ErasureScheduled(Event):
    on: str


@dataclass(frozen=True, slots=True)
class ErasureStopped(Event):
    pass


@dataclass(frozen=True, slots=True)
class NoErasure(Event):
    pass


@dataclass(frozen=True, slots=True)
class ErasureAnnounced(Event):
    """Our staff has asked for it in the person's name."""

    lane: ClassVar[str] = "notice"
    on: str
