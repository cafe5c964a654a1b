"""Half a sheet, landscape A5: a small firm's memo, often on coloured paper, values in a column behind colons."""

from __future__ import annotations

from random import Random

from tests.papers import blocks
from tests.papers.invoice import Wants
from tests.papers.page import Color, Page
from tests.papers.style import Style, random_style
from tests.papers.table import Table, columns
from tests.papers.truth import Bill

WANTS = Wants(lines_max=8, business_share=0.5)
_PAPERS: tuple[Color, ...] = (
    (252, 252, 250),
    (252, 252, 250),
    (250, 190, 205),
    (252, 240, 170),
    (190, 232, 196),
    (188, 214, 244),
)


def draw(bill: Bill, rng: Random) -> list[Page]:
    style = random_style(rng, ("sans", "serif", "noto", "narrow", "liberation"))
    page = Page(210, 148, face=style.face, size_pt=8.5, paper=rng.choice(_PAPERS))
    for place, copy in enumerate(("Original", "Duplicate", "Triplicate")):
        page.box(7, 6.5 + place * 4, 2.6, 2.6)
        page.text(11, 8.8 + place * 4, copy, size=7)
    page.text(105, 9, blocks.title(bill, rng), size=8.5, align="centre")
    page.text(105, 14.5, bill.seller.name.upper(), size=14, bold=True, align="centre", fit=120, field="seller_name")
    page.text(
        105,
        18.5,
        f"{bill.seller.street}, {bill.seller.city}-{bill.seller.pin}. Ph.: {bill.seller.phone}",
        size=7.5,
        align="centre",
        fit=150,
    )
    line = f"{style.gstin_label}{style.colon}{bill.seller.gstin}   State {bill.seller.state}   Code {bill.seller.state_code}"
    page.text(105, 22.5, line, align="centre", field="seller_gstin", fit=190)
    page.text(203, 9, rng.choice(("DEBIT MEMO", "CREDIT MEMO", "CASH MEMO", "")), size=7.5, bold=True, align="right")
    page.box(5, 5, 200, 138)
    page.rule(5, 24.5, 205, 24.5)
    _party(page, bill, style, rng)
    keys = rng.choice(
        ("sl desc mrp hsn qty rate disc% cgst% cgst sgst% sgst igst% igst amount", "sl desc hsn qty unit rate disc plainamount")
    )
    y = Table(5, 46, 200, columns(keys, style, bill), rng.choice(("columns", "full")), 104, size=7.5, wrap=False).draw(
        page, bill.lines
    )
    _foot(page, bill, style, rng, y)
    return [page]


def _party(page: Page, bill: Bill, style: Style, rng: Random) -> None:
    rows = [
        ("Party", bill.buyer.name, None),
        ("Address", f"{bill.buyer.street}, {bill.buyer.city}", None),
        ("Ph. No", bill.buyer.phone, None),
        (style.gstin_label, bill.buyer.gstin or "", "buyer_gstin" if bill.buyer.gstin else None),
        ("State", f"{bill.buyer.state}   Code : {bill.buyer.state_code}", None),
    ]
    for place, (label, value, field) in enumerate(rows):
        blocks.pair(page, 7, 28.5 + place * 3.9, label, value, style, at=20, bold=place == 0, field=field, fit=104)
    page.text(128, 28.5, {"inter": "Inter State", "none": "Exempt"}.get(bill.tax, "Intra State"), bold=True, size=8)
    page.rule(138, 30, 138, 46)
    page.rule(138, 30, 205, 30)
    y = blocks.number_and_date(page, 140, 33.5, bill, style, at=24, bold=True, size=8)
    if y < 42:
        blocks.pair(page, 140, y, "Due Date", style.day(bill.extras.due_day), style, at=24, size=8)
        blocks.pair(page, 140, y + 3.9, "Salesman", bill.extras.salesman, style, at=24, size=8)
    page.text(203, 28.5, f"Beat : {bill.buyer.city}", size=8, align="right")


def _foot(page: Page, bill: Bill, style: Style, rng: Random, y: float) -> None:
    page.text(20, y + 4, "Total", bold=True)
    page.text(70, y + 4, f"{bill.quantity:g}", bold=True)
    rows = [row for row in blocks.sum_rows(bill, style, gross=len(bill.slabs()) < 2) if row[1] or row[2]]
    after = blocks.sums(page, 145, y + 4, 58, rows, style, size=8, gap=1.25)
    blocks.grand_total(page, 145, max(after + 1, 133), 58, bill, style, size=10)
    low = blocks.words(page, 7, y + 9, 130, bill, style, size=8)
    low = blocks.balance_trap(page, 7, low, bill, style, size=8)
    page.text(7, low, f"Bank Details : {bill.extras.bank}, {bill.extras.account}, {bill.extras.ifsc}", size=7.5)
    page.text(7, low + 3.6, f"SUBJECT TO {bill.seller.city.upper()} JURISDICTION", size=7)
    page.text(7, 141, "E. & O. E.", size=7)
    page.text(80, 141, "Receiver's Sign.", size=8)
    page.text(203, 141, f"For {bill.seller.name}", size=8, bold=True, align="right")
