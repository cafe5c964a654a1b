"""Totals, taxes and lines, and the balances beside them."""

from decimal import Decimal

import pytest

from ocr.checks import check, closes
from ocr.decide import decide
from ocr.facts import Invoice
from tests.ocr.sheets import INVOICE, SELLER, read, value


def test_lines_with_their_columns() -> None:
    first, second = read(INVOICE).lines
    assert (first.description, first.hsn, first.quantity) == ("MCB 16A SP", "8536", Decimal(10))
    assert (first.rate_paise, first.taxable_paise) == (10000, 100000)
    assert (second.description, second.hsn, second.taxable_paise) == ("WIRE 1.5 SQMM RED", "8544", 400000)


def test_a_lines_amount_that_includes_tax_is_told_before_it() -> None:
    text = INVOICE.replace("1,000.00", "90.00  90.00  1,180.00").replace("4,000.00", "360.00  360.00  4,720.00")
    assert [line.taxable_paise for line in read(text).lines] == [100000, 400000]


def test_a_lines_discount_is_taken_from_its_price() -> None:
    text = INVOICE.replace("100.00     1,000.00", "100.00  10%  900.00")
    assert read(text).lines[0].taxable_paise == 90000


def test_taxes_at_several_rates_are_added_up() -> None:
    text = INVOICE.replace("CGST 9%           450.00", "IGST @ 5%  50.00\n" + " " * 46 + "IGST @ 18%  720.00")
    text = (
        text.replace("SGST 9%           450.00", "")
        .replace("5,900.00", "5,770.00")
        .replace("Nine Hundred", "Seven Hundred Seventy")
    )
    invoice = read(text)
    assert (value(invoice.igst_paise), value(invoice.total_paise)) == (77000, 577000)


def test_a_rupee_sign_read_as_a_figure_is_seen_through() -> None:
    text = INVOICE.replace("Grand Total     5,900.00", "Grand Total    75,900.00").replace(
        "Rupees Five Thousand Nine Hundred Only", ""
    )
    assert value(read(text).total_paise) == 590000


def test_dotted_labels_of_taxes() -> None:
    invoice = read(INVOICE.replace("CGST 9%", "C.G.S.T").replace("SGST 9%", "S.G.S.T"))
    assert [value(found) for found in (invoice.cgst_paise, invoice.sgst_paise)] == [45000, 45000]


@pytest.mark.parametrize(
    "trap",
    [
        "Previous Balance  12,400.00\n" + " " * 46 + "Net Balance  18,300.00",
        "Outstanding Amt : 342790.00",
        "Received Amount  1,000.00\n" + " " * 46 + "Balance  4,900.00",
        "Total Payable incl. Previous  18,300.00",
        "10628",  # by hand
    ],
)
def test_balances_beside_the_total_are_not_the_total(trap: str) -> None:
    text = INVOICE.replace("Rupees Five", " " * 46 + trap + "\nRupees Five")
    invoice = read(text)
    assert value(invoice.total_paise) == 590000
    assert invoice.total_paise is not None and invoice.total_paise.confidence > 0.9


def test_without_words_or_labels_arithmetic_finds_the_total() -> None:
    text = INVOICE.replace("Rupees Five Thousand Nine Hundred Only", "").replace("Grand Total", "Total")
    text = text.replace("Grand Total     5,900.00", "Total     5,900.00\nNet Payable  7,150.00")
    assert value(read(text).total_paise) == 590000


def test_a_charge_after_tax_closes_the_sum() -> None:
    text = INVOICE.replace("Round Off           0.00", "Freight           150.00").replace("5,900.00", "6,050.00")
    invoice = read(text.replace("Nine Hundred", "X"))
    assert (value(invoice.total_paise), invoice.adjustment_paise) == (605000, 15000)


def test_rounding_keeps_its_sign() -> None:
    text = (
        INVOICE.replace("1,000.00", "1,000.30")
        .replace("5,000.00", "5,000.30")
        .replace("Round Off           0.00", "Round Off  (-)0.30")
    )
    assert value(read(text).round_off_paise) == -30


def test_integrated_tax() -> None:
    text = INVOICE.replace("CGST 9%           450.00", "IGST 18%          900.00").replace("SGST 9%           450.00", "")
    invoice = read(text)
    assert (value(invoice.igst_paise), invoice.cgst_paise) == (90000, None)


def test_state_tax_of_a_union_territory_is_utgst() -> None:
    chandigarh = "04AAPFU0939F1Z3"
    invoice = read(INVOICE.replace(SELLER, chandigarh))
    assert (value(invoice.utgst_paise), invoice.sgst_paise) == (45000, None)


def test_a_bill_of_supply_has_no_tax() -> None:
    text = (
        INVOICE.replace("TAX INVOICE", "BILL OF SUPPLY").replace("Taxable Value", "Sub Total").replace("5,900.00", "5,000.00")
    )
    text = "\n".join(line for line in text.split("\n") if "CGST" not in line and "SGST" not in line).replace(
        "Nine Hundred ", ""
    )
    invoice = read(text)
    assert (value(invoice.total_paise), value(invoice.taxable_paise), invoice.doc_type) == (500000, 500000, "bill_of_supply")


def test_the_rounded_total_is_meant_even_if_its_label_was_lost() -> None:
    text = INVOICE.replace("Round Off           0.00", "").replace("Taxable Value   5,000.00", "Taxable Value   5,000.14")
    text = text.replace("Grand Total     5,900.00", "Total     5,900.14\n" + " " * 58 + "5,900.00")
    assert value(read(text.replace("Nine Hundred", "X")).total_paise) == 590000


def test_taxes_of_two_rates_with_dots_between_their_letters() -> None:
    taxes = """                                              C.G.S.T. @ 6%           187.48
                                              S.G.S.T. @ 6%           187.48
                                              C.G.S.T. @ 9%         1,217.34
                                              S.G.S.T. @ 9%         1,217.34"""
    text = INVOICE.replace("                                              CGST 9%           450.00", taxes)
    text = text.replace("                                              SGST 9%           450.00\n", "").replace(
        "5,900.00", "7,809.64"
    )
    invoice = read(text.replace("Rupees Five Thousand Nine Hundred Only", ""))
    assert (value(invoice.total_paise), value(invoice.cgst_paise), value(invoice.sgst_paise)) == (780964, 140482, 140482)


_SUMS = "".join(
    line + "\n"
    for line in INVOICE.split("\n")
    if line.strip().startswith(("Taxable Value", "CGST", "SGST", "Round Off", "Grand Total"))
)


def _with_sums(*rows: tuple[str, str]) -> Invoice:
    text = INVOICE.replace(_SUMS, "".join(f"{'':46}{label:<22}{amount:>10}\n" for label, amount in rows))
    return read(text.replace("Rupees Five Thousand Nine Hundred Only", ""))


def test_one_sum_for_all_taxes_closes() -> None:
    invoice = _with_sums(("Sub Total", "5,000.00"), ("GST 18%", "900.00"), ("Total", "5,900.00"))
    assert (value(invoice.total_paise), invoice.undivided_tax_paise, closes(invoice)) == (590000, 90000, True)
    assert invoice.cgst_paise is None and invoice.igst_paise is None
    assert decide(invoice, check(invoice)).verdict == "auto"


def test_one_sum_for_all_taxes_that_does_not_close_is_not_believed() -> None:
    invoice = _with_sums(("Sub Total", "5,000.00"), ("GST 18%", "900.00"), ("Total", "5,990.00"))
    assert decide(invoice, check(invoice)).verdict != "auto"


@pytest.mark.parametrize("label", ["Less CD", "Less Discount", "Freight"])
def test_a_total_that_a_printed_deduction_follows_is_asked_about(label: str) -> None:
    paid = "6,000.00" if label == "Freight" else "5,800.00"
    invoice = _with_sums(
        ("Taxable Value", "5,000.00"), ("CGST 9%", "450.00"), ("SGST 9%", "450.00"), ("Total", "5,900.00"),
        (label, "100.00"), ("Net Amount", paid),
    )  # fmt: skip
    assert decide(invoice, check(invoice)).verdict != "auto" or value(invoice.total_paise) in (580000, 600000)
