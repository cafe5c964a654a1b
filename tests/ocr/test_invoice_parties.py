"""Who sells and who buys, by blocks and by the reference number's proof."""

from datetime import date

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
