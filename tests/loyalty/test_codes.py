"""A code proves itself, notices every slip of the thumb, and survives a change of keys."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.codes import ALPHABET, SERIAL_MAX, BadCodeKeys, Code, CodeKeys, NotACode, Typo, make_code, read_code

OLD = CodeKeys.parse("A:" + "11" * 16)
KEYS = CodeKeys.parse("A:" + "11" * 16 + ", b:" + "2C" * 32)
serials = st.integers(0, SERIAL_MAX)


@given(serials)
def test_a_code_reads_back_its_serial_and_key(serial: int) -> None:
    assert read_code(KEYS, make_code(KEYS, serial)) == Code("B", serial)


@given(serials)
def test_old_keys_go_on_reading_and_new_keys_are_unknown_to_old_lists(serial: int) -> None:
    assert read_code(KEYS, make_code(OLD, serial)) == Code("A", serial)
    assert isinstance(read_code(OLD, make_code(KEYS, serial)), Typo)


@given(serials, st.integers(0, 15), st.sampled_from(ALPHABET))
def test_every_single_wrong_letter_is_noticed(serial: int, place: int, letter: str) -> None:
    letters = make_code(KEYS, serial).replace("-", "")
    wrong = letters[:place] + letter + letters[place + 1 :]
    assert isinstance(read_code(KEYS, wrong), Code if wrong == letters else Typo)


@given(serials, st.integers(0, 14))
def test_every_swap_of_neighbours_is_noticed(serial: int, place: int) -> None:
    letters = make_code(KEYS, serial).replace("-", "")
    swapped = letters[:place] + letters[place + 1] + letters[place] + letters[place + 2 :]
    assert isinstance(read_code(KEYS, swapped), Code if swapped == letters else Typo)


@given(serials, st.integers(0, 14))
def test_a_lost_or_doubled_letter_is_a_typo_when_the_dashes_stand(serial: int, place: int) -> None:
    groups = make_code(KEYS, serial).split("-")
    at = place % 4
    lost = [*groups[:at], groups[at][1:], *groups[at + 1 :]]
    doubled = [*groups[:at], groups[at] + groups[at][-1], *groups[at + 1 :]]
    assert isinstance(read_code(KEYS, "-".join(lost)), Typo)
    assert isinstance(read_code(KEYS, "-".join(doubled)), Typo)


@given(serials)
def test_case_spaces_and_look_alikes_do_not_matter(serial: int) -> None:
    code = make_code(KEYS, serial)
    typed = code.lower().replace("0", "o").replace("1", "l").replace("v", "u").replace("-", "  ")
    assert read_code(KEYS, f" {typed}\n") == Code("B", serial)


@given(st.text())
def test_no_text_makes_reading_raise_or_succeed_by_luck(text: str) -> None:
    assert not isinstance(read_code(KEYS, text), Code)


@pytest.mark.parametrize("text", ["", "-", "hello", "redeem 500", "7K3M-9QXA-2B4C-5D6É", "7K3M-9QXA", "7" * 40])
def test_what_has_not_the_shape_is_not_a_code(text: str) -> None:
    assert read_code(KEYS, text) == NotACode()


def test_consecutive_codes_share_no_more_letters_than_strangers_do() -> None:
    codes = [make_code(KEYS, serial).replace("-", "") for serial in range(1000)]
    assert len(set(codes)) == 1000
    alike = [sum(a == b for a, b in zip(one[1:], other[1:], strict=True)) for one, other in pairwise(codes)]
    assert sum(alike) / len(alike) < 1.0  # chance gives 15/32


def test_the_printed_form_never_changes() -> None:
    """Labels are in shops for years: this exact code must be made and read by every later version."""
    assert make_code(OLD, 0) == "AZGZ-F74P-PCZH-A800"
    assert make_code(KEYS, SERIAL_MAX) == "BW8D-2854-N6VZ-RFNA"


@pytest.mark.parametrize("serial", [-1, SERIAL_MAX + 1])
def test_a_serial_out_of_range_is_refused(serial: int) -> None:
    with pytest.raises(ValueError, match="serial"):
        make_code(KEYS, serial)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "letter:hex"),
        ("A", "letter:hex"),
        ("A:" + "11" * 16 + ",", "entry 2"),
        ("AB:" + "11" * 16, "must start with"),
        ("O:" + "11" * 16, "must start with"),
        (":" + "11" * 16, "must start with"),
        ("A:", "too short"),
        ("A:" + "11" * 15, "too short"),
        ("A:" + "1g" * 16, "not hexadecimal"),
        ("A:" + "1" * 33, "not hexadecimal"),
        ("A:" + "11" * 16 + ",a:" + "22" * 16, "twice"),
        ("A:" + "11" * 16 + ",B:" + "11" * 16, "repeats"),
    ],
)
def test_bad_keys_are_refused_with_the_fault_and_without_the_secret(text: str, fault: str) -> None:
    with pytest.raises(BadCodeKeys, match=fault) as refusal:
        CodeKeys.parse(text)
    assert "1111" not in str(refusal.value) and refusal.value.__cause__ is None


def test_keys_do_not_show_in_print() -> None:
    assert "11" not in repr(OLD) and "secrets" not in repr(OLD)
