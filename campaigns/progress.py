"""How a campaign stands now: whom it has walked, what became of their messages, how fast it goes. Counts only, no people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, text

LOOK_BACK = timedelta(seconds=60)  # the rate is this minute's
DAYS_SHOWN = 7  # of a campaign that goes on by itself
STEPS = ("waiting", "leaving", "accepted", "sent", "delivered", "read", "failed", "expired")
_STEP = """CASE WHEN o.state IN ('queued', 'held') THEN 'waiting'
                WHEN o.state IN ('sending', 'uncertain', 'unconfirmed') THEN 'leaving' ELSE o.state END"""

WHY = "coalesce(CAST(o.error_code AS text), split_part(split_part(o.reason, ':', 1), ';', 1), '')"  # without its detail

_PEOPLE = text("""
    SELECT outcome, reason, count(*) AS people FROM campaign_people
    WHERE programme_id = :programme AND campaign_id = :campaign GROUP BY outcome, reason""")
_MESSAGES = text(f"""
    SELECT {_STEP} AS step, {WHY} AS why, count(*) AS messages,
           count(*) FILTER (WHERE o.accepted_at > :since) AS lately, min(o.accepted_at) AS first_at
    FROM campaign_people p JOIN outbox o ON o.key = p.outbox_key
    WHERE p.programme_id = :programme AND p.campaign_id = :campaign GROUP BY 1, 2""")
_DAYS = text("""
    SELECT CAST(decided_at AT TIME ZONE 'Asia/Kolkata' AS date) AS day, count(*) FILTER (WHERE outcome = 'queued') AS queued,
           count(*) FILTER (WHERE outcome = 'left_out') AS left_out
    FROM campaign_people WHERE programme_id = :programme AND campaign_id = :campaign AND decided_at > :since
    GROUP BY 1 ORDER BY 1 DESC""")


@dataclass(frozen=True, slots=True)
class Day:
    """Of a campaign with a trigger; a day in India."""

    day: date
    queued: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Progress:
    """`steps`: messages by how far they came. `failed`, `expired`: by code, else by our word for why. `left_out`: people by
    reason. `per_second`: accepted by Twilio over the last minute."""

    queued: int = 0
    holdout: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    steps: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, int] = field(default_factory=dict)
    expired: Mapping[str, int] = field(default_factory=dict)
    per_second: float = 0.0
    days: tuple[Day, ...] = ()

    @property
    def waiting(self) -> int:
        return self.steps.get("waiting", 0) + self.steps.get("leaving", 0)


def read(conn: Connection, programme_id: str, campaign_id: str, now: datetime, *, by_day: bool = False) -> Progress:
    """Of this moment."""
    one = {"programme": programme_id, "campaign": campaign_id}
    people = conn.execute(_PEOPLE, one).all()
    messages = conn.execute(_MESSAGES, {**one, "since": now - LOOK_BACK}).all()
    days = conn.execute(_DAYS, {**one, "since": now - timedelta(days=DAYS_SHOWN)}).all() if by_day else []
    steps = {step: sum(row.messages for row in messages if row.step == step) for step in STEPS}
    first = min((row.first_at for row in messages if row.first_at is not None), default=None)
    window_s = LOOK_BACK.total_seconds() if first is None else max(1.0, min(60.0, (now - first).total_seconds()))
    return Progress(
        queued=sum(row.people for row in people if row.outcome == "queued"),
        holdout=sum(row.people for row in people if row.outcome == "holdout"),
        left_out={row.reason: row.people for row in people if row.outcome == "left_out"},
        steps=steps,
        failed={row.why or "unknown": row.messages for row in messages if row.step == "failed"},
        expired={row.why or "unknown": row.messages for row in messages if row.step == "expired"},
        per_second=round(sum(row.lately for row in messages) / window_s, 1),
        days=tuple(Day(row.day, row.queued, row.left_out) for row in days),
    )
