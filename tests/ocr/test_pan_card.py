"""PAN cards as engines read them: old and new layouts, letters that cameras confuse, and what is no card."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.pan import normal_pan
from ocr.pan_card import read_pan_card

OLD = ["INCOME TAX DEPARTMENT   GOVT. OF INDIA", "RAMESH KUMAR", "SURESH KUMAR", "01/02/1980", "Permanent Account Number",
       "ABCPK1234F", "Signature"]  # fmt: skip
NEW = ["आयकर विभाग  INCOME TAX DEPARTMENT", "GOVT. OF INDIA", "Permanent Account Number Card", "ABCPK1234F", "नाम / Name",
       "RAMESH K SHARMA", "पिता का नाम / Father's Name", "SURESH SHARMA", "Date of Birth", "01/02/1980"]  # fmt: skip


@pytest.mark.parametrize(("lines", "name"), [
    (OLD, "RAMESH KUMAR"),
    (NEW, "RAMESH K SHARMA"),
    ([line.replace("ABCPK1234F", "A8CPK I234F") for line in OLD], "RAMESH KUMAR"),
    ([line.replace("ABCPK1234F", "ABCPKI2E4F") for line in OLD], None),  # an E is no digit
    (["INCOME TAX DEPARTMENT", "Name: RAMESH KUMAR", "ABCPK1234F"], "RAMESH KUMAR"),
    (["Permanent Account Number Card", "ABC PK1234F"], ""),
    (["ABCPK1234F"], ""),  # cut out of a card: the member says whether it is right
    (["A8CPK1234F"], None),  # put right only on what is a card
    (["INCOME TAX DEPARTMENT", "ABCPK1234F", "ZZZPK9876Q"], None),
    (["INCOME TAX DEPARTMENT", "ABCXK1234F"], None),  # no holder is an X
    (["INCOME TAX DEPARTMENT", "ABCPK0000F"], None),
    (["GSTIN 09ABCPK1234F1Z5"], None),  # within a longer number
    ([], None),
])  # fmt: skip
def test_a_card_is_read_or_it_is_not(lines: list[str], name: str | None) -> None:
    card = read_pan_card(lines)
    assert (card is None) == (name is None)
    if card is not None:
        assert (card.pan, card.name) == ("ABCPK1234F", name)
        assert "ABCPK" not in repr(card) and "RAMESH" not in repr(card)


@given(st.lists(st.one_of(st.text(max_size=40), st.sampled_from([*OLD, *NEW])), max_size=12))
def test_whatever_is_read_is_a_pan_or_nothing(lines: list[str]) -> None:
    card = read_pan_card(lines)
    assert card is None or (normal_pan(card.pan) == card.pan and len(card.name) <= 60)
