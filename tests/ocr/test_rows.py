"""Boxes in any order, on a tilted or curved page, become the rows they were printed in."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.rows import TAB, page_of
from ocr.words import Quad, Sheet, Word
from tests.ocr.sheets import INVOICE, sheet, words


def texts(page: Sheet) -> list[str]:
    return [row.text for row in page_of(page).rows]


@pytest.mark.parametrize("tilt", [-0.12, -0.03, 0.0, 0.03, 0.12])
@pytest.mark.parametrize("bulge", [0.0, 30.0, -30.0])
def test_rows_survive_tilt_and_curve(tilt: float, bulge: float) -> None:
    assert texts(sheet(INVOICE, tilt=tilt, bulge=bulge)) == texts(sheet(INVOICE))


def test_the_engines_order_does_not_matter() -> None:
    straight = sheet(INVOICE)
    shuffled = list(straight.words)
    random.Random(3).shuffle(shuffled)
    assert texts(replace(straight, words=tuple(shuffled))) == texts(straight)


def test_near_boxes_are_parted_by_a_blank_and_far_ones_by_a_tab() -> None:
    page = Sheet(1200, 200, words(("Invoice", 40, 40), ("No.", 110, 41), ("VE/0417", 400, 42)))
    assert texts(page) == [f"Invoice No.{TAB}VE/0417"]


def test_an_empty_page_has_no_rows() -> None:
    assert page_of(Sheet(0, 0, ())).rows == ()


_number = st.floats(allow_nan=True, allow_infinity=True)
_point = st.tuples(_number, _number)
_word = st.builds(Word, st.text(max_size=30), st.tuples(_point, _point, _point, _point), st.floats(min_value=0, max_value=1))


@settings(max_examples=80, deadline=None)
@given(st.lists(_word, max_size=12))
def test_no_box_is_too_odd(boxes: list[Word]) -> None:
    page_of(Sheet(1000, 1000, tuple(boxes)))


def test_boxes_without_extent_are_left_out() -> None:
    flat: Quad = ((5, 5), (5, 5), (5, 5), (5, 5))
    assert page_of(Sheet(100, 100, (Word("x", flat, 1.0),))).rows == ()
