"""The table of goods: which columns, how ruled, how a long description is broken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from tests.papers.page import MM_PER_PT, Align, Color, Page
from tests.papers.style import Style
from tests.papers.truth import Bill, Line, paise

Ruling = Literal["full", "columns", "rows", "none"]
_PAD = 0.9


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    share: float  # of the table's width
    align: Align
    cell: Callable[[int, Line], str]


@dataclass(frozen=True, slots=True)
class Table:
    x: float
    y: float
    width: float
    columns: Sequence[Column]
    ruling: Ruling = "full"
    bottom: float | None = None  # rules run down to here, whatever the number of lines
    size: float = 8.0
    gap: float = 1.45
    head_fill: Color | None = None
    head_color: Color | None = None
    wrap: bool = True
    foot: Sequence[str] | None = None  # one cell a column, in bold, closing the table

    def draw(self, page: Page, lines: Sequence[Line], first: int = 1) -> float:
        """Prints it; returns the y below."""
        row_mm = self.size * MM_PER_PT * self.gap
        edges = self._edges()
        y = self._head(page, edges, row_mm)
        for place, line in enumerate(lines, start=first):
            y = self._row(page, edges, y, [column.cell(place, line) for column in self.columns], row_mm)
            if self.ruling in ("full", "rows"):
                page.rule(self.x, y, self.x + self.width, y, line=0.15)
        y = max(y, self.bottom - (row_mm * 1.2 if self.foot else 0)) if self.bottom is not None else y
        if self.foot:
            page.rule(self.x, y, self.x + self.width, y)
            y = self._row(page, edges, y, list(self.foot), row_mm * 1.15, bold=True)
        if self.ruling in ("full", "columns"):
            for edge in edges:
                page.rule(edge, self.y, edge, y, line=0.2)
        page.rule(self.x, y, self.x + self.width, y)
        return y

    def _edges(self) -> list[float]:
        total, at, edges = sum(column.share for column in self.columns), self.x, [self.x]
        for column in self.columns:
            at += self.width * column.share / total
            edges.append(at)
        return edges

    def _head(self, page: Page, edges: list[float], row_mm: float) -> float:
        titles = [page.wrap(column.title, edges[i + 1] - edges[i] - _PAD, self.size) for i, column in enumerate(self.columns)]
        height = row_mm * (max(len(title) for title in titles) * 0.8 + 0.5)
        if self.head_fill:
            page.box(self.x, self.y, self.width, height, fill=self.head_fill, stroke=None)
        page.rule(self.x, self.y, self.x + self.width, self.y)
        page.rule(self.x, self.y + height, self.x + self.width, self.y + height)
        for i, title in enumerate(titles):
            at = _anchor(self.columns[i].align, edges[i], edges[i + 1])
            for row, word in enumerate(title):
                page.text(
                    at,
                    self.y + row_mm * (0.8 * row + 0.85),
                    word,
                    size=self.size,
                    bold=True,
                    align=self.columns[i].align,
                    color=self.head_color,
                    fit=edges[i + 1] - edges[i] - _PAD,
                )
        return self.y + height

    def _row(self, page: Page, edges: list[float], y: float, cells: list[str], row_mm: float, *, bold: bool = False) -> float:
        deepest = 1
        for i, cell in enumerate(cells):
            column, room = self.columns[i], edges[i + 1] - edges[i] - 2 * _PAD
            at = _anchor(column.align, edges[i], edges[i + 1])
            long = column.align == "left" and self.wrap and page.measure(cell, self.size) > room
            rows = page.wrap(cell, room, self.size) if long else [cell]
            deepest = max(deepest, len(rows))
            for depth, text in enumerate(rows):
                page.text(at, y + row_mm * (0.72 + 0.8 * depth), text, size=self.size, align=column.align, fit=room, bold=bold)
        return y + row_mm * (1 + 0.8 * (deepest - 1))


def _anchor(align: Align, left: float, right: float) -> float:
    return {"left": left + _PAD, "right": right - _PAD, "centre": (left + right) / 2}[align]


def columns(keys: str, style: Style, bill: Bill) -> list[Column]:
    """The named columns, without those this kind of tax has no use for. Keys are words parted by spaces."""
    taxed = {
        "inter": {"cgst%", "cgst", "sgst%", "sgst"},
        "none": {"gst%", "cgst%", "cgst", "sgst%", "sgst", "igst%", "igst", "tax"},
    }
    useless = taxed.get(bill.tax, {"igst%", "igst"})
    known = _catalogue(style, bill)
    return [known[key] for key in keys.split() if key not in useless]


def _catalogue(style: Style, bill: Bill) -> dict[str, Column]:
    second = "UTGST" if bill.tax == "union" else "SGST"
    money = style.money

    def plain(value: Decimal) -> str:
        return f"{value:g}" if value == value.to_integral_value() else f"{value}"

    made: tuple[tuple[str, str, float, Align, Callable[[int, Line], str]], ...] = (
        ("sl", "Sl", 0.6, "centre", lambda place, _: f"{place}"),
        ("desc", "Description of Goods", 4.2, "left", lambda _, line: line.description),
        ("item", "Item Name", 4.2, "left", lambda _, line: line.description),
        ("product", "Product", 3.8, "left", lambda _, line: line.description.upper()),
        ("hsn", "HSN/SAC", 1.2, "centre", lambda _, line: line.hsn),
        ("qty", "Qty", 0.9, "right", lambda _, line: plain(line.quantity)),
        ("qty2", "Quantity", 1.1, "right", lambda _, line: f"{line.quantity:.2f}"),
        ("qtyunit", "Quantity", 1.3, "right", lambda _, line: f"{plain(line.quantity)} {line.unit}"),
        ("unit", "Unit", 0.8, "centre", lambda _, line: line.unit),
        ("per", "per", 0.7, "centre", lambda _, line: line.unit),
        ("mrp", "MRP", 1.1, "right", lambda _, line: money(paise(line.rate * Decimal("1.62")))),
        ("rate", "Rate", 1.2, "right", lambda _, line: money(line.rate)),
        ("price", "Price/Unit", 1.3, "right", lambda _, line: style.priced(line.rate)),
        ("disc%", "Disc %", 0.8, "right", lambda _, line: f"{plain(line.discount_percent)}%" if line.discount_percent else ""),
        ("disc", "Disc Amt", 1.1, "right", lambda _, line: money(line.discount)),
        ("gross", "Gross", 1.4, "right", lambda _, line: money(line.gross)),
        ("taxable", "Taxable Value", 1.5, "right", lambda _, line: money(line.taxable)),
        ("plainamount", "Amount", 1.5, "right", lambda _, line: money(line.taxable)),
        ("gst%", "GST %", 0.7, "right", lambda _, line: f"{plain(line.gst_percent)}"),
        ("cgst%", "CGST %", 0.7, "right", lambda _, line: f"{line.gst_percent / 2:.1f}"),
        ("cgst", "CGST Amt", 1.2, "right", lambda _, line: money(line.half)),
        ("sgst%", f"{second} %", 0.7, "right", lambda _, line: f"{line.gst_percent / 2:.1f}"),
        ("sgst", f"{second} Amt", 1.2, "right", lambda _, line: money(line.half)),
        ("igst%", "IGST %", 0.7, "right", lambda _, line: f"{line.gst_percent:.1f}"),
        ("igst", "IGST Amt", 1.2, "right", lambda _, line: money(line.igst)),
        ("tax", "Tax", 1.2, "right", lambda _, line: money(line.amount - line.taxable)),
        ("amount", "Amount", 1.5, "right", lambda _, line: money(line.amount)),
        ("total", "Total", 1.5, "right", lambda _, line: style.priced(line.amount)),
    )
    return {key: Column(title, share, align, cell) for key, title, share, align, cell in made}
