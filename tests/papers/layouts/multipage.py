"""A long bill over several sheets: the head repeats, the sums stand on the last, the others say "continued"."""

from __future__ import annotations

from random import Random

from tests.papers import blocks
from tests.papers.invoice import Wants
from tests.papers.page import Page
from tests.papers.style import Style, random_style
from tests.papers.table import Table, columns
from tests.papers.truth import Bill

WANTS = Wants(lines_min=24, lines_max=58, business_share=0.9)
_ROWS = 30


def draw(bill: Bill, rng: Random) -> list[Page]:
    style = random_style(rng, ("sans", "serif", "liberation"))
    keys = rng.choice(("sl desc hsn qty unit rate disc% plainamount", "sl desc hsn qty unit rate disc% taxable gst% amount"))
    heading = blocks.title(bill, rng)
    parts = [bill.lines[at : at + _ROWS] for at in range(0, len(bill.lines), _ROWS)]
    pages = []
    for place, part in enumerate(parts):
        page = Page(210, 297, face=style.face, size_pt=9)
        _head(page, bill, style, heading, place + 1, len(parts))
        last = place == len(parts) - 1
        bottom = None if last else 272.0
        y = Table(8, 66, 194, columns(keys, style, bill), "columns", bottom, size=8, wrap=False).draw(
            page, part, first=place * _ROWS + 1
        )
        if last:
            _end(page, bill, style, rng, y)
        else:
            page.text(200, 277, f"continued to page number {place + 2}", size=8, align="right")
        pages.append(page)
    return pages


def _head(page: Page, bill: Bill, style: Style, heading: str, number: int, count: int) -> None:
    page.text(105, 10, heading + ("" if number == 1 else " (contd.)"), size=11, bold=True, align="centre")
    page.text(200, 10, f"(Page {number} of {count})" if number > 1 else f"Page : {number} / {count}", size=8, align="right")
    page.box(8, 13, 194, 53)
    blocks.address(page, 10, 18, bill.seller, style, width=110, field="seller_gstin", name_size=12)
    blocks.number_and_date(page, 128, 19, bill, style, at=28, bold=True)
    page.rule(125, 13, 125, 40)
    page.rule(8, 40, 202, 40)
    page.text(10, 44, "Party :", size=8)
    blocks.address(page, 24, 44, bill.buyer, style, width=150, field="buyer_gstin")


def _end(page: Page, bill: Bill, style: Style, rng: Random, y: float) -> None:
    if y > 205:  # a full last sheet: what follows must still fit
        y = min(y, 214)
    after = blocks.sums(page, 130, y + 5, 70, blocks.sum_rows(bill, style, gross=False), style, gap=1.35)
    blocks.grand_total(page, 130, after + 1.5, 70, bill, style, size=11)
    page.rule(128, after - 2.8, 202, after - 2.8)
    page.rule(128, after + 3.5, 202, after + 3.5)
    low = blocks.words(page, 10, y + 6, 112, bill, style)
    low = blocks.balance_trap(page, 10, low, bill, style)
    blocks.bank(page, 10, low + 2, bill, rng, size=8)
    foot = min(max(after + 10, low + 14), 268)
    blocks.terms(page, 10, foot, 110, bill, rng, size=7)
    blocks.signature(page, 200, min(foot + 2, 272), bill)
