"""Who sells and who buys, by blocks and by the reference number's proof."""

from datetime import date

import pytest

from ocr.fields.irn import irn_of
from tests.ocr.sheets import BUYER, INVOICE, SELLER, read, value


def test_the_sellers_gstin_may_stand_at_the_foot() -> None:
    text = INVOICE.replace(f"GSTIN: {SELLER}    State Code: 27", "").replace("GSTIN: 27AACCM5678P1ZN", f"GSTIN: {BUYER}")
    invoice = read(text.replace("Bank: State Bank", f"Company's GSTIN : {SELLER}   Bank: State Bank"))
    assert (value(invoice.seller_gstin), value(invoice.buyer_gstin)) == (SELLER, BUYER)


def test_blocks_side_by_side() -> None:
    text = INVOICE.replace(f"GSTIN: {SELLER}    State Code: 27", "").replace("Bill To      ", "Bill To               Sold By")
    text = text.replace("GSTIN: 27AACCM5678P1ZN      ", f"GSTIN: {BUYER}  GSTIN: {SELLER}", 1)
    invoice = read(text)
    assert (value(invoice.seller_gstin), value(invoice.buyer_gstin)) == (SELLER, BUYER)


def test_a_buyers_number_alone_is_not_the_sellers() -> None:
    invoice = read(INVOICE.replace(f"GSTIN: {SELLER}    State Code: 27", "GSTIN: 27AAPFU09"))
    assert invoice.seller_gstin is None and value(invoice.buyer_gstin) == "27AACCM5678P1ZN"


def test_a_reference_number_proves_and_mends_the_invoices_number() -> None:
    irn = irn_of(SELLER, "VE/2526/0417", date(2025, 9, 12), "invoice")
    invoice = read(INVOICE.replace("VE/2526/0417", "VE/2526/O417") + f"\nIRN : {irn}")
    assert value(invoice.invoice_number) == "VE/2526/0417" and invoice.irn_proves_number is True


def test_a_blurred_reference_number_still_proves() -> None:
    irn = irn_of(SELLER, "VE/2526/0417", date(2025, 9, 12), "invoice")
    blurred = irn[:10] + irn[11:30] + "o" + irn[31:]
    invoice = read(INVOICE + f"\nIRN : {blurred}")
    assert value(invoice.irn) == irn and invoice.irn_proves_number is True


def test_a_reference_number_torn_over_two_lines() -> None:
    irn = irn_of(SELLER, "VE/2526/0417", date(2025, 9, 12), "invoice")
    assert value(read(INVOICE + f"\nIRN : {irn[:40]}\n      {irn[40:]}").irn) == irn


def test_a_reference_number_that_fits_nothing_is_told() -> None:
    assert read(INVOICE + "\nIRN : " + "a1" * 32).irn_proves_number is False


def test_a_reference_number_tells_seller_from_buyer() -> None:
    irn = irn_of(BUYER, "VE/2526/0417", date(2025, 9, 12), "invoice")
    invoice = read(INVOICE.replace("27AACCM5678P1ZN", BUYER) + f"\nIRN : {irn}")
    assert (value(invoice.seller_gstin), value(invoice.buyer_gstin)) == (BUYER, SELLER)


def test_the_only_number_where_buyers_stand_is_asked_about() -> None:
    text = INVOICE.replace(f"GSTIN: {SELLER}    State Code: 27", "").replace("Bill To    ", "           ")
    seller = read(text).seller_gstin
    assert seller is None or seller.confidence < 0.9


def test_the_only_number_of_a_letterhead_is_the_sellers() -> None:
    seller = read(INVOICE.replace("GSTIN: 27AACCM5678P1ZN", "")).seller_gstin
    assert seller is not None and (seller.value, seller.confidence >= 0.9) == (SELLER, True)


@pytest.mark.parametrize("block", ["Name : Sunrise Traders\nAdd : Nashik\n", "Name : Sunrise Traders   "])
def test_the_only_number_in_a_named_block_is_asked_about(block: str) -> None:
    head = INVOICE.replace(f"GSTIN: {SELLER}    State Code: 27", "").replace("Bill To    ", "           ")
    text = head.replace("GSTIN: 27AACCM5678P1ZN", " " * 22).replace("SUNRISE TRADERS", f"{block}GSTIN : 27AACCM5678P1ZN")
    seller = read(text).seller_gstin
    assert seller is None or seller.confidence < 0.9


def test_a_sellers_number_that_was_damaged_leaves_the_other_in_doubt() -> None:
    damaged = INVOICE.replace(SELLER, "27AAPFU09?9F1").replace("Bill To    ", "           ")
    seller = read(damaged).seller_gstin
    assert seller is None or seller.confidence < 0.9


def test_a_buyers_damaged_number_leaves_no_doubt_of_the_sellers() -> None:
    seller = read(INVOICE.replace("27AACCM5678P1ZN", "27AACCM5?78P1Z")).seller_gstin
    assert seller is not None and (seller.value, seller.confidence >= 0.9) == (SELLER, True)


@pytest.mark.parametrize("other", ["State Name : Maharashtra", "Bank Name : State Bank"])
def test_a_name_of_something_else_opens_no_block(other: str) -> None:
    seller = read(INVOICE.replace("14 Market Road, Pune - 411001", other)).seller_gstin
    assert seller is not None and (seller.value, seller.confidence >= 0.9) == (SELLER, True)
