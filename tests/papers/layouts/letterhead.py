"""A pre-printed letterhead with a coloured head; the seller's GSTIN, bank and address stand at the foot."""

from __future__ import annotations

from random import Random

from tests.papers import blocks
from tests.papers.hsn_summary import hsn_summary
from tests.papers.invoice import Wants
from tests.papers.page import Page
from tests.papers.style import Style, random_style
from tests.papers.table import Table, columns
from tests.papers.truth import Bill

WANTS = Wants(lines_max=10, business_share=0.75)
_WHITE = (255, 255, 255)


def draw(bill: Bill, rng: Random) -> list[Page]:
    style = random_style(rng)
    page = Page(210, 297, face=style.face, size_pt=9)
    page.box(0, 0, 210, 36, fill=style.accent, stroke=None)
    page.text(112, 17, bill.seller.name, size=25, bold=True, align="centre", color=_WHITE, fit=145, field="seller_name")
    page.text(
        105,
        24,
        rng.choice(
            (
                "Wholesale Dealers in All Kinds of Electrical Goods",
                "Authorised Stockist : Wires - Cables - Fans - Lights",
                "House of Quality Electricals",
            )
        ),
        size=10,
        align="centre",
        color=_WHITE,
    )
    page.text(105, 31, f"Mob. {bill.seller.phone}", size=8.5, align="centre", color=_WHITE)
    if rng.random() < 0.5:
        page.box(3, 3, 27, 30, fill=_WHITE, stroke=None)
        blocks.payment_code(page, 5, 4.5, 23, bill)
    page.box(8, 40, 194, 236)
    page.rule(8, 47, 202, 47)
    page.text(11, 45, rng.choice(("Debit Memo", "Credit", "Cash / Credit")))
    page.text(105, 45, blocks.title(bill, rng), bold=True, align="centre", size=10.5)
    page.text(199, 45, rng.choice(("Original", "Duplicate")), align="right")
    y = blocks.address(page, 22, 53, bill.buyer, style, width=105, field="buyer_gstin")
    page.text(11, 53, "M/s :")
    page.rule(135, 47, 135, 73)
    at = blocks.number_and_date(page, 138, 53, bill, style, at=25, bold=True)
    blocks.pair(page, 138, at, "Transport", bill.extras.transporter, style, at=25)
    blocks.pair(page, 138, at + 4.5, "L.R. No", bill.extras.challan if rng.random() < 0.4 else "", style, at=25)
    top = max(y, 73.0)
    keys = rng.choice(
        (
            "sl product hsn qty unit rate disc% gst% plainamount",
            "sl product hsn qty rate plainamount",
            "sl desc hsn qty2 unit rate disc plainamount",
        )
    )
    if bill.discount and "disc" not in keys:
        keys = "sl product hsn qty rate disc plainamount"
    end = Table(8, top, 194, columns(keys, style, bill), rng.choice(("none", "columns")), 186, size=8.5).draw(page, bill.lines)
    _foot(page, bill, style, rng, end)
    return [page]


def _foot(page: Page, bill: Bill, style: Style, rng: Random, y: float) -> None:
    after = blocks.sums(page, 138, y + 5, 61, blocks.sum_rows(bill, style, gross=False), style, gap=1.45)
    page.rule(135, y, 135, after + 5)
    page.rule(135, after - 2.5, 202, after - 2.5)
    blocks.grand_total(page, 138, after + 2.5, 61, bill, style, size=11)
    page.rule(135, after + 5, 202, after + 5)
    low = blocks.words(page, 11, y + 5, 120, bill, style)
    page.rule(8, low - 2, 135, low - 2)
    page.text(11, low + 2.5, f"{style.gstin_label}{style.colon}{bill.seller.gstin}", bold=True, field="seller_gstin")
    page.text(78, low + 2.5, f"PAN No.: {bill.seller.pan}", bold=True)
    low = hsn_summary(page, 11, low + 5.5, 115, bill, style, size=6.8, by_rate=True) + 5
    low = blocks.bank(page, 11, low, bill, rng)
    if bill.extras.previous_balance is not None:
        page.box(60, low - 3, 70, 6)
        due = bill.extras.previous_balance + bill.total
        page.text(62, low + 1.2, f"Outstanding Amt. : {style.money(due)}", bold=True, fit=66)
        low += 7
    blocks.terms(page, 11, max(low, 250), 105, bill, rng, size=7.5)
    blocks.signature(page, 199, max(after + 14, 252), bill)
    where = f"{bill.seller.street}, {bill.seller.city} - {bill.seller.pin}, Dist. {bill.seller.city} ({bill.seller.state})"
    page.text(105, 282, where, size=8.5, align="centre", color=style.accent, fit=190)
    page.text(105, 287, f"email : {bill.seller.email}", size=8, align="centre", color=style.accent)
