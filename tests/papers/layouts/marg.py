"""A distributor's dense landscape bill: seller, buyer and bill details in three boxes, narrow columns, slabs at the foot."""

from __future__ import annotations

from random import Random

from tests.papers import blocks
from tests.papers.hsn_summary import hsn_summary
from tests.papers.invoice import Wants
from tests.papers.page import Page
from tests.papers.style import Style, random_style
from tests.papers.table import Table, columns
from tests.papers.truth import Bill

WANTS = Wants(lines_min=2, lines_max=14, business_share=0.85)


def draw(bill: Bill, rng: Random) -> list[Page]:
    style = random_style(rng, ("narrow", "sans", "liberation", "narrow"))
    page = Page(*rng.choice(((210.0, 148.0), (240.0, 152.0))), face=style.face, size_pt=8)
    width = page.width - 10
    third = width / 3
    blocks.address(page, 6.5, 10.5, bill.seller, style, width=third - 3, field="seller_gstin", name_size=12)
    page.text(6.5, 32, f"Ph : {bill.seller.phone}  PAN : {bill.seller.pan}", size=7, fit=third - 3)
    page.text(6.5 + third, 9, rng.choice(("To,", "M/s", "Party :", "BUYER")), size=7)
    blocks.address(page, 6.5 + third, 13, bill.buyer, style, width=third - 3, field="buyer_gstin", name_size=9.5)
    page.text(6.5 + third, 32, f"Mob : {bill.buyer.phone}", size=7)
    _bill_box(page, bill, style, rng, 6.5 + 2 * third)
    page.box(5, 5, width, 30)
    for i in (1, 2):
        page.rule(5 + third * i, 5, 5 + third * i, 35)
    keys = rng.choice(
        (
            "sl product hsn mrp qty rate disc% taxable cgst% cgst sgst% sgst igst% igst amount",
            "product hsn qty unit mrp rate disc taxable gst% amount",
            "hsn product qty unit rate gross disc% gst% tax amount",
        )
    )
    made = Table(5, 35, width, columns(keys, style, bill), "columns", 106, size=7.2, gap=1.35, wrap=False)
    y = made.draw(page, bill.lines)
    _foot(page, bill, style, rng, y, width)
    return [page]


def _bill_box(page: Page, bill: Bill, style: Style, rng: Random, x: float) -> None:
    page.text(x, 10, blocks.title(bill, rng), size=11, bold=True)
    y = blocks.number_and_date(page, x, 15, bill, style, at=22, bold=True, size=8.5)
    blocks.pair(page, x, y, "Due Date", style.day(bill.extras.due_day), style, at=22, size=7.5)
    blocks.pair(page, x, y + 3.6, "SMan", bill.extras.salesman, style, at=22, size=7.5)
    if bill.extras.eway_bill and y + 7.2 < 34.5:
        blocks.pair(page, x, y + 7.2, "EWay Bill", bill.extras.eway_bill, style, at=22, size=7.5)


def _foot(page: Page, bill: Bill, style: Style, rng: Random, y: float, width: float) -> None:
    right = page.width - 7
    slab_end = hsn_summary(page, 7, y + 1.5, width * 0.5, bill, style, size=6, by_rate=True)
    rows = [row for row in blocks.sum_rows(bill, style) if row[1] or row[2]]
    after = blocks.sums(page, right - 58, y + 4.5, 58, rows, style, size=7.5, gap=1.3)
    blocks.grand_total(page, right - 58, after + 1.5, 58, bill, style, size=10.5)
    low = max(slab_end + 3.5, y + 12)
    low = blocks.words(page, 7, low, width * 0.55, bill, style, size=7)
    low = blocks.balance_trap(page, 7, low, bill, style, size=7)
    page.text(7, low, f"{bill.extras.bank} A/c {bill.extras.account} IFSC {bill.extras.ifsc}", size=6.5)
    page.text(7, low + 3.2, f"Subject to {bill.seller.city.upper()} Jurisdiction. E.&O.E.", size=6.5)
    page.text(right, page.height - 12, f"For {bill.seller.name}", size=7.5, align="right", bold=True)
    page.text(right, page.height - 6, "Authorised Signatory", size=7, align="right")
