"""A page is found, read and laid level, and every place on it can be told in the photo as it was sent."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.engines.choose import engine
from ocr.image import Pixels
from ocr.page import sheet_of
from ocr.page_edges import paper_of
from ocr.page_print import print_height_px
from ocr.words import Quad, Word
from tests.ocr.prints import LINES, page, picture, said

MANY = [f"{n:02d}  MCB 16A SP C-CURVE  HSN 8536  {n * 12}.00" for n in range(24)]


class Told:
    """An engine that always says the same."""

    name = "told"

    def __init__(self, *boxes: Quad) -> None:
        self.words = tuple(Word(f"w{at}", box, 0.9) for at, box in enumerate(boxes))
        self.given: list[tuple[int, ...]] = []

    def read(self, bgr: Pixels) -> tuple[Word, ...]:
        self.given.append(bgr.shape)
        return self.words


def turned(quad: Quad, angle: float, about: tuple[float, float]) -> Quad:
    cos, sin = math.cos(angle), math.sin(angle)
    x0, y0 = about
    a, b, c, d = (
        (x0 + (x - x0) * cos - (y - y0) * sin, y0 + (x - x0) * sin + (y - y0) * cos) for x, y in quad
    )  # fmt: skip
    return a, b, c, d


def lines_of_text(count: int) -> list[Quad]:
    return [((100, y), (700, y), (700, y + 20), (100, y + 20)) for y in range(100, 100 + 60 * count, 60)]


WHITE = picture(np.full((600, 800, 3), 255, np.uint8), scale=2.0)


@given(tilt=st.floats(-30, 30), turns=st.integers(0, 3), count=st.integers(1, 8))
@settings(max_examples=60, deadline=None)
def test_text_is_laid_level_and_upright_and_keeps_its_place_in_the_photo(tilt: float, turns: int, count: int) -> None:
    angle = math.radians(tilt) + turns * math.pi / 2
    boxes = [turned(box, angle, (400, 300)) for box in lines_of_text(count)]
    sheet, mapping = sheet_of(WHITE, Told(*boxes))
    for word, box in zip(sheet.words, boxes, strict=True):
        a, b, _, d = word.box
        assert b[0] > a[0] and abs(a[1] - b[1]) < 2 and d[1] > a[1]
        for x, y in mapping.as_sent(word.box):
            assert any(math.dist((x, y), (2 * u, 2 * v)) < 1.5 for u, v in box)
    tops = [word.box[0][1] for word in sheet.words]
    assert tops == sorted(tops)
    assert sheet.width > 0 and sheet.height > 0


def test_one_stray_word_across_does_not_turn_the_page() -> None:
    across: Quad = ((50, 500), (50, 100), (80, 100), (80, 500))
    sheet, _ = sheet_of(WHITE, Told(*lines_of_text(4), across))
    assert all(word.box[0][1] == word.box[1][1] for word in sheet.words[:4])


@pytest.mark.parametrize("shape", [(21, 21), (22, 3000), (3000, 22)])
def test_odd_pictures_without_words_are_sheets_without_words(shape: tuple[int, int]) -> None:
    for level in (0, 127, 255):
        sheet, mapping = sheet_of(picture(np.full((*shape, 3), level, np.uint8)), Told())
        assert sheet.words == () and sheet.width >= 1 and sheet.height >= 1
        assert len(mapping.as_sent(((0, 0), (1, 0), (1, 1), (0, 1)))) == 4


def test_small_print_is_enlarged_and_large_print_brought_down() -> None:
    small, large, plain = Told(), Told(), Told()
    tiny = page(MANY, (500, 420), print_px=8)
    sheet_of(picture(tiny), small)
    assert small.given[0][0] > 1.3 * tiny.shape[0]
    huge = cv2.resize(page(MANY, (1000, 1200), print_px=20), None, fx=3, fy=3)
    sheet_of(picture(np.asarray(huge, np.uint8)), large)
    assert large.given[0][0] < 0.7 * huge.shape[0]
    usual = page(MANY, (1000, 1200), print_px=20)
    sheet_of(picture(usual), plain)
    assert plain.given[0] == usual.shape


def test_print_height_is_that_of_a_capital_and_unknown_without_print() -> None:
    height = print_height_px(picture(page(MANY, (1000, 1200), print_px=20)).gray, None)
    assert height is not None and 11 < height < 20
    assert print_height_px(np.full((400, 300), 200, np.uint8), None) is None


# --- the paper's edges ----------------------------------------------------------------------------------------------

CORNERS = np.array([[180, 90], [860, 130], [900, 1120], [120, 1060]], np.float32)


def on_a_table(paper: Pixels, corners: np.ndarray = CORNERS, table: int = 70) -> Pixels:
    height, width = paper.shape[:2]
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    warp = cv2.getPerspectiveTransform(flat, corners)
    scene = np.full((1200, 1000, 3), table, np.uint8)
    noise = np.random.default_rng(3).normal(0, 4, scene.shape)
    covered = cv2.warpPerspective(np.full(paper.shape, 255, np.uint8), warp, (1000, 1200)) > 127
    seen = cv2.warpPerspective(paper, warp, (1000, 1200), flags=cv2.INTER_AREA)
    return np.asarray(np.clip(np.where(covered, seen, scene) + noise, 0, 255), np.uint8)


def test_paper_on_a_darker_table_is_found() -> None:
    found = paper_of(picture(on_a_table(page(MANY, (700, 950), print_px=18))).gray)
    assert found is not None
    for corner, true in zip(found, CORNERS, strict=True):
        assert math.dist(corner, true) < 40


def test_paper_that_fills_the_picture_or_hardly_differs_is_left_whole() -> None:
    paper = page(MANY, (700, 950), print_px=18)
    assert paper_of(picture(paper).gray) is None
    assert paper_of(picture(on_a_table(paper, table=235)).gray) is None


def test_nothing_printed_is_ever_cut_off() -> None:
    scene = on_a_table(
        page(MANY, (700, 950), print_px=18), np.array([[180, 300], [860, 300], [860, 1000], [180, 1000]], np.float32)
    )
    for row in range(4):  # the letterhead stands on a grey band above the white part
        cv2.putText(
            scene, "VOLTLINE ELECTRICALS PUNE 411001", (180, 60 + 55 * row), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (0, 0, 0), 3
        )
    assert paper_of(picture(scene).gray) is None


def test_a_photographed_page_is_read_and_its_fields_found_again_in_the_photo() -> None:
    scene = on_a_table(page(LINES, (640, 900), print_px=34))
    sheet, mapping = sheet_of(picture(scene, scale=1.5), engine("rapidocr"))
    assert said(sheet.words) == {line.replace(" ", "") for line in LINES}
    total = next(word for word in sheet.words if word.text.endswith("5,900.00"))
    warp = cv2.getPerspectiveTransform(np.array([[0, 0], [640, 0], [640, 900], [0, 900]], np.float32), CORNERS)
    printed = np.array([[[30, 30 + 3 * 2.2 * 34 + 6]]], np.float32)
    true = cv2.perspectiveTransform(printed, warp)[0, 0] * 1.5
    assert math.dist(mapping.as_sent(total.box)[0], true) < 30
