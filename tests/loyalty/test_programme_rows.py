"""Publishing: immutable versions, the newest in force, the same content never twice in a row."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from loyalty import programme_rows, stock
from loyalty.programme import Programme
from loyalty.programme_rows import NotPublished, SkusInUse
from tests.loyalty.conftest import NOW, Shop
from tests.servers import Database


def worth(programme: Programme, paise: int) -> Programme:
    return programme.model_copy(update={"paise_per_point": paise})


def without(programme: Programme, sku: str) -> Programme:
    return programme.model_copy(update={"products": tuple(p for p in programme.products if p.sku != sku)})


def test_what_is_read_is_what_was_published(database: Database, sample: Programme) -> None:
    with database.engine.begin() as conn:
        published = programme_rows.publish(conn, sample, NOW)
        programme_rows._parsed.clear()
        assert programme_rows.current(conn, sample.id) == published
        assert programme_rows.version(conn, published.id).programme == sample
        assert published.number == 1
        assert programme_rows.published_ids(conn) == [sample.id]


def test_nothing_published_is_named(database: Database) -> None:
    with database.engine.begin() as conn:
        for read in (programme_rows.current, programme_rows.current_held):
            with pytest.raises(NotPublished):
                read(conn, "nowhere")
        with pytest.raises(NotPublished):
            programme_rows.version(conn, 77)


def test_the_version_in_force_costs_one_statement_once_it_is_known(shop: Shop) -> None:
    statements: list[str] = []
    with shop.engine.begin() as conn:
        programme_rows.current(conn, shop.programme.id)
        event.listen(shop.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
        programme_rows.current(conn, shop.programme.id)
    assert len(statements) == 1


def test_another_databases_first_version_is_not_taken_for_this_ones(database: Database, sample: Programme) -> None:
    with database.engine.begin() as conn:
        programme_rows.publish(conn, worth(sample, 7), NOW)
        assert programme_rows.current(conn, sample.id).programme.paise_per_point == 7


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.integers(1, 3), min_size=1, max_size=8))
def test_versions_count_the_changes_and_old_ones_stay(database: Database, sample: Programme, values: list[int]) -> None:
    with database.engine.connect() as conn:
        ids: dict[int, int] = {}
        number = 0
        for minute, (before, paise) in enumerate(zip([0, *values], values, strict=False)):
            published = programme_rows.publish(conn, worth(sample, paise), NOW + timedelta(minutes=minute))
            number += paise != before
            ids[published.id] = paise
            assert published.number == number
            assert programme_rows.current(conn, sample.id) == published
        assert conn.execute(text("SELECT count(*) FROM programme_versions")).scalar_one() == number == len(ids)
        for version_id, paise in ids.items():
            assert programme_rows.version(conn, version_id).programme.paise_per_point == paise
        conn.rollback()


def test_the_same_file_published_twice_at_once_is_one_version(database: Database, sample: Programme) -> None:
    def publish(_: int) -> int:
        with database.engine.begin() as conn:
            return programme_rows.publish(conn, sample, NOW).number

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(publish, range(4))) == {1}


def test_two_files_published_at_once_are_two_versions(database: Database, sample: Programme) -> None:
    def publish(paise: int) -> int:
        with database.engine.begin() as conn:
            return programme_rows.publish(conn, worth(sample, paise), NOW).number

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(publish, range(1, 5))) == [1, 2, 3, 4]


def test_a_published_version_cannot_be_changed_even_by_the_owner(shop: Shop, database: Database) -> None:
    with shop.engine.connect() as conn:
        conn.execute(text("SET ROLE NONE"))
        with pytest.raises(DBAPIError, match="append-only"):
            conn.execute(text("UPDATE programme_versions SET version = 9"))


def test_a_product_whose_coupons_are_in_the_market_cannot_be_dropped(shop: Shop) -> None:
    with shop.engine.begin() as conn:
        batch = stock.issue(conn, shop.programme, "LED-9W", 2, date(2026, 3, 31), True, shop.keys, shop.ids, NOW)
    fewer = without(shop.programme, "LED-9W")
    with shop.engine.begin() as conn, pytest.raises(SkusInUse, match="coupons of LED-9W can still be claimed"):
        programme_rows.publish(conn, fewer, NOW)
    with shop.engine.connect() as conn:  # once they have expired it can
        assert programme_rows.publish(conn, fewer, NOW + timedelta(days=100)).number == 2
        conn.rollback()
    with shop.engine.begin() as conn:  # and once they are void
        stock.switch_batch(conn, "void", batch.id)
        assert programme_rows.publish(conn, fewer, NOW).number == 2


def test_no_batch_slips_in_while_its_product_is_being_dropped(shop: Shop) -> None:
    with ThreadPoolExecutor(1) as pool, shop.engine.connect() as publisher:
        programme_rows.publish(publisher, without(shop.programme, "LED-9W"), NOW)

        def issue() -> None:
            with shop.engine.begin() as conn:
                programme = programme_rows.current_held(conn, shop.programme.id).programme
                stock.issue(conn, programme, "LED-9W", 1, None, False, shop.keys, shop.ids, NOW)

        waiting = pool.submit(issue)
        with pytest.raises(TimeoutError):
            waiting.result(0.2)
        publisher.commit()
        with pytest.raises(KeyError):
            waiting.result(10)
