"""Enough to recognise, never enough to use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.masking import mask_name, mask_phone, mask_vpa


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("whatsapp:+919812345678", "+91••••••5678"),
        ("+919812345678", "+91••••••5678"),
        ("whatsapp:IN.4566546130240823", "IN.••••••••••••0823"),
    ],
)
def test_phones(address: str, shown: str) -> None:
    assert mask_phone(address) == shown


@given(st.from_regex(r"(whatsapp:)?\+[1-9][0-9]{7,14}", fullmatch=True))
def test_no_phone_shows_more_than_seven_of_its_characters(address: str) -> None:
    shown = mask_phone(address).replace("•", "")
    assert len(shown) <= 7 and len(mask_phone(address)) >= 8


@given(st.text(max_size=7))
def test_what_is_too_short_to_be_a_phone_is_not_shown_whole(text: str) -> None:
    shown = mask_phone(text).replace("•", "")
    assert len(shown) <= len(text) // 2


@pytest.mark.parametrize(
    ("vpa", "shown"),
    [("ramesh.k@okaxis", "ra•••@okaxis"), ("9812345678@ybl", "98•••@ybl"), ("abc@upi", "a•••@upi"), ("a@upi", "•••@upi")],
)
def test_upi_ids(vpa: str, shown: str) -> None:
    assert mask_vpa(vpa) == shown


def test_what_is_no_upi_id_is_masked_all_the_same() -> None:
    assert "9812345678" not in mask_vpa("9812345678")


@pytest.mark.parametrize(
    ("name", "shown"), [("Ramesh Kumar", "R••• K•••"), ("राम", "र•••"), ("  two  spaces ", "t••• s•••"), ("", "")]
)
def test_names(name: str, shown: str) -> None:
    assert mask_name(name) == shown
