"""Pictures that go back: frames stand where the codes are, whatever the size, and the file is small."""

import io

import numpy as np
import pytest
from PIL import Image

from ocr.annotate import BYTES_MAX, SIDE_MAX_PX, Colour, Mark, annotated, cut_off
from ocr.image import Picture
from ocr.quality_paper import EDGES, Edge
from ocr.words import Quad

SHOWN = {"green": (30, 170, 60), "red": (220, 40, 40), "grey": (140, 140, 140)}


def pictured(width: int, height: int, scale: float = 1.0, seed: int | None = None) -> Picture:
    shape = (height, width, 3)
    bgr = np.full(shape, 200) if seed is None else np.random.default_rng(seed).integers(0, 256, shape)
    bgr = bgr.astype(np.uint8)
    return Picture(round(width * scale), round(height * scale), scale, bgr, bgr[:, :, 0])


def opened(jpeg: bytes) -> np.ndarray:
    assert len(jpeg) <= BYTES_MAX
    image = Image.open(io.BytesIO(jpeg))
    assert image.format == "JPEG" and max(image.size) <= SIDE_MAX_PX
    return np.asarray(image.convert("RGB")).astype(int)


def square(x: float, y: float, side: float) -> Quad:
    return (x, y), (x + side, y), (x + side, y + side), (x, y + side)


def is_near(pixel: np.ndarray, colour: tuple[int, int, int]) -> bool:
    return bool(np.abs(pixel - np.array(colour)).max() < 40)


@pytest.mark.parametrize("colour", ["green", "red", "grey"])
@pytest.mark.parametrize(("width", "height", "scale"), [(800, 600, 1.0), (2400, 1800, 1.0), (2000, 1500, 2.0), (300, 200, 1.0)])
def test_a_frame_stands_on_the_corners_given_in_pixels_of_the_photo_as_sent(
    colour: Colour, width: int, height: int, scale: float
) -> None:
    picture = pictured(width, height, scale)
    side = picture.width / 4
    shown = opened(annotated(picture, [Mark(square(side, side, side), colour, "1")]))
    factor = shown.shape[1] / picture.width
    for x, y in ((side, 1.2 * side), (2 * side, 1.2 * side), (1.2 * side, side), (1.2 * side, 2 * side)):
        assert is_near(shown[round(y * factor), round(x * factor)], SHOWN[colour])
    assert is_near(shown[round(0.5 * side * factor), round(0.5 * side * factor)], (200, 200, 200))


def test_the_picture_given_is_left_as_it_was() -> None:
    picture = pictured(400, 300)
    before = picture.bgr.copy()
    annotated(picture, [Mark(square(10, 10, 100), "red", "7")])
    cut_off(picture, ["left"])
    assert (picture.bgr == before).all()


def test_without_marks_the_photo_comes_back() -> None:
    assert is_near(opened(annotated(pictured(640, 480), []))[200, 300], (200, 200, 200))


@pytest.mark.parametrize("label", ["", "1", "12", "a very long label indeed", "नंबर", "\x00\n"])
@pytest.mark.parametrize("at", [(-500.0, -500.0), (0.0, 0.0), (1e9, 1e9), (-1e9, 5.0), (639.0, 479.0)])
def test_marks_anywhere_break_nothing(label: str, at: tuple[float, float]) -> None:
    opened(annotated(pictured(640, 480), [Mark(square(*at, 50), "green", label)]))


@pytest.mark.parametrize(("width", "height"), [(4000, 3000), (21, 21), (3000, 21)])
def test_the_file_is_small_even_for_noise_and_odd_shapes(width: int, height: int) -> None:
    picture = pictured(width, height, seed=3)
    opened(annotated(picture, [Mark(square(5, 5, 10), "red", "3")] * 40))
    opened(cut_off(picture, EDGES))


@pytest.mark.parametrize("edge", EDGES)
def test_the_edge_named_is_red_and_the_others_are_not(edge: Edge) -> None:
    shown = opened(cut_off(pictured(900, 1200), [edge]))
    at = {"left": (300, 5), "right": (300, -6), "top": (5, 200), "bottom": (-6, 200)}
    for other, (row, column) in at.items():
        red, green, _ = shown[row, column]
        assert (red - green > 60) == (other == edge)


def test_two_edges_that_meet_point_into_their_corner() -> None:
    shown = opened(cut_off(pictured(900, 1200), ["right", "bottom"]))
    assert is_near(shown[960, 720], SHOWN["red"]) and is_near(shown[960, 200], (200, 200, 200))
