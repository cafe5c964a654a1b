"""What is left when a label's pattern finds nothing: labels misread in several letters, and values whose labels are lost.

Only a last resort: what is found so is asked about, never taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache

from ocr.facts import Found
from ocr.fields.days import dates_in
from ocr.fields.labels import Hit
from ocr.rows import Cell, Page, Row

_LABEL = re.compile(r"[^\t:]{4,26}")
_LEAST, _SHARE = 5, 0.3  # letters of a label; how much of it may be misread
_HEAD = 0.5  # of the page: number and date stand above
_AS_LETTER = str.maketrans("0158649|!", "oisbgagii")
_PAIRS = ["il", "ij", "it", "lt", "ft", "oc", "oe", "ce", "ao", "mn", "nr", "hb", "uv", "vy", "rt", "nu", "gq", "iv", "ae"]
_ALIKE = frozenset(_PAIRS) | {pair[::-1] for pair in _PAIRS}  # letters printed alike
_TABLE = re.compile(r"\bh[s5][nm]\b|descri|particul|\bqty\b|quant|\brate\b.*\ba[mn]|item\s?name|product", re.IGNORECASE)
_TITLE = re.compile(
    r"\W*(?:(?:tax|gst|retail|sales?|cash|credit|debit|proforma|original)\W{0,2})*(?:invoice|memo|bill|note|bill of supply)\W*",
    re.IGNORECASE,
)
_VALUE = re.compile(r"[\s:.;|#*-]*([A-Z0-9]+(?:[/\-][A-Z0-9]+)*)[\s.:*]*", re.IGNORECASE)
_NO_NUMBER = re.compile(
    r"[6-9]\d{9}|0\d{10}|[A-Z]{2}\d{1,2}[A-Z]{1,3}\d{4}|[A-Z]{5}\d{4}[A-Z]|[A-Z]{4}0\w{6}|\d\d[A-Z0-9]{13}|\d{12,}|\d{1,2}|20\d\d(?:-\d\d)?|\d+[A-Za-z]{1,3}",
    re.IGNORECASE,
)  # telephone, vehicle, PAN, IFSC, GSTIN, acknowledgement, what is too little, a year, `15 Days`
_PIN = re.compile(r"[1-8]\d{5}")
_OTHER_PAPER = re.compile(r"(?:dc|po|so|wo|grn|lr|vr|order|ord|chl?n)\b.*", re.IGNORECASE)


def labels(page: Page, wordings: Mapping[str, str], known: Sequence[Hit]) -> list[Hit]:
    """Those `known`, and those of the head that are nearest to one wording, and not as near to any of another name."""
    found = list(known)
    for number, row in enumerate(_head(page)):
        for start, end in _spans(row):
            if any(hit.row == number and hit.start < end and start < hit.end and hit.name != "weak" for hit in known):
                continue
            name = nearest(_letters(row.text[start:end]), tuple(wordings.items()))
            if name and not _TITLE.fullmatch(row.text[start:end]):
                found.append(Hit(name, number, start, end, row.x_at(start), row.x_at(end), row.cell_at(end - 1)))
    return found


def _head(page: Page) -> Sequence[Row]:
    """Rows above the list of goods."""
    rows = [row for row in page.rows if row.middle < _HEAD * page.height]
    table = next((place for place, row in enumerate(rows) if len(row.cells) > 3 and _TABLE.search(row.text)), len(rows))
    return rows[:table]


def _spans(row: Row) -> Iterator[tuple[int, int]]:
    """What may be a label in a row: what stands before a colon, before a gap, or before the first figures of a cell."""
    for match in _LABEL.finditer(row.text):
        text = match.group()
        figures = re.search(r"\s[^\s]*\d[^\s]*\d[^\s]*", text)
        end = match.start() + (figures.start() if figures else len(text.rstrip()))
        if end - match.start() >= _LEAST:
            yield match.start() + len(text) - len(text.lstrip()), end


def _letters(text: str) -> str:
    return "".join(letter for letter in text.lower().translate(_AS_LETTER) if "a" <= letter <= "z")


@cache
def _known(tables: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple(
        dict.fromkeys(
            (_letters(wording), name)
            for name, wordings in tables
            if name != "weak"
            for wording in wordings.split(";")
            if "?" not in wording and len(_letters(wording)) >= _LEAST
        )
    )


@lru_cache(1024)
def nearest(text: str, tables: tuple[tuple[str, str], ...]) -> str | None:
    """The name whose wording a text is, letters misread or lost; None where two names are as near."""
    if not _LEAST <= len(text) <= 24:
        return None
    best: dict[str, float] = {}
    for wording, name in _known(tables):
        limit = _SHARE * len(wording)
        if abs(len(wording) - len(text)) <= limit and len(set(wording) & set(text)) >= len(set(wording)) - limit - 1:
            off = _distance(text, wording, limit)
            if off <= limit:
                best[name] = min(best.get(name, 99.0), off)
    ranked = sorted(best, key=lambda name: best[name])
    if not ranked or (len(ranked) > 1 and best[ranked[1]] - best[ranked[0]] < 0.5):
        return None
    return ranked[0]


def _distance(one: str, other: str, limit: float) -> float:
    """Letters changed, lost or added; one for another that looks like it counts half. Beyond the limit any larger number."""
    row = [float(place) for place in range(len(other) + 1)]
    for i, a in enumerate(one, 1):
        diagonal, row[0] = row[0], float(i)
        for j, b in enumerate(other, 1):
            cost = diagonal if a == b else diagonal + (0.5 if a + b in _ALIKE else 1.0)
            diagonal = row[j]
            if diagonal + 1 < cost:
                cost = diagonal + 1
            if row[j - 1] + 1 < cost:
                cost = row[j - 1] + 1
            row[j] = cost
        if min(row) > limit:
            return limit + 1
    return row[-1]


def unlabelled(page: Page) -> tuple[str, Cell] | None:
    """The number of a head whose labels are lost: the topmost that has a date beside it, or just above or below it."""
    rows = _head(page)
    days = [(day.day, cell) for row in rows for cell in row.cells for day in dates_in(cell.text)]
    for row in rows:
        for cell in row.cells:
            number = _number(cell.text)
            if number and any(_beside(page, cell, other) for _, other in days if other is not cell):
                return number, cell
    return None


def _number(text: str) -> str | None:
    match = _VALUE.fullmatch(text)
    if not match:
        return None
    number = match[1].upper()
    digits = sum(letter.isdigit() for letter in number)
    if (
        digits < 3
        or len(number) > 16
        or _NO_NUMBER.fullmatch(number)
        or _PIN.fullmatch(number)
        or _OTHER_PAPER.fullmatch(number)
    ):
        return None
    return None if dates_in(number) else number


def _beside(page: Page, cell: Cell, other: Cell) -> bool:
    """On the same line, or on the next above or below where it begins."""
    drop = abs(cell.middle - other.middle)
    return drop < 0.5 * page.letter or (drop < 2.2 * page.letter and abs(other.left - cell.left) < 2 * page.letter)


def day_beside(page: Page, number: Found[str]) -> tuple[date, Cell] | None:
    """The date that stands beside a number: nearest on its line, else just below or above it."""
    own = next((cell for cell in page.cells() if cell.box == number.box and cell.page == number.page), None)
    if own is None:
        return None
    near = [
        (day.day, cell)
        for row in _head(page)
        for cell in row.cells
        for day in dates_in(cell.text)
        if cell is not own and _beside(page, own, cell)
    ]
    return min(near, key=lambda one: abs(one[1].middle - own.middle) + 0.1 * abs(one[1].left - own.left), default=None)
