"""An online accounting service's sheet: much white, light rules, a balance-due figure large on top."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from tests.papers import blocks
from tests.papers.invoice import Wants
from tests.papers.page import Page
from tests.papers.style import Style, random_style
from tests.papers.table import Table, columns
from tests.papers.truth import Bill

WANTS = Wants(lines_max=8, business_share=0.8)
_GREY = (110, 110, 118)


def draw(bill: Bill, rng: Random) -> list[Page]:
    style = random_style(rng, ("noto", "vera", "gothic", "dejavu"))
    page = Page(210, 297, face=style.face, size_pt=9)
    page.text(15, 22, bill.seller.name, size=12, bold=True, fit=100, field="seller_name")
    y = page.stack(
        15, 27.5, [bill.seller.street, f"{bill.seller.city} {bill.seller.state} {bill.seller.pin}", "India"], fit=100
    )
    page.text(15, y, f"{style.gstin_label} {bill.seller.gstin}", field="seller_gstin")
    page.text(195, 27, blocks.title(bill, rng), size=21, align="right", fit=80)
    page.text(195, 33.5, f"{blocks.number_label(bill, style)} {bill.number}", bold=True, align="right", field="invoice_number")
    if rng.random() < 0.6:
        page.text(195, 40.5, "Balance Due", size=8, align="right")
        page.text(195, 45.5, style.priced(bill.total - _paid(bill)), size=12, bold=True, align="right")
    top = _parties(page, bill, style, rng)
    keys = rng.choice(
        ("sl item hsn qty2 rate disc cgst% cgst sgst% sgst igst% igst plainamount", "sl item hsn qty2 rate disc plainamount")
    )
    fill = rng.choice((style.accent, (60, 60, 66), None))
    made = Table(
        15,
        top,
        180,
        columns(keys, style, bill),
        "rows",
        None,
        size=8,
        gap=2.1,
        head_fill=fill,
        head_color=(255, 255, 255) if fill else None,
    )
    _end(page, bill, style, rng, made.draw(page, bill.lines) + 7)
    return [page]


def _parties(page: Page, bill: Bill, style: Style, rng: Random) -> float:
    page.text(15, 58, "Bill To", color=_GREY)
    y = blocks.address(page, 15, 63, bill.buyer, style, width=80, field="buyer_gstin", state=False)
    if bill.extras.ship_to:
        page.text(105, 58, "Ship To", color=_GREY)
        blocks.address(
            page, 105, 63, bill.extras.ship_to, style, width=80, state=False, name=bill.extras.ship_to is not bill.buyer
        )
    page.text(15, y + 2, f"Place Of Supply: {bill.buyer.state} ({bill.buyer.state_code})")
    y += 8
    rows: list[tuple[str, str, str | None]] = [
        (style.date_label, style.day(bill.day), "invoice_date"),
        ("Terms", rng.choice(("Due on Receipt", "Net 15", "Net 30"))[:20], None),
        ("Due Date", style.day(bill.extras.due_day), None),
        ("P.O.#", bill.extras.order_number, None),
    ]
    if bill.doc_type == "Credit Note":
        rows.append(("Invoice#", f"{bill.extras.against_number} of {style.day(bill.extras.against_day)}", None))
    for place, (label, value, field) in enumerate(rows):
        page.text(150, y + place * 5, f"{label} :", align="right", color=_GREY)
        page.text(195, y + place * 5, value, align="right", field=field)
    return y + len(rows) * 5 + 2


def _paid(bill: Bill) -> Decimal:
    paid = bill.extras.received
    return paid if paid is not None and paid < bill.total else Decimal(0)


def _end(page: Page, bill: Bill, style: Style, rng: Random, y: float) -> None:
    rows = blocks.sum_rows(bill, style, gross=False)
    after = blocks.sums(page, 125, y, 68, rows, style, gap=1.9)
    blocks.grand_total(page, 125, after, 68, bill, style, size=10)
    paid = _paid(bill)
    if paid:
        page.text(125, after + 6, "Payment Made")
        page.text(193, after + 6, f"(-) {style.money(paid)}", align="right", color=(180, 40, 40))
        page.box(123, after + 8, 72, 7.5, fill=(240, 240, 242), stroke=None)
        page.text(125, after + 13, "Balance Due", bold=True)
        page.text(193, after + 13, style.priced(bill.total - paid), bold=True, align="right")
    page.text(15, y, "Total In Words", color=_GREY)
    left = page.stack(15, y + 5, page.wrap(style.words(bill.total), 95), bold=True) + 5
    page.text(15, left, "Notes", color=_GREY)
    page.text(15, left + 5, "Thanks for your business.")
    left = blocks.bank(page, 15, left + 12, bill, rng, size=8) + 3
    blocks.terms(page, 15, left, 95, bill, rng, size=7.5)
    page.rule(140, max(after + 35, left + 4), 193, max(after + 35, left + 4))
    page.text(193, max(after + 39, left + 8), "Authorized Signature", size=8, align="right", color=_GREY)
