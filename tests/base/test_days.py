"""India's calendar."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from base.days import day_of, end_of, last_day


def test_a_day_ends_at_midnight_in_kolkata() -> None:
    assert end_of(date(2026, 3, 31)) == datetime(2026, 3, 31, 18, 30, tzinfo=UTC)
    assert day_of(datetime(2026, 3, 31, 18, 29, 59, tzinfo=UTC)) == date(2026, 3, 31)
    assert day_of(datetime(2026, 3, 31, 18, 30, tzinfo=UTC)) == date(2026, 4, 1)


@given(st.dates(date(1990, 1, 1), date(2200, 1, 1)))
def test_the_last_day_of_what_ends_with_a_day_is_that_day(day: date) -> None:
    assert last_day(end_of(day)) == day
    assert day_of(end_of(day)) > day
