"""From words on sheets to the fields of an invoice, and the traps beside them."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.facts import Invoice
from ocr.invoice import read_invoice
from ocr.words import Sheet, Word
from tests.ocr.sheets import INVOICE, SELLER, read, sheet, value


def four(invoice: Invoice) -> tuple[object, ...]:
    return tuple(
        value(found) for found in (invoice.seller_gstin, invoice.invoice_number, invoice.invoice_date, invoice.total_paise)
    )


@pytest.mark.parametrize(("tilt", "bulge"), [(0.0, 0.0), (0.05, 0.0), (-0.05, 20.0)])
def test_a_plain_invoice_straight_tilted_or_curved(tilt: float, bulge: float) -> None:
    invoice = read(INVOICE, tilt=tilt, bulge=bulge)
    assert four(invoice) == (SELLER, "VE/2526/0417", date(2025, 9, 12), 590000)
    assert value(invoice.buyer_gstin) == "27AACCM5678P1ZN"
    assert value(invoice.seller_name) == "VOLTLINE ELECTRICALS"
    assert value(invoice.buyer_name) == "SUNRISE TRADERS"
    assert [value(f) for f in (invoice.taxable_paise, invoice.cgst_paise, invoice.sgst_paise)] == [500000, 45000, 45000]
    assert invoice.words_total_paise == 590000 and invoice.looks_like_invoice and invoice.doc_type == "invoice"


def test_a_number_of_another_year_than_the_date_is_doubted() -> None:
    sound, torn = read(INVOICE.replace("VE/2526/0417", "VE/25-26/0417")), read(INVOICE.replace("VE/2526/0417", "VE/24-25/0417"))
    assert sound.invoice_number is not None and torn.invoice_number is not None
    assert torn.invoice_number.confidence < 0.85 < sound.invoice_number.confidence


@pytest.mark.parametrize(
    ("printed", "number", "sure"),
    [("Sl/6768", "SI/6768", True), ("lNV-0417", "INV-0417", True), ("Sl6768", "Sl6768", False), ("l/6768", "l/6768", False)],
)
def test_a_small_l_among_capitals_is_an_i_or_a_doubt(printed: str, number: str, sure: bool) -> None:
    found = read(INVOICE.replace("VE/2526/0417", printed)).invoice_number
    assert found is not None and found.value == number
    assert (found.confidence >= 0.85) == sure


def test_a_number_in_small_letters_alone_is_asked_about() -> None:
    found = read(INVOICE.replace("VE/2526/0417", "jae-2627-3538")).invoice_number
    assert found is not None and found.value == "jae-2627-3538" and found.confidence < 0.85


def test_a_sentence_about_credit_notes_is_no_title() -> None:
    assert read(INVOICE.replace("Nashik", "Rebate settled by separate credit note")).doc_type == "invoice"
    assert read(INVOICE.replace("TAX INVOICE", "CREDIT NOTE")).doc_type == "credit_note"


def test_a_number_that_begins_with_a_short_year_is_no_date() -> None:
    assert value(read(INVOICE.replace("VE/2526/0417", "12/25-26")).invoice_number) == "12/25-26"


@pytest.mark.parametrize(
    ("label", "number"),
    [
        ("Invoice No.: GST/2526/0417", "GST/2526/0417"),
        ("Inv. No  4875", "4875"),
        ("Bill No : ABX20417  Date : 12/09/2025", "ABX20417"),
        ("Tax Invoice # INV-00012", "INV-00012"),
        ("lnvoice Nc. RTL-3308", "RTL-3308"),  # as engines blur it
        ("Invoice No./Date: 6099887701 / 12.09.2025", "6099887701"),
        ("Invoice No. 2025-26/INV-0012", "2025-26/INV-0012"),
        ("Tax Invoice No / Date 3360/25-26 / 12.09.2025", "3360/25-26"),
        ("nvoice No. : 4875", "4875"),  # the paper's edge is cut
        ("Invoice No. INV242505182", "INV242505182"),
        ("Invoice No. GsT/25-26/1825", "GST/25-26/1825"),
        ("Invoice No. Inv/25-26/1825", "Inv/25-26/1825"),
        ("Document No : LM-25-26-07", "LM-25-26-07"),
        ("बिल नं. : 417/25-26", "417/25-26"),
        ("Invoice No. GST / 26 / 0417", "GST/26/0417"),
    ],
)
def test_numbers_and_their_labels(label: str, number: str) -> None:
    invoice = read(INVOICE.replace("Invoice No.  VE/2526/0417", label).replace("Dated  12-Sep-2025", "Date  12/09/2025"))
    assert value(invoice.invoice_number) == number


@pytest.mark.parametrize(
    "label",
    [
        "Order No. 5512",
        "E-Way Bill No. 351004567890",
        "e-Way Bil No. 351004567890",
        "Ack No. 112212897427400",
        "Challan No. 77",
        "Vehicle No. MH12AB1234",
        "Phone 9812345678",
        "A/c No. 3001234567",
        "Buyer's Order No. 9912",
        "Original Invoice No. 4411",
        "Invoice No.  Q~/7310",  # a letter damaged: not read, and no other number put in its place
    ],
)
def test_other_papers_numbers_are_not_the_invoices(label: str) -> None:
    assert read(INVOICE.replace("Invoice No.  VE/2526/0417", label)).invoice_number is None


@pytest.mark.parametrize(
    ("label", "day"),
    [
        ("Date : 05/04/2025", date(2025, 4, 5)),  # day first
        ("Invoice Date  1-Apr-25", date(2025, 4, 1)),
        ("Dt. 01.04.25", date(2025, 4, 1)),
        ("Bill Date: 12 Sep 2025", date(2025, 9, 12)),
        ("दिनांक : ०१/०४/२०२५", date(2025, 4, 1)),
        ("Invoice Date: 2025-09-12", date(2025, 9, 12)),
        ("Dated : Sep 12, 2025", date(2025, 9, 12)),
    ],
)
def test_dates_in_many_forms(label: str, day: date) -> None:
    assert value(read(INVOICE.replace("Dated  12-Sep-2025", label)).invoice_date) == day


@pytest.mark.parametrize("label", ["Due Date 12-10-2025", "Ack Date: 13-09-2025", "Order Date 02/02/2025", "Dated  31/02/2025"])
def test_other_dates_are_not_the_invoices(label: str) -> None:
    assert read(INVOICE.replace("Dated  12-Sep-2025", label)).invoice_date is None


def test_a_table_like_head_with_values_below_their_labels() -> None:
    text = INVOICE.replace("Invoice No.  VE/2526/0417", "Invoice No.  e-Way Bill No.  Dated").replace(
        "Dated  12-Sep-2025", "VE/2526/0417  35100456  12-Sep-25 "
    )
    lines = text.split("\n")
    head = next(n for n, line in enumerate(lines) if "e-Way" in line)
    lines[head] = " " * 46 + "Invoice No.     e-Way Bill No.   Dated"
    lines[head + 1] = "SUNRISE TRADERS" + " " * 31 + "VE/2526/0417    351004567890     12-Sep-25"
    invoice = read("\n".join(lines))
    assert (value(invoice.invoice_number), value(invoice.invoice_date)) == ("VE/2526/0417", date(2025, 9, 12))


def test_two_sheets_of_one_long_invoice() -> None:
    lines = INVOICE.split("\n")
    cut = next(n for n, line in enumerate(lines) if line.startswith("2 "))
    head = next(line for line in lines if line.startswith("Sr"))
    first, second = "\n".join(lines[:cut]), "\n".join([head, *lines[cut:]])
    invoice = read_invoice([sheet(first), sheet(second, number=2)])
    assert four(invoice) == (SELLER, "VE/2526/0417", date(2025, 9, 12), 590000)
    assert len(invoice.lines) == 2 and invoice.total_paise is not None and invoice.total_paise.page == 2


@pytest.mark.parametrize(
    "title",
    ["DELIVERY CHALLAN", "PROFORMA INVOICE", "QUOTATION", "PURCHASE ORDER", "SALES & STOCK STATEMENT", "PAYMENT RECEIPT"],
)
def test_other_papers_are_named(title: str) -> None:
    assert read(INVOICE.replace("TAX INVOICE", title)).not_a_sale is not None


@pytest.mark.parametrize(
    "text",
    [
        "SUPER MART\nTAX INVOICE\nGST Reg No M2-1234567\nMilk  3.50\nTotal  $3.50",
        "Hi, did you get the parcel?\n10:42\nyes, thanks\nType a message",
        "MENU\nMasala Dosa  80\nFilter Coffee  30",
        "",
    ],
)
def test_what_is_no_indian_invoice(text: str) -> None:
    assert not read(text).looks_like_invoice


def test_nothing_read_is_nothing_told() -> None:
    assert read_invoice([]) == Invoice(legible=False)


_texts = st.text(max_size=40) | st.sampled_from(
    [
        "Invoice No",
        "Total",
        "GSTIN",
        SELLER,
        "1,000.00",
        "12/09/2025",
        "CGST",
        "Grand Total",
        "Rupees Five Only",
        "HSN",
        "Qty",
        "Amount",
    ]
)
_box = st.tuples(st.floats(0, 1000), st.floats(0, 1000), st.floats(1, 300), st.floats(1, 40))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(_texts, _box), max_size=25))
def test_no_words_are_too_odd(placed: list[tuple[str, tuple[float, float, float, float]]]) -> None:
    found = tuple(Word(text, ((x, y), (x + w, y), (x + w, y + h), (x, y + h)), 0.9) for text, (x, y, w, h) in placed)
    invoice = read_invoice([Sheet(1000, 1000, found)])
    for name in ("seller_gstin", "invoice_number", "total_paise", "invoice_date"):
        field = getattr(invoice, name)
        assert field is None or 0 <= field.confidence <= 1


def test_a_sheet_crammed_with_words_is_read_in_bounds() -> None:
    page = sheet(INVOICE)
    crammed = replace(page, words=page.words * 40)
    assert value(read_invoice([crammed]).invoice_number) == "VE/2526/0417"
