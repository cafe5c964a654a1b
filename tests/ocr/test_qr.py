"""Every label of a photo is read, where it stands, and nothing that is not there."""

import io
import math

import numpy as np
import pytest
from PIL import Image

from ocr import qr
from ocr.image import Picture, open_image
from ocr.qr import Reading, plausible, read_codes
from tests.pictures import Camera, Photo, coupon_texts, label, links, take, turned_by_exif


def opened(jpeg: bytes) -> Picture:
    picture = open_image(jpeg)
    assert isinstance(picture, Picture)
    return picture


def read(photo: Photo) -> set[str]:
    return {code.text for code in read_codes(opened(photo.jpeg)).codes}


def plain(gray: np.ndarray) -> Picture:
    height, width = gray.shape
    return Picture(width, height, 1.0, np.dstack([gray] * 3), gray)


@pytest.mark.parametrize(
    "camera",
    [
        Camera(),
        Camera(tilt=0.3, turn_degrees=12),
        Camera(tilt=0.4, turn_degrees=-25, blur_px=1.0),
        Camera(tilt=0.4, turn_degrees=25, blur_px=1.5, noise=6, light=0.5),
        Camera(tilt=0.3, turn_degrees=160, blur_px=1.2, jpeg_quality=40),
        Camera(width=1280, height=960, tilt=0.3, turn_degrees=30, blur_px=1.0),
        Camera(width=960, height=1280, tilt=0.2, turn_degrees=90),
    ],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_twelve_labels_at_an_angle_are_all_read(camera: Camera, seed: int) -> None:
    photo = take(links(12, seed), seed, camera)
    assert read(photo) == set(photo.truth)


@pytest.mark.parametrize(
    "camera",
    [
        Camera(fill=0.5, blur_px=2.5),
        Camera(fill=0.3, blur_px=1.0),
        Camera(fill=0.5, light=0.12, noise=4),
        Camera(fill=0.5, turn_degrees=45, tilt=0.4),
        Camera(fill=0.5, jpeg_quality=12),
        Camera(width=320, height=240),
    ],
)
def test_one_label_under_poor_conditions_is_read(camera: Camera) -> None:
    photo = take(links(1, 7), 7, camera)
    assert read(photo) == set(photo.truth)


def test_a_bare_code_without_a_link_is_read_too() -> None:
    photo = take(coupon_texts(4, 3), 3, Camera(tilt=0.2))
    assert read(photo) == set(photo.truth)


@pytest.mark.parametrize("turn", [0, 40, 100, 180, 280])
def test_corners_stand_on_the_label_clockwise_from_the_top_left(turn: int) -> None:
    photo = take(links(4, 5), 5, Camera(tilt=0.2, turn_degrees=turn))
    codes = read_codes(opened(photo.jpeg)).codes
    assert len(codes) == 4
    for code in codes:
        corners = np.array(code.corners)
        truth = photo.truth[code.text]
        for corner in truth:  # in any rotation, every true corner has a reported one close by
            assert min(math.dist(corner, at) for at in corners) < 12
        (x0, y0), (x1, y1), (x2, y2), _ = corners
        assert (x1 - x0) * (y2 - y1) - (y1 - y0) * (x2 - x1) > 0  # clockwise with y growing downwards
        assert corners[0].sum() == corners.sum(axis=1).min()


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_corners_are_those_of_the_upright_photo(orientation: int) -> None:
    photo = take(links(2, 5), 5, Camera(width=1000, height=700), columns=2)
    straight = {code.text: code.corners for code in read_codes(opened(photo.jpeg)).codes}
    turned = {code.text: code.corners for code in read_codes(opened(turned_by_exif(photo.jpeg, orientation))).codes}
    assert straight.keys() == turned.keys()
    for text, corners in straight.items():
        assert np.abs(np.array(corners) - np.array(turned[text])).max() < 6


def test_corners_are_in_pixels_of_the_photo_as_sent_even_when_it_was_reduced() -> None:
    photo = take(links(1, 2), 2, Camera(width=1500, height=1100, fill=0.3))
    large = Image.open(io.BytesIO(photo.jpeg)).resize((6000, 4400))
    out = io.BytesIO()
    large.save(out, "JPEG")
    picture = opened(out.getvalue())
    assert picture.scale > 1
    (code,) = read_codes(picture).codes
    assert np.abs(np.array(code.corners) - photo.truth[code.text] * 4).max() < 30


def test_the_same_text_on_two_labels_is_two_codes_and_read_twice_is_one() -> None:
    text = links(1, 1)[0]
    one, _ = label(text)
    both = plain(np.hstack([one, one]))
    codes = read_codes(both).codes
    assert [code.text for code in codes] == [text, text]
    assert codes[0].corners[1][0] < codes[1].corners[0][0]


def test_a_clear_single_code_ends_the_ladder_at_once() -> None:
    readings = read_codes(opened(take(links(1, 1), 1, Camera(fill=0.5)).jpeg))
    assert readings.rungs == ("zxing",) and readings.unread == 0


@pytest.mark.parametrize("shape", [(21, 21), (21, 3000), (600, 800)])
@pytest.mark.parametrize("look", ["black", "white", "noise", "stripes"])
def test_pictures_without_a_code_give_none(shape: tuple[int, int], look: str) -> None:
    rng = np.random.default_rng(4)
    gray = {
        "black": np.zeros(shape),
        "white": np.full(shape, 255),
        "noise": rng.integers(0, 256, shape),
        "stripes": np.indices(shape)[1] // 3 % 2 * 255,
    }[look].astype(np.uint8)
    readings = read_codes(plain(gray))
    assert readings.codes == ()
    assert set(readings.rungs) | set(readings.skipped) >= {"zxing", "zbar_half", "zbar_otsu"}


@pytest.mark.parametrize("text", ["", " ", "12", "1234", "00000000", " 123 \n"])
def test_short_runs_of_digits_are_not_believed(text: str) -> None:
    assert not plausible(text)


@pytest.mark.parametrize("text", ["8901234567890", "abc", "upi://pay?pa=a@b", "कोड"])
def test_real_texts_are_believed(text: str) -> None:
    assert plausible(text)


def test_an_orientation_pyzbar_does_not_know_loses_the_rung_not_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    class Zbar:
        class ZBarSymbol:
            QRCODE = 64

        @staticmethod
        def decode(*_: object, **__: object) -> list[object]:
            raise ValueError("17 is not a valid ZBarOrientation")

    monkeypatch.setattr(qr, "zbar", Zbar)
    monkeypatch.setattr(qr, "_LADDER", qr._ZXING_RUNGS + qr._ZBAR_RUNGS)
    assert read_codes(plain(np.zeros((50, 50), np.uint8))).codes == ()


def test_without_the_zbar_library_its_rungs_are_named_as_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qr, "zbar", None)
    monkeypatch.setattr(qr, "_LADDER", qr._ZXING_RUNGS)
    readings = read_codes(plain(np.zeros((50, 50), np.uint8)))
    assert readings.skipped == ("zbar_half", "zbar_otsu") and "zbar_half" not in readings.rungs


@pytest.mark.skipif(qr.zbar is None, reason="the zbar library is not installed: apt-get install libzbar0")
def test_the_zbar_rungs_read_with_corners_in_full_size() -> None:
    text = links(1, 1)[0]
    paper, corners = label(text)
    for rung in qr._ZBAR_RUNGS:
        (seen,) = rung.look(paper).read
        assert seen.text == text
        assert np.abs(np.array(seen.corners) - corners).max() < 8


def test_readings_come_from_top_to_bottom() -> None:
    codes = read_codes(opened(take(links(6, 1), 1, Camera(), columns=2).jpeg)).codes
    heights = [sum(y for _, y in code.corners) for code in codes]
    assert heights == sorted(heights) and all(isinstance(code, Reading) for code in codes)
