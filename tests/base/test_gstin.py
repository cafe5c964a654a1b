"""GSTINs, those of Ladakh, Other Territory and the Centre among them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.gstin import normal_gstin

GOOD = "27AAPFU0939F1ZV"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.mark.parametrize("number", [GOOD, "38AAPFU0939F1ZS", "97AAPFU0939F1ZO", "99AAPFU0939F1ZK"])
def test_genuine_numbers(number: str) -> None:
    assert normal_gstin(number) == number
    assert normal_gstin(f" {number[:2]} {number[2:].lower()}\n") == number


@pytest.mark.parametrize(
    "text",
    ["", GOOD[:-1], GOOD + "V", GOOD[:-1] + "W", "00" + GOOD[2:], "39" + GOOD[2:], "96AAPFU0939F1ZQ", "२७" + GOOD[2:],
     GOOD.replace("Z", "C"), "27AAPXU0939F1ZV", "27-AAPFU0939F1ZV"],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    assert normal_gstin(text) is None


@given(st.integers(0, 14), st.sampled_from(ALPHABET))
def test_one_wrong_letter_is_noticed(place: int, letter: str) -> None:
    wrong = GOOD[:place] + letter + GOOD[place + 1 :]
    assert normal_gstin(wrong) == (GOOD if wrong == GOOD else None)
