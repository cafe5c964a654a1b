"""A photo becomes a sheet: the paper cut out of its surroundings, read, and its words laid upright and level.

Pixels are bent once at most, to cut out the paper. Turning and levelling are done on the words' boxes: an engine reads
a tilted line as well as a level one, and every further bending would blur small print.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ocr.engines.engine import Engine
from ocr.image import Picture, Pixels
from ocr.page_edges import paper_of
from ocr.page_print import print_height_px
from ocr.words import Quad, Sheet, Word

PRINT_PX = 13  # capitals of this height read well: much smaller ones are lost, larger ones only cost time
LEFT_ALONE = (0.7, 1.6)  # a picture this near to the wanted size stays as it is: enlarging costs a second and shows little
SIDE_MAX_PX = 2600  # of what an engine is given
SIDE_WANTED_PX = 1100  # never shrink below: a page of large print has small print too
ENLARGED_MAX = 2.0
TILT_MAX_DEGREES = 40.0

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Mapping:
    """From pixels of the sheet to pixels of the upright photo as sent."""

    matrix: tuple[tuple[float, ...], ...]  # 3 x 3, for homogeneous coordinates

    def as_sent(self, quad: Quad) -> Quad:
        a, b, c, d = _moved(np.array(self.matrix), quad)
        return a, b, c, d


def sheet_of(picture: Picture, engine: Engine, number: int = 1) -> tuple[Sheet, Mapping]:
    """The page as the engine reads it. Where no paper stands out clearly, the whole picture is the page."""
    canvas, to_picture = _canvas(picture)
    words = engine.read(canvas)
    level, (width, height) = _levelling(words, canvas.shape[1], canvas.shape[0])
    moved = tuple(Word(word.text, _quad(level, word.box), word.confidence) for word in words)
    to_sent = np.diag([picture.scale, picture.scale, 1.0]) @ to_picture @ np.linalg.inv(level)
    rows = tuple(tuple(float(value) for value in row) for row in to_sent)
    return Sheet(width, height, moved, number), Mapping(rows)


# --- pixels ---------------------------------------------------------------------------------------------------------


def _canvas(picture: Picture) -> tuple[Pixels, Matrix]:
    """The paper at a readable size, and the way from its pixels to the picture's."""
    paper = paper_of(picture.gray)
    if paper is None:
        height, width = picture.gray.shape
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float64)
    else:
        corners = np.array(paper, dtype=np.float64)
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    width, height = max(sides[0], sides[2]), max(sides[1], sides[3])
    scale = _scale(picture.gray, paper, max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    if paper is None:
        shrinking = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        canvas = picture.bgr if scale == 1 else cv2.resize(picture.bgr, size, interpolation=shrinking)
        return np.asarray(canvas, dtype=np.uint8), np.diag([width / size[0], height / size[1], 1.0])
    return _cut_out(picture.bgr, corners, size, scale)


def _cut_out(bgr: Pixels, corners: npt.NDArray[np.float64], size: tuple[int, int], scale: float) -> tuple[Pixels, Matrix]:
    shrunk = min(1.0, 2 * scale)  # bending samples single pixels: a much larger picture is averaged down first
    if shrunk < 1:
        bgr = np.asarray(cv2.resize(bgr, None, fx=shrunk, fy=shrunk, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    target = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], dtype=np.float32)
    bend = cv2.getPerspectiveTransform((corners * shrunk).astype(np.float32), target)
    canvas = cv2.warpPerspective(bgr, bend, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(canvas, dtype=np.uint8), np.diag([1 / shrunk, 1 / shrunk, 1.0]) @ np.linalg.inv(bend)


def _scale(gray: Pixels, paper: Quad | None, longest: float) -> float:
    height = print_height_px(gray, paper)
    wanted = PRINT_PX / height if height else 1.0
    if wanted < 1:
        wanted = max(wanted, min(1.0, SIDE_WANTED_PX / longest))
    scale = min(wanted, ENLARGED_MAX, SIDE_MAX_PX / longest)
    return 1.0 if LEFT_ALONE[0] < scale < LEFT_ALONE[1] and longest <= SIDE_MAX_PX else scale


# --- boxes ----------------------------------------------------------------------------------------------------------


def _levelling(words: tuple[Word, ...], width: int, height: int) -> tuple[Matrix, tuple[int, int]]:
    """A rotation that lays the text level and upright, moved so that the page starts at 0, and the size it gives."""
    angle = _text_angle(words)
    cos, sin = math.cos(-angle), math.sin(-angle)
    turn = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    corners = np.array(_moved(turn, ((0, 0), (width, 0), (width, height), (0, height))))
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    move = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]])
    return move @ turn, (max(1, math.ceil(right - left)), max(1, math.ceil(bottom - top)))


def _text_angle(words: tuple[Word, ...]) -> float:
    """Radians, clockwise as seen. Long boxes decide: the edges of short ones are whole pixels of a small number."""
    runs = [(b[0] - a[0], b[1] - a[1]) for a, b, _, _ in (word.box for word in words)]
    if not runs:
        return 0.0
    quarter = _commonest_quarter(runs)
    tilts = []
    for x, y in runs:
        tilt = math.remainder(math.atan2(y, x) - quarter * math.pi / 2, 2 * math.pi)
        if abs(tilt) < math.radians(TILT_MAX_DEGREES):
            tilts.append((tilt, math.hypot(x, y)))
    if not tilts:
        return quarter * math.pi / 2
    longest = sorted(tilts, key=lambda tilt: -tilt[1])[: max(5, len(tilts) // 3)]
    return quarter * math.pi / 2 + float(np.median([tilt for tilt, _ in longest]))


def _commonest_quarter(runs: list[tuple[float, float]]) -> int:
    lengths = [0.0] * 4
    for x, y in runs:
        lengths[round(math.atan2(y, x) / (math.pi / 2)) % 4] += math.hypot(x, y)
    return lengths.index(max(lengths))


def _quad(matrix: Matrix, quad: Quad) -> Quad:
    a, b, c, d = _moved(matrix, quad)
    return a, b, c, d


def _moved(matrix: Matrix, quad: Quad) -> list[tuple[float, float]]:
    points = np.column_stack([np.array(quad, dtype=np.float64), np.ones(4)]) @ matrix.T
    return [(round(float(x / w), 1), round(float(y / w), 1)) for x, y, w in points]
