"""Who must prove what: sums, roles, what waits, names that are more or less alike, and faults in the file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.kyc_rules import KINDS, Kyc, KycRule, Standing, ever_needed, grade, grade_place, in_force, needed, unmet
from loyalty.programme_file import BadProgramme, parse_programme
from tests.loyalty.conftest import SAMPLE

NOW = datetime(2026, 1, 5, tzinfo=UTC)
STATES = ("missing", "checking", "verified", "ask_again", "review", "rejected")
kinds = st.sampled_from(KINDS)
rules = st.builds(
    KycRule, roles=st.lists(st.sampled_from(["electrician", "dealer"]), min_size=1, max_size=2).map(tuple),
    needs=st.lists(kinds, min_size=1, max_size=4).map(tuple), above_paise=st.integers(0, 100),
    per=st.sampled_from(["tax_year", "redemption"]),
)  # fmt: skip
programmes = st.lists(rules, max_size=4).map(lambda some: Kyc(rules=tuple(some)))


@given(programmes, st.integers(1, 200), st.integers(0, 200), st.integers(0, 200))
def test_more_money_never_needs_less(kyc: Kyc, one: int, before: int, more: int) -> None:
    less = needed(kyc, "dealer", year_paise=before + one, one_paise=one)
    assert set(less) <= set(needed(kyc, "dealer", year_paise=before + one + more, one_paise=one + more))
    assert set(less) <= set(ever_needed(kyc, "dealer"))
    assert needed(kyc, "retailer", year_paise=10**12, one_paise=10**12) == ()


@given(st.lists(kinds, unique=True), st.dictionaries(kinds, st.sampled_from(STATES)))
def test_what_is_needed_is_verified_or_given_or_waits(needs: list, states: dict) -> None:
    gives, waits = unmet(needs, {kind: Standing(kind, state) for kind, state in states.items()})
    verified = {kind for kind in needs if states.get(kind) == "verified"}
    assert {*gives, *waits, *verified} == set(needs) and len(gives) + len(waits) + len(verified) == len(needs)
    assert all(states[kind] in ("checking", "review") for kind in waits)


def test_the_sum_itself_is_still_free() -> None:
    kyc = Kyc(rules=(KycRule(roles=("electrician",), needs=("pan",), above_paise=10_000_00),))
    assert needed(kyc, "electrician", year_paise=10_000_00, one_paise=1) == ()
    assert needed(kyc, "electrician", year_paise=10_000_01, one_paise=1) == ("pan",)


@pytest.mark.parametrize(("score", "tries", "graded"), [
    (None, 0, "verified"), (100, 0, "verified"), (60, 2, "verified"), (59, 0, "ask_again"), (59, 1, "ask_again"),
    (59, 2, "review"), (20, 0, "ask_again"), (19, 0, "review"),
])  # fmt: skip
def test_names_are_graded(score: int | None, tries: int, graded: str) -> None:
    assert grade(Kyc(other_name_below=20), score, tries)[0] == graded


def test_a_destination_without_a_name_proves_nothing() -> None:
    assert grade_place(Kyc(), "valid", None, 0) == ("review", "unavailable")
    assert grade_place(Kyc(), "valid", 100, 0) == ("verified", "")
    assert grade_place(Kyc(same_name_from=90), "valid", 70, 0) == ("ask_again", "name_differs"), "the programme's own measure"
    assert grade_place(Kyc(), "invalid", None, 9) == ("ask_again", "not_found")
    assert grade_place(Kyc(), "unavailable", None, 0) == ("review", "unavailable")


def test_what_was_verified_grows_old() -> None:
    verified = Standing("pan", "verified", "AB••••••4F", NOW)
    kyc = Kyc(valid_days=30)
    assert in_force(kyc, verified, NOW, NOW + timedelta(days=29)) == verified
    assert in_force(kyc, verified, NOW, NOW + timedelta(days=30)).reason == "expired"
    assert in_force(Kyc(), verified, NOW, NOW + timedelta(days=9_999)) == verified


def test_every_fault_of_the_table_is_named() -> None:
    text = SAMPLE.read_text(encoding="utf-8")
    for old, new in (
        ('roles = ["electrician"]', 'roles = ["plumber"]'),
        ('needs = ["gstin"]', 'needs = []'),
        ("above_paise = 10_000_00              #", "above_paise = -1 #"),
        ("valid_days = 1_095", "valid_days = 3\nother_name_below = 80\nvaliddays = 9"),
        ('two_approvals_for = ["duplicate"]', 'two_approvals_for = ["money"]'),
        ('per = "redemption"', 'per = "week"\nabove = 3'),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    with pytest.raises(BadProgramme) as refused:
        parse_programme(text.encode())
    told = "\n".join(refused.value.faults)
    for path in (
        "kyc.rules[1].roles[1]", "kyc.rules[1].above_paise", "kyc.rules[2].needs", "kyc.valid_days", "kyc.validdays",
        "kyc.two_approvals_for[1]", "kyc.rules[2].per", "kyc.rules[2].above", "kyc.other_name_below: 80 is more",
    ):  # fmt: skip
        assert path in told, (path, told)
    assert "did you mean valid_days?" in told and "did you mean above_paise?" in told


def test_a_rule_that_stands_twice_is_named() -> None:
    text = SAMPLE.read_text(encoding="utf-8").replace('roles = ["retailer", "dealer", "distributor"]\nneeds = ["pan"]',
                                                      'roles = ["electrician"]\nneeds = ["pan"]')  # fmt: skip
    with pytest.raises(BadProgramme) as refused:
        parse_programme(text.encode())
    assert refused.value.faults == ["kyc.rules[3]: pan of a electrician per tax_year stands at rules[1] already"]
