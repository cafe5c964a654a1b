"""What people did after their turn in a campaign: the goal's event, within its days. Who was held out counts the same way.

An event counts once, for the latest turn before it: a campaign with a trigger gives one member several. What was taken
back (a bill reversed, a payout failed) does not count. Time is when the member acted, not when it was decided upon.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection, text

from campaigns.spec import Campaign, Event, Goal


class Run(Protocol):
    """A campaign's row, as far as results go."""

    @property
    def id(self) -> str: ...
    @property
    def programme_id(self) -> str: ...
    @property
    def campaign(self) -> Campaign: ...


@dataclass(frozen=True, slots=True)
class Conversion:
    """One turn of one member. `arm` None: held out. `converted_at` None, `events` 0: nothing yet."""

    member_id: str
    occasion: str
    arm: str | None
    decided_at: datetime
    converted_at: datetime | None
    events: int
    value_paise: int


@dataclass(frozen=True, slots=True)
class Cell:
    """So many people of one arm who did the same. `before`: the goal's events in as many days before; None: unknown."""

    converted: bool
    value_paise: int
    before: int | None
    people: int


@dataclass(frozen=True, slots=True)
class Counted:
    """`groups`: by arm, None the held out; every arm of the file is in it. `open_people` still have days left, the last
    until `closes_at`."""

    groups: Mapping[str | None, Sequence[Cell]]
    open_people: int
    closes_at: datetime | None


# What the rupees of a goal are, for people; goals that are not here are worth no rupees.
VALUES: Mapping[Event, str] = {
    "scan": "what the points of the scanned coupons are worth",
    "bill": "taxable value of the bills that earned points",
    "redeem": "what was redeemed, before tax",
}

# Each asks for people(member_id, occasion, since, until), one row a turn.
_EVENTS: Mapping[Event, str] = {
    "scan": """
        SELECT p.member_id, p.occasion, p.since, 'coupon/' || c.serial AS key, c.claimed_at AS at,
               (SELECT max(m.amount) FROM postings g JOIN moves m ON m.posting_id = g.id AND m.unit = 'PTS'
                 WHERE g.key = 'coupon/' || c.serial AND g.programme_id = :programme)
               * (SELECT CAST(v.content ->> 'paise_per_point' AS bigint) FROM programme_versions v
                   WHERE v.programme_id = :programme ORDER BY v.version DESC LIMIT 1) AS paise
          FROM people p JOIN coupons c ON c.claimed_by_member = p.member_id AND c.programme_id = :programme
               AND c.claimed_at > p.since AND c.claimed_at <= p.until""",
    "bill": """
        SELECT p.member_id, p.occasion, p.since, c.id AS key, c.created_at AS at, c.taxable_paise AS paise
          FROM people p JOIN claims c ON c.member_id = p.member_id AND c.state = 'credited'
               AND c.created_at > p.since AND c.created_at <= p.until""",
    "redeem": """
        SELECT p.member_id, p.occasion, p.since, o.id AS key, o.requested_at AS at, o.gross_paise AS paise
          FROM people p JOIN payouts o ON o.member_id = p.member_id AND o.state NOT IN ('failed', 'reversed')
               AND o.requested_at > p.since AND o.requested_at <= p.until""",
    "kyc": """
        SELECT p.member_id, p.occasion, p.since, k.id AS key, k.created_at AS at, CAST(0 AS bigint) AS paise
          FROM people p JOIN kyc_checks k ON k.member_id = p.member_id AND k.state = 'verified' AND k.kind <> 'destination'
               AND k.created_at > p.since AND k.created_at <= p.until""",
    # whom the member brought: new people under them
    "enrol": """
        SELECT DISTINCT p.member_id, p.occasion, p.since, n.id AS key, n.created_at AS at, CAST(0 AS bigint) AS paise
          FROM people p JOIN member_links l ON l.parent_id = p.member_id JOIN members n ON n.id = l.child_id
               AND n.created_at > p.since AND n.created_at <= p.until""",
}
_TURNS = """
    SELECT t.member_id, t.occasion, CASE t.outcome WHEN 'queued' THEN t.arm END AS arm, t.decided_at AS since,
           least(t.decided_at + CAST(:within AS interval), :now) AS until, t.before_count
      FROM campaign_people t
     WHERE t.programme_id = :programme AND t.campaign_id = :campaign AND t.outcome <> 'left_out'"""


def with_done(event: Event) -> str:
    """The beginning of a statement: people, and of those who did it done(member_id, occasion, converted_at, events,
    value_paise). Takes what `given` gives.
    """
    return f"""
    WITH people AS ({_TURNS}), found AS (
        SELECT DISTINCT ON (key, member_id) member_id, occasion, at, paise FROM ({_EVENTS[event]}) e
         ORDER BY key, member_id, since DESC, occasion DESC
    ), done AS (
        SELECT member_id, occasion, min(at) AS converted_at, count(*) AS events,
               CAST(coalesce(sum(paise), 0) AS bigint) AS value_paise
          FROM found GROUP BY member_id, occasion
    )"""


_EACH = """
    SELECT p.member_id, p.occasion, p.arm, p.since AS decided_at, d.converted_at, coalesce(d.events, 0) AS events,
           coalesce(d.value_paise, 0) AS value_paise
      FROM people p LEFT JOIN done d USING (member_id, occasion) ORDER BY p.member_id, p.occasion"""
# A member counts once, in the arm of their first turn: sticky, so all their turns have the same.
_CELLS = """
    SELECT arm, converted, value_paise, before, count(*) AS people,
           count(*) FILTER (WHERE closes_at > :now) AS open_people, max(closes_at) AS closes_at
      FROM (SELECT (array_agg(p.arm ORDER BY p.since))[1] AS arm, count(d.member_id) > 0 AS converted,
                   CAST(coalesce(sum(d.value_paise), 0) AS bigint) AS value_paise,
                   (array_agg(p.before_count ORDER BY p.since))[1] AS before,
                   max(p.since) + CAST(:within AS interval) AS closes_at
              FROM people p LEFT JOIN done d USING (member_id, occasion) GROUP BY p.member_id) one
     GROUP BY arm, converted, value_paise, before ORDER BY arm NULLS FIRST, converted, value_paise, before"""
_BEFORE = """
    WITH people AS (
        SELECT m.id AS member_id, '' AS occasion, CAST(:now AS timestamptz) - CAST(:within AS interval) AS since,
               CAST(:now AS timestamptz) AS until
          FROM unnest(CAST(:members AS text[])) AS m (id)
    ) SELECT member_id, count(*) AS events FROM ({}) e GROUP BY member_id"""


def given(run: Run, goal: Goal, now: datetime) -> dict[str, object]:
    """What `with_done` takes."""
    return {
        "programme": run.programme_id, "campaign": run.id, "now": now, "within": timedelta(days=goal.within_days),
    }  # fmt: skip


def of(conn: Connection, run: Run, now: datetime) -> list[Conversion]:
    """Every turn of everybody who was not left out, by member. Empty for a campaign without a goal."""
    goal = run.campaign.goal
    if goal is None:
        return []
    return [Conversion(*row) for row in conn.execute(text(with_done(goal.event) + _EACH), given(run, goal, now))]


def counted(conn: Connection, run: Run, now: datetime) -> Counted:
    """The same as people alike, for experiment.result: as large as what was done differs, not as the audience.

    Raises ValueError for a campaign without a goal.
    """
    goal = run.campaign.goal
    if goal is None:
        raise ValueError(f"{run.id} has no goal")
    groups: dict[str | None, list[Cell]] = {arm.name: [] for arm in run.campaign.arms}
    if run.campaign.experiment.holdout:
        groups[None] = []
    open_people, closes_at = 0, None
    for row in conn.execute(text(with_done(goal.event) + _CELLS), given(run, goal, now)):
        groups.setdefault(row.arm, []).append(Cell(row.converted, row.value_paise, row.before, row.people))
        open_people += row.open_people
        closes_at = row.closes_at if closes_at is None else max(closes_at, row.closes_at)
    return Counted(groups, open_people, closes_at)


def before(
    conn: Connection, programme_id: str, goal: Goal, member_ids: Collection[str], now: datetime
) -> dict[str, int]:  # fmt: skip
    """How often each of them did the goal's event in as many days before now: campaign_people.before_count. One statement."""
    asked = {"programme": programme_id, "members": list(member_ids), "now": now, "within": timedelta(days=goal.within_days)}
    found = {row.member_id: row.events for row in conn.execute(text(_BEFORE.format(_EVENTS[goal.event])), asked)}
    return {member: found.get(member, 0) for member in member_ids}
