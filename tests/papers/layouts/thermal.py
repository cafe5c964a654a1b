"""An 80 mm roll from a receipt printer: two rows a line, everything in one column."""

from __future__ import annotations

from random import Random

from tests.papers import blocks
from tests.papers.invoice import Wants
from tests.papers.page import Page
from tests.papers.style import Style, random_style
from tests.papers.truth import Bill

WANTS = Wants(lines_max=9, business_share=0.35, doc_types=("Tax Invoice",) * 9 + ("Bill of Supply",))
_LEFT, _RIGHT = 4.0, 76.0


def draw(bill: Bill, rng: Random) -> list[Page]:
    style = random_style(rng, ("typewriter", "sans", "mono", "dejavu"))
    page = Page(80, 400, face=style.face, size_pt=8, color=(40, 40, 48))
    page.text(40, 9, bill.seller.name, size=12, bold=True, align="centre", fit=70, field="seller_name")
    y = page.stack(40, 13.5, page.wrap(f"{bill.seller.street}, {bill.seller.city} {bill.seller.pin}", 68), align="centre")
    page.text(40, y, f"Ph: {bill.seller.phone}", align="centre")
    page.text(40, y + 3.8, f"{style.gstin_label}: {bill.seller.gstin}", align="centre", field="seller_gstin", fit=70)
    page.text(40, y + 9, blocks.title(bill, rng), size=9, bold=True, align="centre")
    y = _head(page, bill, style, rng, y + 12)
    y = _goods(page, bill, style, y)
    y = _sums(page, bill, style, rng, y)
    y = page.stack(40, y + 4, page.wrap(style.words(bill.total), 68, 7), size=7, align="centre")
    if rng.random() < 0.4:
        blocks.payment_code(page, 26, y, 28, bill)
        y += 34
    y = page.stack(
        40,
        y + 2,
        [rng.choice(("Thank You! Visit Again", "THANK YOU", "** Thanks **")), "No exchange without bill"],
        size=7.5,
        align="centre",
    )
    page.height = y + 6
    return [page]


def _dashes(page: Page, y: float) -> None:
    count = int((_RIGHT - _LEFT) / page.measure("-")) - 1
    page.text(_LEFT, y, "-" * count)


def _head(page: Page, bill: Bill, style: Style, rng: Random, y: float) -> float:
    _dashes(page, y + 1)
    number, day = f"{style.number_label}{style.colon}", f"{style.date_label}{style.colon}"
    time = f"{rng.randint(9, 20):02d}:{rng.randint(0, 59):02d}"
    at = page.text(_LEFT, y + 5, number, fit=24)
    page.text(_LEFT + at, y + 5, bill.number, bold=True, field="invoice_number")
    at = page.text(_LEFT, y + 9, day)
    at += page.text(_LEFT + at, y + 9, style.day(bill.day), field="invoice_date")
    page.text(max(_LEFT + at + 3, 52), y + 9, f"Time: {time}", size=7.5, fit=22)
    page.text(_LEFT, y + 13, f"Name: {bill.buyer.name}", fit=70)
    if bill.buyer.gstin:
        page.text(_LEFT, y + 17, f"Cust {style.gstin_label}: {bill.buyer.gstin}", field="buyer_gstin", fit=70)
        y += 4
    _dashes(page, y + 16.5)
    return y + 20


def _goods(page: Page, bill: Bill, style: Style, y: float) -> float:
    page.text(_LEFT, y, "Item", bold=True)
    for x, label in ((40, "Qty"), (57, "Rate"), (_RIGHT, "Amount")):
        page.text(x, y, label, bold=True, align="right")
    _dashes(page, y + 3)
    y += 7
    for line in bill.lines:
        page.text(_LEFT, y, line.description, fit=72)
        page.text(_LEFT, y + 3.6, line.hsn, size=7)
        page.text(40, y + 3.6, f"{line.quantity:g}", align="right")
        page.text(57, y + 3.6, style.money(line.rate), align="right")
        page.text(_RIGHT, y + 3.6, style.money(line.taxable), align="right")
        y += 8
    _dashes(page, y)
    return y + 4


def _sums(page: Page, bill: Bill, style: Style, rng: Random, y: float) -> float:
    page.text(_LEFT, y, f"Items: {len(bill.lines)}  Qty: {bill.quantity:g}", size=7.5)
    y = blocks.sums(page, 22, y + 4.2, _RIGHT - 22, blocks.sum_rows(bill, style, gross=False), style)
    _dashes(page, y - 0.5)
    page.text(_LEFT, y + 5, style.total_label.upper(), size=11, bold=True, fit=34)
    page.text(_RIGHT, y + 5, style.priced(bill.total), size=11.5, bold=True, align="right", field="total", fit=40)
    _dashes(page, y + 9)
    if rng.random() < 0.5:
        tendered = (int(bill.total) // 500 + 1) * 500
        page.text(_LEFT, y + 13, f"Cash: {tendered}.00   Change: {style.money(tendered - bill.total)}", fit=70)
        y += 4
    return blocks.balance_trap(page, _LEFT, y + 13, bill, style)
