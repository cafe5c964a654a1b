"""Where a whole conversation stands: a stack of frames, what was last asked, how often we did not understand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.kernel import State


@dataclass(frozen=True, slots=True)
class Notice:
    """The privacy notice that people agree to: its version, and by language where it stands; empty: not known."""

    version: str = "1"
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What the house knows of the person when the event is taken; stored beside the event, so that replay is exact."""

    locale: str  # en | hi; the programme's first language until one is chosen
    consented: bool = False
    enrolled: bool = False
    role: str = ""
    profile_name: str = ""
    shop_known: bool = False
    mobile_known: bool = False  # a visible phone number, or one that was given
    stopped: bool = False
    marketing_stopped: bool = False
    notice: Notice = field(default_factory=Notice)  # of the programme; told only of those who may still have to agree
    acts: str = "owner"  # owner | helper: as what they act for the shop
    sees_balance: bool = True  # False: a helper who is not told how many points the shop has
    owns: bool = False  # a helper just now, who has an account of their own beside


@dataclass(frozen=True, slots=True)
class Frame:
    flow: str
    version: int
    state: State


@dataclass(frozen=True, slots=True)
class Asked:
    """The last text with buttons that was said: its titles and numbers are typed synonyms of its buttons."""

    key: str
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Session:
    frames: tuple[Frame, ...] = ()  # the last one has the floor
    asked: Asked | None = None
    misses: int = 0  # misunderstandings in a row


FRAMES_MAX = 6  # a member who interrupts deeper than this loses the oldest question, never a photo or a code
