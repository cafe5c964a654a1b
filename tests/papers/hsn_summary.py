"""Tax by HSN: the small table under the goods that repeats the taxable value and every tax."""

from __future__ import annotations

from decimal import Decimal

from tests.papers.page import MM_PER_PT, Page
from tests.papers.style import Style
from tests.papers.truth import Bill, Line


def hsn_summary(
    page: Page, x: float, y: float, width: float, bill: Bill, style: Style, *, size: float = 7.0, by_rate: bool = False
) -> float:
    """Prints it (nothing on a bill without tax); returns the y below."""
    if bill.tax == "none":
        return y
    step = size * MM_PER_PT * 1.5
    head, rows = _cells(bill, style, by_rate)
    edges = [x + width * i / len(head) for i in range(len(head) + 1)]
    page.rule(x, y, x + width, y)
    for number, row in enumerate([head, *rows]):
        bold = number in (0, len(rows))
        for i, cell in enumerate(row):
            room = edges[i + 1] - edges[i] - 1.4
            page.text(edges[i + 1] - 0.8, y + step * 0.72, cell, size=size, align="right", bold=bold, fit=room)
        y += step
        page.rule(x, y, x + width, y, line=0.15)
    for edge in edges:
        page.rule(edge, y - step * (len(rows) + 1), edge, y, line=0.15)
    return y


def _cells(bill: Bill, style: Style, by_rate: bool) -> tuple[list[str], list[list[str]]]:
    if by_rate:
        groups = [(f"GST {rate:g}%", lines) for rate, lines in bill.slabs().items()]
    else:
        groups = [(hsn, lines) for (hsn, _), lines in bill.by_hsn().items()]
    second = "UTGST" if bill.tax == "union" else "SGST"
    inter = bill.tax == "inter"
    head = ["Class" if by_rate else "HSN/SAC", "Taxable Value"]
    head += ["IGST %", "IGST Amt"] if inter else ["CGST %", "CGST Amt", f"{second} %", f"{second} Amt"]
    head.append("Total Tax")
    rows = [[key, *_sums(lines, style, inter, lines[0].gst_percent)] for key, lines in groups]
    return head, [*rows, ["Total", *_sums(bill.lines, style, inter, None)]]


def _sums(lines: tuple[Line, ...], style: Style, inter: bool, rate: Decimal | None) -> list[str]:
    taxable = sum((line.taxable for line in lines), Decimal(0))
    half = sum((line.half for line in lines), Decimal(0))
    igst = sum((line.igst for line in lines), Decimal(0))
    tax = sum((line.amount - line.taxable for line in lines), Decimal(0))
    percent = "" if rate is None else f"{rate if inter else rate / 2:g}%"
    middle = [percent, style.money(igst)] if inter else [percent, style.money(half)] * 2
    return [style.money(taxable), *middle, style.money(tax)]
