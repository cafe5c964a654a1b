"""The invoice's date: Indian forms, day first, and only the one its label or place names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from ocr.facts import Found
from ocr.fields import blurred, wordings
from ocr.fields.days import Day, dates_in
from ocr.fields.labels import Hit, compiled, hits
from ocr.rows import Cell, Page

_LABELS = compiled(wordings.DATE)
_NUMBER_LABEL = re.compile(
    r"(?:[i1l|]nv(?:oice)?|(?<!way )(?<!way-)(?<!way)b[il1]ll|voucher)\W{0,2}(?:n[o0]|num|#)", re.IGNORECASE
)
_WATERMARK = re.compile(r"\W*20\d\d[./]\d\d[./]\d\d\s{0,2}\d\d:?\d\d\W*")  # a camera's own print on its photo
_ABOUT_DAYS = 500  # other dates of a paper lie no further from its own
_YEAR_MAX = 2045
_BLURRED, _BESIDE_NUMBER = 0.85, 0.6  # both below what is taken without asking
_WEIGHTS = {"strong": 0.97, "plain": 0.9, "none": 0.55, "other": 0.0}


@dataclass(frozen=True, slots=True)
class _Candidate:
    day: date
    weight: float
    cell: Cell


def find_date(pages: Sequence[Page], number: Found[str] | None = None) -> Found[date] | None:
    """The date with the best label; a lone date without one is doubtful; two that are equally labelled are, too.

    Where no date has a label, one whose label is badly blurred, or that stands beside the invoice's number: never sure.
    """
    named = [(name, candidate) for page in pages for name, candidate in _candidates(page, hits(page, _LABELS))]
    if not any(name in ("strong", "plain") for name, _ in named):
        named = [
            (name, replace(candidate, weight=_BLURRED * candidate.weight) if name in ("strong", "plain") else candidate)
            for page in pages
            for name, candidate in _candidates(page, blurred.labels(page, wordings.DATE, hits(page, _LABELS)))
        ]
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
    if sure < _BESIDE_NUMBER:
        beside = next((found for page in pages if number and (found := blurred.day_beside(page, number))), None)
        if beside:
            return Found(beside[0], _BESIDE_NUMBER, beside[1].box, beside[1].page)
    return Found(best.day, round(sure, 3), best.cell.box, best.cell.page)


def _candidates(page: Page, labels: Sequence[Hit]) -> list[tuple[str, _Candidate]]:
    found = []
    for cell, day in _days(page):
        name, beside = _label_of(page, labels, cell, day)
        weight = _WEIGHTS[name] * (1.0 if beside else 0.94) * (0.75 if day.mended else 1.0) * _trust(cell)
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
            for day in dates_in(cell.text) if not _WATERMARK.fullmatch(cell.text) else ():
                found.append((cell, day))
                seen += 1
        if not seen and not any(_WATERMARK.fullmatch(cell.text) for cell in row.cells):
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
