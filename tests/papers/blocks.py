"""Pieces that many layouts share: a labelled value, an address, the sums, tax by HSN, bank, terms, traps."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random

import segno

from tests.papers.page import MM_PER_PT, Matrix, Page
from tests.papers.style import Style
from tests.papers.truth import Bill, Party

_TERMS = (
    "Goods once sold will not be taken back.",
    "Interest @ 18% p.a. will be charged if payment is not made within 15 days.",
    "Our responsibility ceases as soon as goods leave our premises.",
    "Cheque return charges Rs. 500 extra.",
    "Warranty as per manufacturer's terms only.",
    "Payment within 7 days. No claim after delivery.",
)


def title(bill: Bill, rng: Random) -> str:
    if bill.doc_type == "Tax Invoice":
        return rng.choice(("TAX INVOICE", "TAX INVOICE", "Tax Invoice", "GST INVOICE", "GST TAX INVOICE", "** TAX INVOICE **"))
    return rng.choice((bill.doc_type, bill.doc_type.upper()))


def copy_mark(rng: Random) -> str:
    return rng.choice(
        ("ORIGINAL FOR RECIPIENT", "(Original for Recipient)", "Original Copy", "DUPLICATE FOR TRANSPORTER", "ORIGINAL")
    )


def pair(
    page: Page,
    x: float,
    y: float,
    label: str,
    value: str,
    style: Style,
    *,
    at: float | None = None,
    size: float | None = None,
    bold: bool = False,
    field: str | None = None,
    fit: float | None = None,
) -> None:
    """Label and value: value right behind, or in a column of its own at `at` millimetres from x."""
    if at is None:
        width = page.text(x, y, f"{label}{style.colon}", size=size)
        page.text(x + width, y, value, size=size, bold=bold, field=field, fit=fit)
    else:
        page.text(x, y, label, size=size, fit=at - 1)
        page.text(x + at, y, f"{style.colon.strip()} {value}".strip(), size=size, bold=bold, field=field, fit=fit)


def number_and_date(page: Page, x: float, y: float, bill: Bill, style: Style, **how: object) -> float:
    """The two that matter, one below the other; a credit note says which invoice it corrects. Returns the next y."""
    step = float(how.get("size") or page.size_pt) * MM_PER_PT * 1.4
    number = number_label(bill, style)
    pair(page, x, y, number, bill.number, style, field="invoice_number", **how)
    pair(page, x, y + step, style.date_label, style.day(bill.day), style, field="invoice_date", **how)
    if bill.doc_type != "Credit Note":
        return y + 2 * step
    text = f"{bill.extras.against_number} dt. {style.day(bill.extras.against_day)}"
    pair(page, x, y + 2 * step, "Against Inv.", text, style, **how)
    return y + 3 * step


def number_label(bill: Bill, style: Style) -> str:
    return "Credit Note No." if bill.doc_type == "Credit Note" else style.number_label


def address(
    page: Page,
    x: float,
    y: float,
    party: Party,
    style: Style,
    *,
    width: float,
    size: float | None = None,
    field: str | None = None,
    name_size: float | None = None,
    state: bool = True,
    name: bool = True,
) -> float:
    """Name, street, town, GSTIN, state. `field` names the GSTIN ("seller_gstin"). Returns the next y."""
    step = (size or page.size_pt) * MM_PER_PT * 1.28
    if name:
        named = "seller_name" if field == "seller_gstin" else None
        page.text(x, y, party.name, size=name_size or size, bold=True, fit=width, field=named)
        y += step * (1.15 if name_size else 1)
    for row in page.wrap(f"{party.street}, {party.city} - {party.pin}", width, size):
        page.text(x, y, row, size=size)
        y += step
    if party.gstin:
        pair(page, x, y, style.gstin_label, party.gstin, style, size=size, field=field)
        y += step
    elif field == "buyer_gstin" and len(party.name) % 2:
        page.text(x, y, f"{style.gstin_label}{style.colon}" + ("Unregistered" if len(party.name) % 4 == 1 else ""), size=size)
        y += step
    if state:
        page.text(x, y, f"State Name : {party.state}, Code : {party.state_code}", size=size, fit=width)
        y += step
    return y


def sum_rows(bill: Bill, style: Style, *, gross: bool = True) -> list[tuple[str, Decimal, str | None]]:
    """What stands between the lines and the total."""
    rows: list[tuple[str, Decimal, str | None]] = []
    if gross and bill.discount:
        rows += [("Gross Amount", bill.gross, None), ("Less : Discount", bill.discount, None)]
    rows.append((style.taxable_label if bill.tax != "none" else "Sub Total", bill.taxable, "taxable"))
    rows += style.tax_rows(bill)
    if bill.round_off or (bill.rounded and len(style.round_label) % 2):
        rows.append((style.round_label, bill.round_off, None))
    return rows


def sums(
    page: Page,
    x: float,
    y: float,
    width: float,
    rows: Sequence[tuple[str, Decimal, str | None]],
    style: Style,
    *,
    size: float | None = None,
    gap: float = 1.4,
    boxed: bool = False,
) -> float:
    """Labels at the left, amounts at the right edge. Returns the next baseline."""
    step = (size or page.size_pt) * MM_PER_PT * gap
    for label, value, field in rows:
        page.text(x, y, label, size=size, fit=width * 0.58)
        page.text(x + width, y, style.money(value), size=size, align="right", field=field, fit=width * 0.42)
        if boxed:
            page.rule(x - 1, y + step * 0.3, x + width + 1, y + step * 0.3, line=0.15)
        y += step
    return y


def grand_total(page: Page, x: float, y: float, width: float, bill: Bill, style: Style, *, size: float) -> None:
    page.text(x, y, style.total_label, size=size, bold=True, fit=width * 0.55)
    page.text(x + width, y, style.priced(bill.total), size=size, bold=True, align="right", field="total", fit=width * 0.44)


def words(page: Page, x: float, y: float, width: float, bill: Bill, style: Style, *, size: float | None = None) -> float:
    text = f"{style.words_label}{style.colon}{style.words(bill.total)}"
    return page.stack(x, y, page.wrap(text, width, size), size=size)


def bank(
    page: Page, x: float, y: float, bill: Bill, rng: Random, *, size: float | None = None, fit: float | None = None
) -> float:
    more = bill.extras
    if rng.random() < 0.5:
        text = [f"Bank Name : {more.bank}", f"A/c No. : {more.account}", f"IFSC : {more.ifsc}"]
    else:
        text = [f"Bank Details : {more.bank}, A/C {more.account}", f"IFSC Code {more.ifsc} Branch {bill.seller.city}"]
    return page.stack(x, y, text, size=size, fit=fit)


def terms(page: Page, x: float, y: float, width: float, bill: Bill, rng: Random, *, size: float | None = None) -> float:
    chosen = rng.sample(_TERMS, rng.randint(1, 4))
    rows = [rng.choice(("Terms & Conditions", "Terms :", "Declaration", "E. & O.E."))]
    for place, term in enumerate(chosen, start=1):
        rows += page.wrap(f"{place}. {term}", width, size)
    rows.append(f"Subject to {bill.seller.city} Jurisdiction only.")
    return page.stack(x, y, rows, size=size, gap=1.2)


def signature(page: Page, right: float, y: float, bill: Bill, *, size: float | None = None) -> None:
    page.text(right, y, f"For {bill.seller.name}", size=size, align="right", bold=True)
    page.text(right, y + 13, "Authorised Signatory", size=size, align="right")


def balance_trap(page: Page, x: float, y: float, bill: Bill, style: Style, *, size: float | None = None) -> float:
    """An older debt and what would settle all: neither is this bill's total."""
    old, got = bill.extras.previous_balance, bill.extras.received
    rows = [] if old is None else [("Previous Balance", old), ("Current Balance", old + bill.total)]
    if got is not None and got < bill.total and not rows:
        rows = [("Received", got), ("Balance", bill.total - got)]
    for label, value in rows:
        page.text(x, y, f"{label} : {style.money(value)}", size=size)
        y += (size or page.size_pt) * MM_PER_PT * 1.35
    return y


def code(page: Page, x: float, y: float, side: float, text: str) -> None:
    rows = segno.make(text, error="l", micro=False).matrix
    page.marks.append(Matrix(x, y, side, tuple(bytes(row) for row in rows)))


def payment_code(page: Page, x: float, y: float, side: float, bill: Bill) -> None:
    payee = bill.seller.name.replace(" ", "%20").replace("&", "%26")
    code(page, x, y, side, f"upi://pay?pa={bill.extras.vpa}&pn={payee}&am={bill.total}&cu=INR")
    page.text(x + side / 2, y + side + 2.4, "Scan & Pay (UPI)", size=6, align="centre")
