"""What a campaign is: the values that its file is read into. Pure data; campaigns.file reads and checks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Literal

ID = r"[a-z][a-z0-9-]{1,47}"  # of a campaign: what it is called for ever
ID_MEANT = "2 to 48 small letters, digits or dashes, beginning with a letter"

Category = Literal["marketing", "utility"]  # WhatsApp's; a utility message is about what the member did, and asks no opt-in
Priority = Literal["low", "normal", "high"]
Event = Literal["scan", "bill", "redeem", "kyc", "enrol"]  # what members do that we know of


@dataclass(frozen=True, slots=True)
class Button:
    """A quick reply; what it sends back is understood as the word `says` (a command such as "scan")."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Words:
    """One arm in one language. `body` has {variables}; `link` is opened through ours, so that a click is known."""

    body: str
    buttons: tuple[Button, ...] = ()
    media: str = ""  # https address of a picture above the words
    link: str = ""  # https address behind a button
    link_title: str = ""


@dataclass(frozen=True, slots=True)
class Arm:
    """One variant. `share` of 100 of those who are not held out; the shares add up to 100."""

    name: str
    share: int
    words: Mapping[str, Words]  # by locale


@dataclass(frozen=True, slots=True)
class Trigger:
    """Without one a campaign is sent once. With one it goes on by itself, to each member on their own day or event.

    `on`: a date of the member's ("kyc", "last_scan", "enrolled", "points_expire") or an event ("first_scan"). `days` after
    it, negative: before it. A member gets it once per occurrence of that date.
    """

    on: str
    days: int = 0


@dataclass(frozen=True, slots=True)
class Schedule:
    """`start` None: when somebody says send. After `end` nothing leaves. Quiet from `quiet_from` to `quiet_until`, local."""

    start: datetime | None = None
    end: datetime | None = None
    quiet_from: time = time(21)
    quiet_until: time = time(9)


@dataclass(frozen=True, slots=True)
class Goal:
    """What the campaign is for: the event that counts as a conversion, within days of the member's turn."""

    event: Event
    within_days: int = 7


@dataclass(frozen=True, slots=True)
class Budget:
    """Hard stops; None: no such limit. `paise_per_message`: what one template message costs by this campaign's category."""

    most_messages: int | None = None
    most_paise: int | None = None
    paise_per_message: int = 0


@dataclass(frozen=True, slots=True)
class Experiment:
    """`holdout` of 100 get nothing, to compare with. The same `salt` puts a member into the same arm in every campaign."""

    holdout: int = 0
    salt: str = ""  # empty: the campaign's id


@dataclass(frozen=True, slots=True)
class Campaign:
    """A whole file. `audience`: a condition (campaigns.expression), `saved` the name of a saved one, `listed` that a CSV list
    goes with it; several of them must all hold. `variables`: placeholder -> field of campaigns.fields."""

    id: str
    name: str
    category: Category
    arms: tuple[Arm, ...]
    audience: str = ""
    saved: str = ""
    listed: bool = False
    fallback: str = "en"  # the locale of those whose own has no words
    variables: Mapping[str, str] = field(default_factory=dict)
    priority: Priority = "normal"
    schedule: Schedule = field(default_factory=Schedule)
    goal: Goal | None = None
    budget: Budget = field(default_factory=Budget)
    experiment: Experiment = field(default_factory=Experiment)
    trigger: Trigger | None = None
