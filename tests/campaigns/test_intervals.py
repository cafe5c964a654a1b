"""The formulas against published examples, and at the edges where formulas give nonsense."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.conversions import Cell
from campaigns.experiment_intervals import (
    Interval,
    adjusted,
    always_valid,
    detectable,
    difference,
    paise_a_head,
    paise_difference,
    people_needed,
    rate_between,
    ratio_p,
)


def arm(converted: int, people: int) -> list[Cell]:
    return [Cell(True, 0, None, converted), Cell(False, 0, None, people - converted)]


# Newcombe, Interval estimation for the difference between independent proportions, Statistics in Medicine 17 (1998), table II,
# method 10: the score method without continuity correction.
@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_newcombes_own_examples(one: tuple[int, int], other: tuple[int, int], low: float, high: float) -> None:
    found = difference(arm(*one), arm(*other))
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
    assert found.value == pytest.approx(one[0] / one[1] - other[0] / other[1])


def test_wilsons_example_for_one_rate() -> None:
    """Newcombe's companion paper on single proportions: 81 of 263."""
    found = rate_between(arm(81, 263))
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)


def test_students_sleep_data_as_r_prints_it() -> None:
    """t.test(extra ~ group, data = sleep): 95 percent confidence interval -3.3654832 0.2054832."""
    one = (7, -16, -2, -12, -1, 34, 37, 8, 0, 20)
    other = (19, 8, 11, 1, -1, 44, 55, 16, 46, 34)
    cells = [[Cell(True, tenths, None, 1) for tenths in group] for group in (one, other)]
    found = paise_difference(*cells)
    assert found is not None
    assert (found.low / 10, found.high / 10) == (pytest.approx(-3.3654832, abs=1e-6), pytest.approx(0.2054832, abs=1e-6))
    assert paise_a_head(cells[0]) == pytest.approx(7.5)


def test_people_alike_count_as_so_many() -> None:
    together = [Cell(True, 500, None, 3), Cell(False, 0, None, 40)]
    apart = [Cell(True, 500, None, 1)] * 3 + [Cell(False, 0, None, 1)] * 40
    other = arm(0, 50)
    one, same = paise_difference(together, other), paise_difference(apart, other)
    assert one is not None and same is not None
    assert (one.low, one.high) == (pytest.approx(same.low), pytest.approx(same.high))


def test_a_split_that_is_known_to_be_odd() -> None:
    """Kohavi and others, Trustworthy Online Controlled Experiments: 821,588 and 815,482 users, p = 1.8e-6."""
    found = ratio_p({"a": 821_588, "b": 815_482}, {"a": 0.5, "b": 0.5})
    assert found == pytest.approx(1.8e-6, rel=0.03)


def test_a_split_of_too_few_people_says_nothing_and_a_stranger_says_all() -> None:
    planned: dict[str | None, float] = {None: 0.1, "a": 0.9}
    assert ratio_p({None: 1, "a": 9}, planned) is None
    assert ratio_p({"a": 100}, {"a": 1.0}) is None
    assert ratio_p({None: 0, "a": 1_000}, planned) == pytest.approx(0, abs=1e-20)
    assert ratio_p({"a": 500, "b": 500}, {"a": 1.0, "b": 0.0}) == 0.0
    assert ratio_p({"a": 500, None: 500}, {"a": 1.0}) == 0.0


def test_cohens_example_for_the_smallest_rise() -> None:
    """Cohen, Statistical Power Analysis, 2nd ed., table 6.4.1: h = 0.20, power .80, two-sided .05 needs n = 392."""
    rise = 0.5 + math.sin(0.1) * math.cos(0.1)  # sin(pi/4 + 0.1)^2, of which h = 0.2
    assert detectable(393, 393, 0.5) == pytest.approx(rise - 0.5, abs=2e-4)
    assert people_needed(0.5, rise - 0.5) == 393  # 392.4


@settings(deadline=None)
@given(st.integers(2, 100_000), st.integers(2, 100_000), st.floats(0, 0.9))
def test_more_people_see_smaller_rises(one: int, other: int, base: float) -> None:
    few, many = detectable(one, other, base), detectable(one * 2, other * 2, base)
    assert few is None or (many is not None and 0 < many < few <= 1 - base + 1e-9)


def test_with_too_few_no_rise_can_be_seen() -> None:
    assert detectable(0, 100, 0.1) is None
    assert detectable(1, 1, 0.1) is None
    assert detectable(10, 10, 0.9) is None
    for rise in (0, -0.1, 0.95):
        with pytest.raises(ValueError, match="none that could be seen"):
            people_needed(0.1, rise)


def numbers(found: Interval | None) -> Sequence[float]:
    return () if found is None else (found.value, found.low, found.high)


CELLS = st.lists(
    st.builds(Cell, st.booleans(), st.integers(0, 10**9), st.none() | st.integers(0, 50), st.integers(1, 5_000)), max_size=6
)


@settings(deadline=None)
@given(CELLS, CELLS, st.sampled_from([0.05, 0.01, 0.002]))
def test_whatever_people_did_nothing_is_a_nan(one: list[Cell], other: list[Cell], alpha: float) -> None:
    found = [
        difference(one, other, alpha), paise_difference(one, other, alpha), adjusted(one, other, alpha),
        always_valid(one, other, 10_000, alpha), rate_between(one, alpha),
    ]  # fmt: skip
    for interval in found:
        assert all(map(math.isfinite, numbers(interval)))
        if interval is not None:
            assert interval.low <= interval.value + 1e-6 and interval.value <= interval.high + 1e-6
    plain, always = found[0], found[3]
    if plain is not None and always is not None:
        assert -1 <= plain.low <= plain.high <= 1 and -1 <= always.low <= always.high <= 1


@settings(deadline=None)
@given(CELLS, CELLS)
def test_the_other_way_round_is_the_other_sign(one: list[Cell], other: list[Cell]) -> None:
    for formula in (difference, paise_difference, adjusted):
        there, back = numbers(formula(one, other)), numbers(formula(other, one))
        turned = [-back[at] for at in (0, 2, 1)] if back else []
        assert list(there) == pytest.approx(turned, abs=1e-6, rel=1e-6)


def test_nobody_no_conversions_and_everybody() -> None:
    assert difference([], arm(5, 10)) is None and paise_difference([], arm(5, 10)) is None
    assert paise_difference(arm(0, 10), arm(0, 10)) is None
    assert always_valid(arm(0, 500), arm(0, 500), 1_000, 0.01) is None
    assert always_valid(arm(500, 500), arm(500, 500), 1_000, 0.01) is None
    all_of_them = difference(arm(500, 500), arm(500, 500))
    assert all_of_them is not None and all_of_them.value == 0 and not all_of_them.without_zero()
