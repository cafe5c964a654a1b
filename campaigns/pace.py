"""When a message may leave, how many people may be begun with today, and when a broadcast is through. Pure.

A member's day is their zone's: quiet hours and holidays are looked up there, never on the server's clock.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from math import ceil

from base.days import INDIA
from campaigns.spec import Schedule

ZONES: Mapping[str, tzinfo] = {}  # by state or region, where it is not India's; the one table
DAY = timedelta(days=1)
LOOK_AHEAD_DAYS = 366  # further than any calendar of holidays


@dataclass(frozen=True, slots=True)
class Quiet:
    """From `since` to `until`, local; over midnight where since is later. Equal: never quiet."""

    since: time
    until: time


class NeverAllowed(ValueError):
    """A year of holidays: nothing could ever leave."""


def zone_of(state: str | None) -> tzinfo:
    """The zone of a member's state, by its two letters (UP); None and what is not in the table: India's one zone."""
    return ZONES.get((state or "").upper(), INDIA)


def quiet_of(schedule: Schedule) -> Quiet:
    return Quiet(schedule.quiet_from, schedule.quiet_until)


def may_leave(at: datetime, zone: tzinfo, quiet: Quiet, holidays: Collection[date] = ()) -> datetime:
    """The first moment from `at` on that is neither quiet nor on a holiday there: `at` itself where it is fine.

    A holiday is quiet from midnight to midnight. The answer has the zone of `at`. Raises NeverAllowed.
    """
    local = at.astimezone(zone)
    for _ in range(LOOK_AHEAD_DAYS):
        if local.date() in holidays:
            local = _midnight(local + DAY)
        elif (until := _quiet_until(local, quiet)) is not None:
            local = until
        else:
            return at if local == at else local.astimezone(at.tzinfo)
    raise NeverAllowed("nothing could leave within a year: look at the holidays")


def leaves(at: datetime, schedule: Schedule, holidays: Collection[date]) -> datetime:
    """When the first message of a campaign that begins at `at` may leave, for members in India's zone. Raises NeverAllowed."""
    return may_leave(at, zone_of(None), quiet_of(schedule), holidays)


def people_left(people_per_day: int | None, begun_within_a_day: int) -> int | None:
    """How many more people a sender may begin with now under WhatsApp's tier, which counts those of the last 24 hours;
    None: no tier is known. `begun_within_a_day`: different people that a template went to."""
    return None if people_per_day is None else max(people_per_day - begun_within_a_day, 0)


def ready_rows(per_second: int, ahead_s: int, waiting: int) -> int:
    """How many rows to write now so that about `ahead_s` of the sender's work lies ready, and no more: what is not yet
    written can still be paused, stopped, or left out for a STOP."""
    return max(per_second * ahead_s - waiting, 0)


def eta(
    now: datetime, left: int, per_second: float, quiet: Quiet, holidays: Collection[date] = (), *,
    people_per_day: int | None = None, people_left_now: int | None = None, zone: tzinfo = INDIA,
) -> datetime | None:  # fmt: skip
    """When the last of `left` messages leaves, at this rate, outside quiet hours and holidays, under the tier. None:
    nothing moves. An estimate: people who are left out, and other campaigns, change it."""
    if left <= 0:
        return now
    if per_second <= 0 or people_per_day == 0:
        return None
    at, room, renewed = now, people_left_now, now + DAY
    for _ in range(LOOK_AHEAD_DAYS):
        at = may_leave(at, zone, quiet, holidays)
        if at >= renewed:
            room, renewed = people_per_day, at + DAY
        closes = _closes(at, zone, quiet, holidays)
        done = min(left, max(int((closes - at).total_seconds() * per_second), 1))
        if room is not None:
            done = min(done, room)
            room -= done
        left -= done
        if left == 0:
            return at + timedelta(seconds=ceil(done / per_second))
        at = max(closes, renewed) if room == 0 else closes
    return None


# --- inside ---------------------------------------------------------------------------------------------------------


def _midnight(local: datetime) -> datetime:
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _at(local: datetime, clock: time) -> datetime:
    return local.replace(hour=clock.hour, minute=clock.minute, second=clock.second, microsecond=clock.microsecond)


def _quiet_until(local: datetime, quiet: Quiet) -> datetime | None:
    """When the quiet time that `local` stands in ends; None: it stands in none."""
    now = local.time()
    if quiet.since < quiet.until:
        return _at(local, quiet.until) if quiet.since <= now < quiet.until else None
    if quiet.since > quiet.until:
        if now >= quiet.since:
            return _at(local + DAY, quiet.until)
        return _at(local, quiet.until) if now < quiet.until else None
    return None


def _closes(at: datetime, zone: tzinfo, quiet: Quiet, holidays: Collection[date]) -> datetime:
    """The next moment after `at`, at which something may leave, when nothing may any more; at most a day on."""
    local = at.astimezone(zone)
    ends = [local + DAY]
    if quiet.since != quiet.until:
        tonight = _at(local, quiet.since)
        ends.append(tonight if tonight > local else _at(local + DAY, quiet.since))
    if (local + DAY).date() in holidays:
        ends.append(_midnight(local + DAY))
    return min(ends).astimezone(at.tzinfo)
