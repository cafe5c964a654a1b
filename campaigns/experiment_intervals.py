"""The statistics of an experiment: statsmodels' and scipy's formulas over people alike. Heavy: not for the web process.

Where a figure cannot be had (an arm of nobody, nothing that differs) the answer is None, never a NaN.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import chisquare
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from campaigns.conversions import Cell

POWER = 0.8  # a difference that is there is seen four times out of five
RATIO_ALARM = 0.001  # a split as odd as this comes once in a thousand fair draws
PEOPLE_MIN = 30  # in either arm, and
CONVERTED_MIN = 10  # in both together: fewer say nothing, whatever the formula gives
USUAL = 0.05  # a rate to reckon with before any is known: where the always-valid bounds are tightest; they hold with any


@dataclass(frozen=True, slots=True)
class Interval:
    """What was seen, and where the truth lies."""

    value: float
    low: float
    high: float

    def without_zero(self) -> bool:
        return self.low > 0 or self.high < 0


Cells = Sequence[Cell]


def people(cells: Cells) -> int:
    return sum(cell.people for cell in cells)


def converted(cells: Cells) -> int:
    return sum(cell.people for cell in cells if cell.converted)


def rate(cells: Cells) -> float | None:
    """The part of them that converted; None of nobody."""
    return converted(cells) / everybody if (everybody := people(cells)) else None


def rate_between(cells: Cells, alpha: float = 0.05) -> Interval | None:
    """A rate with Wilson's interval."""
    if (seen := rate(cells)) is None:
        return None
    low, high = proportion_confint(converted(cells), people(cells), alpha=alpha, method="wilson")
    return Interval(seen, float(low), float(high))


def difference(arm: Cells, against: Cells, alpha: float = 0.05) -> Interval | None:
    """The difference of two rates with Newcombe's interval (1998, method 10): good for few people, for no conversions."""
    if not people(arm) or not people(against):
        return None
    low, high = confint_proportions_2indep(
        converted(arm), people(arm), converted(against), people(against), method="newcomb", compare="diff", alpha=alpha
    )
    return _of_rates((rate(arm) or 0.0) - (rate(against) or 0.0), float(low), float(high))


def paise_a_head(cells: Cells) -> float | None:
    everybody = people(cells)
    return sum(cell.value_paise * cell.people for cell in cells) / everybody if everybody else None


def paise_difference(arm: Cells, against: Cells, alpha: float = 0.05) -> Interval | None:
    """The difference in paise a head with Welch's interval; None for fewer than two people, or where nobody's paise differ."""
    return _welch(*((_array([c.value_paise for c in cells]), _weights(cells)) for cells in (arm, against)), alpha=alpha)


def adjusted(arm: Cells, against: Cells, alpha: float = 0.05) -> Interval | None:
    """The difference of two rates with CUPED (Deng and others, 2013): what people's past already explains is taken out.

    One slope for both arms, from within the arms, so the message's own effect is not in it. None where somebody's past is
    unknown, nobody's differs, or there are too few people for it.
    """
    both = (*arm, *against)
    if min(people(arm), people(against)) < PEOPLE_MIN or converted(both) < CONVERTED_MIN:
        return None
    if any(cell.before is None for cell in both):
        return None
    past, done, weights = _centred(arm, against)
    (spread, shared), _ = np.cov(past, done, fweights=weights)
    if spread == 0:
        return None
    slope, mean = shared / spread, float(np.average([c.before or 0 for c in both], weights=_weights(both)))
    left = [_array([c.converted - slope * ((c.before or 0) - mean) for c in cells]) for cells in (arm, against)]
    return _welch((left[0], _weights(arm)), (left[1], _weights(against)), alpha=alpha)


def _centred(arm: Cells, against: Cells) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What they did before and now, each as it differs from its own arm's mean; and the weights."""
    past: list[np.ndarray] = []
    done: list[np.ndarray] = []
    for cells in (arm, against):
        for kept, values in ((past, [c.before or 0 for c in cells]), (done, [c.converted for c in cells])):
            kept.append(_array(values) - np.average(_array(values), weights=_weights(cells)))
    return np.concatenate(past), np.concatenate(done), np.concatenate([_weights(arm), _weights(against)])


def _array(values: Sequence[float]) -> np.ndarray:
    return np.asarray(values, dtype=float)


def _weights(cells: Cells) -> np.ndarray:
    return np.asarray([cell.people for cell in cells], dtype=int)


Sample = tuple[np.ndarray, np.ndarray]


def _welch(arm: Sample, against: Sample, *, alpha: float) -> Interval | None:
    if any(weights.sum() < 2 for _, weights in (arm, against)):
        return None
    one, other = (DescrStatsW(values, weights) for values, weights in (arm, against))
    if one.var == 0 and other.var == 0:
        return None
    low, high = CompareMeans(one, other).tconfint_diff(alpha=alpha, usevar="unequal")
    return Interval(float(one.mean - other.mean), float(low), float(high))


def ratio_p(seen: Mapping[str | None, int], planned: Mapping[str | None, float]) -> float | None:
    """How likely a split as odd as this is when people were drawn as planned (chi-square). None: nothing to compare, or too
    few people. Somebody in an arm that nobody should be in: 0."""
    if any(count and not planned.get(arm) for arm, count in seen.items()):
        return 0.0
    arms = [arm for arm, share in planned.items() if share]
    everybody = sum(seen.values())
    if len(arms) < 2 or min(planned[arm] for arm in arms) * everybody < 5:  # the usual least for chi-square
        return None
    whole = sum(planned[arm] for arm in arms)
    found = chisquare([seen.get(arm, 0) for arm in arms], [planned[arm] / whole * everybody for arm in arms])
    return float(found.pvalue)


def detectable(arm: int, against: int, base: float, alpha: float = 0.05, power: float = POWER) -> float | None:
    """The smallest rise over the rate `base` that so many people show four times out of five: 0.02 for 2 of 100.

    None: none at all, with so few. By the arcsine of the rates (Cohen's h).
    """
    if min(arm, against) < 2:
        return None
    effect = float(NormalIndPower().solve_power(nobs1=arm, ratio=against / arm, alpha=alpha, power=power))
    angle = math.asin(math.sqrt(base)) + effect / 2
    return math.sin(angle) ** 2 - base if angle <= math.pi / 2 else None


def people_needed(base: float, rise: float, alpha: float = 0.05, power: float = POWER) -> int:
    """How many people each of two arms needs to show that rise. Raises ValueError where it is none, or over everybody."""
    if not 0 < rise <= 1 - base:
        raise ValueError(f"a rise of {rise} over {base} is none that could be seen")
    effect = 2 * (math.asin(math.sqrt(base + rise)) - math.asin(math.sqrt(base)))
    return math.ceil(float(NormalIndPower().solve_power(effect_size=effect, alpha=alpha, power=power)))


def always_valid(arm: Cells, against: Cells, planned: int, alpha: float) -> Interval | None:
    """The difference of two rates with bounds that hold at every look at once, however often somebody looks.

    The normal mixture of Robbins (1970), in the form of Howard and others (2021), over the sum of what the arms differ by:
    both new people and new conversions of the same people let that sum's variance grow, and with no difference it is a
    martingale either way. `planned` people, known before the start, say where the bounds are tightest. None: too few yet.
    """
    both = (*arm, *against)
    arms, everybody, done = (people(arm), people(against)), people(both), converted(both)
    if min(arms) < PEOPLE_MIN or done < CONVERTED_MIN or everybody - done < CONVERTED_MIN:
        return None
    pairs, common = arms[0] * arms[1] / everybody, done / everybody
    variance = pairs * common * (1 - common)
    share = arms[0] / everybody
    wanted = -2 * math.log(alpha)
    tuned = max(planned, 1) * share * (1 - share) * USUAL * (1 - USUAL) / (wanted + math.log(wanted + 1))
    reach = math.sqrt((variance + tuned) * (wanted + math.log((variance + tuned) / tuned))) / pairs
    seen = (rate(arm) or 0.0) - (rate(against) or 0.0)
    return _of_rates(seen, seen - reach, seen + reach)


def _of_rates(seen: float, low: float, high: float) -> Interval:
    """Two rates differ by at most one; what is reckoned in floats may pass it by a hair."""
    return Interval(seen, max(-1.0, low), min(1.0, high))
