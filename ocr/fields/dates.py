"""The invoice's date: Indian forms, day first, and only the one its label or place names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ocr.facts import Found
from ocr.fields import wordings
from ocr.fields.labels import Hit, compiled, hits
from ocr.rows import Cell, Page

_MONTH_NAMES = """jan january जनवरी; feb february फरवरी; mar march मार्च; apr april अप्रैल; may मई; jun june जून; jul july जुलाई;
    aug august अगस्त; sep sept september सितंबर सितम्बर; oct october अक्टूबर; nov november नवंबर नवम्बर; dec december दिसंबर दिसम्बर"""
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES.split(";"), start=1) for name in names.split()}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True)).replace("o", "[o0]").replace("l", "[l1I]")
_D, _GAP, _ENDS = r"[0-9OolI]", r"\s{0,2}", r"(?![0-9]|[-/.][0-9])"
_FIGURES = re.compile(
    rf"(?<![0-9A-Za-z/.-]){_D}{{1,2}}{_GAP}(?P<mark>[-/.–—,]){_GAP}{_D}{{1,2}}{_GAP}(?P=mark){_GAP}(?:20)?{_D}{{2}}{_ENDS}"
)
_ISO = re.compile(r"(?<![0-9])(20\d{2})[-/.](\d{1,2})[-/.](\d{1,2})(?![0-9])")
_NAMED = re.compile(
    rf"(?<![0-9A-Za-z])({_D}{{1,2}})(?:st|nd|rd|th)?[\s\-/.,'’]{{0,3}}({_MONTH})[\s\-/.,'’]{{0,3}}((?:20)?{_D}{{2}})(?![0-9])",
    re.IGNORECASE,
)
_NAMED_FIRST = re.compile(
    rf"(?<![A-Za-z])({_MONTH})[\s\-.]{{0,2}}(\d{{1,2}})(?:st|nd|rd|th)?[\s,\-']{{1,3}}(20\d{{2}})(?![0-9])", re.IGNORECASE
)
_DIGITS = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1", **{chr(0x966 + n): str(n) for n in range(10)}})
_HINDI = str.maketrans({chr(0x966 + n): str(n) for n in range(10)})

_LABELS = compiled(wordings.DATE)
_NUMBER_LABEL = re.compile(
    r"(?:[i1l|]nv(?:oice)?|(?<!way )(?<!way-)(?<!way)b[il1]ll|voucher)\W{0,2}(?:n[o0]|num|#)", re.IGNORECASE
)
_ABOUT_DAYS = 500  # other dates of a paper lie no further from its own
_YEAR_MAX = 2045
_WEIGHTS = {"strong": 0.97, "plain": 0.9, "none": 0.55, "other": 0.0}


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    start: int
    end: int
    mended: bool = False  # letters were taken for figures, or month and day had to be swapped


@dataclass(frozen=True, slots=True)
class _Candidate:
    day: date
    weight: float
    cell: Cell


def dates_in(text: str) -> tuple[Day, ...]:
    """Every date in a line, left to right. Day before month unless that is impossible; two figures of a year are 20xx."""
    text = text.translate(_HINDI)
    found = []
    for match in _ISO.finditer(text):
        found.append((_day(match[3], match[2], match[1]), match))
    for match in _NAMED.finditer(text):
        found.append((_day(match[1], str(_month(match[2])), match[3]), match))
    for match in _NAMED_FIRST.finditer(text):
        found.append((_day(match[2], str(_month(match[1])), match[3]), match))
    for match in _FIGURES.finditer(text):
        day, month, year = re.split(r"[-/.–—,\s]+", match.group().strip())
        found.append((_day(day, month, year), match))
    days = [Day(value[0], match.start(), match.end(), value[1]) for value, match in found if value]
    days.sort(key=lambda d: (d.start, -(d.end - d.start)))
    return tuple(d for place, d in enumerate(days) if not any(e.start <= d.start < e.end for e in days[:place]))


def _month(name: str) -> int:
    name = name.lower()
    return _MONTHS.get(name) or _MONTHS.get(name.replace("0", "o").replace("1", "l")) or 0


def _day(day: str, month: str, year: str) -> tuple[date, bool] | None:
    if not any(letter.isdigit() for letter in day + year):
        return None
    mended = not (day + month + year).isdigit()
    d, m, y = (int(part.translate(_DIGITS)) for part in (day, month, year))
    y += 2000 if y < 100 else 0
    if m > 12 >= d:  # month first, as some programs abroad print it
        d, m, mended = m, d, True
    try:
        value = date(y, m, d)
    except ValueError:
        return None
    return (value, mended) if 2000 <= y <= 2099 else None


def find_date(pages: Sequence[Page]) -> Found[date] | None:
    """The date with the best label; a lone date without one is doubtful; two that are equally labelled are, too."""
    named = [(name, candidate) for page in pages for name, candidate in _candidates(page)]
    candidates = [candidate for name, candidate in named if name != "other"]
    if not candidates:
        return None
    best = max(candidates, key=lambda c: (round(c.weight, 1), -c.cell.page, -c.cell.middle, c.weight))
    sure = best.weight
    if any(c.day != best.day and c.weight > best.weight - 0.05 for c in candidates):
        sure *= 0.75
    elif sum(c.day == best.day for c in candidates) > 1:
        sure = min(0.99, sure + 0.03)
    if any(name == "none" and c.cell.middle < best.cell.middle and c.day != best.day and c.weight > 0.5 for name, c in named):
        sure *= 0.85  # a date further up whose label may have been lost
    others = [candidate.day for name, candidate in named if name == "other"]  # due, ordered, acknowledged: about then, too
    if others and all(abs((day - best.day).days) > _ABOUT_DAYS for day in others):
        sure *= 0.85
    return Found(best.day, round(sure, 3), best.cell.box, best.cell.page)


def _candidates(page: Page) -> list[tuple[str, _Candidate]]:
    labels = hits(page, _LABELS)
    found = []
    for cell, day in _days(page):
        name, beside = _label_of(page, labels, cell, day)
        weight = _WEIGHTS[name] * (1.0 if beside else 0.94) * (0.6 if day.mended else 1.0) * _trust(cell)
        if cell.middle > page.height * 0.55:  # lists of other bills, signatures, stamps
            weight *= 0.5 if name == "none" else 1.0 if beside else 0.85
        if not 2017 <= day.day.year <= _YEAR_MAX:
            weight *= 0.5
        found.append((name, _Candidate(day.day, weight, cell)))
    return found


def _trust(cell: Cell) -> float:
    return 1.0 if cell.confidence >= 0.95 else max(0.4, 1 - 2.5 * (0.95 - cell.confidence))


def _days(page: Page) -> list[tuple[Cell, Day]]:
    """Dates by cell; one torn over two neighbouring cells is read from the row."""
    found = []
    for row in page.rows:
        seen = 0
        for cell in row.cells:
            for day in dates_in(cell.text):
                found.append((cell, day))
                seen += 1
        if not seen:
            found += [(row.cell_at(day.start), day) for day in dates_in(row.text)]
    return found


def _label_of(page: Page, labels: Sequence[Hit], cell: Cell, day: Day) -> tuple[str, bool]:
    """strong, plain, other or none: the nearest label to the left on the line (true), else the nearest above (false)."""
    left, right = cell.x_at(day.start), cell.x_at(day.end)
    level = [h for h in labels if abs(h.middle - cell.middle) < 0.7 * page.letter and h.left < left + 1]
    if level:
        nearest = max(level, key=lambda h: h.left)
        if left - nearest.right < 14 * page.letter:
            return _owner(page, labels, nearest), True
    reach = 2 * page.letter
    above = [
        h
        for h in labels
        if 0.4 < (cell.middle - h.middle) / page.letter < 2.8 and h.left - reach < right and h.right + reach > left
    ]
    if above:
        return _owner(page, labels, min(above, key=lambda h: (cell.middle - h.middle) + 0.3 * abs(h.left - left))), False
    return "none", True


def _owner(page: Page, labels: Sequence[Hit], hit: Hit) -> str:
    """`Ack. No. … Dated`: a plain date behind another paper's number is that paper's, behind the invoice's the invoice's."""
    if hit.name != "plain":
        return hit.name
    row = page.rows[hit.row]
    if _NUMBER_LABEL.search(row.text[: hit.start]):
        return "strong"
    before = [h for h in labels if h.row == hit.row and h.end <= hit.start]
    nearest = max(before, key=lambda h: h.end, default=None)
    near = nearest is not None and nearest.name == "other" and hit.left - nearest.right < 16 * page.letter
    return "other" if near else "plain"
