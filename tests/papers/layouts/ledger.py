"""An enterprise system's sheet: a block of details in two columns, party codes, sums in a sentence-like list."""

from __future__ import annotations

from random import Random

from tests.papers import blocks
from tests.papers.invoice import Wants
from tests.papers.page import Page
from tests.papers.style import Style, random_style
from tests.papers.table import Table, columns
from tests.papers.truth import Bill

WANTS = Wants(lines_max=8, business_share=0.95, irn_share=0.2)
_LEFT, _RIGHT = 10.0, 200.0


def draw(bill: Bill, rng: Random) -> list[Page]:
    style = random_style(rng, ("serif", "serif", "sans", "liberation"))
    page = Page(210, 297, face=style.face, size_pt=9)
    page.text(105, 14, blocks.copy_mark(rng), size=9, align="centre")
    page.text(105, 21, blocks.title(bill, rng), size=13, bold=True, align="centre")
    page.text(_LEFT + 1, 31, bill.seller.name, bold=True, size=11, field="seller_name", fit=92)
    rows = [
        bill.seller.street,
        f"{bill.seller.city} {bill.seller.pin}",
        f"{bill.seller.state.upper()} INDIA",
        f"STATE CODE : {bill.seller.state_code}",
    ]
    page.stack(_LEFT + 1, 36, rows, fit=92)
    _details(page, bill, style, rng)
    page.box(_LEFT, 26, 190, 34)
    page.rule(105, 26, 105, 60)
    y = _parties(page, bill, style, rng)
    if bill.irn:
        page.text(_LEFT + 1, y + 4, f"IRN No. : {bill.irn}", size=7.5, field="irn")
        y += 6
    keys = rng.choice(
        ("sl hsn gst% desc qty2 unit rate disc plainamount", "sl desc hsn qtyunit rate disc taxable gst% tax amount")
    )
    y = Table(_LEFT, y, 190, columns(keys, style, bill), "rows", None, size=8, gap=1.9).draw(page, bill.lines)
    _sums(page, bill, style, y + 6)
    _foot(page, bill, style, rng)
    return [page]


def _details(page: Page, bill: Bill, style: Style, rng: Random) -> None:
    both = rng.random() < 0.35 and len(bill.number) < 13
    rows: list[tuple[str, str, str | None]] = []
    if both:  # number and date in one cell, parted by a stroke
        number = blocks.number_label(bill, style).rstrip(".")
        rows.append((f"{number} / Date", f"{bill.number} / {style.day(bill.day)}", "invoice_number"))
    else:
        rows += [
            (blocks.number_label(bill, style), bill.number, "invoice_number"),
            (style.date_label, style.day(bill.day), "invoice_date"),
        ]
    if bill.doc_type == "Credit Note":
        rows.append(("Ref. Invoice", f"{bill.extras.against_number} / {style.day(bill.extras.against_day)}", None))
    rows += [
        ("Order No. / Date", f"{bill.extras.order_number} / {style.day(bill.extras.order_day)}", None),
        ("Customer PO Date", style.day(bill.extras.order_day), None),
        ("E-Way Bill", bill.extras.eway_bill or "NA", None),
    ]
    for place, (label, value, field) in enumerate(rows[:6]):
        blocks.pair(page, 107, 31 + place * 5, label, value, style, at=34, bold=field is not None, field=field, fit=56)


def _parties(page: Page, bill: Bill, style: Style, rng: Random) -> float:
    page.text(_LEFT + 1, 65, f"Bill-To Party : {rng.randint(100000, 999999)}", bold=True)
    page.text(107, 65, f"Ship-To Party : {rng.randint(100000, 999999)}", bold=True)
    left = blocks.address(page, _LEFT + 1, 71, bill.buyer, style, width=92, field="buyer_gstin")
    right = blocks.address(page, 107, 71, bill.extras.ship_to or bill.buyer, style, width=90)
    y = max(left, right)
    page.box(_LEFT, 60, 190, y - 60)
    page.rule(105, 60, 105, y)
    page.text(_LEFT + 1, y + 4, f"Mode of Despatch : {bill.extras.transporter}")
    page.text(107, y + 4, f"LR No. : {bill.extras.challan}   LR Date : {style.day(bill.extras.order_day)}")
    if bill.extras.transporter_gstin:
        page.text(_LEFT + 1, y + 8, f"Transporter GSTIN : {bill.extras.transporter_gstin}")
        y += 4
    return y + 7


def _sums(page: Page, bill: Bill, style: Style, y: float) -> None:
    for label, value, field in blocks.sum_rows(bill, style, gross=False):
        page.text(60, y, f"{label.upper()} (INR)" if field == "taxable" else label)
        page.text(_RIGHT - 2, y, style.money(value), align="right", field=field)
        y += 4.8
    page.rule(_LEFT, y - 2, _RIGHT, y - 2)
    page.text(60, y + 3, f"{style.total_label.upper()} (INR):", bold=True)
    page.text(_RIGHT - 2, y + 3, style.money(bill.total), bold=True, align="right", field="total")
    page.rule(_LEFT, y + 5, _RIGHT, y + 5)
    y = blocks.words(page, _LEFT + 1, y + 10, 185, bill, style)
    blocks.balance_trap(page, _LEFT + 1, y + 2, bill, style)


def _foot(page: Page, bill: Bill, style: Style, rng: Random) -> None:
    page.rule(_LEFT, 236, _RIGHT, 236)
    page.text(_LEFT + 1, 241, f"PAN : {bill.seller.pan}")
    page.text(107, 241, "Reverse charge : No     Supply Type : Outward")
    page.text(_LEFT + 1, 246, f"SUPPLIER {style.gstin_label} : {bill.seller.gstin}", field="seller_gstin", bold=True)
    page.text(107, 246, f"PLACE OF SUPPLY : {bill.buyer.state}")
    page.rule(_LEFT, 249, _RIGHT, 249)
    blocks.terms(page, _LEFT + 1, 253, 105, bill, rng, size=7)
    blocks.signature(page, _RIGHT - 2, 255, bill)
    page.text(
        105,
        288,
        f"Regd. Office : {bill.seller.street}, {bill.seller.city} - {bill.seller.pin}   {bill.seller.email}",
        size=7,
        align="centre",
        fit=185,
    )
