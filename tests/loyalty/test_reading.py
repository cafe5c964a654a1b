"""A reading survives its JSON; years, numbers and witnesses are judged as the law and the paper have them."""

from __future__ import annotations

import json
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.reading import Question, Reading, ReadLine, from_json, number_key, to_json, with_value
from loyalty.witness import borne_out

words = st.one_of(st.none(), st.text(max_size=12))
paise = st.one_of(st.none(), st.integers(-(10**12), 10**12))
readings = st.builds(
    Reading,
    verdict=st.sampled_from(["auto", "ask", "review", "refuse"]), invoice_number=words, seller_gstin=words, buyer_name=words,
    invoice_date=st.one_of(st.none(), st.dates()), taxable_paise=paise, total_paise=paise, counted_paise=paise,
    taxes=st.dictionaries(st.sampled_from(["cgst_paise", "igst_paise"]), st.integers(-99, 99)),
    lines=st.lists(st.builds(ReadLine, st.text(max_size=9), words, paise), max_size=3).map(tuple),
    problems=st.lists(st.text(max_size=5), max_size=2).map(tuple), words=st.lists(st.text(max_size=9), max_size=3).map(tuple),
    question=st.one_of(st.none(), st.builds(Question, st.sampled_from(["confirm", "type", "corner"]), st.text(max_size=5))),
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(readings)
def test_a_reading_survives_its_json(reading: Reading) -> None:
    assert from_json(json.loads(json.dumps(to_json(reading)))) == reading


def test_what_an_older_or_newer_version_wrote_is_still_read() -> None:
    assert from_json({"verdict": "auto", "a_field_of_tomorrow": 1}) == Reading("auto")


def test_the_financial_year_begins_in_april() -> None:
    for on, year in ((date(2026, 3, 31), "2025-26"), (date(2026, 4, 1), "2026-27"), (date(2099, 12, 31), "2099-00")):
        assert Reading("auto", invoice_date=on).financial_year == year
    assert Reading("auto").financial_year is None


def test_numbers_are_compared_without_their_separators() -> None:
    same = ["GST/2526/0417", "gst-2526-0417", "GST 2526 0417", "GST/2526/O4I7"]
    assert len({number_key(number) for number in same}) == 1
    assert number_key("GST/2526/0418") != number_key(same[0])
    assert number_key("///") is None and number_key("बिल") is None


def test_an_answer_counts_where_the_paper_bears_it_out() -> None:
    reading = Reading(
        "ask", invoice_number="GST/2526/0417", total_paise=118_000, taxable_paise=100_000, taxes={"igst_paise": 18_000},
        invoice_date=date(2025, 12, 20), words=("Inv No: KKF-51364", "Dt. 5.4.26", "27AABCR4521P1Z3"),
    )  # fmt: skip
    true = [
        ("invoice_number", "GST/2526/0417"), ("invoice_number", "GST/2526/0411"), ("invoice_number", "KKF/51364"),
        ("invoice_date", "2025-12-20"), ("invoice_date", "2026-04-05"), ("total_paise", "118000"),
        ("seller_gstin", "27AABCR4521P1Z3"),
    ]  # fmt: skip
    false = [
        ("invoice_number", "GST/2526/0522"), ("invoice_number", "51364"), ("invoice_number", "X" * 17),
        ("invoice_number", "///"), ("invoice_date", "2026-05-04"), ("total_paise", "118001"),
        ("seller_gstin", "27AABCR4521P1Z9"), ("seller_gstin", "09AAFFB3307M1ZF"), ("taxable_paise", "1"),
    ]  # fmt: skip
    for name, value in true:
        assert borne_out(reading, name, value), (name, value)
    for name, value in false:
        assert not borne_out(reading, name, value), (name, value)


def test_what_was_typed_takes_its_place() -> None:
    assert with_value(Reading("ask"), "invoice_date", "2026-04-05").invoice_date == date(2026, 4, 5)
    assert with_value(Reading("ask"), "counted_paise", "12").counted_paise == 12
