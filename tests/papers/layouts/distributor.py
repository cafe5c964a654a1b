"""A consumer-goods distributor's system print: typewriter face, long codes, adjustments, two tables of sums."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from random import Random

from tests.papers import blocks
from tests.papers.invoice import Wants
from tests.papers.page import Page
from tests.papers.style import Style, random_style
from tests.papers.table import Column, Table, columns
from tests.papers.truth import Bill, Line

WANTS = Wants(lines_min=3, lines_max=16, business_share=0.6)
_LEFT, _WIDTH = 8.0, 194.0


def draw(bill: Bill, rng: Random) -> list[Page]:
    style = random_style(rng, ("typewriter", "mono", "typewriter", "dejavu"))
    page = Page(210, 297, face=style.face, size_pt=8)
    page.text(_LEFT, 9, "Page 1 of 1")
    page.text(105, 9, f"** {blocks.title(bill, rng).strip('* ').upper()} **", bold=True, align="centre", size=10)
    blocks.address(page, _LEFT, 15, bill.seller, style, width=70, state=False, name_size=9)
    middle = [
        ("State", f"{bill.seller.state_code}-{bill.seller.state.upper()}"),
        ("PAN NO", str(bill.seller.pan)),
        ("GSTIN NO", str(bill.seller.gstin)),
        ("MOBILE", bill.seller.phone),
    ]
    for place, (label, value) in enumerate(middle):
        blocks.pair(
            page, 112, 15 + place * 4, label, value, style, at=24, field="seller_gstin" if label == "GSTIN NO" else None, fit=64
        )
    page.rule(_LEFT, 34, 202, 34)
    blocks.address(page, _LEFT, 39, bill.buyer, style, width=92, field="buyer_gstin")
    y = blocks.number_and_date(page, 112, 39, bill, style, at=32, bold=True)
    for label, value in (
        ("Salesman", bill.extras.salesman),
        ("Beat", bill.buyer.city),
        ("Order No", bill.extras.order_number),
        ("EWay NO", bill.extras.eway_bill or ""),
    ):
        blocks.pair(page, 112, y, label, value, style, at=32)
        y += 3.9
    keys = "sl hsn desc mrp qty rate disc taxable gst% tax amount"
    made = columns(keys, style, bill)
    y = Table(_LEFT, max(y, 64), _WIDTH, made, "full", None, size=6.6, gap=1.6, foot=_foot(made, bill, style)).draw(
        page, bill.lines
    )
    if rng.random() < 0.4:
        page.text(_LEFT + 20, y + 4, "--Adjustments--", size=7)
        ref = rng.randint(10**7, 10**8)
        note = f"Scheme rebate {bill.extras.against_day:%Y-%m-%d} ref {ref}   settled by separate credit note"
        page.text(_LEFT + 2, y + 8, note, size=7)
        y += 10
    y = _slabs(page, bill, style, y + 4)
    y = blocks.words(page, _LEFT, y + 5, 180, bill, style) + 2
    y = blocks.balance_trap(page, _LEFT, y, bill, style)
    y = blocks.terms(page, _LEFT, y + 3, 185, bill, rng)
    page.text(
        _LEFT,
        y + 3,
        f"TRANSFER DETAILS: {bill.extras.bank}, ACCOUNT NUMBER-{bill.extras.account}, IFSC-{bill.extras.ifsc}",
        size=7.5,
        fit=190,
    )
    return [page]


def _foot(made: list[Column], bill: Bill, style: Style) -> list[str]:
    sums = {
        "Qty": f"{bill.quantity:g}",
        "Disc Amt": style.money(bill.discount),
        "Taxable Value": style.money(bill.taxable),
        "Tax": style.money(bill.tax_total),
        "Amount": style.money(bill.taxable + bill.tax_total),
        "Description of Goods": "Total",
    }
    return [sums.get(column.title, "") for column in made]


def _slabs(page: Page, bill: Bill, style: Style, y: float) -> float:
    """One row a rate: what no single row carries is found in the last, the totals."""
    inter = bill.tax == "inter"
    titles = [
        "Particulars",
        "Gross Amt",
        "Disc Amt",
        "Taxable Amt",
        *(["IGST Amt"] if inter else ["CGST Amt", "UTGST Amt" if bill.tax == "union" else "SGST Amt"]),
        "Round Off",
        style.total_label,
    ]
    rows = [_row(f"GST {rate:g}", lines, style, inter) for rate, lines in bill.slabs().items()]
    total = _row("Total", bill.lines, style, inter)
    total[-2:] = [style.money(bill.round_off), style.money(bill.total)]
    width, step = _WIDTH / len(titles), 5.0
    fields = [None, None, None, "taxable", *(["igst"] if inter else ["cgst", "sgst_utgst"]), None, "total"]
    for number, row in enumerate([titles, *rows, total]):
        last = number == len(rows) + 1
        for i, cell in enumerate(row):
            page.text(
                _LEFT + (i + 1) * width - 1,
                y + 3.6,
                cell,
                size=7,
                bold=number == 0 or last,
                align="right",
                fit=width - 2,
                field=fields[i] if last else None,
            )
            page.box(_LEFT + i * width, y, width, step, line=0.15)
        y += step
    return y


def _row(label: str, lines: tuple[Line, ...], style: Style, inter: bool) -> list[str]:
    def add(values: Iterable[Decimal]) -> str:
        return style.money(sum(values, Decimal("0.00")))

    half = add(line.half for line in lines)
    tax = [add(line.igst for line in lines)] if inter else [half, half]
    return [
        label,
        add(line.gross for line in lines),
        add(line.discount for line in lines),
        add(line.taxable for line in lines),
        *tax,
        "",
        "",
    ]
