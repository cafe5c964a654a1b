"""The goods: rows under a head of columns. A line that does not fit is left out; nothing is made up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from ocr.amounts import Sum, sums_in
from ocr.facts import Line
from ocr.fields import wordings
from ocr.fields.labels import Hit, Piece, compiled, hits, pieces
from ocr.rows import Page, Row

_COLUMNS = compiled(wordings.COLUMN)
_END = re.compile(
    r"^\W*(?:(?:grand|sub|net)\s?)?total|sub\s?total|taxable (?:value|amount)|round|in words|"
    r"^\W*(?:add|less|output)?\W*(?:[cisl]|u\.?t)\.?\s?g\.?s\.?t|amount chargeable|bank|terms|e\.?\s?&\s?o|hsn/sac|"
    r"कुल|योग|continued|carried",
    re.IGNORECASE,
)
_HSN = re.compile(r"\d{4}(?:\d{2}){0,2}")
_UNIT = re.compile(
    r"(?:pcs?|nos?|kgs?|box(?:es)?|mtrs?|mts?|meters?|coils?|rolls?|sets?|bags?|pkts?|ltrs?|doz|pair|bdl|unt|units?|ctn|each)\.?",
    re.IGNORECASE,
)
_RATES = {rate * 100 for rate in (5, 12, 18, 28, 40)}  # of tax, per cent, as sums_in reads them


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    left: float
    right: float


def find_lines(pages: Sequence[Page]) -> tuple[Line, ...]:
    found: list[Line] = []
    columns: list[_Column] = []
    for page in pages:
        head = _head(page)
        if head:
            columns, begin = head
        elif not columns:
            continue
        else:
            begin = 0
        found += _lines(page, columns, begin)
    return tuple(found)


def _head(page: Page) -> tuple[list[_Column], int] | None:
    """The row with most names of columns, joined with the rows it is wrapped over; where the goods begin."""
    by_row: dict[int, list[Hit]] = {}
    for hit in hits(page, _COLUMNS):
        by_row.setdefault(hit.row, []).append(hit)
    best = max(by_row, key=lambda r: (len({h.name for h in by_row[r]}), -r), default=None)
    if best is None or len({h.name for h in by_row[best]}) < 3:
        return None
    used = [
        r
        for r in (best - 1, best, best + 1)
        if r in by_row and abs(page.rows[r].middle - page.rows[best].middle) < 1.8 * page.letter
    ]
    used = [r for r in used if r == best or not sums_in(page.rows[r].text)]
    columns: list[_Column] = []
    for hit in sorted((h for r in used for h in by_row[r]), key=lambda h: h.row != best):
        if not any(min(hit.right, c.right) - max(hit.left, c.left) > 0.4 * page.letter for c in columns):
            columns.append(_Column(hit.name, hit.left, hit.right))
    names = {column.name for column in columns}
    if "description" not in names or not names & {"amount", "taxable", "rate"}:
        return None
    return sorted(columns, key=lambda c: c.left), max(used) + 1


def _lines(page: Page, columns: Sequence[_Column], begin: int) -> list[Line]:
    found: list[Line] = []
    for row in page.rows[begin:]:
        if _END.search(row.text) and not _HSN.search(row.text.split("\t")[0] if found else ""):
            if found:
                break
            continue
        line = _line(row, columns, page.letter)
        if line is None:
            continue
        if line.taxable_paise is None and line.rate_paise is None:
            if found and line.description and not line.hsn and len(found[-1].description) < 120:
                found[-1] = replace(found[-1], description=f"{found[-1].description} {line.description}".strip())
            continue
        if line.description or line.hsn:
            found.append(line)
    return found


def _line(row: Row, columns: Sequence[_Column], letter: float) -> Line | None:
    """A row's words by column: words of letters to the description, figures to the nearest head."""
    parts: dict[str, list[Piece]] = {}
    for piece in pieces(row.cells):
        parts.setdefault(_column_of(piece, columns, letter), []).append(piece)
    text = " ".join(piece.text for piece in parts.get("description", ())).strip(" |:;,.-")
    hsn = next((m.group() for p in parts.get("hsn", ()) if (m := _HSN.fullmatch(p.text.strip(";:|,.")))), None)
    quantity, unit = _quantity(" ".join(piece.text for piece in (*parts.get("quantity", ()), *parts.get("unit", ()))))
    rate = _last_sum(parts.get("rate", ()))
    own = any(column.name == "taxable" for column in columns)
    taxable = _taxable(_last_sum(parts.get("taxable" if own else "amount", ())), quantity, rate, row)
    if not text and not hsn and taxable is None:
        return None
    return Line(text, hsn, quantity, unit, rate, taxable)


def _taxable(printed: int | None, quantity: Decimal | None, rate: int | None, row: Row) -> int | None:
    """The line's value before tax. Where quantity times rate contradicts the column, the row's sum that fits is meant."""
    if not quantity or not rate:
        return printed
    worth = round(quantity * rate)
    figures = sums_in(row.text.replace("\t", "  "))
    before_tax = _before_tax(printed, worth, figures) if printed else None
    if before_tax is not None:
        return before_tax
    if printed is not None and worth * 0.4 <= printed <= worth * 1.002 + 1:
        return printed
    money = [figure.paise for figure in figures if figure.decimals == 2 and not figure.percent]
    fitting = [paise for paise in money if worth * 0.6 <= paise <= worth * 1.002 + 1 and paise != rate]
    if fitting:
        return fitting[-1]
    return printed if printed is not None and worth * 0.2 < printed <= worth else None


def _before_tax(printed: int, worth: int, figures: Sequence[Sum]) -> int | None:
    """What an amount that includes tax was before: believed when the row's own taxes, or its rate and price, prove it."""
    money = [figure.paise for figure in figures if figure.decimals == 2 and not figure.percent]
    halves = [paise for paise in set(money) if money.count(paise) == 2 and 0 < paise < printed / 4]
    for tax in [2 * paise for paise in halves] + [paise for paise in money if 0 < paise < printed / 3]:
        value = printed - tax
        if value <= worth * 1.002 + 1 and any(abs(value * rate - tax * 10000) <= 20000 for rate in _RATES):
            return value
    discounts = [figure.paise for figure in figures if figure.percent]
    prices = [worth, *(worth * (10000 - percent) // 10000 for percent in discounts), *(worth - paise for paise in money)]
    for rate in {figure.paise for figure in figures} & _RATES:
        value = round(printed * 10000 / (10000 + rate))
        if any(abs(value - price) <= 2 for price in prices):
            return value
    return None


def _column_of(piece: Piece, columns: Sequence[_Column], letter: float) -> str:
    figures = sum(c.isdigit() for c in piece.text) * 2 >= len(piece.text)
    centre = (piece.left + piece.right) / 2

    def gap(column: _Column) -> float:
        return max(0.0, column.left - piece.right, piece.left - column.right) + 0.05 * abs(
            centre - (column.left + column.right) / 2
        )

    if not figures:
        cell_centre = piece.cell.centre if piece.cell.right - piece.cell.left < 25 * letter else centre
        nearest = min(columns, key=gap)
        if nearest.name in ("unit", "quantity") and _UNIT.fullmatch(piece.text):
            return nearest.name
        words = [c for c in columns if c.name in ("description", "serial", "percent", "unit", "hsn")]
        near = min(words, key=lambda c: abs(cell_centre - (c.left + c.right) / 2))
        before_hsn = next((c for c in columns if c.name in ("hsn", "quantity", "rate", "amount")), None)
        return (
            "description"
            if near.name in ("description", "serial", "hsn")
            and (not before_hsn or centre < before_hsn.left + letter or near.name == "description")
            else near.name
        )
    name = min(columns, key=gap).name
    description = next(c for c in columns if c.name == "description")
    return "description" if name == "serial" and piece.left > (description.left + 2 * letter) else name


def _quantity(text: str) -> tuple[Decimal | None, str | None]:
    match = re.search(r"(?<![\d.])(\d{1,6}(?:\.\d{1,3})?)(?![\d.])", text.replace(",", ""))
    unit = next(
        (m.group().rstrip(".").upper() for word in re.findall(r"[A-Za-z]+\.?", text) if (m := _UNIT.fullmatch(word))), None
    )
    try:
        return (Decimal(match[1]) if match else None), unit
    except InvalidOperation:
        return None, unit


def _last_sum(parts: Sequence[Piece]) -> int | None:
    found = [s for piece in parts for s in sums_in(piece.text) if not s.percent]
    return found[-1].paise if found and found[-1].paise >= 0 else None
