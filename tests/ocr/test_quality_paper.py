"""The coach names what is wrong with a photo of a paper, and is silent about a good one."""

import cv2
import numpy as np
import pytest

from ocr.image import Picture, Pixels
from ocr.quality_paper import Coaching, coach
from ocr.words import Quad


def pictured(gray: Pixels, scale: float = 1.0) -> Picture:
    height, width = gray.shape
    return Picture(round(width * scale), round(height * scale), scale, np.dstack([gray] * 3), gray)


def page(width: int = 1100, height: int = 1500, letters: float = 0.75, seed: int = 1) -> Pixels:
    """A white page with a margin all around, rows of words and figures, and ruled lines."""
    rng = np.random.default_rng(seed)
    paper = np.full((height, width), 235, np.uint8)
    step = round(48 * letters)
    for y in range(90, height - 90, step):
        row = " ".join("".join(rng.choice(list("ABCDEhilnorst0123456789."), rng.integers(3, 9))) for _ in range(16))
        while cv2.getTextSize(row, cv2.FONT_HERSHEY_SIMPLEX, letters, 2)[0][0] > width - 160:
            row = row[:-1]
        cv2.putText(paper, row, (80, y), cv2.FONT_HERSHEY_SIMPLEX, letters, 40, 2, cv2.LINE_AA)
    cv2.rectangle(paper, (60, 40), (width - 60, height - 40), 60, 2)
    return soft(paper, 0.6)


def soft(gray: Pixels, sigma: float) -> Pixels:
    return np.asarray(cv2.GaussianBlur(gray, (0, 0), sigma), dtype=np.uint8)


def on_gravel(paper: Pixels, left: int, seed: int = 2) -> Pixels:
    """The paper on a speckled table that runs past the picture's edges."""
    rng = np.random.default_rng(seed)
    table = rng.choice(np.array([90, 150, 200], np.uint8), (paper.shape[0] // 6 + 40, paper.shape[1] // 6 + 40))
    scene = np.asarray(cv2.resize(table, None, fx=6, fy=6, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)
    scene[100 : 100 + len(paper), left : left + paper.shape[1]] = paper
    return soft(scene, 0.6)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    "change",
    [
        lambda gray: gray,
        lambda gray: np.ascontiguousarray(np.rot90(gray)),
        lambda gray: (gray * 0.5).astype(np.uint8),
        lambda gray: on_gravel(gray, 110),
        lambda gray: cv2.warpAffine(gray, cv2.getRotationMatrix2D((550, 750), 4, 0.9), (1100, 1500), borderValue=120),
        lambda gray: cv2.resize(gray, None, fx=2.4, fy=2.4, interpolation=cv2.INTER_CUBIC),
        lambda gray: np.clip(gray + np.random.default_rng(1).normal(0, 6, gray.shape), 0, 255).astype(np.uint8),
    ],
    ids=["plain", "turned", "dim", "gravel", "aslant", "large", "noisy"],
)
def test_a_good_photo_gets_no_advice(change: object, seed: int) -> None:
    assert callable(change)
    told = coach(pictured(change(page(seed=seed))))
    assert told == Coaching(letters=told.letters) and told.letters > 500


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda gray: soft(gray, 4), "blurred"),
        (lambda gray: soft(gray, 9), "blurred"),
        (lambda gray: cv2.blur(gray, (9, 1)), "blurred"),
        (lambda gray: cv2.blur(gray, (1, 21)), "blurred"),
        (lambda gray: (gray * 0.2).astype(np.uint8), "dark"),
        (lambda gray: cv2.resize(gray, None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA), "too_far"),
        (lambda gray: cv2.resize(gray, (150, 200), interpolation=cv2.INTER_AREA), "too_small"),
    ],
    ids=["soft", "very_soft", "shaken", "shaken_upwards", "dark", "far", "thumbnail"],
)
def test_the_fault_is_named(change: object, fault: str, seed: int) -> None:
    assert callable(change)
    assert coach(pictured(change(page(seed=seed)))).faults == (fault,)


def test_a_lamps_reflection_on_the_paper_is_named() -> None:
    gray = (page() * 0.7).astype(np.float64)
    rows, columns = np.mgrid[0 : gray.shape[0], 0 : gray.shape[1]]
    gray += 400 * np.exp(-(((rows - 700) ** 2 + (columns - 500) ** 2) / 200.0**2))
    assert coach(pictured(np.clip(gray, 0, 255).astype(np.uint8))).faults == ("glare",)


@pytest.mark.parametrize(("edge", "part"), [("left", np.s_[:, 300:]), ("right", np.s_[:, :-300])])
@pytest.mark.parametrize("seed", [1, 2])
def test_writing_that_runs_out_at_a_side_is_named_with_the_side(edge: str, part: tuple[slice, slice], seed: int) -> None:
    told = coach(pictured(np.ascontiguousarray(page(seed=seed)[part])))
    assert told == Coaching(("cut_edges",), (edge,), told.letters)


def test_a_page_cut_at_both_sides_names_both() -> None:
    assert coach(pictured(np.ascontiguousarray(page()[:, 300:-300]))).cut == ("left", "right")


@pytest.mark.parametrize("shape", [(21, 21), (21, 3000), (3000, 21), (600, 800)])
@pytest.mark.parametrize("look", ["black", "white", "noise", "stripes"])
def test_pictures_of_nothing_break_nothing(shape: tuple[int, int], look: str) -> None:
    rng = np.random.default_rng(4)
    gray = {
        "black": np.zeros(shape),
        "white": np.full(shape, 255),
        "noise": rng.integers(0, 256, shape),
        "stripes": np.indices(shape)[1] // 3 % 2 * 255,
    }[look].astype(np.uint8)
    found = coach(pictured(gray))
    assert bool(found.cut) == ("cut_edges" in found.faults) and not found.cut


def test_height_of_letters_is_that_of_the_photo_as_sent() -> None:
    """A large photo that was reduced on opening is not called too far for the reduction's sake."""
    small = np.asarray(cv2.resize(page(), None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    assert coach(pictured(small, scale=3.0)).faults == ()


def box(left: float, top: float, right: float, bottom: float) -> Quad:
    return (left, top), (right, top), (right, bottom), (left, bottom)
