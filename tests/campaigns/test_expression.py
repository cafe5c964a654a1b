"""The audience language: what binds what, and what each fault is told."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.condition import All, AnyOf, Condition, Not, Predicate, written
from campaigns.expression import BadCondition, parse
from tests.campaigns.phrases import conditions

WHOLE = (
    'role in (electrician, retailer) and (state = UP or balance >= 500) and not last_scan within 30 days and language = hi'
    ' and under "+919812345678" and got "diwali-2026" and bought wires within 90 days and kyc = verified'
    " and expiring within 14 days >= 100"
)  # fmt: skip


def test_the_whole_language_is_read_and_written_back() -> None:
    assert written(parse(WHOLE)) == WHOLE.replace('"diwali-2026"', "diwali-2026")


def test_not_binds_closest_then_and_then_or() -> None:
    a, b, c = (Predicate("balance", "=", n) for n in (1, 2, 3))
    assert parse("not balance = 1 and balance = 2 or balance = 3") == AnyOf((All((Not(a), b)), c))
    assert parse("balance = 1 or balance = 2 and balance = 3") == AnyOf((a, All((b, c))))
    assert parse("(balance = 1 or balance = 2) and balance = 3") == All((AnyOf((a, b)), c))
    assert parse("not (balance = 1 and balance = 2)") == Not(All((a, b)))
    assert parse("not not balance = 1") == Not(Not(a))


@pytest.mark.parametrize(("one", "other"), [
    ("ROLE = Electrician AND Balance >= 500", "role = electrician and balance >= 500"),
    ("region = up", "state = UP"),
    ("balance≥५००", "balance >= 500"),  # a Hindi keyboard's digits, and a sign without spaces around it
    ("role not in (dealer)", "not role in (dealer)"),
    ("last_scan not within 7 days", "not last_scan within 7 days"),
    ("got “diwali-2026”", 'got "diwali-2026"'),  # as a word processor writes quotes
    ("under 9812345678", 'under "+919812345678"'),
    ("role in (dealer, dealer)", "role in (dealer)"),
    ("earned within 30 days", "earned within 30 days > 0"),
    ("role = dealer\n  and\tkyc = none", "role = dealer and kyc = none"),
    ("pin_code ~ 411", "pin ~ 411"),
])  # fmt: skip
def test_two_ways_to_write_the_same(one: str, other: str) -> None:
    assert written(parse(one)) == written(parse(other))


@pytest.mark.parametrize(("words", "column", "told"), [
    ("", 1, "is empty"),
    ("rol = dealer", 1, "did you mean role?"),
    ("last_scn within 3 days", 1, "did you mean last_scan?"),
    ("tier = gold", 1, "there are role, state"),
    ("भूमिका = dealer", 1, "there is no field भूमिका"),
    ("role = dealar", 8, "did you mean dealer?"),
    ('role = "बिजली मिस्त्री"', 8, "role is one of electrician"),
    ("state = Lanka", 9, "state is one of"),
    ("state = or balance > 5", 9, "state is one of"),
    ("language = hindi", 12, "did you mean hi?"),
    ("language = हिंदी", 12, "did you mean hi?"),
    ("role = dealer और balance > 5", 15, 'and, or or the end is expected here, and not "और"'),
    ("balance >= many", 12, "whole number"),
    ('balance >= "500"', 12, "whole number"),
    ("balance >= 1,000", 13, "without a comma"),
    ("balance >= 12.5", 12, "whole number"),
    ("balance >= 99999999999999999999", 12, "so many points"),
    ("balance", 8, "write balance >= 500"),
    ("balance within 3 days", 9, "write balance >= 500"),
    ("earned >= 5", 8, "within 30 days"),
    ("earned within 0 days", 15, "from 1 to 3650"),
    ("earned within -5 days", 15, "from 1 to 3650"),
    ("earned within 5", 16, "write days"),
    ("last_scan = 2026-01-05", 11, "before 2026-01-05"),
    ("last_scan before 05/01/2026", 18, "year-month-day"),
    ("last_scan on 2026-02-30", 14, "there is no day 2026-02-30"),
    ("last_scan on 9999-12-31", 14, "year-month-day"),  # whose end no calendar here reaches
    ("pin_code = 41100a", 12, "six digits"),
    ("pin_code = 4110011", 12, "six digits"),
    ("role = dealer)", 14, "never opened"),
    ("(role = dealer", 1, "never closed"),
    ("role in (dealer", 16, "a comma or )"),
    ("role in dealer", 9, "list in brackets"),
    ("role in ()", 10, "role is one of"),
    ('got "diwali', 5, "never closed"),
    ('got ""', 5, "a campaign's id"),
    ('got "a\nb"', 7, "one line"),
    ('got "a\u2028b"', 7, "one line"),
    ('got "a\u202eb"', 7, "one line"),
    ("under Ramesh", 7, "phone or member id"),
    ("bought", 7, "a category"),
    ("name = Ramesh", 1, "nobody is chosen by it"),
    ("role = dealer; DROP TABLE members", 14, 'has no meaning here'),
    ("role = dealer -- or", 15, 'and not "--"'),
    ("role = 'dealer'' or 1=1", 16, "never closed"),
    ("and", 1, "a field is expected"),
    ("not", 4, "a field is expected"),
    ("role = dealer and", 18, "a field is expected"),
    ("role = dealer balance > 3", 15, "and, or or the end"),
    ("\x00", 1, "has no meaning"),
])  # fmt: skip
def test_a_fault_names_its_column_and_what_was_expected(words: str, column: int, told: str) -> None:
    with pytest.raises(BadCondition) as fault:
        parse(words)
    assert told in fault.value.message
    assert fault.value.column == column
    assert str(fault.value).startswith(f"column {column}: ") and "\n" not in str(fault.value)


def test_brackets_go_twenty_deep_and_no_further() -> None:
    assert parse("(" * 20 + "role = dealer" + ")" * 20) == Predicate("role", "=", "dealer")
    for deeper in ("(" * 21 + "role = dealer" + ")" * 21, "not " * 21 + "role = dealer", "(" * 3_999):
        with pytest.raises(BadCondition, match="more than 20 brackets"):
            parse(deeper)


def test_a_condition_has_an_end() -> None:
    with pytest.raises(BadCondition, match="at most 200 tests"):
        parse(" or ".join(["kyc = none"] * 201))
    with pytest.raises(BadCondition, match="at most 4000 letters"):
        parse("role = dealer" + " " * 4_000)


def test_what_is_told_is_short_and_one_line() -> None:
    with pytest.raises(BadCondition) as fault:
        parse("kyc = " + "x" * 3_000)
    assert len(str(fault.value)) < 200 and str(fault.value).endswith('x…"')


def test_days_are_dates() -> None:
    assert parse("enrolled after 2026-01-05") == Predicate("enrolled", "after", date(2026, 1, 5))


@given(conditions())
def test_what_is_written_is_read_again(condition: Condition) -> None:
    assert written(parse(written(condition))) == written(condition)


PIECES = [*WHOLE.split(), "(", ")", "never", "before", "2026-01-05", '"', ",", "-1", "not", "or"]


@settings(max_examples=300)
@given(st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(PIECES)).map(" ".join),
))  # fmt: skip
def test_any_words_are_read_or_refused(words: str) -> None:
    with suppress(BadCondition):
        parse(words)
