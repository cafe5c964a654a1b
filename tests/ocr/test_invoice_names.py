"""Whose paper it is, by its letterhead and its signature."""

import pytest

from ocr.invoice import read_invoice
from ocr.words import Quad, Sheet, Word
from tests.ocr.sheets import INVOICE, read, value


def _print(*placed: tuple[str, float, float, float]) -> Sheet:
    """Text, left, top, height; a letter is half as wide as it is high."""
    return Sheet(1000, 1400, tuple(Word(text, _quad(x, y, len(text) * high / 2, high), 0.99) for text, x, y, high in placed))


def _quad(x: float, y: float, width: float, high: float) -> Quad:
    return (x, y), (x + width, y), (x + width, y + high), (x, y + high)


def _name(*placed: tuple[str, float, float, float]) -> object:
    lines = [("Invoice No. 41", 700, 300, 20), ("Party : ASHA STORES", 60, 300, 20), ("Total 100.00", 700, 900, 20)]
    return value(
        read_invoice([_print(*placed, *((text, float(x), float(y), float(h)) for text, x, y, h in lines))]).seller_name
    )


@pytest.mark.parametrize("name", ["Voltline Traders Pvt. Ltd.", "VOLTLINE TRADING CO.", "Voltline & Bros."])
def test_an_abbreviation_keeps_its_dot(name: str) -> None:
    assert value(read(INVOICE.replace("VOLTLINE ELECTRICALS", name)).seller_name) == name


def test_other_marks_around_a_name_go() -> None:
    assert value(read(INVOICE.replace("VOLTLINE ELECTRICALS", "* VOLTLINE STORES, *")).seller_name) == "VOLTLINE STORES"
    assert value(read(INVOICE.replace("VOLTLINE ELECTRICALS", "VOLTLINE STORES (2025--2026)")).seller_name) == "VOLTLINE STORES"


def test_large_words_that_a_blank_parts_are_one_name() -> None:
    assert (
        _name(("Voltline", 100, 40, 60), ("Trading Co.", 350, 42, 56), ("Pune 411001", 100, 110, 20)) == "Voltline Trading Co."
    )


def test_a_logo_beside_the_name_is_not_part_of_it() -> None:
    assert _name(("VTC", 60, 40, 60), ("Voltline Trading Co.", 190, 40, 64)) == "Voltline Trading Co."


def test_of_names_as_large_the_topmost() -> None:
    assert _name(("Voltline Distributors", 60, 60, 20), ("Joseph Reddy", 60, 240, 22)) == "Voltline Distributors"


def test_an_address_and_a_label_are_no_names() -> None:
    head = (
        ("Shop 4, Market Road", 60, 60, 30),
        ("FSSAI NO", 60, 100, 30),
        (": 24-GUJARAT", 200, 100, 30),
        ("Order No", 60, 140, 30),
    )
    assert _name(*head) is None


def test_the_longer_of_two_readings_of_one_name() -> None:
    text = INVOICE.replace("                          VOLTLINE ELECTRICALS", "                          VOLTLINE ELECT")
    assert value(read(text).seller_name) == "VOLTLINE ELECTRICALS"


def test_goods_that_begin_with_for_sign_nothing() -> None:
    lines = "3   FOR. BESAN FINE 100X200GM     1106    5     800.00     4,000.00\n" * 3
    text = INVOICE.replace("                                              For VOLTLINE ELECTRICALS\n", "").replace(
        "Rupees Five", lines + "Rupees Five"
    )
    assert value(read(text).seller_name) == "VOLTLINE ELECTRICALS"
