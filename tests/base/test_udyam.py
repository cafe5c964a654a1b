"""Udyam numbers and GSTINs as people write them."""

from __future__ import annotations

import pytest

from base.gstin import check_character, gstin_in_words
from base.masking import mask_gstin, mask_udyam
from base.udyam import normal_udyam, udyam_in_words

NUMBER = "UDYAM-UP-12-0123456"
LADAKH = "38AAPFU0939F1Z"


SPELT = (NUMBER, "udyam up 12 0123456", "UDYAM/UP/12/0123456", " udyam–up–12–0123456 ", "UDYAMUP120123456")


@pytest.mark.parametrize("typed", SPELT)
def test_it_is_put_into_its_one_form(typed: str) -> None:
    assert normal_udyam(typed) == NUMBER
    assert udyam_in_words(f"mera number {typed} hai") == NUMBER


@pytest.mark.parametrize("typed", [
    "", "UDYAM-XX-12-0123456", "UDYAM-UP-00-0123456", "UDYAM-UP-12-0000000", "UDYAM-UP-12-012345",
    "UDYAM-UP-12-01234567", "UP-12-0123456", f"{NUMBER} UDYAM-MH-12-0123456",
])  # fmt: skip
def test_what_is_none_is_none(typed: str) -> None:
    assert normal_udyam(typed) is None and udyam_in_words(typed) is None


def test_a_gstin_is_found_in_a_sentence_and_only_one_that_is_right() -> None:
    good = LADAKH + check_character(LADAKH)
    for typed in (good, good.lower(), f"{good[:2]} {good[2:12]} {good[12:]}", f"mera gst {good} hai", f"{good[:5]}-{good[5:]}"):
        assert gstin_in_words(typed) == good
    for typed in ("", good[:-1], good + "1", good[:-1] + ("0" if good[-1] != "0" else "1"), f"{good} 27AAPFU0939F1ZV"):
        assert gstin_in_words(typed) is None


def test_masks_show_no_more_than_they_must() -> None:
    assert mask_gstin("09ABCPK1234F1Z5") == "09AB••••••4F1Z5"
    assert mask_udyam(NUMBER) == "UDYAM-UP-••-•••3456"
