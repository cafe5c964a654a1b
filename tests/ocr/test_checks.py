"""What the fields say of one another."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ocr.checks import check
from ocr.einvoice import EInvoice
from ocr.facts import Found, Invoice, Line
from ocr.merge import with_einvoice
from ocr.problems import PROBLEMS, REGISTERS

SELLER, BUYER = "27AAPFU0939F1ZV", "27AACCM5678P1ZN"


def found(value: Any, confidence: float = 0.97) -> Found[Any]:
    return Found(value, confidence)


def invoice(**changed: Any) -> Invoice:
    sound = Invoice(
        invoice_number=found("VE/2526/0417"),
        invoice_date=found(date(2025, 9, 12)),
        seller_gstin=found(SELLER),
        buyer_gstin=found(BUYER),
        taxable_paise=found(500000),
        cgst_paise=found(45000),
        sgst_paise=found(45000),
        total_paise=found(590000),
        doc_type="invoice",
        words_total_paise=590000,
        looks_like_invoice=True,
    )
    return replace(sound, **changed)


def einvoice(**changed: Any) -> EInvoice:
    sound = EInvoice(
        "VERIFIED", "", SELLER, BUYER, "VE/2526/0417", "INV", date(2025, 9, 12), 590000, 2, "8536", "ab" * 32, "k1"
    )
    return replace(sound, **changed)


def beyond_registers(paper: Invoice, **asked: Any) -> tuple[str, ...]:
    return tuple(problem for problem in check(paper, **asked) if problem not in REGISTERS)


def test_a_sound_invoice_has_only_the_registers_left_to_ask() -> None:
    assert check(invoice()) == REGISTERS


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"seller_gstin": None, "buyer_gstin": None}, "seller_gstin_missing"),
        ({"invoice_number": None}, "invoice_number_missing"),
        ({"invoice_date": None}, "invoice_date_missing"),
        ({"total_paise": None}, "total_missing"),
        ({"seller_gstin": found(SELLER, 0.6)}, "seller_gstin_doubtful"),
        ({"invoice_number": found("4875", 0.6)}, "invoice_number_doubtful"),
        ({"invoice_date": found(date(2025, 9, 12), 0.5)}, "invoice_date_doubtful"),
        ({"total_paise": found(590000, 0.7)}, "total_doubtful"),
        ({"taxable_paise": found(400000)}, "sums_do_not_close"),
        ({"words_total_paise": 950000}, "words_disagree"),
        ({"taxable_paise": None, "words_total_paise": None}, "sums_not_checked"),
        ({"cgst_paise": found(44000), "sgst_paise": found(46000)}, "taxes_do_not_fit"),
        ({"igst_paise": found(100)}, "taxes_do_not_fit"),
        ({"buyer_gstin": found("29ABCFS1234K1Z3")}, "tax_kind_mismatch"),
        ({"buyer_gstin": found(SELLER)}, "buyer_is_seller"),
        ({"irn_proves_number": False}, "irn_mismatch"),
        ({"invoice_date": found(date(2016, 9, 12))}, "date_before_gst"),
        ({"doc_type": "credit_note"}, "credit_note"),
        ({"doc_type": "debit_note"}, "debit_note"),
        ({"lines": (Line("MCB", taxable_paise=100000),)}, "lines_do_not_add_up"),
        ({"taxable_paise": None, "words_total_paise": None, "rival_totals": (700000,)}, "several_totals"),
    ],
)
def test_each_fault_has_its_name(changed: dict[str, Any], problem: str) -> None:
    assert problem in PROBLEMS
    assert problem in check(invoice(**changed))


@pytest.mark.parametrize("changed", [{"not_a_sale": "quotation"}, {"looks_like_invoice": False}])
def test_another_paper_is_only_that(changed: dict[str, Any]) -> None:
    assert check(invoice(**changed)) == ("not_an_invoice",)


def test_a_photo_nobody_could_read_is_not_called_another_paper() -> None:
    assert check(invoice(looks_like_invoice=False, legible=False)) == ("not_legible",)


def test_age_is_judged_only_as_of_a_day() -> None:
    old = invoice(invoice_date=found(date(2018, 1, 1)))
    assert beyond_registers(old) == ()
    assert beyond_registers(old, as_of=date(2025, 9, 12)) == ("date_stale",)
    assert beyond_registers(old, as_of=date(2017, 12, 31)) == ("date_in_future",)
    assert beyond_registers(invoice(), as_of=date(2025, 9, 12)) == ()


def test_a_whole_rupee_total_may_be_rounded_without_a_word() -> None:
    assert beyond_registers(invoice(taxable_paise=found(500030))) == ()
    assert "sums_do_not_close" in check(invoice(taxable_paise=found(500130)))


def test_charges_between_tax_and_total_count() -> None:
    assert beyond_registers(invoice(total_paise=found(605000), words_total_paise=None, adjustment_paise=15000)) == ()


def test_integrated_tax_within_a_state_is_lawful() -> None:
    paper = invoice(cgst_paise=None, sgst_paise=None, igst_paise=found(90000))
    assert beyond_registers(paper) == ()


def test_a_verified_code_is_taken_at_its_word() -> None:
    paper = with_einvoice(Invoice(), einvoice())
    assert check(paper, einvoice=einvoice()) == REGISTERS
    assert paper.total_paise == Found(590000, 1.0) and paper.doc_type == "invoice"


def test_an_unverified_code_is_a_witness_that_fills_nothing_in() -> None:
    code = einvoice(status="CONSISTENT_UNVERIFIED", why="key_not_known")
    assert with_einvoice(Invoice(), code) == Invoice()
    paper = with_einvoice(invoice(invoice_number=found("VE/2526/0417", 0.7)), code)
    assert paper.invoice_number is not None and paper.invoice_number.confidence > 0.9
    assert beyond_registers(paper, einvoice=code) == ("einvoice_not_verified",)


@pytest.mark.parametrize(
    "differing",
    [{"doc_number": "VE/2526/0418"}, {"total_paise": 690000}, {"doc_date": date(2025, 9, 13)}, {"seller_gstin": BUYER}],
)
def test_print_and_code_that_differ_are_told(differing: dict[str, Any]) -> None:
    code = einvoice(status="CONSISTENT_UNVERIFIED", why="key_not_known", **differing)
    assert "einvoice_differs" in check(with_einvoice(invoice(), code), einvoice=code)


def test_a_forged_code_is_told_and_changes_nothing() -> None:
    forged = EInvoice("INVALID", "bad_signature")
    assert with_einvoice(invoice(), forged) == invoice()
    assert "einvoice_invalid" in check(invoice(), einvoice=forged)
