"""Days as members and operators mean them: India's calendar. A last day ends at the midnight that follows it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

INDIA = timezone(timedelta(hours=5, minutes=30), "IST")  # one zone, no summer time since 1945


def day_of(at: datetime) -> date:
    """The day in India at that moment."""
    return at.astimezone(INDIA).date()


def start_of(day: date) -> datetime:
    """The first moment, in UTC, of the day."""
    return datetime.combine(day, time(), INDIA).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The first moment, in UTC, that no longer belongs to the day."""
    return start_of(day + timedelta(days=1))


def last_day(ends_at: datetime) -> date:
    """The last day on which something that ends at that moment still holds: the reverse of `end_of`."""
    return day_of(ends_at - timedelta(microseconds=1))


def minute_of(at: datetime, *, up: bool = False) -> str:
    """The time in India to the minute, YYYY-MM-DDTHH:MM. `up`: the first whole minute that is not before it."""
    local = at.astimezone(INDIA)
    if up and (local.second or local.microsecond):
        local += timedelta(minutes=1)
    return local.strftime("%Y-%m-%dT%H:%M")


def wall_time(at: datetime) -> str:
    """For people, where a heading says (India) already: 2026-01-05 10:00."""
    return minute_of(at).replace("T", " ")


def in_india(at: datetime) -> str:
    """The same where it stands alone: 2026-01-05 10:00 in India."""
    return f"{wall_time(at)} in India"
