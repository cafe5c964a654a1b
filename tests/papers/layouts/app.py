"""What a phone billing app prints: a coloured band, roomy rows, a total box, a payment QR."""

from __future__ import annotations

from random import Random

from tests.papers import blocks
from tests.papers.invoice import Wants
from tests.papers.page import Page
from tests.papers.style import Style, random_style
from tests.papers.table import Table, columns
from tests.papers.truth import Bill

WANTS = Wants(lines_max=9, business_share=0.6)
_LEFT, _WIDTH = 12.0, 186.0


def draw(bill: Bill, rng: Random) -> list[Page]:
    style = random_style(rng, ("noto", "vera", "dejavu", "liberation"))
    page = Page(210, 297, face=style.face, size_pt=9)
    page.text(105, 12, blocks.title(bill, rng), size=11, bold=True, align="centre", color=style.accent)
    page.text(_LEFT, 21, bill.seller.name, size=15, bold=True, fit=130, field="seller_name")
    page.text(_LEFT, 26.5, f"{bill.seller.street}, {bill.seller.city}, {bill.seller.pin}", fit=150)
    page.text(_LEFT, 31, f"Phone no.: {bill.seller.phone}  Email: {bill.seller.email}", fit=150)
    page.text(
        _LEFT,
        35.5,
        f"{style.gstin_label}: {bill.seller.gstin}, State: {bill.seller.state_code}-{bill.seller.state}",
        field="seller_gstin",
        fit=150,
    )
    page.box(175, 14, 22, 22, fill=style.accent, stroke=None)
    page.text(186, 29, bill.seller.name[0], size=34, bold=True, align="centre", color=(255, 255, 255))
    page.rule(_LEFT, 39, _LEFT + _WIDTH, 39, color=style.accent, line=0.6)
    y = _parties(page, bill, style, rng)
    keys = rng.choice(
        (
            "sl item hsn qty unit price disc gst% total",
            "sl item hsn qtyunit price gst% tax total",
            "sl item qty price disc gst% total",
        )
    )
    foot_cells = ["" for _ in columns(keys, style, bill)]
    foot_cells[1], foot_cells[-1] = "Total", style.priced(bill.taxable + bill.tax_total)
    y = Table(
        _LEFT,
        y,
        _WIDTH,
        columns(keys, style, bill),
        "rows",
        None,
        size=8.2,
        gap=2.0,
        head_fill=style.accent,
        head_color=(255, 255, 255),
        foot=foot_cells,
    ).draw(page, bill.lines)
    _end(page, bill, style, rng, y + 6)
    return [page]


def _parties(page: Page, bill: Bill, style: Style, rng: Random) -> float:
    page.text(_LEFT, 45, rng.choice(("Bill To", "Bill To:", "Customer Details", "Billing To")), bold=True, color=style.accent)
    y = blocks.address(page, _LEFT, 50, bill.buyer, style, width=95, field="buyer_gstin")
    page.text(_LEFT, y, f"Contact No.: {bill.buyer.phone}")
    page.text(
        198,
        45,
        "Invoice Details" if bill.doc_type == "Tax Invoice" else bill.doc_type,
        bold=True,
        color=style.accent,
        align="right",
    )
    rows = [
        (blocks.number_label(bill, style), bill.number, "invoice_number"),
        (style.date_label, style.day(bill.day), "invoice_date"),
    ]
    extra: list[tuple[str, str, str | None]] = [("Place of Supply", f"{bill.buyer.state_code}-{bill.buyer.state}", None)]
    if rng.random() < 0.5:
        extra.append(("Due Date", style.day(bill.extras.due_day), None))
    if bill.doc_type == "Credit Note":
        extra.append(("Return of", f"{bill.extras.against_number} {style.day(bill.extras.against_day)}", None))
    at = 50.0
    for label, value, field in [*rows, *extra]:
        page.text(198, at, f"{label}: {value}", align="right", field=field, fit=85)
        at += 4.6
    return max(y, at) + 4


def _end(page: Page, bill: Bill, style: Style, rng: Random, y: float) -> None:
    rows = [row for row in blocks.sum_rows(bill, style, gross=False) if row[1] or row[2]]
    after = blocks.sums(page, 122, y, 74, rows, style, gap=1.7)
    page.box(120, after - 3.5, 78, 8, fill=style.accent, stroke=None)
    page.text(122, after + 2, style.total_label, bold=True, size=11, color=(255, 255, 255))
    page.text(196, after + 2, style.priced(bill.total), bold=True, size=11, color=(255, 255, 255), align="right", field="total")
    after = blocks.balance_trap(page, 122, after + 10, bill, style)
    page.text(_LEFT, y, "Invoice Amount In Words", bold=True, size=8.5)
    left = page.stack(_LEFT, y + 4.6, page.wrap(style.words(bill.total), 95), size=8.5) + 3
    if rng.random() < 0.7:
        blocks.payment_code(page, _LEFT, left, 26, bill)
        blocks.bank(page, _LEFT + 32, left + 5, bill, rng, size=8, fit=70)
        left += 34
    left = blocks.terms(page, _LEFT, max(left, after) + 3, 100, bill, rng, size=8)
    blocks.signature(page, 198, max(left, after) + 2, bill)
