"""Every sum of money with the label, or the column's head, that it stands beside. Which of them are right is decided by
arithmetic (balance.py): an outstanding balance, a handwritten sum or a subtotal may stand beside a total's label too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ocr.amounts import Sum, sums_in
from ocr.fields import wordings
from ocr.fields.labels import Hit, compiled, hits
from ocr.rows import Cell, Page

LABELS = compiled(wordings.SUM)
COLUMN_KINDS = ("total", "weak", "taxable", "gross", "cgst", "utgst", "sgst", "igst", "cess", "tax", "round", "adjust")
_RATE = re.compile(r"^\W{0,5}(\d{1,2}(?:\.\d{1,2})?)\s?%")
_TAXES = ("cgst", "sgst", "utgst", "igst", "cess")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sum for a kind. `how`: beside its label, in a total row under its column's head, or summed up from a column."""

    kind: str
    paise: int
    weight: float  # 0..1
    cell: Cell
    how: str = "beside"
    label: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    sum: Sum
    left: float
    right: float
    cell: Cell
    row: int

    @property
    def centre(self) -> float:
        return (self.left + self.right) / 2


def candidates(page: Page) -> list[Candidate]:
    labels = hits(page, LABELS)
    placed = _placed(page)
    found: list[Candidate] = []
    for hit in labels:
        if hit.name == "words":
            continue
        text = page.rows[hit.row].text[hit.start : hit.end]
        beside = _beside(page, labels, hit, placed) or _behind(labels, hit, placed)
        if beside:
            for back, item in enumerate(reversed(beside)):
                found.append(_candidate(hit.name, item, (0.95, 0.5, 0.4, 0.3)[min(back, 3)], "beside", text))
        elif hit.name in COLUMN_KINDS:
            found += _column(page, labels, hit, placed, text)
    loose = [_candidate("loose", item, 0.7, "loose", "") for item in placed if item.sum.decimals == 2]
    return [*found, *_of_all_rates(page, labels, found), *loose]


def _of_all_rates(page: Page, labels: Sequence[Hit], found: Sequence[Candidate]) -> list[Candidate]:
    """`IGST @ 5 %` and `IGST @ 18 %` on lines of their own: the tax is their sum."""
    summed = []
    for kind in _TAXES:
        rated: dict[str, Candidate] = {}
        for candidate in found:
            hit = next(
                (h for h in labels if h.name == kind and candidate.cell.left > h.left and _level(h, candidate.cell, page)), None
            )
            rate = _RATE.search(page.rows[hit.row].text[hit.end :]) if hit else None
            if candidate.kind == kind and candidate.how == "beside" and candidate.weight > 0.6 and rate:
                rated.setdefault(rate[1], candidate)
        if len(rated) > 1:
            last = max(rated.values(), key=lambda c: c.cell.middle)
            summed.append(Candidate(kind, sum(c.paise for c in rated.values()), 0.8, last.cell, "summed", kind))
    return summed


def _candidate(kind: str, item: Placed, weight: float, how: str, label: str) -> Candidate:
    weight *= 0.8 if item.sum.mended else 1.0
    weight *= 0.75 if item.sum.decimals in (1, 3, 4) else 0.93 if item.sum.decimals == 0 else 1.0
    return Candidate(kind, item.sum.paise, round(weight * max(0.5, item.cell.confidence), 3), item.cell, how, label)


def _placed(page: Page) -> list[Placed]:
    return [
        Placed(figure, cell.x_at(figure.start), cell.x_at(figure.end), cell, number)
        for number, row in enumerate(page.rows)
        for cell in row.cells
        for figure in sums_in(cell.text)
        if not figure.percent
    ]


def _beside(page: Page, labels: Sequence[Hit], hit: Hit, placed: Sequence[Placed]) -> list[Placed]:
    """Sums right of a label and level with it, up to the next label; those of its own row before those a curve moved."""
    reach = 0.75 * max(hit.cell.height, 0.7 * page.letter)
    until = min((h.left for h in labels if h.left > hit.right - 1 and abs(h.middle - hit.middle) < reach and h is not hit
                 and h.cell.middle == h.middle and _level(h, hit, page)), default=float("inf"))  # fmt: skip
    near = [
        p for p in placed
        if abs(p.row - hit.row) <= 2 and p.left >= hit.right - 0.6 * page.letter and p.left < until - 1
        and (p.row == hit.row or abs(p.cell.middle - hit.middle) <= reach)
        and not (p.cell is hit.cell and p.left < hit.right - 1)
    ]  # fmt: skip
    own = [p for p in near if p.row == hit.row]
    if not own:  # a row between that has a label of its own keeps its sums
        kept = {h.row for h in labels if h.row != hit.row and h.name not in ("words",) and h.right > hit.left}
        own = [p for p in near if p.row not in kept] or ([] if hit.name in ("gross", "other") else near[:1])
    own.sort(key=lambda p: p.left)
    if len(own) > 1 and own[0].sum.decimals == 0 and own[0].sum.paise <= 4000 and hit.name in (*_TAXES, "tax"):
        own = own[1:]  # the rate
    return own


def _behind(labels: Sequence[Hit], hit: Hit, placed: Sequence[Placed]) -> list[Placed]:
    """`IGST : 18 % of taxable value 200.00 36.00`: the tax stands behind what it is reckoned from."""
    if hit.name not in _TAXES:
        return []
    later = [h for h in labels if h.row == hit.row and h.left > hit.right - 1]
    if not later or any(h.name not in ("taxable", "gross", "tax", "other") for h in later):
        return []
    return sorted((p for p in placed if p.row == hit.row and p.left > hit.right), key=lambda p: p.left)[-1:]


def _level(one: Hit, other: Hit | Cell, page: Page) -> bool:
    return abs(one.middle - other.middle) < 0.4 * page.letter


def _column(page: Page, labels: Sequence[Hit], hit: Hit, placed: Sequence[Placed], text: str) -> list[Candidate]:
    """Under a column's head: the value in a row of totals, the last, the only, or the sum of all."""
    heads = [h for h in labels if h.row == hit.row and h is not hit]
    column: list[Placed] = []
    for item in placed:
        if not hit.row < item.row <= hit.row + 80 or item.sum.decimals in (1, 3, 4):
            continue
        if item.right < hit.left - 1.5 * page.letter or item.left > hit.right + 2.5 * page.letter:
            continue
        mine = _gap(item, hit.left, hit.right)
        if any(_gap(item, h.left, h.right) < mine for h in heads):
            continue
        column.append(item)
    column = _unbroken(page, hit, column)
    if not column:
        return []
    widest = {}
    for item in column:  # a rate and its amount may stand under one head
        widest[item.row] = max((i for i in column if i.row == item.row), key=lambda i: (abs(i.sum.paise), i.left))
    rows = [widest[row] for row in sorted(widest)]
    return _column_candidates(page, labels, hit, rows, text)


def _column_candidates(page: Page, labels: Sequence[Hit], hit: Hit, rows: list[Placed], text: str) -> list[Candidate]:
    totals = {h.row for h in labels if h.name in ("total", "weak")}
    found = []
    total = 0
    for place, item in enumerate(rows):
        last = place == len(rows) - 1
        adds_up = place > 0 and abs(item.sum.paise - total) <= 2
        ends = last or rows[place + 1].cell.middle - item.cell.middle > 3 * page.letter  # of a block
        near = place == 0 and item.cell.middle - hit.middle < 4 * page.letter
        weight = (
            0.93 if adds_up and place > 1
            else 0.85 if item.row in totals or adds_up
            else 0.75 if len(rows) == 1
            else 0.6 if near and ends
            else 0.4 if last or ends or near
            else 0.0
        )  # fmt: skip
        if weight:
            found.append(_candidate(hit.name, item, weight, "column", text))
        total += item.sum.paise
    if len(rows) > 1 and hit.name not in ("total", "round", "adjust"):
        found.append(Candidate(hit.name, total, 0.45, rows[-1].cell, "summed", text))
    return found


def _unbroken(page: Page, hit: Hit, column: list[Placed]) -> list[Placed]:
    """The column ends where a label of sums stands in its own width (a summary below the table)."""
    column.sort(key=lambda p: p.row)
    kept: list[Placed] = []
    for item in column:
        since = kept[-1].row if kept else hit.row
        gap = item.cell.middle - page.rows[since].middle
        if gap > (30 if kept else 9) * page.letter:
            break
        kept.append(item)
    return kept


def _gap(item: Placed, left: float, right: float) -> float:
    return max(0.0, left - item.right, item.left - right) + 0.01 * abs(item.centre - (left + right) / 2)
