"""Points for coupons and invoices, and the day they run out."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.earn import coupon_credit, expiry, invoice_credit
from loyalty.programme import Programme
from tests.loyalty.conftest import NOW, SAMPLE, parse_programme

PROGRAMME = parse_programme(SAMPLE.read_bytes())


def test_a_coupon_earns_its_products_points_and_says_why() -> None:
    credit = coupon_credit(PROGRAMME, 3, "MCB-SP-16", 812, NOW)
    assert credit.points == 15
    assert credit.facts == {
        "programme_version": 3, "rule": "coupon.points_per_product", "sku": "MCB-SP-16", "coupon": 812,
        "trace": "1 coupon of MCB-SP-16 = 15 points",
    }  # fmt: skip


def test_a_coupon_of_no_product_of_the_programme_is_our_fault() -> None:
    with pytest.raises(KeyError):
        coupon_credit(PROGRAMME, 1, "TOASTER", 1, NOW)


def test_an_invoice_is_rounded_down_once_over_the_whole() -> None:
    assert invoice_credit(PROGRAMME, 1, 9_999, NOW).points == 0
    assert invoice_credit(PROGRAMME, 1, 10_000, NOW).points == 1
    assert invoice_credit(PROGRAMME, 1, 12_34_567, NOW).points == 123
    with pytest.raises(ValueError, match="not negative"):
        invoice_credit(PROGRAMME, 1, -1, NOW)


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_splitting_an_invoice_never_earns_more(first: int, second: int) -> None:
    whole = invoice_credit(PROGRAMME, 1, first + second, NOW).points
    parts = invoice_credit(PROGRAMME, 1, first, NOW).points + invoice_credit(PROGRAMME, 1, second, NOW).points
    assert parts <= whole <= parts + 1


def test_points_last_through_a_whole_day_in_india_however_late_they_were_earned() -> None:
    late = datetime(2026, 1, 5, 18, 29, tzinfo=UTC)  # 23:59 in Kolkata
    early = datetime(2026, 1, 4, 18, 30, tzinfo=UTC)  # 00:00 on the same day there
    assert expiry(PROGRAMME, late) == expiry(PROGRAMME, early) == datetime(2027, 1, 5, 18, 30, tzinfo=UTC)


def test_points_of_a_programme_without_a_term_never_expire(sample: Programme) -> None:
    assert expiry(sample.model_copy(update={"points_expire_after_days": None}), NOW) is None
