"""The truth of a paper must itself be true: sums, check digits, words, dates."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest

from base.gstin import normal_gstin
from tests.papers import parties
from tests.papers.invoice import Wants, irn, random_bill
from tests.papers.money import grouped, in_words
from tests.papers.numbering import financial_year
from tests.papers.truth import Bill

BILLS = [random_bill(Random(seed), Wants(lines_max=6, irn_share=0.5)) for seed in range(250)]


def test_the_total_is_taxable_and_taxes_and_rounding() -> None:
    for bill in BILLS:
        truth = bill.ground_truth()
        parts = [Decimal(str(truth[name])) for name in ("taxable", "cgst", "sgst_utgst", "igst")]
        assert sum(parts) + bill.cess + bill.round_off == Decimal(str(truth["total"])) == bill.total
        assert abs(bill.round_off) <= Decimal("0.50")
        assert not bill.rounded or bill.total == bill.total.to_integral_value()


def test_the_lines_add_up_to_the_heads() -> None:
    for bill in BILLS:
        assert sum(line.amount for line in bill.lines) == bill.taxable + bill.tax_total
        slabs = bill.slabs()
        assert sum(sum(line.taxable for line in lines) for lines in slabs.values()) == bill.taxable
        assert sum(len(lines) for lines in bill.by_hsn().values()) == len(bill.lines)
        assert all(line.taxable > 0 for line in bill.lines)


def test_the_kind_of_tax_follows_from_the_states() -> None:
    for bill in BILLS:
        same = bill.seller.state_code == bill.buyer.state_code
        assert bool(bill.igst) == (bill.tax == "inter")
        if bill.tax == "none":
            assert bill.tax_total == 0 and bill.doc_type == "Bill of Supply"
        else:
            assert same == (bill.tax in ("intra", "union"))
        if bill.tax == "union":
            assert bill.seller.state_code in parties.UNION


def test_every_gstin_is_valid_and_of_its_state() -> None:
    for bill in BILLS:
        for party in (bill.seller, bill.buyer, bill.extras.ship_to):
            if party and party.gstin:
                assert normal_gstin(party.gstin) == party.gstin and party.gstin[:2] == party.state_code
        assert bill.seller.gstin and bill.seller.gstin != bill.buyer.gstin


def test_all_states_and_all_kinds_come_up() -> None:
    many = [random_bill(Random(seed)) for seed in range(1200)]
    assert {bill.seller.state_code for bill in many} == set(parties.STATES)
    assert {bill.tax for bill in many} == {"intra", "union", "inter", "none"}
    assert {bill.doc_type for bill in many} == {"Tax Invoice", "Bill of Supply", "Credit Note"}
    assert any(bill.buyer.gstin is None for bill in many) and any(bill.cess for bill in many)


def test_numbers_are_lawful_and_of_many_shapes() -> None:
    shapes = set()
    for bill in BILLS:
        assert 1 <= len(bill.number) <= 16 and not bill.number.startswith("/")
        shapes.add("".join("9" if letter.isdigit() else "A" if letter.isalpha() else letter for letter in bill.number))
    assert len(shapes) > 25


@pytest.mark.parametrize("bill", [bill for bill in BILLS if bill.irn][:5], ids=lambda bill: bill.number)
def test_the_irn_is_the_hash_of_what_it_names(bill: Bill) -> None:
    assert bill.irn == irn(str(bill.seller.gstin), bill.day, bill.doc_type, bill.number) and len(bill.irn or "") == 64


def test_rupees_are_grouped_and_said_as_in_india() -> None:
    assert grouped(Decimal("12345678.90")) == "1,23,45,678.90"
    assert grouped(Decimal("-0.38")) == "-0.38" and grouped(Decimal("999")) == "999.00"
    assert grouped(Decimal("100583.40"), "thousand") == "100,583.40" and grouped(Decimal("100583.4"), "none") == "100583.40"
    assert in_words(Decimal("100583")) == ("One Lakh Five Hundred Eighty Three", None)
    assert in_words(Decimal("20000019.05")) == ("Two Crore Nineteen", "Five")


def test_the_financial_year_turns_in_april() -> None:
    for bill in BILLS:
        first, second = financial_year(bill.day)
        assert second == first + 1 and first == bill.day.year - (bill.day.month < 4)
