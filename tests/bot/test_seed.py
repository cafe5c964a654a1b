"""A fresh database is seeded once; only the sender's tier is entered anew, where the environment says it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from base.clock import Clock
from bot.seed import seed
from bot.wiring import House
from tests.house import settings_of
from tests.servers import Database


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    made = House(settings_of(database.url), Clock(shiftable=True))
    yield made
    made.close()


def tier(house: House, people: int | None) -> list[int | None]:
    """As it stands after a start with this setting."""
    house.settings = house.settings.model_copy(update={"twilio_people_per_day": people})
    seed(house)
    with house.engine.connect() as conn:
        return list(conn.execute(text("SELECT people_per_day FROM senders")).scalars())


def test_a_tier_is_told_grows_and_stays_where_nothing_is_said(house: House) -> None:
    assert [tier(house, people) for people in (None, 250, None, 2_000)] == [[None], [250], [250], [2_000]]
