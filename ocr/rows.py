"""Words as an engine scatters them → rows in reading order, on a page that may still be a little tilted or curved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import atan2, hypot, pi
from statistics import median

from ocr.flatten import Flat, flattened
from ocr.words import Quad, Sheet, Word

_LETTERS_MAX = 300  # of one box
_LEANS_MAX = 0.35  # radians a box's left side may lean and still tell its height
TAB = "\t"  # what stands between the texts of two cells of a row that are far apart


@dataclass(frozen=True, slots=True)
class Cell:
    """One text box, its frame measured along the page's own lines."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    confidence: float
    box: Quad  # as on the sheet
    page: int = 1

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def centre(self) -> float:
        return (self.left + self.right) / 2

    def x_at(self, place: int) -> float:
        """Where about the letter at this place of the text stands."""
        return self.left + (self.right - self.left) * place / max(1, len(self.text))


@dataclass(frozen=True, slots=True)
class Row:
    """Cells side by side, left to right; `text` joins them, with a tab where the gap is wide."""

    cells: tuple[Cell, ...]
    text: str
    starts: tuple[int, ...]  # place in `text` where each cell begins

    @property
    def middle(self) -> float:
        return median(cell.middle for cell in self.cells)

    @property
    def height(self) -> float:
        return median(cell.height for cell in self.cells)

    def cell_at(self, place: int) -> Cell:
        at = max((i for i, start in enumerate(self.starts) if start <= place), default=0)
        return self.cells[at]

    def x_at(self, place: int) -> float:
        at = max((i for i, start in enumerate(self.starts) if start <= place), default=0)
        return self.cells[at].x_at(min(place - self.starts[at], len(self.cells[at].text)))


@dataclass(frozen=True, slots=True)
class Page:
    rows: tuple[Row, ...]
    width: float
    height: float
    letter: float  # usual height of a box
    number: int = 1

    def cells(self) -> Iterator[Cell]:
        for row in self.rows:
            yield from row.cells


def page_of(sheet: Sheet) -> Page:
    """Rows top to bottom. Never raises: boxes without extent or text are left out."""
    words = [word for word in sheet.words if word.text.strip() and _extent(word.box)]
    if not words:
        return Page((), sheet.width, sheet.height, 1.0, sheet.number)
    flat = flattened(words)
    cells = [_cell(word, flat, sheet.number) for word in words]
    letter = median(cell.height for cell in cells)
    rows = [_row(group, letter) for group in _grouped(cells, letter)]
    rows.sort(key=lambda row: row.middle)
    return Page(tuple(rows), sheet.width, sheet.height, letter, sheet.number)


def _extent(box: Quad) -> bool:
    numbers = [number for point in box for number in point]
    if not all(abs(number) < 10**7 for number in numbers):  # NaN and infinity too
        return False
    return max(numbers[0::2]) - min(numbers[0::2]) >= 1 and max(numbers[1::2]) - min(numbers[1::2]) >= 1


def _cell(word: Word, flat: Flat, page: int) -> Cell:
    """The frame in the page's own directions; a box that is itself tilted is as high as its left side, not as its hull."""
    turned = [flat.at(point) for point in word.box]
    xs = [x for x, _ in turned]
    middle = sum(y for _, y in turned) / 4
    (ax, ay), _, _, (dx, dy) = turned
    hull = max(y for _, y in turned) - min(y for _, y in turned)
    upright = abs(atan2(dy - ay, dx - ax) - pi / 2) < _LEANS_MAX
    height = min(hull, hypot(dx - ax, dy - ay)) if upright else hull
    height = max(height, 1.0)
    text = " ".join(word.text[:_LETTERS_MAX].split())
    return Cell(text, min(xs), middle - height / 2, max(xs), middle + height / 2, word.confidence, word.box, page)


def _grouped(cells: list[Cell], letter: float) -> list[list[Cell]]:
    """Left to right, each cell joins the row whose last cells lie level with it, so a row may follow a curved line."""
    rows: list[list[Cell]] = []
    for cell in sorted(cells, key=lambda cell: cell.left):
        best, best_off = None, 0.0
        for row in rows:
            last = row[-1]
            if last.right - cell.left > 0.5 * min(cell.right - cell.left, last.right - last.left):
                continue  # they stand above one another
            if abs(cell.left - last.right) > 8 * letter and len(row) > 1:
                level = (last.middle + row[-2].middle) / 2  # far away: trust no single box
            else:
                level = last.middle
            off = abs(level - cell.middle)
            reach = 0.5 * max(min(cell.height, last.height), 0.7 * letter)
            if off <= reach and (best is None or off < best_off):
                best, best_off = row, off
        if best is None:
            rows.append([cell])
        else:
            best.append(cell)
    return rows


def _row(cells: list[Cell], letter: float) -> Row:
    text, starts = "", []
    for before, cell in zip([None, *cells], cells, strict=False):
        if before is not None:
            text += " " if cell.left - before.right < 1.2 * letter else TAB
        starts.append(len(text))
        text += cell.text
    return Row(tuple(cells), text, tuple(starts))
