"""What a campaign would do if it were sent now: how many get it, why the others do not, what it costs. Nothing is written.

It decides as sending does, page by page, but waits for nothing: quiet hours and WhatsApp's tier only make it later. What is
not approved yet is taken as approved, for `check` says that apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from campaigns import audience as audiences
from campaigns import eligible, pace, words
from campaigns.audience import Audience
from campaigns.decide import Desk
from campaigns.desk import desk_of
from campaigns.eligible import Person
from campaigns.price import charged
from campaigns.reasons import why_not
from campaigns.rows import Row

PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Forecast:
    """`size`: of the audience. `reach`: those who would get it, `templates` of them as a message that costs something
    (campaigns.price), at `cost_paise` together if it left now. `most_paise`: what it costs when it leaves so late that nobody
    has written within 24 hours any more, or all that its budget allows; None with a trigger and no such budget, for then nobody
    knows how often it goes out. `locales`, `arms`: of those reached. `waits_until`: when the first would leave, for its
    start, for quiet hours or a holiday; None: at once."""

    size: int
    reach: int
    holdout: int
    left_out: Mapping[str, int]
    templates: int
    cost_paise: int
    most_paise: int | None
    locales: Mapping[str, int]
    arms: Mapping[str, int]
    waits_until: datetime | None


def forecast(
    conn: Connection, row: Row, audience: Audience, now: datetime, looked_at: Callable[[int], None] = lambda _: None
) -> Forecast:
    """For everybody in the audience at `now`, those decided about already being left out as such. `looked_at` is told after
    each page how many were."""
    tally = _Tally(hopeful(conn, row, now))
    after, seen = "", 0
    while ids := audiences.page(conn, audience, now, after, PAGE):
        found = eligible.people(
            conn, campaign_id=row.id, sender_id=row.sender_id, member_ids=ids, occasion="", now=now
        )  # fmt: skip
        for person in found:
            tally.add(person)
        after, seen = ids[-1], seen + len(ids)
        looked_at(seen)
        if len(ids) < PAGE:
            break
    return tally.forecast()


def hopeful(conn: Connection, row: Row, now: datetime) -> Desk:
    """What decides about members, every template of the campaign being taken as approved."""
    everything = {(arm.name, locale) for arm in row.campaign.arms for locale in arm.words}
    return desk_of(conn, row, everything, now)


def reason(desk: Desk, person: Person) -> str | None:
    """Why they would get nothing if it were their turn now; None: they get it, or are held out. Nobody waits here: what is
    under way counts as spent."""
    if (found := why_not(desk.facts(person), desk.row.campaign.category)) is not None:
        return found
    if desk.room.spent() or desk.room.full():
        return "budget"
    return "too_late" if desk.row.ends_at is not None and _leaves(desk, person) >= desk.row.ends_at else None


# --- inside ---------------------------------------------------------------------------------------------------------


def _leaves(desk: Desk, person: Person) -> datetime:
    return pace.may_leave(desk.now, pace.zone_of(person.state), pace.quiet_of(desk.row.campaign.schedule), desk.holidays)


class _Tally:
    def __init__(self, desk: Desk) -> None:
        self.desk, self.left_out = desk, Counter[str]()
        self.locales, self.arms = Counter[str](), Counter[str]()
        self.reach = self.holdout = self.templates = 0
        room = desk.room
        self.affordable = None if room.most_paid is None else max(0, room.most_paid - room.paid - room.waiting)

    def add(self, person: Person) -> None:
        if (why := reason(self.desk, person)) is not None:
            self.left_out[why] += 1
            return
        campaign = self.desk.row.campaign
        self.desk.written.update(person.talks)
        arm = words.arm_for(campaign, person.member_id)
        if arm is None:
            self.holdout += 1
            return
        self.reach += 1
        self.arms[arm] += 1
        self.locales[words.locale_of(campaign, person.locale or self.desk.first_locale) or ""] += 1
        costs = charged(campaign.category, person.is_open(_leaves(self.desk, person)))
        self.templates += costs
        self.desk.room.take(begins=False)
        self.desk.room.waiting -= not costs  # what leaves free is no cost

    def forecast(self) -> Forecast:
        campaign = self.desk.row.campaign
        paise = campaign.budget.paise_per_message
        now = self.desk.now
        leaves = pace.leaves(self.desk.row.begins(now), campaign.schedule, self.desk.holidays)
        limits = [] if self.affordable is None else [self.affordable]
        limits += [] if campaign.trigger is not None else [self.reach]
        return Forecast(
            self.reach + self.holdout + self.left_out.total(), self.reach, self.holdout, dict(self.left_out), self.templates,
            self.templates * paise, min(limits) * paise if limits else None, dict(self.locales), dict(self.arms),
            leaves if leaves > now else None,
        )  # fmt: skip
