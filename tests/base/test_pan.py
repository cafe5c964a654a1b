"""PANs and blind indexes: one normal form, found among words, equal where equal and nowhere else."""

from __future__ import annotations

import pytest

from base.blind_index import BlindIndex
from base.masking import mask_pan
from base.pan import normal_pan, pan_in_words
from base.sealing import Keyring

PAN = "ABCPD1234F"
ONE, TWO = "A" * 43 + "=", "B" * 42 + "A="
OLD, ROTATED = Keyring.parse(f"k1:{ONE}"), Keyring.parse(f"k1:{ONE},k2:{TWO}")


@pytest.mark.parametrize("given", ["ABCPD1234F", "abcpd1234f", " ABCPD 1234 F ", "ABCPD-1234-F"])
def test_one_normal_form(given: str) -> None:
    assert normal_pan(given) == PAN


@pytest.mark.parametrize(
    "given",
    ["", "ABCPD1234", "ABCPD0000F", "ABCXD1234F", "ABCPD12345", "ABCPD1234FF", "ABCPD१२३४F", "ＡBCPD1234F", "27ABCPD1234F1Z5"],
)
def test_what_is_no_pan(given: str) -> None:
    assert normal_pan(given) is None


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("मेरा पैन abcpd1234f है", PAN),
        ("my pan is ABCPD1234F, thanks", PAN),
        ("ABCPD1234F ABCPD1234F", PAN),
        ("ABCPD1234F or ABCPD1235F", None),
        ("gst 27ABCPD1234F1Z5", None),
        ("no idea", None),
    ],
)
def test_the_one_pan_in_words(words: str, found: str | None) -> None:
    assert pan_in_words(words) == found


def test_a_masked_pan_tells_four_letters_at_most() -> None:
    assert mask_pan(PAN) == "AB••••••4F"


def test_equal_values_have_equal_indexes_and_no_others_do() -> None:
    index = BlindIndex(OLD, "pan")
    assert index.of(PAN) == index.of(PAN) != index.of("ABCPD1235F")
    assert index.of(PAN) != BlindIndex(OLD, "mobile").of(PAN)
    assert PAN not in index.of(PAN) and index.of(PAN).startswith("k1:")


def test_a_key_more_changes_no_index_and_any_key_of_the_ring_is_looked_under() -> None:
    assert BlindIndex(ROTATED, "pan").of(PAN) == BlindIndex(OLD, "pan").of(PAN)
    second = Keyring.parse(f"k2:{TWO}")
    assert BlindIndex(second, "pan").of(PAN) in BlindIndex(ROTATED, "pan").under_every_key(PAN)


def test_a_key_under_another_id_is_another_index() -> None:
    assert BlindIndex(Keyring.parse(f"k9:{ONE}"), "pan").of(PAN) != BlindIndex(OLD, "pan").of(PAN)
