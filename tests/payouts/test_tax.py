"""The split of a redemption: the threshold, the crossing, rates, rounding, who bears it; years and quarters of India."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payouts.tax import (
    LEAST_NET_PAISE,
    GrossUp,
    NoRule,
    Rule,
    SoFar,
    Split,
    TaxExceedsCash,
    Why,
    quarter,
    quarter_days,
    rule_on,
    split,
    tax_year,
)
from payouts.tax_file import BadTaxRules, parse_rule, read_rules

RULES = read_rules(Path(__file__).parents[2] / "config" / "tax")
RULE = rule_on(RULES, date(2026, 11, 22))
LAKH = 10_000_000
FREE = 2_000_000
benefits = st.lists(st.integers(100, 3_000_000), min_size=1, max_size=6)


def after(year: SoFar, split: Split) -> SoFar:
    return SoFar(
        year.total_paise + split.gross_paise, year.taxed_paise + split.taxed_paise, year.tax_paise + split.tax_paise
    )


def lived(values: list[int], *, rule: Rule = RULE, has_pan: bool = True) -> tuple[SoFar, list[Split | TaxExceedsCash]]:
    year, splits = SoFar(), []
    for value in values:
        splits.append(split(rule, year, value, has_pan=has_pan))
        if isinstance(splits[-1], Split):
            year = after(year, splits[-1])
    return year, splits


# ---- the law ------------------------------------------------------------------------------------------------------------


def test_exactly_the_threshold_is_free_and_one_paisa_more_is_taxed_from_the_first() -> None:
    at = split(RULE, SoFar(1_000_000), 1_000_000, has_pan=True)
    assert isinstance(at, Split) and (at.tax_paise, at.net_paise, at.why) == (0, 1_000_000, Why.BELOW)
    over = split(RULE, SoFar(1_000_000), 1_000_001, has_pan=True)
    assert isinstance(over, Split) and (over.tax_paise, over.why) == (200_000, Why.CROSSING)
    assert over.taxed_paise == over.total_paise == FREE + 1


def test_the_crossing_pays_for_the_year_and_every_later_one_for_itself() -> None:
    year, splits = lived([1_900_000, 1_000_000, 500_000])
    assert [s.tax_paise for s in splits if isinstance(s, Split)] == [0, 290_000, 50_000]
    assert [s.why for s in splits if isinstance(s, Split)] == [Why.BELOW, Why.CROSSING, Why.BEYOND]
    assert year == SoFar(3_400_000, 3_400_000, 340_000)


def test_without_a_pan_it_is_twenty_per_cent() -> None:
    one = split(RULE, SoFar(), LAKH, has_pan=False)
    assert isinstance(one, Split) and (one.tax_paise, one.net_paise, one.rate_bp) == (2_000_000, 8_000_000, 2_000)


def test_a_pan_given_later_changes_later_deductions_only() -> None:
    first = split(RULE, SoFar(), 2_500_000, has_pan=False)
    assert isinstance(first, Split) and first.tax_paise == 500_000
    later = split(RULE, after(SoFar(), first), 1_000_000, has_pan=True)
    assert isinstance(later, Split) and (later.tax_paise, later.taxed_paise) == (100_000, 1_000_000)


def test_a_crossing_that_was_returned_is_crossed_again_and_what_was_deducted_meanwhile_counts() -> None:
    year, _ = lived([1_500_000, 1_000_000, 500_000])
    returned = SoFar(year.total_paise - 1_000_000, year.taxed_paise - 2_500_000, year.tax_paise - 250_000)
    assert returned == SoFar(2_000_000, 500_000, 50_000)
    again = split(RULE, returned, 500_000, has_pan=True)
    assert isinstance(again, Split) and again.tax_paise + returned.tax_paise == 250_000


def test_where_more_was_taxed_than_the_year_holds_nothing_more_is_taken() -> None:
    one = split(RULE, SoFar(1_500_000, 3_000_000, 300_000), 1_000_000, has_pan=True)
    assert isinstance(one, Split) and (one.tax_paise, one.taxed_paise, one.why) == (0, 0, Why.COVERED)


# ---- when the tax takes it all ------------------------------------------------------------------------------------------


def test_a_redemption_that_cannot_carry_its_tax_is_refused_and_the_named_sum_works() -> None:
    year = SoFar(1_990_000)
    refused = split(RULE, year, 20_000, has_pan=True)
    assert isinstance(refused, TaxExceedsCash) and refused.tax_paise == 201_000
    works = split(RULE, year, refused.least_paise, has_pan=True)
    assert isinstance(works, Split) and works.net_paise >= LEAST_NET_PAISE


@given(st.integers(0, 5_000_000), st.integers(0, 5_000_000), st.integers(1, 5_000_000), st.booleans())
def test_the_sum_that_is_named_always_works(total: int, taxed: int, benefit: int, has_pan: bool) -> None:
    year = SoFar(total, min(taxed, total))
    refused = split(RULE, year, benefit, has_pan=has_pan)
    if isinstance(refused, TaxExceedsCash):
        assert isinstance(split(RULE, year, refused.least_paise, has_pan=has_pan), Split)
        assert refused.least_paise > benefit


def test_the_deductor_may_bear_it_always_or_only_where_it_must() -> None:
    always, short = replace(RULE, gross_up=GrossUp.ALWAYS), replace(RULE, gross_up=GrossUp.SHORT)
    borne = split(always, SoFar(), 2_700_000, has_pan=True)
    assert isinstance(borne, Split)
    assert (borne.net_paise, borne.tax_paise, borne.gross_paise, borne.why) == (2_700_000, 300_000, 3_000_000, Why.BORNE)
    tiny = split(short, SoFar(1_990_000), 20_000, has_pan=True)
    assert isinstance(tiny, Split) and (tiny.net_paise, tiny.why) == (20_000, Why.BORNE)
    large = split(short, SoFar(), 2_700_000, has_pan=True)
    assert isinstance(large, Split) and (large.net_paise, large.why) == (2_430_000, Why.BEYOND)


# ---- laws ---------------------------------------------------------------------------------------------------------------


@given(benefits, st.booleans())
def test_the_order_of_redemptions_does_not_change_the_years_tax(values: list[int], has_pan: bool) -> None:
    found = set()
    for order in list(permutations(values))[:24]:
        year, splits = lived(list(order), has_pan=has_pan)
        if all(isinstance(one, Split) for one in splits):
            found.add(year.tax_paise)
    assert len(found) <= 1
    rate = RULE.rate_bp if has_pan else RULE.rate_without_pan_bp
    if found and sum(values) > FREE:
        assert abs(found.pop() - sum(values) * rate / 10_000) <= 50


@given(benefits, st.lists(st.booleans(), min_size=6, max_size=6), st.sampled_from(GrossUp))
def test_what_is_split_adds_up_in_whole_rupees_and_never_below_nothing(
    values: list[int], pans: list[bool], mode: GrossUp
) -> None:
    rule, year = replace(RULE, gross_up=mode), SoFar()
    for value, has_pan in zip(values, pans, strict=False):
        one = split(rule, year, value, has_pan=has_pan)
        if isinstance(one, TaxExceedsCash):
            assert mode is GrossUp.NEVER and one.tax_paise > value - LEAST_NET_PAISE
            continue
        assert one.gross_paise == one.tax_paise + one.net_paise
        assert one.net_paise > 0 and one.tax_paise >= 0 and one.tax_paise % 100 == 0
        assert (one.net_paise == value) if one.why is Why.BORNE else (one.gross_paise == value)
        assert (one.tax_paise == 0) or one.total_paise > FREE
        year = after(year, one)
        assert year.taxed_paise in (0, year.total_paise)


@pytest.mark.parametrize("nothing", [0, -1])
def test_nothing_cannot_be_split(nothing: int) -> None:
    with pytest.raises(ValueError, match="positive"):
        split(RULE, SoFar(), nothing, has_pan=True)


# ---- days ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "year", "number"),
    [
        (datetime(2026, 3, 31, 18, 29, 59, tzinfo=UTC), "2025-26", 4),  # 23:59:59 in India
        (datetime(2026, 3, 31, 18, 30, tzinfo=UTC), "2026-27", 1),  # midnight
        (datetime(2026, 6, 30, 18, 29, tzinfo=UTC), "2026-27", 1),
        (datetime(2026, 6, 30, 18, 30, tzinfo=UTC), "2026-27", 2),
        (datetime(2026, 12, 31, 18, 30, tzinfo=UTC), "2026-27", 4),
        (datetime(2099, 4, 1, tzinfo=UTC), "2099-00", 1),
    ],
)
def test_tax_years_and_quarters_are_indias(at: datetime, year: str, number: int) -> None:
    assert (tax_year(at), quarter(at)) == (year, number)
    start, end = quarter_days(year, number)
    assert start <= at < end


def test_the_rule_is_the_newest_that_has_come() -> None:
    assert rule_on(RULES, date(2026, 3, 31)).id == "it1961-194r"
    assert rule_on(RULES, date(2026, 4, 1)).id == "it2025-393-1-8iv"
    with pytest.raises(NoRule):
        rule_on(RULES, date(2022, 6, 30))


# ---- the data -----------------------------------------------------------------------------------------------------------

GOOD = (Path(__file__).parents[2] / "config" / "tax" / "2025-393.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("rate_bp = 1_000 ", "rate_bp = 5_001 ", "rate_bp must be from 0 to 5000"),
        ("rate_bp = 1_000 ", "rate_bp = true ", "rate_bp must be int"),
        ("from_day = 2026-04-01", "from_day = 2026-04-01T00:00:00", "from_day must be date"),
        ('"never" ', '"sometimes" ', "gross_up must be one of never, short, always"),
        ("threshold_paise = 2_000_000", "treshold_paise = 2_000_000", "threshold_paise is missing, treshold_paise is unknown"),
        ('payment_code = "1033"', 'payment_code = " "', "payment_code must not be empty"),
    ],
)
def test_a_fault_in_a_rule_is_named(was: str, becomes: str, said: str) -> None:
    assert was in GOOD
    with pytest.raises(ValueError, match=said):
        parse_rule(GOOD.replace(was, becomes))


def test_rules_of_one_day_or_none_at_all_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadTaxRules, match="holds no rule"):
        read_rules(tmp_path)
    (tmp_path / "a.toml").write_text(GOOD)
    (tmp_path / "b.toml").write_text(GOOD)
    (tmp_path / "c.toml").write_text("id = ")
    with pytest.raises(BadTaxRules, match=r"c\.toml: .*two rules have id .*two rules have from_day"):
        read_rules(tmp_path)
