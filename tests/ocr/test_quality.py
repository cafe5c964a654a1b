"""A photo without a readable code gets a hint its taker can act on; a good one gets none."""

import numpy as np
import pytest

from ocr.image import Picture, open_image
from ocr.quality import look
from tests.pictures import Camera, links, take


def hints(camera: Camera, count: int = 1) -> tuple[str, ...]:
    picture = open_image(take(links(count, 1), 1, camera).jpeg)
    assert isinstance(picture, Picture)
    return look(picture)


@pytest.mark.parametrize(
    ("camera", "expected"),
    [
        (Camera(fill=0.5), ()),
        (Camera(fill=0.5, tilt=0.3, turn_degrees=20, blur_px=1), ()),
        (Camera(fill=0.5, blur_px=8), ("blurred",)),
        (Camera(fill=0.5, light=0.15), ("dark",)),
        (Camera(fill=0.9, glare=True), ("glare",)),
        (Camera(width=200, height=150), ("too_small",)),
    ],
)
def test_faults_are_named(camera: Camera, expected: tuple[str, ...]) -> None:
    assert hints(camera) == expected


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_an_empty_picture_is_dark_or_nothing(shade: int) -> None:
    gray = np.full((600, 800), shade, np.uint8)
    picture = Picture(800, 600, 1.0, np.dstack([gray] * 3), gray)
    assert look(picture) == (("dark",) if shade == 0 else ())


def test_the_smallest_picture_is_looked_at_without_fault() -> None:
    gray = np.zeros((21, 21), np.uint8)
    assert "too_small" in look(Picture(21, 21, 1.0, np.dstack([gray] * 3), gray))


def test_a_white_page_is_not_glare() -> None:
    gray = np.full((600, 800), 255, np.uint8)
    gray[::20, 100:700] = 0
    assert "glare" not in look(Picture(800, 600, 1.0, np.dstack([gray] * 3), gray))
