"""Labels in Hindi and English, as small towns in the north print them; values stay in Latin letters and digits."""

from __future__ import annotations

from random import Random

from tests.papers import blocks
from tests.papers.fonts import Face, has_devanagari
from tests.papers.invoice import Wants
from tests.papers.page import Page
from tests.papers.style import Style, random_style
from tests.papers.table import Table, columns
from tests.papers.truth import Bill

WANTS = Wants(lines_max=9, business_share=0.55, doc_types=("Tax Invoice",) * 9 + ("Bill of Supply",))
_HINDI = Face("hindi")


def draw(bill: Bill, rng: Random) -> list[Page]:
    style = random_style(rng, ("noto", "sans", "liberation"))
    page = Page(210, rng.choice((297.0, 210.0)), face=style.face, size_pt=9)
    both = rng.random() < 0.6  # else Hindi alone where a label allows it
    _say(page, 105, 9, "॥ श्री गणेशाय नमः ॥", "", size=8, align="centre")
    _say(
        page,
        105,
        16,
        "कर बीजक" if bill.tax != "none" else "आपूर्ति बिल",
        blocks.title(bill, rng),
        size=11,
        align="centre",
        both=True,
    )
    page.text(105, 24, bill.seller.name, size=17, bold=True, align="centre", fit=170, field="seller_name", color=style.accent)
    page.text(
        105, 29, f"{bill.seller.street}, {bill.seller.city} - {bill.seller.pin} ({bill.seller.state})", align="centre", fit=180
    )
    end = _say(page, 10, 36, "जीएसटी नं.", style.gstin_label, both=both)
    page.text(end, 36, f": {bill.seller.gstin}", bold=True, field="seller_gstin")
    end = _say(page, 128, 36, "मोबाइल", "Mob.", both=both)
    page.text(end, 36, f": {bill.seller.phone}")
    page.rule(8, 38.5, 202, 38.5)
    end = _say(page, 10, 44, rng.choice(("बिल नं.", "बीजक संख्या", "बिल क्रमांक")), style.number_label, both=both)
    page.text(end, 44, f": {bill.number}", bold=True, field="invoice_number")
    end = _say(page, 138, 44, rng.choice(("दिनांक", "तारीख")), style.date_label, both=both)
    page.text(end, 44, f": {style.day(bill.day)}", bold=True, field="invoice_date")
    end = _say(page, 10, 50, "ग्राहक का नाम", "Name", both=both)
    page.text(end, 50, f": {bill.buyer.name}", fit=100)
    end = _say(page, 10, 55.5, "पता", "Address", both=both)
    page.text(end, 55.5, f": {bill.buyer.street}, {bill.buyer.city}", fit=110)
    if bill.buyer.gstin:
        end = _say(page, 138, 50, "ग्राहक", "GSTIN", both=True)
        page.text(end, 50, f": {bill.buyer.gstin}", field="buyer_gstin", fit=202 - end)
    bottom = 130.0 if page.height < 250 else 190.0
    y = Table(
        8, 59, 194, columns("sl item hsn qtyunit rate disc% plainamount", style, bill), "full", bottom, size=8.5, wrap=False
    ).draw(page, bill.lines)
    _foot(page, bill, style, rng, y, both)
    return [page]


def _say(
    page: Page, x: float, y: float, hindi: str, english: str, *, size: float = 9, align: str = "left", both: bool = True
) -> float:
    """The label, and where it ends. Without a Hindi font the English stands alone."""
    if not has_devanagari():
        hindi, both = "", True
    tail = f" / {english}" if hindi and english and both else (english if both or not hindi else "")
    head_mm = page.measure(hindi, size, _HINDI) if hindi else 0.0
    tail_mm = page.measure(tail, size)
    left = x - (head_mm + tail_mm) / 2 if align == "centre" else x
    if hindi:
        page.text(left, y, hindi, size=size, face=_HINDI)
    page.text(left + head_mm, y, tail, size=size)
    return left + head_mm + tail_mm + 1


def _foot(page: Page, bill: Bill, style: Style, rng: Random, y: float, both: bool) -> None:
    names = {"taxable": "कर योग्य राशि", "cgst": "केंद्रीय कर", "sgst_utgst": "राज्य कर", "igst": "एकीकृत कर"}
    y += 5
    top = y
    for label, value, field in blocks.sum_rows(bill, style, gross=False):
        _say(page, 118, y, names.get(field or "", ""), label, size=8.5)
        page.text(200, y, style.money(value), align="right", field=field)
        y += 5
    page.rule(116, y - 3, 202, y - 3)
    _say(page, 118, y + 2, "कुल राशि", style.total_label, size=10, both=both)
    page.text(200, y + 2, style.priced(bill.total), size=11.5, bold=True, align="right", field="total")
    page.rule(116, y + 4, 202, y + 4)
    end = _say(page, 10, top, "शब्दों में", "In words", size=8.5, both=both)
    low = page.stack(10, top + 4.5, page.wrap(style.words(bill.total), 98), size=8.5)
    if bill.extras.previous_balance is not None:
        end = _say(page, 10, low + 2, "पिछला बकाया", "Old Balance", size=8.5)
        page.text(end, low + 2, f": {style.money(bill.extras.previous_balance)}", size=8.5)
    _say(page, 10, min(y + 14, page.height - 14), "भूल चूक लेनी देनी", "E.&O.E.", size=8)
    page.text(200, min(y + 10, page.height - 16), f"For {bill.seller.name}", size=8.5, bold=True, align="right", fit=85)
    _say(page, 168, min(y + 20, page.height - 5), "हस्ताक्षर", "Sign.", size=8)
