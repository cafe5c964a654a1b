"""A page as a list of marks in millimetres, drawn by a layout and printed later: as pixels or as a PDF with text.

x runs right and y down from the top left corner; a text's y is its baseline. A mark may name the field it carries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Self

from tests.papers.fonts import Face, width_em

Color = tuple[int, int, int]
Align = Literal["left", "right", "centre"]
BLACK: Color = (16, 16, 20)
MM_PER_PT = 0.352778
_SANS = Face("sans")


class _Placed:
    __slots__ = ()

    def moved(self, right: float, down: float) -> Self:
        """The same mark elsewhere."""
        ends = {name: getattr(self, name) + by for name, by in (("to_x", right), ("to_y", down)) if hasattr(self, name)}
        return replace(self, x=self.x + right, y=self.y + down, **ends)


@dataclass(frozen=True, slots=True)
class Text(_Placed):
    x: float  # of the left end, whatever the alignment was
    y: float
    text: str
    face: Face
    size_pt: float
    color: Color
    width: float
    field: str | None


@dataclass(frozen=True, slots=True)
class Box(_Placed):
    x: float
    y: float
    width: float
    height: float
    fill: Color | None
    stroke: Color | None
    line_mm: float


@dataclass(frozen=True, slots=True)
class Rule(_Placed):
    x: float
    y: float
    to_x: float
    to_y: float
    color: Color
    line_mm: float


@dataclass(frozen=True, slots=True)
class Matrix(_Placed):
    """A QR code: rows of dark (1) and light (0) modules."""

    x: float
    y: float
    side: float
    rows: tuple[bytes, ...]
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Strokes(_Placed):
    """Pen lines: signatures, ticks, underlines."""

    x: float  # of the first point; the others are relative to it
    y: float
    points: tuple[tuple[float, float], ...]
    color: Color
    line_mm: float


@dataclass(frozen=True, slots=True)
class Seal(_Placed):
    """A rubber stamp: round or square, turned, its ink thin enough to read through."""

    x: float
    y: float
    radius: float
    lines: tuple[str, ...]
    round: bool
    turn_degrees: float
    color: Color


Mark = Text | Box | Rule | Matrix | Strokes | Seal


@dataclass(slots=True)
class Page:
    width: float
    height: float
    face: Face = _SANS
    size_pt: float = 9.0
    color: Color = BLACK
    paper: Color = (252, 252, 250)
    dots: bool = False  # printed by needles: the fonts are grids of dots
    sprockets: bool = False
    holes: bool = False  # punched for a binder
    marks: list[Mark] = field(default_factory=list)

    def measure(self, text: str, size_pt: float | None = None, face: Face | None = None) -> float:
        return width_em(face or self.face, text) * (size_pt or self.size_pt) * MM_PER_PT

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float | None = None,
        bold: bool = False,
        align: Align = "left",
        color: Color | None = None,
        face: Face | None = None,
        field: str | None = None,
        fit: float | None = None,
    ) -> float:
        """Prints one run and returns its width. `fit`: the size shrinks until it is no wider."""
        size = size or self.size_pt
        face = face or (Face(self.face.family, True) if bold else self.face)
        width = self.measure(text, size, face)
        if fit is not None and width > fit > 0:
            size, width = size * fit / width, fit
        left = x - {"left": 0.0, "right": width, "centre": width / 2}[align]
        if text:
            self.marks.append(Text(left, y, text, face, size, color or self.color, width, field))
        return width

    def pen(self, points: Sequence[tuple[float, float]], color: Color, line: float = 0.45) -> None:
        (x, y), *_ = points
        self.marks.append(Strokes(x, y, tuple((u - x, v - y) for u, v in points), color, line))

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: Color | None = None,
        stroke: Color | None = BLACK,
        line: float = 0.25,
    ) -> None:
        self.marks.append(Box(x, y, width, height, fill, stroke, line))

    def rule(self, x: float, y: float, to_x: float, to_y: float, *, line: float = 0.25, color: Color | None = None) -> None:
        self.marks.append(Rule(x, y, to_x, to_y, color or self.color, line))

    def wrap(self, text: str, width: float, size: float | None = None, face: Face | None = None) -> list[str]:
        """Lines no wider than `width`; a single long word stands alone."""
        rows: list[str] = []
        for word in text.split():
            joined = f"{rows[-1]} {word}" if rows else word
            if rows and self.measure(joined, size, face) <= width:
                rows[-1] = joined
            else:
                rows.append(word)
        return rows or [""]

    def stack(
        self,
        x: float,
        y: float,
        rows: Sequence[str],
        *,
        size: float | None = None,
        gap: float = 1.25,
        align: Align = "left",
        bold: bool = False,
        color: Color | None = None,
        fit: float | None = None,
    ) -> float:
        """Prints rows one below the other; returns the baseline after the last."""
        for row in rows:
            self.text(x, y, row, size=size, align=align, bold=bold, color=color, fit=fit)
            y += (size or self.size_pt) * MM_PER_PT * gap
        return y
