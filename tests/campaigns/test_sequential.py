"""Looking often: by simulation, what decides keeps its error rate under twenty looks, and the plain interval does not.

Campaigns without any effect are run many times over, seeded. Two ways of growing: people who come in day by day (a
trigger), and one audience whose conversions come in day by day (a broadcast). Where there is an effect it is still found.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from campaigns.conversions import Cell
from campaigns.experiment import EARLY_ALPHA, END_ALPHA
from campaigns.experiment_intervals import adjusted, always_valid, difference

LOOKS = 20
PEOPLE = 2_000  # of an arm, in the end
RUNS = 400
ALLOWED = 0.05

Arms = tuple[list[Cell], list[Cell]]


def cells(converted: int, people: int) -> list[Cell]:
    return [Cell(True, 0, None, int(converted)), Cell(False, 0, None, int(people - converted))]


def coming_in(chance: np.random.Generator, rates: tuple[float, float]) -> Iterator[Arms]:
    """More people at every look, whose days are over."""
    batch = PEOPLE // LOOKS
    done = np.cumsum([[chance.binomial(batch, rate) for rate in rates] for _ in range(LOOKS)], axis=0)
    for look, (one, other) in enumerate(done, start=1):
        yield cells(one, batch * look), cells(other, batch * look)


def maturing(chance: np.random.Generator, rates: tuple[float, float]) -> Iterator[Arms]:
    """The same people at every look, of whom more have converted."""
    when = [np.where(chance.random(PEOPLE) < rate, chance.integers(0, LOOKS, PEOPLE), LOOKS + 1) for rate in rates]
    for look in range(LOOKS):
        one, other = ((arm <= look).sum() for arm in when)
        yield cells(one, PEOPLE), cells(other, PEOPLE)


GROWTHS = pytest.mark.parametrize("growth", [coming_in, maturing])


def decided(looks: list[Arms]) -> bool:
    """Whether anything would be said at any look: always-valid bounds on the way, the plain interval at the last."""
    early = (always_valid(*arms, 2 * PEOPLE, EARLY_ALPHA) for arms in looks)
    last = difference(*looks[-1], END_ALPHA)
    return any(bounds is not None and bounds.without_zero() for bounds in early) or (last is not None and last.without_zero())


def peeked(looks: list[Arms]) -> bool:
    """Whether a plain 95 % interval would have shown a difference at any look."""
    return any(found is not None and found.without_zero() for found in (difference(*arms) for arms in looks))


@GROWTHS
@pytest.mark.thorough
@pytest.mark.parametrize("rate", [0.02, 0.2])
def test_twenty_looks_raise_no_more_false_alarms_than_one(growth, rate: float) -> None:
    chance = np.random.default_rng(20260105)
    runs = [list(growth(chance, (rate, rate))) for _ in range(RUNS)]
    false_alarms = sum(map(decided, runs)) / RUNS
    naive = sum(map(peeked, runs)) / RUNS
    assert false_alarms <= ALLOWED, false_alarms
    assert naive > 2 * ALLOWED, naive


@GROWTHS
def test_an_effect_is_still_found(growth) -> None:
    """A rise from 5 to 7.5 of 100, which so many people show nine times out of ten at one look."""
    chance = np.random.default_rng(20260106)
    runs = [list(growth(chance, (0.075, 0.05))) for _ in range(100)]
    assert sum(map(decided, runs)) >= 80
    large = [list(growth(chance, (0.15, 0.05))) for _ in range(30)]
    bounds = [[always_valid(*arms, 2 * PEOPLE, EARLY_ALPHA) for arms in run[:15]] for run in large]
    assert sum(any(found and found.low > 0 for found in run) for run in bounds) >= 25


def test_cuped_covers_the_truth_and_is_narrower() -> None:
    """People who did it before do it again; the true rise is 2 of 100. 95 % intervals must hold it 95 times of 100."""
    chance = np.random.default_rng(20260107)
    covered, widths = 0, []
    for _ in range(RUNS):
        groups = []
        for rise in (0.02, 0.0):
            before = chance.poisson(1.0, PEOPLE)
            done = chance.random(PEOPLE) < np.minimum(0.9, 0.05 + 0.25 * before) * (1 - rise) + rise
            kinds, counts = np.unique(np.stack([done, before]), axis=1, return_counts=True)
            groups.append([Cell(bool(d), 0, int(b), int(n)) for (d, b), n in zip(kinds.T, counts, strict=True)])
        plain, sharper = difference(groups[0], groups[1]), adjusted(groups[0], groups[1])
        assert plain is not None and sharper is not None
        truth = 0.02 * (1 - MEAN_RATE)
        covered += sharper.low <= truth <= sharper.high
        widths.append((sharper.high - sharper.low) / (plain.high - plain.low))
    assert covered / RUNS >= 0.93
    assert np.median(widths) < 0.9


MEAN_RATE = float(np.mean(np.minimum(0.9, 0.05 + 0.25 * np.random.default_rng(1).poisson(1.0, 2_000_000))))
