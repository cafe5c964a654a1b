"""Tax deducted from benefits: how much of one redemption, by the rule of its day and what the year has seen. Pure.

Nothing is deducted until a person's benefits of one tax year (1 April to 31 March, in India) exceed the threshold. The
redemption that crosses it pays tax on the whole year so far; every later one on itself. What was deducted at one rate
stays: a PAN that is given later changes the rate of later deductions only, and the member claims the rest in their
return. So the year keeps two sums: `total`, all benefits, and `taxed`, that part of them on which tax was taken.

Whole rupees: 50 paise and more become one, less is ignored, at the time of deduction (CBDT Circular 49 of 1970; the
statements of deduction know whole rupees too). Rounded are the year's sums and not each deduction, so that the order of
redemptions does not change the year's tax.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from base.days import day_of, start_of

RUPEE = 100
WHOLE_BP = 10_000
LEAST_NET_PAISE = 100  # no provider pays less than a rupee


class GrossUp(StrEnum):
    """When the deductor bears the tax; what it bears is a benefit too."""

    NEVER = "never"  # a redemption that cannot carry its tax is refused
    SHORT = "short"  # only where the redemption cannot carry it
    ALWAYS = "always"


class Why(StrEnum):
    BELOW = "below"  # the year's benefits do not exceed the threshold
    CROSSING = "crossing"  # they do with this one: its tax covers earlier ones too
    BEYOND = "beyond"  # they do: tax on this one
    COVERED = "covered"  # tax on more than the year's benefits was taken already (some were returned since)
    BORNE = "borne"  # the deductor bears it


@dataclass(frozen=True, slots=True)
class Rule:
    """The law as it stands from a day on. Rates in basis points: 1,000 are 10 %."""

    id: str
    section: str
    payment_code: str  # as the statement of deductions asks for it
    from_day: date
    threshold_paise: int  # "exceeds": exactly so much is still free
    rate_bp: int
    rate_without_pan_bp: int
    gross_up: GrossUp


@dataclass(frozen=True, slots=True)
class SoFar:
    """One person's tax year before a redemption, over all programmes of the deductor. What was returned is out of it."""

    total_paise: int = 0
    taxed_paise: int = 0
    tax_paise: int = 0


@dataclass(frozen=True, slots=True)
class Split:
    """gross = tax + net. `taxed_paise`: the value this tax is for; `total_paise`: the year with this redemption."""

    gross_paise: int
    tax_paise: int
    net_paise: int
    taxed_paise: int
    total_paise: int
    rate_bp: int
    why: Why


@dataclass(frozen=True, slots=True)
class TaxExceedsCash:
    """Nothing would be left to pay. A redemption worth `least_paise` (gross) carries the tax."""

    gross_paise: int
    tax_paise: int
    least_paise: int


class NoRule(LookupError):
    """No rule is in force on the day: the data of config/tax begins later."""


def rule_on(rules: Sequence[Rule], day: date) -> Rule:
    """The newest rule that is in force on `day`. Raises NoRule."""
    in_force = [rule for rule in rules if rule.from_day <= day]
    if not in_force:
        raise NoRule(f"no tax rule is in force on {day}; config/tax needs one")
    return max(in_force, key=lambda rule: rule.from_day)


def split(rule: Rule, so_far: SoFar, benefit_paise: int, *, has_pan: bool) -> Split | TaxExceedsCash:
    """What a redemption worth `benefit_paise` (> 0) pays out and what it pays in tax."""
    if benefit_paise <= 0:
        raise ValueError("a benefit is a positive number of paise")
    rate_bp = rule.rate_bp if has_pan else rule.rate_without_pan_bp
    total = so_far.total_paise + benefit_paise
    if total <= rule.threshold_paise:
        return Split(benefit_paise, 0, benefit_paise, 0, total, rate_bp, Why.BELOW)
    untaxed = total - so_far.taxed_paise
    if untaxed <= 0:
        return Split(benefit_paise, 0, benefit_paise, 0, total, rate_bp, Why.COVERED)
    if rule.gross_up is GrossUp.ALWAYS:
        return _borne(benefit_paise, untaxed, total, rate_bp)
    tax = _share(so_far.taxed_paise + untaxed, rate_bp) - _share(so_far.taxed_paise, rate_bp)
    net = benefit_paise - tax
    if tax and net < LEAST_NET_PAISE:
        if rule.gross_up is GrossUp.SHORT:
            return _borne(benefit_paise, untaxed, total, rate_bp)
        return TaxExceedsCash(benefit_paise, tax, _least(max(untaxed - benefit_paise, 0), rate_bp))
    why = Why.CROSSING if untaxed > benefit_paise else Why.BEYOND
    return Split(benefit_paise, tax, net, untaxed, total, rate_bp, why)


def tax_year(at: datetime) -> str:
    """1 April to 31 March in India, as "2026-27"."""
    first = _first_year(at)
    return f"{first}-{(first + 1) % 100:02}"


def quarter(at: datetime) -> int:
    """1 (April to June) to 4 (January to March) of the tax year, in India."""
    return (day_of(at).month - 4) % 12 // 3 + 1


def quarter_days(year: str, number: int) -> tuple[datetime, datetime]:
    """Where a quarter of a tax year begins, and where the next one does."""
    first = int(year[:4])
    begins = [date(first, 4, 1), date(first, 7, 1), date(first, 10, 1), date(first + 1, 1, 1), date(first + 1, 4, 1)]
    start, end = (start_of(day) for day in begins[number - 1 : number + 1])
    return start, end


def _first_year(at: datetime) -> int:
    here = day_of(at)
    return here.year if here.month >= 4 else here.year - 1


def _share(paise: int, rate_bp: int) -> int:
    """The rate of a sum, in whole rupees, from 50 paise on upwards."""
    return (paise * rate_bp + WHOLE_BP * RUPEE // 2) // (WHOLE_BP * RUPEE) * RUPEE


def _borne(cash: int, untaxed: int, total: int, rate_bp: int) -> Split:
    """The member gets all of `cash`; the tax on top of it is worth as much more to them, and is taxed too."""
    left_bp = WHOLE_BP - rate_bp
    tax = (untaxed * rate_bp + left_bp * RUPEE // 2) // (left_bp * RUPEE) * RUPEE
    return Split(cash + tax, tax, cash, untaxed + tax, total + tax, rate_bp, Why.BORNE)


def _least(untaxed_before: int, rate_bp: int) -> int:
    """A redemption so large surely leaves LEAST_NET_PAISE after tax on itself and on what is untaxed yet."""
    left_bp = WHOLE_BP - rate_bp
    needed = untaxed_before * rate_bp + (LEAST_NET_PAISE + RUPEE) * WHOLE_BP  # two roundings move a rupee at most
    return -(-needed // left_bp)
