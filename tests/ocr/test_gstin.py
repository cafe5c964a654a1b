"""GSTINs out of blurred print: put right where the place or the check character proves it, never made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.gstin import check_character, is_gstin
from ocr.gstin import gstins_in, repaired

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@st.composite
def gstins(draw: st.DrawFn) -> str:
    state = f"{draw(st.integers(min_value=1, max_value=38)):02d}"
    pan = (
        "".join(draw(st.sampled_from(_LETTERS)) for _ in range(3))
        + draw(st.sampled_from("PCHF"))
        + draw(st.sampled_from(_LETTERS))
    )
    first = state + pan + f"{draw(st.integers(min_value=1, max_value=9999)):04d}" + draw(st.sampled_from(_LETTERS)) + "1Z"
    return first + check_character(first)


@pytest.mark.parametrize("number", ["27AAPFU0939F1ZV", "38AAPFU0939F1ZS", "97AAPFU0939F1ZO", "99AAPFU0939F1ZK"])
def test_ladakh_other_territory_and_the_centre_are_states_too(number: str) -> None:
    assert is_gstin(number)


@pytest.mark.parametrize(
    "number", ["27AAPFU0939F1ZW", "00AAPFU0939F1ZV", "27AAPXU0939F1ZV", "27AAPFU0939F1DV", "", "27AAPFU0939F1Z"]
)
def test_what_is_no_gstin(number: str) -> None:
    assert not is_gstin(number)


@given(gstins())
def test_a_clean_number_is_read_as_it_stands(number: str) -> None:
    ((place, reading),) = gstins_in(f"GSTIN : {number} State")
    assert (place, reading.number, reading.forced, reading.guessed) == (8, number, 0, 0)


@given(gstins(), st.data())
def test_look_alikes_are_put_right_by_their_place(number: str, data: st.DataObject) -> None:
    places = [place for place in (0, 1, 7, 8, 9, 10, 13) if number[place] in "015Z"]
    place = data.draw(st.sampled_from(places))
    blurred = number[:place] + {"0": "O", "1": "I", "5": "S", "Z": "2"}[number[place]] + number[place + 1 :]
    reading = repaired(blurred)
    assert reading is not None and reading.number == number and reading.forced == 1


@given(st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=15, max_size=15))
def test_repair_never_invents_an_invalid_number(text: str) -> None:
    reading = repaired(text)
    assert reading is None or is_gstin(reading.number)


@given(st.text(max_size=120))
def test_no_text_is_too_odd(text: str) -> None:
    assert all(is_gstin(reading.number) for _, reading in gstins_in(text))


def test_a_guess_by_the_check_character_says_so() -> None:
    reading = repaired("27AAPEU0939F1ZV")  # E for F
    assert reading is None or reading.guessed == 1


@pytest.mark.parametrize("text", ["27AAPFU 0939F1ZV", "GSTIN27AAPFU0939F1ZV", "GST-27AAPFU0939F1ZV."])
def test_a_number_torn_or_stuck_to_its_label_is_found(text: str) -> None:
    assert [reading.number for _, reading in gstins_in(text)] == ["27AAPFU0939F1ZV"]


def test_two_numbers_on_a_line_keep_their_order() -> None:
    found = gstins_in("27AAPFU0939F1ZV / 29ABCFS1234K1Z3")
    assert [reading.number for _, reading in found] == ["27AAPFU0939F1ZV", "29ABCFS1234K1Z3"]
