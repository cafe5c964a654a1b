"""Sums in Indian print, and what engines make of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.amounts import PAISE_MAX, printed, sums_in


def paise_of(text: str) -> int | None:
    """The one sum a text consists of, else None."""
    found = sums_in(text.strip())
    return found[0].paise if len(found) == 1 and found[0].end >= len(text.strip()) else None


@pytest.mark.parametrize(
    ("text", "paise"),
    [
        ("1,23,456.00", 12345600),
        ("123,456.00", 12345600),
        ("₹ 7,264/-", 726400),
        ("Rs.204716.35", 20471635),
        ("(-) 0.40", -40),
        ("(0.45)", -45),
        ("0.45-", -45),
        (".24", 24),
        ("-.24", -24),
        ("1O0.50", 10050),  # a letter among figures
        ("3,518,26", 351826),  # a comma for the point
        ("1.234.56", 123456),  # points for commas
        ("66218. 00", 6621800),
        ("₹2,04,716", 20471600),
    ],
)
def test_a_sum_in_whole_paise(text: str, paise: int) -> None:
    assert paise_of(text) == paise


@pytest.mark.parametrize(
    "text",
    ["30-09-2025", "12/09/2025", "QR/7310", "9876543210", "27AAPFU0939F1ZV", "12x30", "8.5.2", "", "B", "1/2/3", "SO", "IL"],
)
def test_what_is_no_sum_is_not_taken_for_one(text: str) -> None:
    assert sums_in(text) == ()


def test_columns_an_engine_ran_together_are_two_sums() -> None:
    assert [figure.paise for figure in sums_in("416.00 27.5100")] == [41600, 2751]


def test_a_percentage_is_marked() -> None:
    rate, tax = sums_in("CGST 9.00% 450.00")
    assert rate.percent and not tax.percent


@given(st.integers(min_value=-PAISE_MAX + 1, max_value=PAISE_MAX - 1))
def test_a_printed_sum_is_read_back(paise: int) -> None:
    assert paise_of(printed(paise)) == paise


@given(st.text(max_size=80))
def test_no_text_is_too_odd(text: str) -> None:
    for figure in sums_in(text):
        assert abs(figure.paise) < PAISE_MAX
        assert 0 <= figure.start < figure.end <= len(text)
