"""The grid of a desktop accounting programme: two columns of boxes, ledger taxes under the goods, tax by HSN below."""

from __future__ import annotations

from random import Random

from tests.papers import blocks
from tests.papers.einvoice_code import token
from tests.papers.hsn_summary import hsn_summary
from tests.papers.invoice import Wants
from tests.papers.page import Page
from tests.papers.style import Style, random_style
from tests.papers.table import Table, columns
from tests.papers.truth import Bill

WANTS = Wants(lines_max=12, business_share=0.85, irn_share=0.08)
_LEFT, _WIDTH, _MIDDLE = 10.0, 190.0, 105.0


def draw(bill: Bill, rng: Random) -> list[Page]:
    style = random_style(rng, ("sans", "sans", "liberation", "serif", "vera"))
    page = Page(210, 297, face=style.face, size_pt=rng.choice((8.5, 9.0, 9.5)))
    page.text(105, 14, blocks.title(bill, rng), size=12, bold=True, align="centre")
    if not bill.irn:  # else the code takes that corner
        page.text(200, 14, blocks.copy_mark(rng), size=7.5, align="right")
    bottom = _parties(page, bill, style)
    _details(page, bill, style, rng, bottom)
    page.box(_LEFT, 18, _WIDTH, bottom - 18)
    page.rule(_MIDDLE, 18, _MIDDLE, bottom)
    goods_end = _goods(page, bill, style, bottom, rng)
    y = blocks.words(page, _LEFT + 2, goods_end + 5, 150, bill, style)
    page.text(198, goods_end + 5, "E. & O.E", size=7.5, align="right")
    if bill.tax != "none" and len(bill.by_hsn()) <= 9:
        y = hsn_summary(page, _LEFT, y, _WIDTH, bill, style) + 4
    _foot(page, bill, style, rng, y)
    if bill.irn:
        _registered(page, bill, rng)
    return [page]


def _registered(page: Page, bill: Bill, rng: Random) -> None:
    """An e-invoice printed by the programme itself: everything moves down for the IRN and the signed QR."""
    down, irn = 32.0, bill.irn or ""
    page.marks = [mark.moved(0, down) for mark in page.marks]
    page.height += down
    page.text(105, 12, "e-Invoice", size=9, bold=True, align="centre")
    rows = (
        ("IRN", f"{irn[:34]}-", "irn"),
        ("", irn[34:], None),
        ("Ack No.", str(bill.ack_number), None),
        ("Ack Date", f"{bill.day:%d-%b-%y}", None),
    )
    for place, (label, value, field) in enumerate(rows):
        page.text(_LEFT, 18 + place * 4.4, label)
        page.text(_LEFT + 18, 18 + place * 4.4, f": {value}" if label else f"  {value}", bold=True, field=field)
    blocks.code(page, 162, 4, 38, token(bill, rng))


def _parties(page: Page, bill: Bill, style: Style) -> float:
    y = blocks.address(page, _LEFT + 2, 22.5, bill.seller, style, width=90, field="seller_gstin", name_size=11)
    page.text(_LEFT + 2, y, f"E-Mail : {bill.seller.email}")
    blocks_after = [("Buyer (Bill to)", bill.buyer, "buyer_gstin")]
    if bill.extras.ship_to:
        blocks_after.insert(0, ("Consignee (Ship to)", bill.extras.ship_to, ""))
    for label, party, field in blocks_after:
        page.rule(_LEFT, y + 1.6, _MIDDLE, y + 1.6)
        page.text(_LEFT + 2, y + 5, label, size=7)
        y = blocks.address(page, _LEFT + 2, y + 9, party, style, width=90, field=field or None)
    if bill.tax == "inter":
        page.text(_LEFT + 2, y, f"Place of Supply : {bill.buyer.state}")
        y += 4
    return y


def _details(page: Page, bill: Bill, style: Style, rng: Random, bottom: float) -> None:
    """Boxes of two: small label above, value below."""
    more = bill.extras
    credit = bill.doc_type == "Credit Note"
    cells: list[tuple[str, str, str | None]] = [
        (
            "Credit Note No." if credit else rng.choice(("Invoice No.", "Invoice No.", "Voucher No.", style.number_label)),
            bill.number,
            "invoice_number",
        ),
        ("Dated", style.day(bill.day), "invoice_date"),
        (
            "Original Invoice No. & Date." if credit else "Delivery Note",
            f"{more.against_number}  dt. {style.day(more.against_day)}" if credit else more.challan,
            None,
        ),
        ("Mode/Terms of Payment", rng.choice(("15 Days", "Credit", "", "Immediate")), None),
        ("Buyer's Order No.", more.order_number, None),
        ("Dated", style.day(more.order_day), None),
        ("Dispatch Doc No.", more.challan if rng.random() < 0.4 else "", None),
        ("e-Way Bill No.", more.eway_bill or "", None),
        ("Dispatched through", more.transporter, None),
        ("Destination", bill.buyer.city, None),
    ]
    row, y = 9.5, 18.0
    for place in range(0, len(cells), 2):
        if y + row > bottom:
            break
        for side, (label, value, field) in enumerate(cells[place : place + 2]):
            x = _MIDDLE + side * 47.5
            page.text(x + 1.2, y + 3.4, label, size=7)
            page.text(x + 1.2, y + 7.8, value, bold=True, field=field, fit=45)
        y += row
        page.rule(_MIDDLE, y, 200, y, line=0.18)
    page.rule(_MIDDLE + 47.5, 18, _MIDDLE + 47.5, y, line=0.18)
    if bottom - y > 5:
        page.text(_MIDDLE + 1.2, y + 3.4, "Terms of Delivery", size=7)


def _goods(page: Page, bill: Bill, style: Style, top: float, rng: Random) -> float:
    keys = rng.choice(("sl desc hsn qtyunit rate per disc% plainamount", "sl desc hsn gst% qtyunit rate per plainamount"))
    if bill.discount and "disc%" not in keys:
        keys = keys.replace("plainamount", "disc% plainamount")
    made = columns(keys, style, bill)
    end = Table(_LEFT, top, _WIDTH, made, ruling="none", size=8.5).draw(page, bill.lines)
    total_share = sum(column.share for column in made)
    edges = [_LEFT + _WIDTH * sum(column.share for column in made[:place]) / total_share for place in range(len(made) + 1)]
    quantity = next(place for place, column in enumerate(made, start=1) if column.title == "Quantity")
    rows = blocks.sum_rows(bill, style, gross=False)
    page.text(198, end + 4, style.money(bill.taxable), align="right", field="taxable")
    y = end + 9.5
    for label, value, field in rows[1:]:
        page.text(edges[2] - 2, y, label, bold=True, align="right")
        page.text(198, y, style.money(value), bold=True, align="right", field=field)
        y += 4.6
    y = max(y + 2, rng.choice((150, 170, 190)))
    page.rule(_LEFT, y, 200, y)
    page.text(edges[2] - 2, y + 4.6, "Total", bold=True, align="right")
    unit = bill.lines[0].unit if len({line.unit for line in bill.lines}) == 1 else ""
    page.text(edges[quantity] - 1, y + 4.6, f"{bill.quantity:g} {unit}".strip(), bold=True, align="right", size=8.5)
    page.text(
        198, y + 4.8, style.priced(bill.total), size=11, bold=True, align="right", field="total", fit=edges[-1] - edges[-2] - 3
    )
    y += 7
    page.box(_LEFT, top, _WIDTH, y - top)
    for edge in edges[1:-1]:
        page.rule(edge, top, edge, y, line=0.18)
    return y


def _foot(page: Page, bill: Bill, style: Style, rng: Random, y: float) -> None:
    y = blocks.balance_trap(page, _LEFT + 2, y + 1, bill, style)
    if rng.random() < 0.6:
        page.text(_LEFT + 2, y, f"Company's PAN : {bill.seller.pan}")
        y += 5
    y = min(y, 262)
    blocks.bank(page, 112, y + 1, bill, rng, size=8)
    blocks.terms(page, _LEFT + 2, y + 1, 90, bill, rng, size=7.5)
    blocks.signature(page, 198, min(y + 14, 272), bill, size=8.5)
    page.text(
        105,
        292,
        rng.choice(("This is a Computer Generated Invoice", "This is a computer generated document")),
        size=7.5,
        align="centre",
    )
