"""A plain small bill from a desktop printer on portrait A5: the sums end the table of goods as further rows of it."""

from __future__ import annotations

from random import Random

from tests.papers import blocks
from tests.papers.invoice import Wants
from tests.papers.page import Page
from tests.papers.style import Style, random_style
from tests.papers.table import Table, columns
from tests.papers.truth import Bill

WANTS = Wants(lines_max=7, business_share=0.6)


def draw(bill: Bill, rng: Random) -> list[Page]:
    style = random_style(rng, ("serif", "sans", "vera", "gothic"))
    page = Page(148, 210, face=style.face, size_pt=8)
    page.box(6, 6, 136, 196, line=0.5)
    page.text(9, 11, f"{style.gstin_label}: {bill.seller.gstin}", size=7.5, field="seller_gstin")
    page.text(139, 11, f"Mo. {bill.seller.phone}", size=7.5, align="right")
    page.text(74, 17, blocks.title(bill, rng), size=8.5, bold=True, align="centre")
    page.text(74, 24, bill.seller.name, size=16, bold=True, align="centre", fit=128, color=style.accent, field="seller_name")
    page.text(74, 29, f"{bill.seller.street}, {bill.seller.city} - {bill.seller.pin}", align="centre", fit=128)
    page.rule(6, 32, 142, 32)
    blocks.pair(page, 9, 36.5, blocks.number_label(bill, style), bill.number, style, bold=True, field="invoice_number")
    label = f"{style.date_label}{style.colon}{style.day(bill.day)}"
    page.text(139, 36.5, label, align="right", bold=True, field="invoice_date")
    page.rule(6, 39, 142, 39)
    y = blocks.address(page, 9, 43.5, bill.buyer, style, width=125, field="buyer_gstin")
    if bill.doc_type == "Credit Note":
        page.text(
            139, 43.5, f"Ag. Bill {bill.extras.against_number} / {style.day(bill.extras.against_day)}", size=7, align="right"
        )
    keys = rng.choice(("sl desc hsn qty rate disc% plainamount", "sl item hsn qtyunit rate disc% plainamount"))
    end = Table(6, y - 1, 136, columns(keys, style, bill), rng.choice(("full", "columns")), 118, size=7.8).draw(
        page, bill.lines
    )
    _foot(page, bill, style, rng, end)
    return [page]


def _foot(page: Page, bill: Bill, style: Style, rng: Random, y: float) -> None:
    for label, value, field in blocks.sum_rows(bill, style, gross=False):
        page.text(112, y + 4, label, align="right", fit=60)
        page.text(140, y + 4, style.money(value), align="right", field=field, fit=25)
        page.rule(80, y + 5.5, 142, y + 5.5, line=0.15)
        y += 5.5
    page.text(112, y + 5, style.total_label, bold=True, size=9.5, align="right", fit=60)
    page.text(140, y + 5, style.priced(bill.total), bold=True, size=10, align="right", field="total", fit=27)
    page.rule(6, y + 7.5, 142, y + 7.5)
    low = blocks.words(page, 9, y + 12, 130, bill, style)
    low = blocks.balance_trap(page, 9, low + 1, bill, style)
    if low < 178:
        low = blocks.bank(page, 9, low + 1, bill, rng, size=7)
    if low < 182:
        page.text(
            9,
            low + 1,
            f"Subject to {bill.seller.city} Jurisdiction. Goods once sold will not be taken back.",
            size=6.5,
            fit=128,
        )
    page.text(139, 188, f"For, {bill.seller.name}", size=8, bold=True, align="right", fit=80)
    page.text(139, 199, "Auth. Sign.", size=7, align="right")
    page.text(9, 199, "Customer's Sign.", size=7)
