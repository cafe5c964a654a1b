"""How lines of print run across a page that is tilted, seen aslant or curved, judged by the tilt of its own text boxes.

Rotation is taken out first; what is left of the tilt is fitted as `a + b·y + c·x`: b is perspective (lines fan out), c is a
page that bulges. Integrated over x, it tells how far to shift a point up or down so that one line of print is level.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, cos, hypot, sin, tan

from ocr.words import Point, Word

_TILT_MAX = 0.35  # radians; a sheet is upright but for this
_WIDE = 2.5  # a box tells its tilt when it is so many times as wide as high
_FEW = 12  # boxes, below which only the rotation is judged
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Flat:
    """`at` gives a point's place on the flattened page."""

    tilt: float = 0.0
    x0: float = 0.0
    y0: float = 0.0
    by_y: float = 0.0
    by_x: float = 0.0
    offset: float = 0.0

    def at(self, point: Point) -> Point:
        x, y = self._turned(point)
        dx = x - self.x0
        return x, y - dx * (self.offset + self.by_y * (y - self.y0)) - self.by_x * dx * dx / 2

    def _turned(self, point: Point) -> Point:
        c, s = cos(-self.tilt), sin(-self.tilt)
        return point[0] * c - point[1] * s, point[0] * s + point[1] * c


def flattened(words: Sequence[Word]) -> Flat:
    """Of these words' page; identity when too few of them are wide enough to tell."""
    tilts = _tilts(words)
    if not tilts:
        return Flat()
    rotation = _median([(angle, weight) for angle, weight, _, _ in tilts])
    turn = Flat(rotation)
    if len(tilts) < _FEW:
        return turn
    samples = [(tan(angle - rotation), weight, *turn.at((x, y))) for angle, weight, x, y in tilts]
    x0 = _median([(x, w) for _, w, x, _ in samples])
    y0 = _median([(y, w) for _, w, _, y in samples])
    width = max(abs(x - x0) for _, _, x, _ in samples) or 1.0
    height = max(abs(y - y0) for _, _, _, y in samples) or 1.0
    a, b, c = _fitted([(slope, w, (y - y0) / height, (x - x0) / width) for slope, w, x, y in samples])
    return Flat(rotation, x0, y0, b / height, c / width, a)


def _tilts(words: Sequence[Word]) -> list[tuple[float, float, float, float]]:
    """Angle, width and middle of each box wide enough."""
    found = []
    for word in words:
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = word.box
        width, height = hypot(bx - ax, by - ay), hypot(dx - ax, dy - ay)
        angle = atan2(by - ay + cy - dy, bx - ax + cx - dx)  # of the middle line
        if width > _WIDE * height and abs(angle) < _TILT_MAX:
            found.append((angle, width, (ax + bx + cx + dx) / 4, (ay + by + cy + dy) / 4))
    return found


def _median(values: list[tuple[float, float]]) -> float:
    values = sorted(values)
    half, seen = sum(weight for _, weight in values) / 2, 0.0
    for value, weight in values:
        seen += weight
        if seen >= half:
            return value
    return 0.0


def _fitted(samples: Sequence[tuple[float, float, float, float]]) -> tuple[float, float, float]:
    """Weighted least squares of slope ~ a + b·y + c·x, outliers counting less each round; b and c held back a little."""
    a = b = c = 0.0
    weights = [weight for _, weight, _, _ in samples]
    for _ in range(_ROUNDS):
        a, b, c = _solved(samples, weights)
        misses = [abs(s - a - b * y - c * x) for s, _, y, x in samples]
        scale = 2 * _median(list(zip(misses, [w for _, w, _, _ in samples], strict=True))) + 1e-4
        weights = [w / (1 + (miss / scale) ** 2) for (_, w, _, _), miss in zip(samples, misses, strict=True)]
    return a, b, c


def _solved(samples: Sequence[tuple[float, float, float, float]], weights: Sequence[float]) -> tuple[float, float, float]:
    total = sum(weights) or 1.0
    hold = 0.02 * total  # a few boxes at one side shall not bend the page
    rows = [[total, 0.0, 0.0, 0.0], [0.0, hold, 0.0, 0.0], [0.0, 0.0, hold, 0.0]]
    for (slope, _, y, x), weight in zip(samples, weights, strict=True):
        rows[0][1] += weight * y
        rows[0][2] += weight * x
        rows[0][3] += weight * slope
        rows[1][1] += weight * y * y
        rows[1][2] += weight * y * x
        rows[1][3] += weight * y * slope
        rows[2][2] += weight * x * x
        rows[2][3] += weight * x * slope
    rows[1][0], rows[2][0], rows[2][1] = rows[0][1], rows[0][2], rows[1][2]
    return _gauss(rows)


def _gauss(rows: list[list[float]]) -> tuple[float, float, float]:
    """Three unknowns; the matrix is positive definite, so no pivot is needed."""
    for place in range(3):
        pivot = rows[place][place] or 1e-12
        for other in range(3):
            if other != place:
                factor = rows[other][place] / pivot
                rows[other] = [mine - factor * theirs for mine, theirs in zip(rows[other], rows[place], strict=True)]
    return rows[0][3] / (rows[0][0] or 1e-12), rows[1][3] / (rows[1][1] or 1e-12), rows[2][3] / (rows[2][2] or 1e-12)
