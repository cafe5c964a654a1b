"""Indian grouping and rupees, exact for every whole number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.money import grouped, rupees


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0"), (7, "7"), (999, "999"), (1_000, "1,000"), (99_999, "99,999"), (1_00_000, "1,00,000"),
        (12_34_567, "12,34,567"), (1_00_00_000, "1,00,00,000"), (-1_234, "-1,234"), (-100, "-100"),
    ],
)  # fmt: skip
def test_grouping(number: int, shown: str) -> None:
    assert grouped(number) == shown


@pytest.mark.parametrize(
    ("paise", "shown"),
    [
        (0, "₹0"), (1, "₹0.01"), (99, "₹0.99"), (100, "₹1"), (1850, "₹18.50"), (180_000, "₹1,800"),
        (-5, "-₹0.05"), (-150, "-₹1.50"), (1_00_00_000_05, "₹1,00,00,000.05"),
    ],
)  # fmt: skip
def test_rupees(paise: int, shown: str) -> None:
    assert rupees(paise) == shown


@given(st.integers())
def test_grouping_loses_no_digit(number: int) -> None:
    assert int(grouped(number).replace(",", "")) == number


@given(st.integers())
def test_rupees_lose_no_paisa(paise: int) -> None:
    whole, _, part = rupees(paise).replace("₹", "").replace(",", "").partition(".")
    sign = -1 if whole.startswith("-") else 1
    assert sign * (abs(int(whole)) * 100 + int(part or 0)) == paise
    assert len(part) in (0, 2)
