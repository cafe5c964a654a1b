"""What became of a campaign: by message, by arm and by segment. Counts only, no people.

What adds up: people = waiting + dropped + sent, and sent = unsure + on_the_way + delivered + failed. A message is a turn of
a member's: with a trigger a member has several. What it caused is experiment's to say: here conversions are counted only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from base.csv_safe import Cell, table
from campaigns import conversions, price, progress, rows
from campaigns.rows import Row

REPLY_WITHIN = timedelta(hours=48)  # what they wrote later was hardly about it
OPT_OUT_WITHIN = timedelta(days=7)
WRITTEN = ("Said", "Tapped", "Commanded", "CodesTyped", "PhotoSent", "DocumentSent", "OtherSent", "SecretGiven")
SEGMENTS = ("role", "locale", "state")
COUNTS = (
    "people", "waiting", "dropped", "unsure", "on_the_way", "delivered", "read", "failed", "replied", "clicked", "converted",
    "opted_out", "cost_paise", "value_paise",
)  # fmt: skip

_GONE = "o.state IN ('accepted', 'sent', 'delivered', 'read')"
# The conversation's last word is looked at first: the journal is asked only about people who wrote since.
_FIGURES = f"""{{}}, shown AS (
    SELECT t.outcome, t.arm, m.role, t.locale, m.state AS region, o.state, {_GONE} AND {price.CHARGED} AS paid,
           v.last_inbound_at > o.accepted_at AND EXISTS (
               SELECT FROM journal j WHERE j.conversation_id = t.conversation_id AND j.event = ANY(CAST(:written AS text[]))
               AND j.at > o.accepted_at AND j.at <= o.accepted_at + CAST(:reply_within AS interval)
               AND j.at <= :now) AS replied,
           EXISTS (SELECT FROM campaign_clicks c WHERE c.link_token = t.link_token AND c.at <= :now) AS clicked,
           EXISTS (SELECT FROM consents c WHERE c.contact_id = o.contact_id AND c.programme_id = t.programme_id
                   AND NOT c.given AND c.kind IN ('messages', 'marketing') AND c.at > o.accepted_at
                   AND c.at <= o.accepted_at + CAST(:opt_out_within AS interval) AND c.at <= :now) AS opted_out,
           t.events > 0 AS converted, t.value_paise
      FROM turns t JOIN members m ON m.id = t.member_id
           LEFT JOIN outbox o ON o.key = t.outbox_key LEFT JOIN conversations v ON v.id = o.conversation_id
)
    SELECT outcome, CASE WHEN grouping(arm) = 0 THEN 'arm' WHEN grouping(role) = 0 THEN 'role'
                         WHEN grouping(locale) = 0 THEN 'locale' WHEN grouping(region) = 0 THEN 'state' ELSE 'all' END AS by,
           coalesce(arm, role, locale, region, '') AS which,
           count(*) AS people,
           count(*) FILTER (WHERE state IN ('queued', 'held')) AS waiting,
           count(*) FILTER (WHERE state IS NULL AND outcome = 'queued' OR state = 'expired') AS dropped,
           count(*) FILTER (WHERE state IN ('sending', 'uncertain', 'unconfirmed')) AS unsure,
           count(*) FILTER (WHERE state IN ('accepted', 'sent')) AS on_the_way,
           count(*) FILTER (WHERE state IN ('delivered', 'read')) AS delivered,
           count(*) FILTER (WHERE state = 'read') AS read,
           count(*) FILTER (WHERE state = 'failed') AS failed,
           count(*) FILTER (WHERE replied) AS replied, count(*) FILTER (WHERE clicked) AS clicked,
           count(*) FILTER (WHERE converted) AS converted, count(*) FILTER (WHERE opted_out) AS opted_out,
           count(*) FILTER (WHERE paid) * CAST(:paise AS bigint) AS cost_paise,
           CAST(sum(value_paise) AS bigint) AS value_paise
      FROM shown GROUP BY GROUPING SETS ((outcome), (outcome, arm), (outcome, role), (outcome, locale), (outcome, region))
     ORDER BY by, which"""
_WHY = text(f"""
    SELECT t.arm, o.state, coalesce(nullif({progress.WHY}, ''), 'unknown') AS why,
           count(*) AS messages
      FROM campaign_people t JOIN outbox o ON o.key = t.outbox_key
     WHERE t.programme_id = :programme AND t.campaign_id = :campaign AND o.state IN ('failed', 'expired')
     GROUP BY 1, 2, 3 ORDER BY 4 DESC, 3""")
_LEFT_OUT = text("""
    SELECT reason, count(*) AS people FROM campaign_people
     WHERE programme_id = :programme AND campaign_id = :campaign AND outcome = 'left_out' GROUP BY 1 ORDER BY 2 DESC, 1""")
_BY_DAY = """
    SELECT got AS arm, CAST(floor(extract(epoch FROM converted_at - since) / 86400) AS integer) AS day, count(*) AS people
      FROM turns WHERE converted_at IS NOT NULL GROUP BY 1, 2"""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one group of turns. `waiting`: not left yet. `dropped`: will never leave (stopped, too late, …). `unsure`: handed
    over, and nobody knows yet. `on_the_way`: WhatsApp has it. `read` are delivered too. `cost_paise`: of those that
    cost something (campaigns.price). `value_paise`: of the goal's events, see conversions.VALUES."""

    people: int = 0
    waiting: int = 0
    dropped: int = 0
    unsure: int = 0
    on_the_way: int = 0
    delivered: int = 0
    read: int = 0
    failed: int = 0
    replied: int = 0
    clicked: int = 0
    converted: int = 0
    opted_out: int = 0
    cost_paise: int = 0
    value_paise: int = 0
    failed_by_code: Mapping[str, int] = field(default_factory=dict)  # Twilio's codes, else a word; of totals and arms only
    dropped_by_reason: Mapping[str, int] = field(default_factory=dict)

    @property
    def sent(self) -> int:
        return self.unsure + self.on_the_way + self.delivered + self.failed


@dataclass(frozen=True, slots=True)
class Report:
    """A campaign at one moment. `arms` in the file's order; `held_out` got nothing: only people, converted and value count.
    `by_day`: of each arm (None: held out) how many had converted within a day of their turn, two days, …"""

    row: Row
    at: datetime
    total: Figures
    held_out: Figures
    arms: Mapping[str, Figures]
    segments: Mapping[str, Mapping[str, Figures]]  # role, locale, state
    left_out: Mapping[str, int]  # by reason: campaigns.reasons
    by_day: Mapping[str | None, Sequence[int]]


class NoSuchCampaign(LookupError):
    """No campaign of that programme has this id."""


def read(conn: Connection, programme_id: str, campaign_id: str, now: datetime) -> Report:
    """Of this moment. Raises NoSuchCampaign."""
    row = rows.find(conn, programme_id, campaign_id)
    if row is None:
        raise NoSuchCampaign(campaign_id)
    asked = _asked(row, now)
    goal = row.campaign.goal
    conversions.allow_scan(conn)
    found = conn.execute(text(_FIGURES.format(conversions.turns(goal.event if goal else None))), asked).all()
    whys = conn.execute(_WHY, asked).all()
    got = {(one.by, one.which): _figures(one, whys) for one in found if one.outcome == "queued"}
    held = next((_figures(one, ()) for one in found if one.outcome == "holdout" and one.by == "all"), Figures())
    return Report(
        row, now, got.get(("all", ""), Figures()), held,
        {arm.name: got.get(("arm", arm.name), Figures()) for arm in row.campaign.arms},
        {by: {which: figures for (kind, which), figures in got.items() if kind == by} for by in SEGMENTS},
        {one.reason: one.people for one in conn.execute(_LEFT_OUT, asked)},
        _by_day(conn, row, asked),
    )  # fmt: skip


def _asked(row: Row, now: datetime) -> dict[str, Any]:
    return {
        "written": list(WRITTEN),
        "reply_within": REPLY_WITHIN, "opt_out_within": OPT_OUT_WITHIN, "paise": row.campaign.budget.paise_per_message,
        "always_charged": price.always_charged(row.campaign.category),
        **conversions.given(row, now),
    }  # fmt: skip


def _figures(found: Any, whys: Sequence[Any]) -> Figures:
    mine = [why for why in whys if found.by == "all" or (found.by == "arm" and why.arm == found.which)]
    counted: dict[str, dict[str, int]] = {"failed": {}, "expired": {}}
    for why in mine:
        counted[why.state][why.why] = counted[why.state].get(why.why, 0) + why.messages
    counts: dict[str, Any] = {name: getattr(found, name) for name in COUNTS}
    return Figures(**counts, failed_by_code=counted["failed"], dropped_by_reason=counted["expired"])


def _by_day(conn: Connection, row: Row, asked: Mapping[str, Any]) -> dict[str | None, list[int]]:
    """Rising counts, one for each of the goal's days."""
    if (goal := row.campaign.goal) is None:
        return {}
    days: dict[str | None, list[int]] = {arm.name: [0] * goal.within_days for arm in row.campaign.arms}
    if row.campaign.experiment.holdout:
        days[None] = [0] * goal.within_days
    for one in conn.execute(text(conversions.turns(goal.event) + _BY_DAY), asked):
        of_arm = days.setdefault(one.arm, [0] * goal.within_days)
        for day in range(min(one.day, goal.within_days - 1), goal.within_days):  # the last moment is the last day's
            of_arm[day] += one.people
    return days


def lines(report: Report) -> list[tuple[str, str, Figures]]:
    """Every group as (by, which, figures): all, each arm, the held out, each segment."""
    found = [("all", "", report.total), *(("arm", name, figures) for name, figures in report.arms.items())]
    if report.held_out.people:
        found.append(("held out", "", report.held_out))
    return [*found, *((by, which, one) for by in SEGMENTS for which, one in report.segments.get(by, {}).items())]


def to_json(report: Report) -> dict[str, Any]:
    """As `campaign report --json` prints it."""
    return {
        "campaign": report.row.id, "name": report.row.campaign.name, "state": report.row.state, "at": report.at.isoformat(),
        "size": report.row.size, "left_out": dict(report.left_out),
        "groups": [{"by": by, "which": which, **_counts(figures)} for by, which, figures in lines(report)],
        "converted_by_day": [{"arm": arm, "people": list(days)} for arm, days in report.by_day.items()],
    }  # fmt: skip


def _counts(figures: Figures) -> dict[str, Any]:
    counts: dict[str, Any] = {"sent": figures.sent} | {name: getattr(figures, name) for name in COUNTS}
    return counts | {
        "failed_by_code": dict(figures.failed_by_code), "dropped_by_reason": dict(figures.dropped_by_reason)
    }  # fmt: skip


def as_csv(report: Report) -> str:
    """One line a group; codes and reasons as `63049=3 63016=1`."""
    rows_: list[list[Cell]] = []
    for by, which, figures in lines(report):
        whys = (" ".join(f"{why}={n}" for why, n in of.items()) for of in (figures.failed_by_code, figures.dropped_by_reason))
        rows_.append([by, which, figures.sent, *(getattr(figures, name) for name in COUNTS), *whys])
    return table(("by", "which", "sent", *COUNTS, "failed_by_code", "dropped_by_reason"), rows_)
