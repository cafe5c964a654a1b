"""auto only when checks carry it; one question when one thing is missing; else a reviewer; never points for another paper."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.checks import check
from ocr.decide import decide
from ocr.einvoice import EInvoice
from ocr.facts import Ask, Decision, Invoice
from ocr.merge import with_einvoice
from ocr.problems import NOTES, PROBLEMS
from tests.ocr.test_checks import SELLER, einvoice, found, invoice


def decided(paper: Invoice, code: EInvoice | None = None) -> Decision:
    return decide(paper, check(paper, einvoice=code), code)


def test_a_sound_invoice_is_approved() -> None:
    assert decided(invoice()) == Decision("auto")


def test_sums_that_close_carry_it_without_words_and_words_without_sums() -> None:
    assert decided(invoice(words_total_paise=None)).verdict == "auto"
    assert decided(invoice(taxable_paise=None, cgst_paise=None, sgst_paise=None)).verdict == "auto"


def test_nothing_that_carries_it_is_not_approved() -> None:
    assert decided(invoice(taxable_paise=None, words_total_paise=None)).verdict == "ask"


@pytest.mark.parametrize(
    ("changed", "ask"),
    [
        ({"invoice_number": found("4875", 0.7)}, Ask("confirm", "invoice_number", "4875")),
        ({"invoice_number": None}, Ask("type", "invoice_number")),
        ({"invoice_number": found("4875", 0.1)}, Ask("type", "invoice_number")),
        ({"invoice_date": found(date(2025, 9, 12), 0.5)}, Ask("confirm", "invoice_date", "2025-09-12")),
        (
            {"total_paise": None, "words_total_paise": None, "cut_edges": ("bottom",)},
            Ask("cut_off", "total_paise", None, "bottom"),
        ),
        ({"seller_gstin": None, "cut_edges": ("top",)}, Ask("cut_off", "seller_gstin", None, "top")),
        ({"total_paise": found(590000, 0.6), "words_total_paise": None}, Ask("confirm", "total_paise", "5,900.00")),
        ({"taxable_paise": None, "words_total_paise": None}, Ask("confirm", "total_paise", "5,900.00")),
    ],
)
def test_the_one_missing_thing_is_asked(changed: dict[str, Any], ask: Ask) -> None:
    decision = decided(invoice(**changed))
    assert (decision.verdict, decision.ask) == ("ask", ask)


@pytest.mark.parametrize(
    "changed",
    [
        {"invoice_number": None, "invoice_date": None},
        {"words_total_paise": 950000},
        {"irn_proves_number": False},
        {"doc_type": "credit_note"},
        {"invoice_number": None, "words_total_paise": 950000},
        {"buyer_gstin": found(SELLER)},
        {"invoice_date": found(date(2016, 1, 1))},
    ],
)
def test_more_than_one_thing_or_a_contradiction_goes_to_a_reviewer(changed: dict[str, Any]) -> None:
    decision = decided(invoice(**changed))
    assert decision.verdict == "review" and decision.ask is None and decision.because


def test_another_paper_is_refused() -> None:
    assert decided(invoice(not_a_sale="delivery_challan")) == Decision("refuse", None, ("not_an_invoice",))


def test_a_verified_code_alone_is_approved() -> None:
    assert decided(with_einvoice(Invoice(), einvoice()), einvoice()).verdict == "auto"


def test_a_verified_credit_note_is_not() -> None:
    code = einvoice(doc_type="CRN")
    assert decided(with_einvoice(Invoice(), code), code).verdict == "review"


def test_an_unverified_code_alone_is_never_approved() -> None:
    code = einvoice(status="CONSISTENT_UNVERIFIED", why="key_not_known")
    assert decided(with_einvoice(Invoice(looks_like_invoice=True), code), code).verdict == "review"
    paper = with_einvoice(invoice(invoice_number=None), code)
    assert decided(paper, code).ask == Ask("confirm", "invoice_number", "VE/2526/0417")


def test_a_forged_code_goes_to_a_reviewer_however_sound_the_print() -> None:
    assert decided(invoice(), EInvoice("INVALID", "bad_signature")).verdict == "review"


@given(st.sets(st.sampled_from(PROBLEMS)))
def test_no_obstacle_is_ever_approved(problems: set[Any]) -> None:
    decision = decide(invoice(), tuple(problems))
    if problems - NOTES:
        assert decision.verdict != "auto"
    assert (decision.ask is not None) == (decision.verdict == "ask")
