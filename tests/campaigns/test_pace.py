"""Quiet hours and holidays in the member's own day; WhatsApp's tier; when it is through."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.days import INDIA
from campaigns.pace import NeverAllowed, Quiet, eta, may_leave, people_left, ready_rows, zone_of

NIGHT = Quiet(time(21), time(9))
NOON = Quiet(time(13), time(14, 30))
NEVER = Quiet(time(9), time(9))
DIWALI = date(2026, 11, 8)


def ist(*given: int) -> datetime:
    return datetime(*given, tzinfo=INDIA)  # type: ignore[misc, arg-type]  # year to second


@pytest.mark.parametrize(
    ("at", "quiet", "leaves"),
    [
        (ist(2026, 1, 5, 12), NIGHT, ist(2026, 1, 5, 12)),
        (ist(2026, 1, 5, 20, 59, 59), NIGHT, ist(2026, 1, 5, 20, 59, 59)),
        (ist(2026, 1, 5, 21), NIGHT, ist(2026, 1, 6, 9)),
        (ist(2026, 1, 5, 23, 59), NIGHT, ist(2026, 1, 6, 9)),
        (ist(2026, 1, 5, 0, 0), NIGHT, ist(2026, 1, 5, 9)),
        (ist(2026, 1, 5, 8, 59, 59), NIGHT, ist(2026, 1, 5, 9)),
        (ist(2026, 1, 5, 9), NIGHT, ist(2026, 1, 5, 9)),
        (ist(2026, 1, 5, 13, 10), NOON, ist(2026, 1, 5, 14, 30)),
        (ist(2026, 1, 5, 23), NOON, ist(2026, 1, 5, 23)),
        (ist(2026, 1, 5, 3), NEVER, ist(2026, 1, 5, 3)),
        (ist(2026, 11, 8, 12), NIGHT, ist(2026, 11, 9, 9)),  # the holiday, then its night
        (ist(2026, 11, 7, 22), NIGHT, ist(2026, 11, 9, 9)),  # the night ends on the holiday
        (ist(2026, 11, 8, 12), NEVER, ist(2026, 11, 9)),
    ],
)
def test_when_it_may_leave(at: datetime, quiet: Quiet, leaves: datetime) -> None:
    found = may_leave(at.astimezone(UTC), INDIA, quiet, {DIWALI})
    assert found == leaves and found.tzinfo is UTC


def test_the_night_is_the_members_not_the_servers() -> None:
    assert may_leave(datetime(2026, 1, 5, 16, tzinfo=UTC), INDIA, NIGHT) == ist(2026, 1, 6, 9)  # 21:30 there
    assert may_leave(datetime(2026, 1, 5, 3, 29, tzinfo=UTC), INDIA, NIGHT) == ist(2026, 1, 5, 9)
    assert zone_of("UP") is zone_of(None) is zone_of("nowhere") is INDIA


def test_a_year_of_holidays() -> None:
    days = {date(2026, 1, 1) + timedelta(days=n) for n in range(800)}
    with pytest.raises(NeverAllowed):
        may_leave(ist(2026, 1, 5, 12), INDIA, NIGHT, days)


TIMES = st.times()
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))
HOLIDAYS = st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=5)


@given(MOMENTS, TIMES, TIMES, HOLIDAYS)
def test_the_answer_is_allowed_itself_and_never_earlier(at: datetime, since: time, until: time, holidays: set[date]) -> None:
    quiet = Quiet(since, until)
    found = may_leave(at, INDIA, quiet, holidays)
    assert found >= at and may_leave(found, INDIA, quiet, holidays) == found
    local = found.astimezone(INDIA)
    assert local.date() not in holidays
    now = local.time()
    asleep = since <= now < until if since <= until else now >= since or now < until
    assert not asleep


@given(MOMENTS, TIMES, TIMES, HOLIDAYS)
def test_nothing_allowed_is_passed_over(at: datetime, since: time, until: time, holidays: set[date]) -> None:
    quiet = Quiet(since, until)
    found = may_leave(at, INDIA, quiet, holidays)
    between = at + (found - at) / 2
    assert may_leave(between, INDIA, quiet, holidays) == found or found == at


def test_the_tier() -> None:
    assert people_left(None, 5_000) is None
    assert (people_left(1_000, 250), people_left(1_000, 1_200)) == (750, 0)


def test_only_a_little_lies_ready() -> None:
    assert (ready_rows(80, 60, 0), ready_rows(80, 60, 4_700), ready_rows(80, 60, 9_000)) == (4_800, 100, 0)


def test_when_it_is_through() -> None:
    at = ist(2026, 1, 5, 12)
    assert eta(at, 0, 80, NIGHT) == at
    assert eta(at, 8_000, 80, NIGHT) == at + timedelta(seconds=100)
    assert eta(at, 10, 0, NIGHT) is None
    assert eta(ist(2026, 1, 5, 20, 59), 9_600, 80, NIGHT) == ist(2026, 1, 6, 9, 1)  # a minute today, the rest tomorrow
    assert eta(ist(2026, 11, 7, 20, 59), 9_600, 80, NIGHT, {DIWALI}) == ist(2026, 11, 9, 9, 1)


def test_when_it_is_through_under_the_tier() -> None:
    at = ist(2026, 1, 5, 12)
    through = eta(at, 2_500, 80, NIGHT, people_per_day=1_000, people_left_now=500)
    assert through == ist(2026, 1, 7, 12, 0, 13)  # 500 today, 1,000 tomorrow, 1,000 the day after
    assert eta(at, 10, 80, NIGHT, people_per_day=0, people_left_now=0) is None
    assert eta(at, 10, 80, NIGHT, people_per_day=5, people_left_now=0) == ist(2026, 1, 7, 12, 0, 1)


@given(st.integers(0, 3_000_000), st.integers(1, 100), MOMENTS, HOLIDAYS)
def test_an_estimate_is_never_quicker_than_the_rate(left: int, rate: int, at: datetime, holidays: set[date]) -> None:
    through = eta(at, left, rate, NIGHT, holidays)
    assert through is None or (through - at).total_seconds() >= left // rate
