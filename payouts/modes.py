"""The rails: which one carries an amount to a destination, and when it is open. Pure; the figures are data (TOML).

UPI for a UPI id; for a bank account IMPS up to its limit, NEFT above it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from base.days import INDIA
from payouts.destination import Destination, Vpa

LEAST_PAISE = 100  # RazorpayX: one rupee
DAYS_AHEAD_MAX = 31  # a rail that is closed for longer is a fault of the data


class Mode(StrEnum):
    UPI = "UPI"
    IMPS = "IMPS"
    NEFT = "NEFT"


class NoMode(ValueError):
    """No rail carries this amount there; `reason` is a slug."""

    def __init__(self, reason: str = "amount_out_of_range") -> None:
        super().__init__(reason)
        self.reason = reason


class BadModes(ValueError):
    """The file of the rails cannot be used: which line, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Rail:
    """`opens` and `closes`: India's time of day; equal: all day. `holidays`: days on which it does not run."""

    most_paise: int
    opens: time = time()
    closes: time = time()
    weekdays: frozenset[int] = frozenset(range(7))  # 0: Monday
    holidays: frozenset[date] = frozenset()


# RazorpayX, "Payouts": UPI to 1 lakh and IMPS to 5 lakh rupees, round the clock; NEFT has no upper limit of its own.
RAILS: Mapping[Mode, Rail] = {
    Mode.UPI: Rail(1_00_000_00), Mode.IMPS: Rail(5_00_000_00), Mode.NEFT: Rail(10_00_00_000_00),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rails:
    """Every rail there is."""

    by_mode: Mapping[Mode, Rail] = field(default_factory=lambda: RAILS)

    def choose(self, destination: Destination, amount_paise: int) -> Mode:
        """The first rail that carries the amount there. Raises NoMode."""
        fit = (Mode.UPI,) if isinstance(destination, Vpa) else (Mode.IMPS, Mode.NEFT)
        for mode in fit:
            if LEAST_PAISE <= amount_paise <= self.by_mode[mode].most_paise:
                return mode
        raise NoMode

    def opens_at(self, mode: Mode, now: datetime) -> datetime | None:
        """When the rail runs next; None: it runs now."""
        rail, here = self.by_mode[mode], now.astimezone(INDIA)
        if _runs(rail, here):
            return None
        for ahead in range(DAYS_AHEAD_MAX + 1):
            start = datetime.combine(here.date() + timedelta(days=ahead), rail.opens, INDIA)
            if start > here and _works_on(rail, start.date()):
                return start.astimezone(now.tzinfo)
        raise BadModes(f"{mode} is closed for more than {DAYS_AHEAD_MAX} days")


def parse_rails(data: bytes) -> Rails:
    """The file of the rails: a table for each mode; what is left out stays as it is. Raises BadModes."""
    try:
        told = tomllib.loads(data.decode())
        made = {mode: _rail(mode, told.pop(mode.value, {})) for mode in Mode}
    except (ValueError, TypeError, AttributeError) as fault:
        raise BadModes(str(fault).splitlines()[0]) from fault
    if told:
        raise BadModes(f"{', '.join(sorted(told))}: there are {', '.join(Mode)} only")
    return Rails(made)


def _rail(mode: Mode, told: dict[str, Any]) -> Rail:
    standard = RAILS[mode]
    most, opens, closes = (told.pop(name, getattr(standard, name)) for name in ("most_paise", "opens", "closes"))
    weekdays, holidays = told.pop("weekdays", list(range(1, 8))), told.pop("holidays", [])
    if told:
        raise ValueError(f"{mode}.{', '.join(sorted(told))}: is not known here")
    if type(most) is not int or most < LEAST_PAISE:
        raise ValueError(f"{mode}.most_paise: must be a whole number of at least {LEAST_PAISE}")
    if not isinstance(opens, time) or not isinstance(closes, time):
        raise ValueError(f"{mode}.opens and closes: write a time of day without quotes, as 08:00:00")
    if not isinstance(weekdays, list) or not weekdays or any(type(d) is not int or not 1 <= d <= 7 for d in weekdays):
        raise ValueError(f"{mode}.weekdays: 1 to 7, 1 is Monday")
    if not isinstance(holidays, list) or any(type(day) is not date for day in holidays):
        raise ValueError(f"{mode}.holidays: write days without quotes, as 2026-01-26")
    return Rail(most, opens, closes, frozenset(day - 1 for day in weekdays), frozenset(holidays))


def _works_on(rail: Rail, day: date) -> bool:
    return day.weekday() in rail.weekdays and day not in rail.holidays


def _runs(rail: Rail, here: datetime) -> bool:
    """A rail that closes before it opens runs over midnight: the hours after midnight belong to the day before."""
    at, today = here.time(), here.date()
    if rail.opens == rail.closes:
        return _works_on(rail, today)
    if rail.opens < rail.closes:
        return rail.opens <= at < rail.closes and _works_on(rail, today)
    return (at >= rail.opens and _works_on(rail, today)) or (at < rail.closes and _works_on(rail, today - timedelta(days=1)))
