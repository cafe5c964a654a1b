"""A campaign is kept as a draft: its row, its list of people, its words at WhatsApp, and what it could show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import Connection, text

from bot import campaign_check
from campaigns import audience, conversions, makers, people_list, rows
from campaigns.forecast import Forecast
from campaigns.people_list import ListRow
from campaigns.rows import Row

SAMPLE_PEOPLE = 5_000  # of the audience: what they did lately says how often the goal happens by itself
PROBLEMS_KEPT = 200_000  # rows of a list that are named; the rest is counted
FOUND = "found"
_FORGET = text("DELETE FROM campaign_listed WHERE programme_id = :programme AND campaign_id = :campaign")


@dataclass(slots=True)
class Listed:
    """What became of a CSV list. `counts`: by outcome. `problems`: the first rows that name nobody."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[ListRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Detectable:
    """What an experiment of this size can show, four times out of five: from `base_rate` (of those looked at, who did the
    goal in as many days before now; `usual`: nobody did, perhaps because the audience is of just those, so what is usual is
    taken) a rise of `rise`; None: nothing. `arm`, `against`: people in the smallest two."""

    base_rate: float
    arm: int
    against: int
    rise: float | None
    usual: bool


def keep_list(conn: Connection, row: Row, file: BinaryIO, *, by: str, at: datetime) -> Listed:
    """In place of the list it had, of a draft that is locked. Whoever gives the list is one of its makers, and none of
    them approves it. Raises BadSheet, also on the way: then the transaction must not be committed."""
    listed = Listed()
    makers.gave_list(conn, row, rows.subject(row), by=by, at=at)
    conn.execute(_FORGET, {"programme": row.programme_id, "campaign": row.id})
    found = people_list.read(conn, row.programme_id, file, marketing=row.category == "marketing")
    people_list.put(conn, row.programme_id, row.id, _members(listed, found))
    return listed


def what_it_can_show(conn: Connection, row: Row, seen: Forecast, now: datetime) -> Detectable | None:
    """None for what is no experiment."""
    goal = row.campaign.goal
    groups = [seen.arms.get(arm.name, 0) for arm in row.campaign.arms]
    groups += [seen.holdout] if row.campaign.experiment.holdout else []
    if goal is None or len(groups) < 2:
        return None
    # Statistics take seconds to load: only where they are asked for.
    from campaigns.experiment import END_ALPHA, USUAL, compared, detectable

    whom = campaign_check.audience_of(conn, row.programme_id, row.campaign)
    some = audience.page(conn, whom, now, "", SAMPLE_PEOPLE)
    did = conversions.before(conn, row.programme_id, goal, some, now) if some else {}
    base = sum(count > 0 for count in did.values()) / max(len(some), 1)
    against, arm = sorted(groups)[:2]
    rise = detectable(arm, against, base or USUAL, END_ALPHA / len(compared(row.campaign)))  # as its end is decided
    return Detectable(round(base or USUAL, 4), arm, against, rise, usual=not base)


def _members(listed: Listed, read: Iterator[ListRow]) -> Iterator[str]:
    for row in read:
        listed.counts[row.outcome] += 1
        if row.outcome == FOUND and row.member_id is not None:
            yield row.member_id
        elif len(listed.problems) < PROBLEMS_KEPT:
            listed.problems.append(row)


