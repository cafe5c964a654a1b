"""A verdict in words that need no statistics. Rates are told of 100 people, or of as many as make the figures whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from base.days import day_of
from base.money import grouped, rupees
from campaigns.spec import Campaign, Event

if TYPE_CHECKING:
    from campaigns.experiment import Comparison, Verdict
    from campaigns.experiment_intervals import Interval

DID: Mapping[Event, str] = {
    "scan": "scanned a coupon", "bill": "sent a bill that earned points", "redeem": "redeemed", "kyc": "proved who they are",
    "enrol": "brought somebody new",
}  # fmt: skip
SCALES = (100, 1_000, 10_000)
SELDOM = 2  # conversions of so many people at least are told as a figure that means something


def said(campaign: Campaign, verdict: Verdict) -> Verdict:
    """The verdict with its words."""
    assert campaign.goal is not None
    sentences = _SAYS[verdict.status](campaign, verdict, DID[campaign.goal.event])
    return replace(verdict, words=" ".join(sentences))


def called(arm: str | None) -> str:
    return "those who got nothing" if arm is None else f"“{arm}”"


def scale_of(rate: float) -> int:
    """Of how many people a rate is told."""
    return next((scale for scale in SCALES if rate * scale >= SELDOM), SCALES[-1] if rate else SCALES[0])


def of_so_many(part: float, scale: int) -> str:
    """0.034 of 100 -> 3.4."""
    return f"{part * scale:.1f}"


def more(part: float, scale: int) -> str:
    """1.2 more, 0.3 fewer."""
    return f"{of_so_many(abs(part), scale)} {'more' if part >= 0 else 'fewer'}"


def between(interval: Interval, scale: int) -> str:
    if interval.low >= 0 or interval.high <= 0:
        near, far = sorted((abs(interval.low), abs(interval.high)))
        which = "more" if interval.low >= 0 else "fewer"
        return f"between {of_so_many(near, scale)} and {of_so_many(far, scale)} {which}"
    return f"between {more(interval.low, scale)} and {more(interval.high, scale)}"


def _rates(verdict: Verdict, one: Comparison, did: str) -> str:
    """Of 100 people 4.1 with “a” scanned a coupon, of those who got nothing 3.0."""
    rates = {arm.name: arm.rate.value for arm in verdict.arms if arm.rate}
    scale = scale_of(rates.get(one.against) or rates.get(one.arm) or 0)
    seen, other = (of_so_many(rates.get(arm, 0.0), scale) for arm in (one.arm, one.against))
    return f"of {grouped(scale)} people who got {called(one.arm)}, {seen} {did}; of {called(one.against)}, {other}"


def _effect(verdict: Verdict, one: Comparison, did: str) -> str:
    sure = one.decides
    assert sure is not None
    rates = {arm.name: arm.rate.value for arm in verdict.arms if arm.rate}
    scale = scale_of(rates.get(one.against) or rates.get(one.arm) or 0)
    taken = ", with what they did before taken into account" if not verdict.running and one.adjusted else ""
    words = f"That is {more(sure.value, scale)} of {grouped(scale)}{taken}; the truth lies {between(sure, scale)}."
    if one.against is None:
        in_all = [round(abs(part) * one.people) for part in (sure.value, *sorted((sure.low, sure.high), key=abs))]
        which = "more" if sure.value >= 0 else "fewer"
        words += (
            f" Over all {grouped(one.people)} who got it that makes about {grouped(in_all[0])} people {which}"
            f" (between {grouped(in_all[1])} and {grouped(in_all[2])}) who {did}."
        )
    return words


def _money(verdict: Verdict, one: Comparison) -> str:
    """In rupees a head; empty where the goal has none or nobody earned any."""
    if one.paise_a_head is None:
        return ""
    seen, low, high = (round(part) for part in (one.paise_a_head.value, one.paise_a_head.low, one.paise_a_head.high))
    sure = "" if one.paise_a_head.without_zero() else ", so in rupees nothing is certain"
    so_far = " so far" if verdict.running else ""
    return f"In rupees{so_far}: {rupees(seen)} a head (between {rupees(low)} and {rupees(high)}{sure})."


def _decided(campaign: Campaign, verdict: Verdict, did: str) -> list[str]:
    wanted = {"works": ("better",), "harms": ("worse",), "differs": ("better", "worse")}[verdict.status]
    found = [one for one in verdict.comparisons if one.finding in wanted and not one.between_messages]
    most = max(found, key=lambda one: abs(one.difference.value) if one.difference else 0)
    better, worse = (most.arm, most.against) if most.finding == "better" else (most.against, most.arm)
    opening = {
        "works": "It works", "harms": "It does harm", "differs": f"{called(better)} does better than {called(worse)}",
    }[verdict.status]  # fmt: skip
    already = " already, and that holds however often you look" if verdict.running else ""
    sentences = [f"{opening}{already}: {_rates(verdict, most, did)}. {_effect(verdict, most, did)}", _money(verdict, most)]
    return [one for one in (*sentences, *_others(verdict, most)) if one]


def _others(verdict: Verdict, told: Comparison) -> list[str]:
    """What else is certain: the other messages, and the messages among each other."""
    words = []
    for one in verdict.comparisons:
        if one is told:
            continue
        which = {"better": "did better than", "worse": "did worse than"}.get(one.finding)
        if which:
            words.append(f"{called(one.arm)} {which} {called(one.against)}.")
        else:
            words.append(f"Whether {called(one.arm)} differs from {called(one.against)} cannot be told.")
    return words


def _no_difference(campaign: Campaign, verdict: Verdict, did: str) -> list[str]:
    one = next(one for one in verdict.comparisons if one.finding == "unclear" and not one.between_messages)
    sure = one.decides
    assert sure is not None
    rates = {arm.name: arm.rate.value for arm in verdict.arms if arm.rate}
    scale = scale_of(rates.get(one.against) or rates.get(one.arm) or 0)
    words = [f"No difference that could not be chance: {_rates(verdict, one, did)}.",
             f"The truth lies {between(sure, scale)} of {grouped(scale)}."]  # fmt: skip
    if verdict.detectable:
        words.append(f"So many people can show a rise of {of_so_many(verdict.detectable, scale)} of {grouped(scale)} or more.")
    return [*words, *(one for one in _others(verdict, one) if "cannot be told" not in one)]


def _too_early(campaign: Campaign, verdict: Verdict, did: str) -> list[str]:
    one = verdict.comparisons[0]
    waits = "People are still being added." if not verdict.open_people else (
        f"{grouped(verdict.open_people)} people still have days left"
        + (f", the last until {day_of(verdict.closes_at):%d %B %Y}." if verdict.closes_at and not campaign.trigger else ".")
    )  # fmt: skip
    far = f"So far {_rates(verdict, one, did)}." if all(arm.people for arm in verdict.arms) else ""
    return [part for part in (f"Too early to tell. {waits}", far, "Early figures swing: do not decide on them.") if part]


def _too_few(campaign: Campaign, verdict: Verdict, did: str) -> list[str]:
    one = verdict.comparisons[0]
    counts = {arm.name: arm for arm in verdict.arms}
    arm, against = counts[one.arm], counts[one.against]
    words = [
        f"Too few people to tell: {grouped(arm.converted)} of {grouped(arm.people)} who got {called(one.arm)} {did},"
        f" and {grouped(against.converted)} of {grouped(against.people)} of {called(one.against)}."
    ]
    if verdict.detectable is None:
        words.append("With so few no difference at all could be seen.")
    else:
        words.append(f"Only a rise of {of_so_many(verdict.detectable, 100)} of 100 or more could be seen with so few.")
    return words


def _uneven(campaign: Campaign, verdict: Verdict, did: str) -> list[str]:
    everybody = sum(arm.people for arm in verdict.arms)
    planned = {arm.name: round(verdict.planned.get(arm.name, 0) * everybody) for arm in verdict.arms}
    parts = ", ".join(
        f"{called(arm.name)} {grouped(arm.people)} instead of about {grouped(planned[arm.name])}" for arm in verdict.arms
    )
    return [f"Do not trust this result: people were not split as planned ({parts}).",
            "Something other than chance chose who got what; find it before comparing."]  # fmt: skip


def _nothing(campaign: Campaign, verdict: Verdict, did: str) -> list[str]:
    (arm,) = verdict.arms
    scale = scale_of(arm.rate.value if arm.rate else 0)
    rate = of_so_many(arm.rate.value if arm.rate else 0, scale)
    return [f"There is nothing to compare with: everybody got the same. Of {grouped(scale)} people {rate} {did}, but how many"
            " would have done so anyway nobody knows. Hold some out next time: [experiment] holdout = 10."]  # fmt: skip


def _nobody(campaign: Campaign, verdict: Verdict, did: str) -> list[str]:
    return ["Too early to tell: it has gone to nobody yet."]


_SAYS = {
    "nobody": _nobody, "uneven": _uneven, "nothing_to_compare": _nothing, "too_few": _too_few, "too_early": _too_early,
    "works": _decided, "harms": _decided, "differs": _decided,
    "no_difference": _no_difference,
}  # fmt: skip
