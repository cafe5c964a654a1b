"""What a campaign caused: its arms compared with those who got nothing, or with the first arm where nobody was held out.

Start here; the formulas are experiment_intervals', the sentences experiment_words'. Heavy: not for the web process.

Looking every day at a plain 95 % interval finds a difference that is none in one campaign of four. So while people still
have days left only the always-valid bounds decide, at 1 %, and at the end the plain interval, at 4 %: together no more
than 5 %, however often somebody looks. With several comparisons each has its part of that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection

from campaigns import conversions, experiment_words
from campaigns.assign import shares
from campaigns.conversions import VALUES, Cell, Counted
from campaigns.experiment_intervals import (
    CONVERTED_MIN,
    PEOPLE_MIN,
    RATIO_ALARM,
    USUAL,
    Interval,
    adjusted,
    always_valid,
    converted,
    detectable,
    difference,
    paise_a_head,
    paise_difference,
    people,
    people_needed,
    rate,
    rate_between,
    ratio_p,
)
from campaigns.rows import Row
from campaigns.spec import Campaign

ALPHA = 0.05  # of the intervals that are shown
EARLY_ALPHA, END_ALPHA = 0.01, 0.04  # of what decides
NEVER_ENDING = 10_000  # people that a campaign with a trigger is planned for: how many there will be nobody knows
__all__ = ["END_ALPHA", "USUAL", "Verdict", "compared", "detectable", "of", "people_needed", "result", "to_json"]

Finding = Literal["better", "worse", "unclear", "too_few"]
Status = Literal[
    "nobody", "uneven", "nothing_to_compare", "too_few", "too_early", "works", "harms", "differs", "no_difference"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ArmResult:
    """`name` None: the held out. Rates are parts of 1; None of nobody."""

    name: str | None
    people: int
    converted: int
    rate: Interval | None
    paise_a_head: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`arm` minus `against` (None: the held out), 95 % intervals for all comparisons together.

    `early`: the bounds that hold at every look, 99 %. `adjusted`: with what people did before taken out (CUPED).
    `decides`: what the finding goes by, and what the words tell: `early` while it runs, at the end the adjusted one, else the
    plain one, of 96 %. `paise_a_head`: None where the goal has no rupees. `finding` is what may be said by now.
    """

    arm: str
    against: str | None
    difference: Interval | None
    early: Interval | None
    adjusted: Interval | None
    decides: Interval | None
    paise_a_head: Interval | None
    finding: Finding
    people: int  # of the arm
    between_messages: bool = False  # beside those with the held out: is one message better than the other


@dataclass(frozen=True, slots=True)
class Verdict:
    """`words` is for people. `ratio_p`: how likely so odd a split is by chance (`uneven` below 1 in 1,000); `detectable`: the
    smallest rise that so many people could show, of the first comparison. `open_people` have days left until `closes_at`."""

    status: Status
    words: str
    running: bool
    arms: Sequence[ArmResult]
    comparisons: Sequence[Comparison]
    ratio_p: float | None
    detectable: float | None
    open_people: int
    closes_at: datetime | None
    planned: Mapping[str | None, float] = field(default_factory=dict)  # of all people, the part that each arm should have


def of(conn: Connection, row: Row, now: datetime) -> Verdict | None:
    """What the campaign has caused so far; None for one without a goal."""
    if row.campaign.goal is None:
        return None
    running = row.state not in ("stopped", "done")
    return result(row.campaign, conversions.counted(conn, row, now), running=running, planned_people=row.size)


def to_json(verdict: Verdict) -> dict[str, Any]:
    """As `campaign report --json` prints it; the held out are the arm null."""
    raw = asdict(verdict) | {"planned": [{"arm": arm, "part": part} for arm, part in verdict.planned.items()]}
    return raw | {"closes_at": verdict.closes_at.isoformat() if verdict.closes_at else None}


def result(campaign: Campaign, counted: Counted, *, running: bool, planned_people: int) -> Verdict:
    """`running`: people still come, or have days left; then only what holds at every look is said. `planned_people`: the
    size of the audience as known at the start. Raises ValueError for a campaign without a goal."""
    if campaign.goal is None:
        raise ValueError(f"{campaign.id} has no goal")
    running = running or counted.open_people > 0
    groups, planned = counted.groups, shares(campaign)
    planned_people = NEVER_ENDING if campaign.trigger or planned_people <= 0 else planned_people
    pairs = compared(campaign)
    comparisons = tuple(
        _compare(campaign, groups, arm, against, len(pairs), running=running, planned=planned_people, between=between)
        for arm, against, between in pairs
    )
    ratio = ratio_p({arm: people(cells) for arm, cells in groups.items()}, planned)
    status = _status(groups, comparisons, ratio, running=running)
    arms = tuple(
        ArmResult(name, people(cells), converted(cells), rate_between(cells), paise_a_head(cells))
        for name, cells in sorted(groups.items(), key=lambda one: (one[0] is not None, list(planned).index(one[0])))
    )
    verdict = Verdict(
        status, "", running, arms, comparisons, ratio, _seen(groups, pairs), counted.open_people, counted.closes_at, planned
    )
    return experiment_words.said(campaign, verdict)


def compared(campaign: Campaign) -> list[tuple[str, str | None, bool]]:
    """Every arm with the held out, then, marked so, the messages with the first; without a holdout the latter only. Each
    is decided with its part of the error allowed."""
    first, *others = (arm.name for arm in campaign.arms)
    held_out: list[tuple[str, str | None, bool]] = [(arm, None, False) for arm in (first, *others)]
    if not campaign.experiment.holdout:
        return [(arm, first, False) for arm in others]
    return [*held_out, *((arm, first, True) for arm in others)]


def _compare(
    campaign: Campaign, groups: Mapping[str | None, Sequence[Cell]], arm: str, against: str | None, count: int, *,
    running: bool, planned: int, between: bool,
) -> Comparison:  # fmt: skip
    both = groups[arm], groups[against]
    assert campaign.goal is not None
    alpha = ALPHA / count
    early = always_valid(*both, planned, EARLY_ALPHA / count)
    decides = early if running else adjusted(*both, END_ALPHA / count) or difference(*both, END_ALPHA / count)
    return Comparison(
        arm, against, difference(*both, alpha), early, adjusted(*both, alpha), decides,
        paise_difference(*both, alpha) if campaign.goal.event in VALUES else None,
        _finding(both, decides), people(both[0]), between,
    )  # fmt: skip


def _finding(both: tuple[Sequence[Cell], Sequence[Cell]], decides: Interval | None) -> Finding:
    if decides is None or min(map(people, both)) < PEOPLE_MIN or sum(map(converted, both)) < CONVERTED_MIN:
        return "too_few"
    return "unclear" if not decides.without_zero() else "better" if decides.low > 0 else "worse"


def _status(
    groups: Mapping[str | None, Sequence[Cell]], comparisons: Sequence[Comparison], ratio: float | None, *, running: bool
) -> Status:
    if not any(people(cells) for cells in groups.values()):
        return "nobody"
    if ratio is not None and ratio < RATIO_ALARM:
        return "uneven"
    findings = {one.finding for one in comparisons if not one.between_messages}
    if not findings:
        return "nothing_to_compare"
    if None not in groups and findings & {"better", "worse"}:
        return "differs"  # one message from the other; what either caused nobody knows
    if "better" in findings:
        return "works"
    if "worse" in findings:
        return "harms"
    if running:
        return "too_early"
    return "no_difference" if "unclear" in findings else "too_few"


def _seen(groups: Mapping[str | None, Sequence[Cell]], pairs: Sequence[tuple[str, str | None, bool]]) -> float | None:
    if not pairs:
        return None
    arm, against, _ = pairs[0]
    base = rate(groups[against])
    return None if base is None else detectable(people(groups[arm]), people(groups[against]), base, END_ALPHA / len(pairs))
