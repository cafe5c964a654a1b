"""One clock: the offset row counts in development and never elsewhere."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from base.clock import OFFSET_SQL, Clock, wall
from tests.servers import Database

NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


def test_time_has_its_zone() -> None:
    assert wall().tzinfo is UTC


def test_in_development_the_row_moves_the_time(database: Database) -> None:
    clock = Clock(shiftable=True, wall=lambda: NOW)
    with database.engine.begin() as conn:
        assert clock.now(conn) == NOW
        conn.execute(text("UPDATE dev_clock SET offset_s = offset_s + 90000"))
        assert clock.now(conn) == NOW + timedelta(hours=25)
        assert clock.at(conn.execute(text(f"SELECT {OFFSET_SQL}")).scalar_one()) == NOW + timedelta(hours=25)


def test_against_the_real_world_the_row_is_not_even_read(database: Database) -> None:
    clock = Clock(shiftable=False, wall=lambda: NOW)
    with database.engine.begin() as conn:
        conn.execute(text("UPDATE dev_clock SET offset_s = 90000"))
        assert clock.now(conn) == NOW
        assert clock.at(90_000) == NOW


def test_there_is_one_row_and_no_second(database: Database) -> None:
    with database.engine.begin() as conn:
        assert conn.execute(text("SELECT count(*) FROM dev_clock")).scalar_one() == 1
    with pytest.raises(DBAPIError), database.engine.begin() as conn:
        conn.execute(text("INSERT INTO dev_clock (offset_s) VALUES (1)"))
