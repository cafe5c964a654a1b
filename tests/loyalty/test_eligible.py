"""Which lines earn points: names as dealers write them, never another size, never another product."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.eligible import Eligible, NotEligible, credit_for, eligible, match_line
from loyalty.programme import Programme
from loyalty.reading import Reading, ReadLine
from tests.loyalty.conftest import NOW

MATCHES = [
    ("FR 1.5 SQMM 90MTR", None, "WIRE-1.5-90"),
    ("ROSHNI FR 1.5 SQMM WIRE 90MTR RED", "8544", "WIRE-1.5-90"),
    ("fr wire 2.5 sq mm 90m", "85444920", "WIRE-2.5-90"),
    ("SP MCB 16A C", "853620", "MCB-SP-16"),
    ("CEILNG FAN 1200MM WHITE", "8414", "FAN-1200"),  # a slip of the finger, and the HSN agrees
    ("LED BULB 9W B22 CDL", "853952", "LED-9W"),
    ("मॉड्यूलर स्विच 6 A", None, "SWITCH-6A"),
    ("9w led b22", None, "LED-9W"),
    ("SP MCB 16A", "8481", "MCB-SP-16"),  # written exactly: dealers mistake HSN codes more often than names
]
NO_MATCHES = [
    ("FR WIRE 4 SQMM 90M", "854449"),  # a size we do not have
    ("FR 15 SQMM 90MTR", "854449"),  # a decimal point lost is another size
    ("MODULAR SWITCH 16A", None),
    ("LED BULB 12W", "853952"),
    ("MCB 16A SP C CURVE COVER", "3926"),  # the HSN says: plastics
    ("SP MCB 16A C", "8481"),
    ("WIRE", "8544"),
    ("SWITCH", "8536"),
    ("FAN REGULATOR", "8414"),
    ("", None),
    ("1.5 2.5 6 16 90 1200 9 15 8", "8544"),
]


def test_names_are_known_as_dealers_write_them(sample: Programme) -> None:
    for words, hsn, sku in MATCHES:
        found = match_line(sample, ReadLine(words, hsn, 100))
        assert found is not None and found.product.sku == sku, words


def test_another_size_or_thing_is_not_ours(sample: Programme) -> None:
    for words, hsn in NO_MATCHES:
        assert match_line(sample, ReadLine(words, hsn, 100)) is None, words


def test_a_line_that_fits_two_products_is_neither(sample: Programme) -> None:
    assert match_line(sample, ReadLine("FR 1.5 SQMM 90MTR and FR 2.5 SQMM 90MTR", None, 100)) is None


def bill(*lines: ReadLine, taxable: int | None = None, seller: str = "27AABCR4521P1Z3") -> Reading:
    total = sum(line.taxable_paise or 0 for line in lines) if taxable is None else taxable
    return Reading("auto", seller_gstin=seller, taxable_paise=total, lines=lines, invoice_number="A-1")


WIRE, STRIP = ReadLine("FR 2.5 SQMM 90MTR", "8544", 1_000_050), ReadLine("COPPER STRIP", "7409", 400_000)


def test_what_counts_is_the_sum_of_our_lines_and_the_facts_say_so(sample: Programme) -> None:
    counted = eligible(sample, bill(WIRE, STRIP, WIRE))
    assert isinstance(counted, Eligible) and counted.taxable_paise == 2_000_100
    credit = credit_for(sample, 3, counted, bill(WIRE, STRIP, WIRE), NOW)
    assert credit.points == 200 and credit.facts["lines"] == "WIRE-2.5-90 2000100" and credit.facts["programme_version"] == 3
    assert all(isinstance(value, str | int) for value in credit.facts.values())


@pytest.mark.parametrize(
    "reading",
    [
        bill(),
        bill(WIRE, taxable=2_000_000),
        bill(WIRE, replace(STRIP, taxable_paise=None)),
        bill(replace(WIRE, taxable_paise=-5), STRIP),
        replace(bill(WIRE), taxable_paise=None),
        bill(WIRE, ReadLine("ROSHNI NEW LAMP", "9405", 100)),  # the brand's, and we do not know it
    ],
)
def test_lines_that_cannot_be_trusted_are_a_reviewers(sample: Programme, reading: Reading) -> None:
    assert eligible(sample, reading) == NotEligible("lines")


def test_roundings_of_lines_are_forgiven_and_a_lost_line_is_not(sample: Programme) -> None:
    assert isinstance(eligible(sample, bill(WIRE, STRIP, taxable=1_400_000)), Eligible)
    assert eligible(sample, bill(WIRE, taxable=1_010_300)) == NotEligible("lines")


def test_a_reviewers_figure_is_taken(sample: Programme) -> None:
    assert eligible(sample, replace(bill(STRIP), counted_paise=123)) == Eligible(123)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.one_of(st.none(), st.text(max_size=9)))
def test_any_words_on_a_line_are_judged_without_a_crash(words: str, hsn: str | None) -> None:
    match_line(PROGRAMME, ReadLine(words, hsn, 1))


def _programme() -> Programme:
    from loyalty.programme_file import parse_programme
    from tests.loyalty.conftest import SAMPLE

    return parse_programme(SAMPLE.read_bytes())


PROGRAMME = _programme()
