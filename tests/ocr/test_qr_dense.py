"""A dense code on a page is looked for where the page is busy, and read although its modules are under two pixels."""

import math

import cv2
import numpy as np
import pytest
import segno

from ocr import qr
from ocr.image import Picture, Pixels
from ocr.qr import read_codes
from ocr.qr_dense import PLACES_MAX, dense_places
from tests.ocr.test_quality_paper import page

FINE = 4  # drawn four times larger than photographed


def token(seed: int) -> str:
    """As long as a signed e-invoice's, of the same letters."""
    return "".join(np.random.default_rng(seed).choice(list("ABCDEFGHabcdefgh0123456789-_."), 940))


def with_code(text: str, pitch_px: float, blur_px: float, at: tuple[int, int] = (620, 130)) -> tuple[Pixels, Pixels]:
    """A page of print with the code on a white patch, as a soft, noisy photo shows it; and the code's corners."""
    modules = np.array([list(row) for row in segno.make(text, error="m", micro=False, boost_error=False).matrix], np.uint8)
    side = round(pitch_px * len(modules))
    code = np.asarray(cv2.resize((1 - modules) * 255, (side * FINE, side * FINE), interpolation=cv2.INTER_AREA))
    patch = np.pad(code, 12 * FINE, constant_values=255)
    patch = cv2.GaussianBlur(patch, (0, 0), blur_px * FINE)
    small = cv2.resize(patch, (side + 24, side + 24), interpolation=cv2.INTER_AREA)
    paper = page(1200, 1600).copy()
    left, top = at
    paper[top : top + side + 24, left : left + side + 24] = small
    noisy = paper * 0.8 + np.random.default_rng(3).normal(0, 3, paper.shape)
    low, high = np.array(at) + 12, np.array(at) + 12 + side
    corners = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
    return np.clip(noisy, 0, 255).astype(np.uint8), corners


def pictured(gray: Pixels) -> Picture:
    return Picture(gray.shape[1], gray.shape[0], 1.0, np.dstack([gray] * 3), gray)


@pytest.mark.parametrize("pitch_px", [1.45, 1.6, 1.8, 2.2, 2.8])
@pytest.mark.parametrize("blur_px", [0.3, 0.8])
def test_the_busiest_place_of_a_page_is_the_code(pitch_px: float, blur_px: float) -> None:
    gray, corners = with_code(token(1), pitch_px, blur_px)
    place = dense_places(gray)[0]
    (left, top), (right, bottom) = corners[0], corners[2]
    assert place.left <= left and place.top <= top
    assert place.left + place.gray.shape[1] >= right and place.top + len(place.gray) >= bottom


@pytest.mark.parametrize(("pitch_px", "blur_px"), [(1.45, 0.75), (1.6, 0.85), (1.8, 0.95), (2.2, 1.2)])
def test_a_code_that_only_the_dense_rung_reads_stands_where_it_is(
    pitch_px: float, blur_px: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    gray, corners = with_code(token(1), pitch_px, blur_px)
    found = read_codes(pictured(gray))
    assert [code.text for code in found.codes] == [token(1)] and found.rungs[-1] == "zxing_dense"
    for true, seen in zip(corners, found.codes[0].corners, strict=True):
        assert math.dist(true, seen) < 8
    monkeypatch.setattr(qr, "_LADDER", tuple(rung for rung in qr._LADDER if rung.name != "zxing_dense"))
    assert read_codes(pictured(gray)).codes == ()


@pytest.mark.parametrize("seed", range(4))
def test_a_page_of_print_has_few_such_places_and_no_code(seed: int) -> None:
    gray = page(1200, 1600, seed=seed)
    assert len(dense_places(gray)) <= PLACES_MAX
    assert read_codes(pictured(gray)).codes == ()


@pytest.mark.parametrize("shape", [(21, 21), (21, 3000), (3000, 21), (600, 800), (90, 90)])
@pytest.mark.parametrize("look", ["black", "noise", "stripes", "checks"])
def test_busy_pictures_without_a_code_give_none(shape: tuple[int, int], look: str) -> None:
    rows, columns = np.indices(shape)
    gray = {
        "black": np.zeros(shape),
        "noise": np.random.default_rng(4).integers(0, 256, shape),
        "stripes": columns // 3 % 2 * 255,
        "checks": (rows // 2 + columns // 2) % 2 * 255,
    }[look].astype(np.uint8)
    assert read_codes(pictured(gray)).codes == ()
