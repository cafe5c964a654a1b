"""Number and date where their labels are blurred, lost, or another's: read where they can be, never taken unasked."""

from datetime import date

import pytest

from ocr.checks import check
from ocr.decide import decide
from ocr.facts import Invoice
from ocr.fields.blurred import nearest
from ocr.fields.days import dates_in
from tests.ocr.sheets import INVOICE, read, value

_NUMBER, _DATED = "Invoice No.  VE/2526/0417", "Dated  12-Sep-2025"


def _asked(invoice: Invoice) -> bool:
    return decide(invoice, check(invoice)).verdict != "auto"


@pytest.mark.parametrize("label", ["Irvoica Nn.", "Bill Mumber", "Vouchez No.", "Docunent Nn"])
def test_a_blurred_label_still_names_the_number_but_it_is_asked_about(label: str) -> None:
    invoice = read(INVOICE.replace("Invoice No.", label))
    assert value(invoice.invoice_number) == "VE/2526/0417" and _asked(invoice)


@pytest.mark.parametrize("label", ["Delvery Noto", "Ordar Nn.", "Vehicle Na.", "Challen Ne."])
def test_a_blurred_label_of_another_paper_names_nothing(label: str) -> None:
    invoice = read(INVOICE.replace(_NUMBER, f"{label}  DX/2526/0417").replace(_DATED, ""))
    assert invoice.invoice_number is None or invoice.invoice_number.confidence < 0.85


@pytest.mark.parametrize(
    "text", ["TAX INVOICE", "Description", "Rate", "Shivaji Road", "Nagpur", "Bill To", "Bill From", "Buyer"]
)
def test_what_is_no_label_is_near_to_none(text: str) -> None:
    invoice = read(INVOICE.replace(_NUMBER, f"{text}  DX/2526/0417").replace(_DATED, ""))
    assert invoice.invoice_number is None or invoice.invoice_number.confidence < 0.85
    assert nearest("billto", (("strong", "bill no"), ("other", "bill to"))) == "other"


def test_number_and_date_side_by_side_without_labels_are_asked_about() -> None:
    invoice = read(INVOICE.replace(_NUMBER, "VE/2526/0417  12-Sep-2025").replace(_DATED, ""))
    assert value(invoice.invoice_number) == "VE/2526/0417" and value(invoice.invoice_date) == date(2025, 9, 12)
    assert _asked(invoice)


@pytest.mark.parametrize("other", ["9822012345", "411001", "MH12AB1234", "AAPFU0939F", "15 Days", "DC-5225", "2025"])
def test_what_is_plainly_no_number_is_not_taken_for_one(other: str) -> None:
    invoice = read(INVOICE.replace(_NUMBER, f"{other}  12-Sep-2025").replace(_DATED, ""))
    assert invoice.invoice_number is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("05-san-2026", date(2026, 1, 5)),
        ("05-Mav>2026", date(2026, 5, 5)),
        ("09.ju|-24", date(2024, 7, 9)),
        ("06-5ep 2025", date(2025, 9, 6)),
        ("09-8ep~2024", date(2024, 9, 9)),
    ],
)
def test_a_months_name_misread_in_one_letter(text: str, day: date) -> None:
    (found,) = dates_in(text)
    assert (found.day, found.mended) == (day, True)
    invoice = read(INVOICE.replace("12-Sep-2025", text).replace("2526", "77"))
    assert value(invoice.invoice_date) == day and _asked(invoice)


@pytest.mark.parametrize("text", ["15 Nos 20", "10 PCS 25", "12-Mae-x5", "12-Jxx-2025", "24/INV/25", "11-111-2025"])
def test_figures_around_letters_are_no_date(text: str) -> None:
    assert dates_in(text) == ()


def test_number_and_date_behind_one_label_and_one_stroke() -> None:
    invoice = read(INVOICE.replace(_NUMBER, "Invoice No / Date  :8366/20.05.2025").replace(_DATED, ""))
    assert value(invoice.invoice_number) == "8366" and value(invoice.invoice_date) == date(2025, 5, 20)
    invoice = read(INVOICE.replace(_NUMBER, "Invoice No / Date  3360/25-26 / 24.04.2025").replace(_DATED, ""))
    assert value(invoice.invoice_number) == "3360/25-26" and value(invoice.invoice_date) == date(2025, 4, 24)


def test_a_damaged_number_is_not_read_in_part_nor_replaced_by_another_labels() -> None:
    for damaged in ("E1./2627/0690", "S~/4375"):
        text = INVOICE.replace("VE/2526/0417", damaged).replace(
            "Dated  12-Sep-2025   ", "Order No.  60663\n" + " " * 46 + "Dated  12-Sep-2025"
        )
        assert read(text).invoice_number is None


def test_the_next_fields_label_does_not_run_into_the_number() -> None:
    invoice = read(INVOICE.replace(_NUMBER, "Invoice No :VE/417  / Bl Date : 30-Jul-2025"))
    assert value(invoice.invoice_number) == "VE/417"


def test_what_stands_under_the_label_but_begins_in_the_block_beside_is_not_the_number() -> None:
    head = """
                                   TAX INVOICE
Voltline Electricals                              Voucher No.       Dated
Plot No. 370, Phase 8, Long Street, Daman - 398820  KDE-7934        11 Dec 2025
GSTIN: 27AAPFU0939F1ZV                            Delivery Note     Terms of Payment
"""
    assert value(read(head).invoice_number) == "KDE-7934"


def test_a_colon_read_as_a_figure() -> None:
    invoice = read(INVOICE.replace(_NUMBER, "Invoice No.  1 T242504973"))
    assert value(invoice.invoice_number) == "T242504973" and _asked(invoice)


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("Invoice No. :  RK/ 25-26/ 0123", "RK/25-26/0123"),
        ("CREDIT BILL NO : 5512", "5512"),
        ("Invoice No.(s) : 5512-B2B", "5512-B2B"),
        ("Invoice : VE-5512", "VE-5512"),
        ("Invoice No. 000123 Dtd. 12-May-25", "000123"),
    ],
)
def test_wordings_met_on_indian_papers(line: str, number: str) -> None:
    found = read(INVOICE.replace(_NUMBER, line).replace(_DATED, "Date : 12/09/2025")).invoice_number
    assert found is not None and found.value == number and found.confidence >= 0.85


@pytest.mark.parametrize("number", ["RO00320", "AI1204", "VE 123"])
def test_letters_beside_the_figures_they_look_like_are_asked_about(number: str) -> None:
    assert _asked(read(INVOICE.replace("VE/2526/0417", number)))


def test_the_dispatch_documents_number_is_not_the_invoices() -> None:
    invoice = read(INVOICE.replace(_NUMBER, "Dnpatch Doc No.  5512"))
    assert value(invoice.invoice_number) != "5512" or _asked(invoice)


def test_a_letter_between_year_and_number_is_no_misread_figure() -> None:
    found = read(INVOICE.replace("VE/2526/0417", "2526B0281")).invoice_number
    assert found is not None and found.confidence >= 0.85
    assert _asked(read(INVOICE.replace("VE/2526/0417", "2531B0281")))


def test_the_day_a_camera_prints_on_its_photo_is_not_the_invoices() -> None:
    found = read("2024.07.25 19:14\n" + INVOICE).invoice_date
    assert found is not None and (found.value, found.confidence >= 0.85) == (date(2025, 9, 12), True)
    assert read("2024.07.25 19:14\n" + INVOICE.replace(_DATED, "").replace("Order Date 01-09-2025", "")).invoice_date is None


def test_a_count_behind_the_title_is_not_taken_for_the_number() -> None:
    assert _asked(read(INVOICE.replace(_NUMBER, "Tax Invoice : 1 of 2")))
