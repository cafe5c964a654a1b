"""A trader's programme with the firm centred on top, a two-column party box and a full grid of goods."""

from __future__ import annotations

from random import Random

from tests.papers import blocks
from tests.papers.hsn_summary import hsn_summary
from tests.papers.invoice import Wants
from tests.papers.page import Page
from tests.papers.style import Style, random_style
from tests.papers.table import Table, columns
from tests.papers.truth import Bill

WANTS = Wants(lines_max=14, business_share=0.8)
_LEFT, _WIDTH = 8.0, 194.0


def draw(bill: Bill, rng: Random) -> list[Page]:
    style = random_style(rng, ("sans", "serif", "liberation", "noto"))
    page = Page(210, 297, face=style.face, size_pt=9)
    page.text(_LEFT + 2, 11, f"{style.gstin_label}{style.colon}{bill.seller.gstin}", bold=True, field="seller_gstin")
    page.text(200, 11, blocks.copy_mark(rng), size=8, align="right")
    page.text(105, 16, blocks.title(bill, rng), size=11, bold=True, align="centre")
    page.text(
        105,
        23,
        bill.seller.name.upper() if rng.random() < 0.5 else bill.seller.name,
        size=17,
        bold=True,
        align="centre",
        fit=180,
        field="seller_name",
    )
    page.text(
        105, 28, f"{bill.seller.street}, {bill.seller.city} - {bill.seller.pin} ({bill.seller.state})", align="centre", fit=185
    )
    page.text(105, 32.5, f"Tel. : {bill.seller.phone}   email : {bill.seller.email}", size=8, align="centre")
    page.box(_LEFT, 6, _WIDTH, 281)
    page.rule(_LEFT, 35, _LEFT + _WIDTH, 35)
    top = _heading(page, bill, style, rng)
    keys = rng.choice(
        (
            "sl desc hsn qty unit rate disc% plainamount",
            "sl desc hsn qty unit rate disc% cgst% cgst sgst% sgst igst% igst amount",
        )
    )
    bottom = top + max(70.0, 6.2 * len(bill.lines) + 14) if rng.random() < 0.7 else None
    y = Table(_LEFT, top, _WIDTH, columns(keys, style, bill), rng.choice(("full", "columns")), bottom, size=8).draw(
        page, bill.lines
    )
    _sums(page, bill, style, rng, y + 5)
    return [page]


def _heading(page: Page, bill: Bill, style: Style, rng: Random) -> float:
    blocks.number_and_date(page, _LEFT + 2, 40, bill, style, at=30, bold=True)
    more, x = bill.extras, 110
    rows = [
        ("Place of Supply", f"{bill.buyer.state} ({bill.buyer.state_code})"),
        ("Reverse Charge", "N"),
        ("Transport", more.transporter),
        ("Vehicle No.", more.vehicle),
        ("E-Way Bill No.", more.eway_bill or ""),
        ("GR/RR No.", ""),
    ]
    for place, (label, value) in enumerate(rows[: rng.randint(3, 6)]):
        blocks.pair(page, x, 40 + place * 4.2, label, value, style, at=32, size=8.5)
    page.rule(105, 35, 105, 66)
    page.rule(_LEFT, 66, _LEFT + _WIDTH, 66)
    page.text(_LEFT + 2, 70, rng.choice(("Billed to :", "Details of Receiver (Billed to)", "M/s", "Party Details :")), size=8)
    page.text(x, 70, "Shipped to :", size=8)
    y = blocks.address(page, _LEFT + 2, 74.5, bill.buyer, style, width=92, field="buyer_gstin")
    other = blocks.address(page, x, 74.5, bill.extras.ship_to or bill.buyer, style, width=88)
    page.rule(105, 66, 105, max(y, other))
    return max(y, other)


def _sums(page: Page, bill: Bill, style: Style, rng: Random, y: float) -> None:
    rows = blocks.sum_rows(bill, style)
    after = blocks.sums(page, 125, y, 75, rows, style)
    page.rule(125, after - 2.5, 200, after - 2.5)
    blocks.grand_total(page, 125, after + 2.5, 75, bill, style, size=11)
    page.rule(125, after + 4.5, 200, after + 4.5)
    left = hsn_summary(page, _LEFT + 2, y - 3, 110, bill, style, size=6.5, by_rate=True)
    y = max(after + 9, left + 6)
    y = blocks.words(page, _LEFT + 2, y, 185, bill, style)
    y = blocks.balance_trap(page, _LEFT + 2, y, bill, style)
    y = blocks.bank(page, _LEFT + 2, y + 1, bill, rng, size=8)
    foot = min(max(y + 2, 240), 262)
    page.rule(_LEFT, foot - 4, _LEFT + _WIDTH, foot - 4)
    blocks.terms(page, _LEFT + 2, foot, 95, bill, rng, size=7)
    page.text(115, foot, "Receiver's Signature :", size=8)
    blocks.signature(page, 200, foot + 8, bill)
