"""What people did after their turn in a campaign: the goal's event, within its days. Who was held out counts the same way.

An event counts once, for the latest turn before it: a campaign with a trigger gives one member several. What was taken
back (a bill reversed, a payout failed) does not count. Who was merged into another member goes on as that one. Time is when
the member acted, not when it was decided upon.
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


SCAN_TIMEOUT = "5min"  # of a report over a hundred thousand people on a busy machine
# What the rupees of a goal are, for people; goals that are not here are worth no rupees.
VALUES: Mapping[Event, str] = {
    "scan": "what the points of the scanned coupons are worth",
    "bill": "taxable value of the bills that earned points",
    "redeem": "what was redeemed, before tax",
}

# What one turn's member did in (since, until]: each is asked turn by turn, along an index, so that no plan of it can be bad.
_EVENTS: Mapping[Event, str] = {
    "scan": """
        SELECT c.claimed_at AS at,
               (SELECT max(m.amount) FROM postings g JOIN moves m ON m.posting_id = g.id AND m.unit = 'PTS'
                 WHERE g.key = 'coupon/' || c.serial AND g.programme_id = :programme)
               * (SELECT CAST(v.content ->> 'paise_per_point' AS bigint) FROM programme_versions v
                   WHERE v.programme_id = :programme ORDER BY v.version DESC LIMIT 1) AS paise
          FROM coupons c WHERE c.claimed_by_member = p.member_id AND c.programme_id = :programme
           AND c.claimed_at > p.since AND c.claimed_at <= p.until""",
    "bill": """
        SELECT c.created_at AS at, c.taxable_paise AS paise FROM claims c
         WHERE c.member_id = p.member_id AND c.state = 'credited' AND c.created_at > p.since AND c.created_at <= p.until""",
    "redeem": """
        SELECT o.requested_at AS at, o.gross_paise AS paise FROM payouts o
         WHERE o.member_id = p.member_id AND o.state NOT IN ('failed', 'reversed')
           AND o.requested_at > p.since AND o.requested_at <= p.until""",
    "kyc": """
        SELECT k.created_at AS at, CAST(0 AS bigint) AS paise FROM kyc_checks k
         WHERE k.member_id = p.member_id AND k.state = 'verified' AND k.kind <> 'destination'
           AND k.created_at > p.since AND k.created_at <= p.until""",
    # whom the member brought: new people under them
    "enrol": """
        SELECT n.created_at AS at, CAST(0 AS bigint) AS paise FROM members n
         WHERE n.id IN (SELECT l.child_id FROM member_links l WHERE l.parent_id = p.member_id)
           AND n.created_at > p.since AND n.created_at <= p.until""",
}
_DONE = "SELECT min(e.at) AS converted_at, count(*) AS events, CAST(coalesce(sum(e.paise), 0) AS bigint) AS value_paise"
_NOTHING = "SELECT CAST(NULL AS timestamptz) AS at, CAST(0 AS bigint) AS paise WHERE false"
# As whom the member of a turn acts: as themselves, and since they were merged as whoever they live on in, unless that one has
# this campaign too, or an older one that was merged into it: then what it does counts there.
_DOERS = """
    SELECT w.member_id, w.since, w.until
     UNION ALL
    SELECT s.id, greatest(w.since, s.at), w.until
      FROM (WITH RECURSIVE up (id, at) AS (
                SELECT g.into_id, g.at FROM member_merges g WHERE g.from_id = w.member_id
                 UNION ALL
                SELECT g.into_id, g.at FROM up JOIN member_merges g ON g.from_id = up.id)
            SELECT id, at FROM up) s
     WHERE NOT EXISTS (
           SELECT FROM campaign_people x WHERE x.programme_id = :programme AND x.campaign_id = :campaign
              AND x.outcome <> 'left_out' AND (x.member_id = s.id OR x.member_id < w.member_id AND x.member_id IN (
                  WITH RECURSIVE down (id) AS (
                      SELECT h.from_id FROM member_merges h WHERE h.into_id = s.id
                       UNION SELECT h.from_id FROM member_merges h JOIN down ON h.into_id = down.id)
                  SELECT id FROM down)))"""


def turns(event: Event | None) -> str:
    """The beginning of a statement: turns, of everybody who was not left out, with converted_at, events and value_paise.

    A turn's time ends where the member's next one begins, so no event counts twice. Takes what `given` gives.
    """
    return f"""
    WITH people AS (
        SELECT t.*, t.decided_at AS since, t.decided_at + CAST(:within AS interval) AS closes_at,
               CASE t.outcome WHEN 'queued' THEN t.arm END AS got,
               least(t.decided_at + CAST(:within AS interval), :now,
                     lead(t.decided_at) OVER (PARTITION BY t.member_id ORDER BY t.decided_at, t.occasion)) AS until
          FROM campaign_people t
         WHERE t.programme_id = :programme AND t.campaign_id = :campaign AND t.outcome <> 'left_out'
    ), turns AS (
        SELECT w.*, d.converted_at, d.events, d.value_paise
          FROM people w CROSS JOIN LATERAL (
               {_DONE} FROM ({_DOERS}) p CROSS JOIN LATERAL ({_EVENTS[event] if event else _NOTHING}) e) d
    )"""


_EACH = """
    SELECT member_id, occasion, got AS arm, decided_at, converted_at, events, value_paise
      FROM turns ORDER BY member_id, occasion"""
# A member counts once, in the arm of their first turn: sticky, so all their turns have the same.
_CELLS = """
    SELECT arm, converted, value_paise, before, count(*) AS people,
           count(*) FILTER (WHERE closes_at > :now) AS open_people, max(closes_at) AS closes_at
      FROM (SELECT (array_agg(t.got ORDER BY t.since))[1] AS arm, sum(t.events) > 0 AS converted,
                   CAST(sum(t.value_paise) AS bigint) AS value_paise,
                   (array_agg(t.before_count ORDER BY t.since))[1] AS before, max(t.closes_at) AS closes_at
              FROM turns t GROUP BY t.member_id) one
     GROUP BY arm, converted, value_paise, before ORDER BY arm NULLS FIRST, converted, value_paise, before"""
_BEFORE = """
    SELECT p.member_id, d.events
      FROM (SELECT m.id AS member_id, CAST(:now AS timestamptz) - CAST(:within AS interval) AS since,
                   CAST(:now AS timestamptz) AS until
              FROM unnest(CAST(:members AS text[])) AS m (id)) p
           CROSS JOIN LATERAL (SELECT count(*) AS events FROM ({}) e) d"""


def given(run: Run, now: datetime) -> dict[str, object]:
    """What `turns` takes."""
    days = run.campaign.goal.within_days if run.campaign.goal else 0
    return {"programme": run.programme_id, "campaign": run.id, "now": now, "within": timedelta(days=days)}


def allow_scan(conn: Connection) -> None:
    """A whole campaign is read: more time than a turn may take, until this transaction ends."""
    conn.execute(text(f"SET LOCAL statement_timeout = '{SCAN_TIMEOUT}'"))


def of(conn: Connection, run: Run, now: datetime) -> list[Conversion]:
    """Every turn of everybody who was not left out, by member. Empty for a campaign without a goal."""
    goal = run.campaign.goal
    if goal is None:
        return []
    allow_scan(conn)
    return [Conversion(*row) for row in conn.execute(text(turns(goal.event) + _EACH), given(run, now))]


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
    allow_scan(conn)
    for row in conn.execute(text(turns(goal.event) + _CELLS), given(run, now)):
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
