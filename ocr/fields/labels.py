"""Labels in print: wordings as an engine may have blurred them, where they stand, and the text that belongs to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from ocr.rows import TAB, Cell, Page, Row

_BLURS = {
    "i": "[iIl1|!íì]", "l": "[lI1|i]", "o": "[o0óòc]", "s": "[s5]", "g": "[g9q]", "b": "[b8]", "a": "[a@áà4]", "e": "[eé]",
    "c": "[ce]", "n": "[nñ]", "u": "[uv]", "v": "[vuy]", "t": "[tf]", "f": "[ft]", "z": "[z2]",
}  # fmt: skip
_FEW_BLURS = {"i": "[iIl1|]", "l": "[lI1|]", "o": "[o0]"}  # a short word blurred more would be found everywhere


@dataclass(frozen=True, slots=True)
class Hit:
    """A label found: `right` is where it ends; what belongs to it stands from there on, or below it."""

    name: str
    row: int
    start: int  # places in the row's text
    end: int
    left: float
    right: float
    cell: Cell  # in which it ends

    @property
    def middle(self) -> float:
        return self.cell.middle


@dataclass(frozen=True, slots=True)
class Piece:
    """A word of a cell, cut at spaces."""

    text: str
    left: float
    right: float
    cell: Cell

    @property
    def middle(self) -> float:
        return self.cell.middle


@cache
def wording(text: str) -> str:
    """A pattern for a label: a space may be missing, dotted or doubled; letters may look like their neighbours.

    `?` is any letter; `#` and Devanagari stand for themselves; a letter may not follow at once.
    """
    long = sum(letter.isalpha() for letter in text) > 4
    parts = []
    for letter in text.lower():
        if letter == " ":
            parts.append(r"[ .:\-']{0,2}")
        elif letter == "?":
            parts.append("[a-z]")
        else:
            parts.append((_BLURS if long else _FEW_BLURS).get(letter, re.escape(letter)))
    last = "" if not text[-1].isascii() or not text[-1].isalnum() else r"(?![a-z])"
    return "".join(parts) + last


def compiled(wordings: Mapping[str, str]) -> dict[str, re.Pattern[str]]:
    """One pattern for each name of a table of wordings; of two labels equally long the name that stands first wins."""
    return {
        name: re.compile(
            rf"(?<![a-z])(?:{'|'.join(map(wording, sorted(_split(texts), key=len, reverse=True)))})", re.IGNORECASE
        )
        for name, texts in wordings.items()
    }


def _split(texts: str) -> list[str]:
    return [" ".join(text.split()) for text in texts.split(";")]


def hits(page: Page, patterns: Mapping[str, re.Pattern[str]]) -> list[Hit]:
    """Top to bottom, left to right; of overlapping ones the longer, and of two alike the one named first."""
    found: list[Hit] = []
    order = {name: place for place, name in enumerate(patterns)}
    for number, row in enumerate(page.rows):
        matches = [(m, name) for name, pattern in patterns.items() for m in pattern.finditer(row.text)]
        matches.sort(key=lambda item: (-(item[0].end() - item[0].start()), order[item[1]]))
        taken: list[tuple[int, int]] = []
        for match, name in matches:
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append(match.span())
            found.append(_hit(name, number, row, match.start(), match.end()))
    return sorted(found, key=lambda hit: (hit.row, hit.start))


def _hit(name: str, number: int, row: Row, start: int, end: int) -> Hit:
    return Hit(name, number, start, end, row.x_at(start), row.x_at(end), row.cell_at(end - 1))


def text_right(page: Page, hit: Hit, until: float | None = None) -> str:
    """What follows the label on its row, up to the next label (`until`: its left side)."""
    row = page.rows[hit.row]
    end = len(row.text)
    if until is not None:
        end = next((place for place in range(hit.end, end) if row.x_at(place) >= until - 1), end)
    return row.text[hit.end : end]


def pieces(cells: Iterator[Cell] | Sequence[Cell]) -> list[Piece]:
    found = []
    for cell in cells:
        for match in re.finditer(r"\S+", cell.text):
            found.append(Piece(match.group(), cell.x_at(match.start()), cell.x_at(match.end()), cell))
    return found


def level(page: Page, hit: Hit, slack: float = 0.75) -> list[Cell]:
    """Cells to the right of a label and level with it, also those a curve put into a neighbouring row; left to right."""
    reach = slack * max(hit.cell.height, 0.7 * page.letter)
    near = page.rows[max(0, hit.row - 2) : hit.row + 3]
    found = [
        cell for row in near for cell in row.cells if cell.left >= hit.right - 2 and abs(cell.middle - hit.middle) <= reach
    ]
    return sorted(found, key=lambda cell: cell.left)


def below(page: Page, hit: Hit, *, depth: float = 3.2, left: float = 2.0, right: float = 3.0) -> list[list[Piece]]:
    """Words under a label, a list for each row, nearest row first; within its width and a few letters' more."""
    found = []
    for row in page.rows[hit.row + 1 : hit.row + 8]:
        drop = row.middle - hit.middle
        if drop > depth * page.letter:
            break
        if drop < 0.4 * page.letter:
            continue
        under = [
            piece
            for piece in pieces(row.cells)
            if piece.right > hit.left - left * page.letter and piece.left < hit.right + right * page.letter
        ]
        if under:
            found.append(under)
    return found


def next_on_row(found: Sequence[Hit], hit: Hit) -> Hit | None:
    """The next label to the right on the same row."""
    return next((other for other in found if other.row == hit.row and other.start >= hit.end), None)


def segment(text: str) -> str:
    """The text up to the first wide gap, without the marks that stand between a label and its value."""
    text = text.lstrip(" \t:.;=-–—#|*'\"\u201c\u201d·,)>_")
    return text.split(TAB)[0].strip()
