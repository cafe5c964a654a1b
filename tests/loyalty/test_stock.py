"""Batches: issued whole, read back the same, switched on and off, looked up."""

from datetime import date

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from loyalty import stock
from loyalty.codes import Code, read_code
from tests.loyalty.conftest import NOW, Shop


def issued(shop: Shop, conn: Connection, count: int, sku: str = "FAN-1200", inactive: bool = False) -> stock.Batch:
    return stock.issue(conn, shop.programme, sku, count, date(2027, 3, 31), inactive, shop.keys, shop.ids, NOW)


def test_twenty_thousand_codes_are_all_different_and_all_genuine(shop: Shop) -> None:
    with shop.engine.begin() as conn:
        batch = issued(shop, conn, 20_000)
        codes = list(stock.codes_of(conn, batch, shop.keys))
    assert len(set(codes)) == 20_000
    assert all(isinstance(read_code(shop.keys, code), Code) for code in codes[::500])
    with shop.engine.begin() as conn:
        assert stock.read_batch(conn, batch.id) == batch
        assert stock.states(conn, batch.id) == {"active": 20_000}
        assert list(stock.codes_of(conn, batch, shop.keys)) == codes


def test_two_batches_share_no_code(shop: Shop) -> None:
    with shop.engine.begin() as conn:
        first, second = (issued(shop, conn, 50) for _ in range(2))
        codes = [*stock.codes_of(conn, first, shop.keys), *stock.codes_of(conn, second, shop.keys)]
    assert len(set(codes)) == 100


@pytest.mark.parametrize("count", [0, -1, stock.BATCH_COUNT_MAX + 1])
def test_a_batch_of_no_coupons_or_of_too_many_is_refused(shop: Shop, count: int) -> None:
    with shop.engine.begin() as conn, pytest.raises(ValueError, match="a batch has 1 to"):
        issued(shop, conn, count)


def test_a_product_the_programme_lacks_has_no_coupons(shop: Shop) -> None:
    with shop.engine.begin() as conn:
        with pytest.raises(KeyError):
            issued(shop, conn, 1, sku="TOASTER")
        assert conn.execute(text("SELECT count(*) FROM coupon_batches")).scalar_one() == 0


def test_switching_tells_how_it_found_the_coupons_and_again_changes_nothing(shop: Shop) -> None:
    with shop.engine.begin() as conn:
        batch = issued(shop, conn, 3, inactive=True)
        first = conn.execute(text("SELECT serial, key FROM coupons ORDER BY serial LIMIT 1")).one()
        assert stock.switch_codes(conn, "active", [(first.serial, first.key)]) == {"inactive": 1}
        assert stock.switch_batch(conn, "active", batch.id) == {"active": 1, "inactive": 2}
        assert stock.switch_batch(conn, "active", batch.id) == {"active": 3}
        assert stock.switch_codes(conn, "void", [(first.serial, "Z"), (10**6, "A")]) == {}
        assert stock.switch_batch(conn, "void", "bat_none") == {}
        assert stock.states(conn, batch.id) == {"active": 3}


def test_a_coupon_is_shown_as_it_stands(shop: Shop) -> None:
    with shop.engine.begin() as conn:
        batch = issued(shop, conn, 1)
        (code,) = (read_code(shop.keys, code) for code in stock.codes_of(conn, batch, shop.keys))
        assert isinstance(code, Code)
        shown = stock.read_coupon(conn, code.serial, code.key)
        assert stock.read_coupon(conn, code.serial, "B") is None
    assert shown == stock.Coupon(
        code.serial, batch.id, "roshni", "FAN-1200", "active", date(2027, 3, 31), None, None, None
    )


def test_the_code_is_nowhere_in_the_database(shop: Shop) -> None:
    with shop.engine.begin() as conn:
        (code,) = stock.codes_of(conn, issued(shop, conn, 1), shop.keys)
        for table in ("coupons", "coupon_batches"):
            rows = conn.scalars(text(f"SELECT CAST(t AS text) FROM {table} t")).all()
            assert rows and not any(code in row or code.replace("-", "") in row for row in rows)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM coupons",
        "UPDATE coupons SET sku = 'GEYSER-15L'",
        "UPDATE coupons SET expires_at = NULL",
        "UPDATE coupon_batches SET sku = 'GEYSER-15L'",
        "TRUNCATE coupons",
    ],
)
def test_the_service_cannot_rewrite_what_is_printed(shop: Shop, statement: str) -> None:
    with shop.engine.connect() as conn, pytest.raises(ProgrammingError, match="permission denied"):
        conn.execute(text(statement))
