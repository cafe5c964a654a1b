"""What happened while points become money, and to money that was asked for. Past tense, plain values, no secrets."""

from __future__ import annotations

from dataclasses import dataclass

from flows.kernel import Event


@dataclass(frozen=True, slots=True)
class Destination:
    """Where money can go. kind: vpa | bank. `usable_at`: not before then (India's time, YYYY-MM-DDTHH:MM); "": now."""

    token: str
    masked: str  # ra•••@okaxis, HDFC •••4821
    kind: str = "vpa"
    usable_at: str = ""


@dataclass(frozen=True, slots=True)
class RedeemTermsRead(Event):
    available: int
    least: int  # the fewest points one redemption takes
    most: int  # the most points one redemption takes now
    paise_per_point: int
    saved: tuple[Destination, ...] = ()  # usable now, the last used first
    cooling: tuple[Destination, ...] = ()  # given lately, usable later
    limit: str = ""  # what of a day or a month keeps `most` low: day | month
    limit_points: int = 0
    promise_minutes: int = 120
    approval_above_paise: int | None = None  # what arrives, where it is more, waits for one of our people; None: never
    approved_minutes: int = 1_440  # by when that is promised


@dataclass(frozen=True, slots=True)
class DestinationAccepted(Event):
    """`given`: the token that was checked, where it was of a destination that is saved already under another."""

    token: str
    masked: str
    kind: str = "vpa"
    usable_at: str = ""
    given: str = ""


@dataclass(frozen=True, slots=True)
class DestinationRefused(Event):
    """`locked_at`: until when no new one is taken, because too many were tried."""

    kind: str = "vpa"
    locked_at: str = ""


@dataclass(frozen=True, slots=True)
class RedemptionRequested(Event):
    """`promised_at`: by when the money is there, India's time; `today`: that it was asked for on.
    `approval`: one of our people looks at it first."""

    payout: str
    points: int
    amount_paise: int  # what arrives
    masked: str
    available: int
    tax_paise: int = 0  # deducted beside it
    promised_at: str = ""
    today: str = ""
    approval: bool = False


@dataclass(frozen=True, slots=True)
class TooFewPoints(Event):
    available: int


@dataclass(frozen=True, slots=True)
class RedemptionLimited(Event):
    """Others of the member's redemptions came between: the day's or the month's points no longer suffice."""


@dataclass(frozen=True, slots=True)
class DestinationNotUsable(Event):
    """Not yet usable, or forgotten meanwhile (`usable_at` is empty)."""

    masked: str
    usable_at: str = ""


@dataclass(frozen=True, slots=True)
class PinAsked(Event):
    """Nothing was requested: this redemption takes the member's PIN. `known`: whether they have set one."""

    known: bool


@dataclass(frozen=True, slots=True)
class PinWrong(Event):
    left: int  # tries


@dataclass(frozen=True, slots=True)
class PinLocked(Event):
    until_at: str  # India's time


@dataclass(frozen=True, slots=True)
class PinProposed(Event):
    pass


@dataclass(frozen=True, slots=True)
class PinTooEasy(Event):
    why: str  # repeated | sequence | phone | area


@dataclass(frozen=True, slots=True)
class PinSet(Event):
    pass


@dataclass(frozen=True, slots=True)
class PinDiffers(Event):
    pass


@dataclass(frozen=True, slots=True)
class PayoutTold:
    """One payout as its member is told of it. state: asked | approval | sent | paid | failed | reversed.
    reason: as in PayoutFailed. Times are India's, YYYY-MM-DDTHH:MM; empty where there is none."""

    points: int
    amount_paise: int
    masked: str
    state: str
    asked_at: str
    promised_at: str = ""
    late: bool = False
    settled_at: str = ""
    utr: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PayoutsRead(Event):
    payouts: tuple[PayoutTold, ...]  # the newest first
    today: str  # YYYY-MM-DD
