"""What is an Aadhaar card and what only has its digits: a bill with an e-way bill's number must stay a bill."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.aadhaar_card import is_card, is_card_code, is_number, masked

NUMBER = "2341 2341 2346"  # UIDAI's own example


@pytest.mark.parametrize("lines", [
    ["Government of India", "Ramesh Kumar", "DOB: 01/02/1980", "MALE", NUMBER],
    ["भारत सरकार", "रमेश", "जन्म तिथि 01/02/1980", NUMBER],
    [NUMBER, "मेरा आधार, मेरी पहचान"],
    ["Unique Identification Authority of India", "Address: 12 Mall Road", NUMBER.replace(" ", "")],
    ["VID : 9123 4567 8901 2345", NUMBER],
    ["Aadhaar", "uidai.gov.in", "XXXX XXXX 2346"],  # masked by its owner: a card all the same
    ["AADHAR CARD of Ramesh", NUMBER],
])  # fmt: skip
def test_a_card_is_known_by_its_words_or_its_layout(lines: list[str]) -> None:
    assert is_card(lines)


@pytest.mark.parametrize("lines", [
    ["TAX INVOICE", "e-Way Bill No. " + NUMBER.replace(" ", ""), "GSTIN 09ABCPK1234F1Z5", "Total 5,900.00"],
    ["TAX INVOICE", "Govt of India undertaking", NUMBER],
    [NUMBER],
    ["Aadhaar accepted here"],
    ["Government of India", "DOB 01/02/1980", "2341 2341 2345"],  # no checksum
    ["INCOME TAX DEPARTMENT  GOVT. OF INDIA", "RAMESH KUMAR", "01/02/1980", "ABCPK1234F"],
    ["TAX INVOICE", "GSTIN 09ABCPK1234F1Z5", "Aadhaar enrolment kits", "uidai.gov.in"],
    ["Aadhaar", "2341 2341 2346 7890 1234"],  # within a longer number
    [],
])  # fmt: skip
def test_what_is_none(lines: list[str]) -> None:
    assert not is_card(lines)


def test_its_own_codes_are_known() -> None:
    assert is_card_code('<?xml version="1.0"?><PrintLetterBarcodeData uid="234123412346" name="R"/>')
    assert is_card_code("7" * 2_900)
    assert not any(map(is_card_code, ["", "K7QM-3XWD-9T4F-VB2H", "upi://pay?pa=a@b", "234123412346", "eyJ.eyJ.x" * 100]))


def test_on_a_bill_the_number_is_struck_out_but_the_bills_own_stays() -> None:
    bare = NUMBER.replace(" ", "")
    assert masked(f"eWay {bare} dt. 3") == "eWay XXXX XXXX 2346 dt. 3"
    assert masked(f"No. {NUMBER}", keep=(bare, None)) == f"No. {NUMBER}"
    assert masked("GSTIN 09ABCPK1234F1Z5 HSN 854449 5,900.00") == "GSTIN 09ABCPK1234F1Z5 HSN 854449 5,900.00"


@given(st.text(max_size=80), st.integers(10**11, 10**12 - 1))
def test_nothing_that_passes_is_left_and_nothing_else_is_touched(words: str, number: int) -> None:
    digits = str(number)
    told = masked(f"no {digits} of")
    assert told == (f"no XXXX XXXX {digits[-4:]} of" if is_number(digits) else f"no {digits} of")
    masked(words)
    is_card([words])
