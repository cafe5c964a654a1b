"""Deciding about one page of members: a message, held out, left out with the one reason, or not yet.

Nobody is decided about before the message could leave within a minute: quiet hours, the sender's tier and what is left of
the budget are waited for here, so that what changes meanwhile (STOP, a payout that becomes overdue) still counts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from campaigns import attention, pace, words
from campaigns.eligible import Person
from campaigns.reasons import Facts, why_not
from campaigns.room import SOON, Room
from campaigns.rows import Row
from loyalty.programme import Messages

AHEAD = timedelta(seconds=60)  # how long before it may leave a message is written


@dataclass(frozen=True, slots=True)
class Decision:
    """`outcome`: queued | holdout | left_out. `arm`, `locale`: of the queued. `leaves`: not before then."""

    person: Person
    outcome: str
    reason: str = ""
    arm: str = ""
    locale: str = ""
    leaves: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waits:
    """The next one cannot be decided about yet. `what`: quiet | tier | budget."""

    what: str
    until: datetime


@dataclass(slots=True)
class Desk:
    """What the decisions of one transaction share. `approved`: (arm, locale) of the words that WhatsApp has approved."""

    row: Row
    room: Room
    messages: Messages
    holidays: Collection[date]
    approved: Collection[tuple[str, str]]
    first_locale: str
    now: datetime
    had: dict[str, int] = field(default_factory=dict)  # conversation -> messages decided upon here
    written: set[str] = field(default_factory=set)  # conversations of those decided upon here

    def decide(self, people: Sequence[Person]) -> tuple[list[Decision], Waits | None]:
        """In their order, up to the first who has to wait."""
        decided: list[Decision] = []
        for person in people:
            one = self._one(person)
            if isinstance(one, Waits):
                return decided, one
            decided.append(one)
        return decided, None

    def facts(self, person: Person) -> Facts:
        """All that can be told without looking at the clock or the purse."""
        campaign = self.row.campaign
        locale = words.locale_of(campaign, person.locale or self.first_locale)
        arm = words.arm_for(campaign, person.member_id) or campaign.arms[0].name
        had = person.had + sum(self.had.get(talk, 0) for talk in person.talks)
        capped, kept = attention.spent(self.messages, campaign.priority, had)
        return Facts(
            erased=person.erased, suspended=person.suspended, no_contact=person.conversation_id is None,
            not_consented=not person.consented, stopped=person.stopped, marketing_stopped=person.marketing_stopped,
            overdue=person.overdue, no_words=locale is None,
            template_not_approved=locale is not None and (arm, locale) not in self.approved,
            already=person.already or any(talk in self.written for talk in person.talks), capped=capped, attention=kept,
        )  # fmt: skip

    def _one(self, person: Person) -> Decision | Waits:
        row, campaign = self.row, self.row.campaign
        reason = why_not(self.facts(person), campaign.category)
        if reason is None and self.room.spent():
            reason = "budget"
        if reason is not None:
            return Decision(person, "left_out", reason)
        leaves = pace.may_leave(self.now, pace.zone_of(person.state), pace.quiet_of(campaign.schedule), self.holidays)
        begins = not person.begun and not person.is_open(leaves)
        waits = self._waits(leaves, begins)
        if row.ends_at is not None and (leaves if waits is None else waits.until) >= row.ends_at:
            return Decision(person, "left_out", "too_late")
        if waits is not None:
            return waits
        self.written.update(person.talks)
        arm = words.arm_for(campaign, person.member_id)
        if arm is None:
            return Decision(person, "holdout")
        self.room.take(begins=begins)
        if campaign.category == "marketing" and person.conversation_id is not None:
            self.had[person.conversation_id] = self.had.get(person.conversation_id, 0) + 1
        locale = words.locale_of(campaign, person.locale or self.first_locale)
        return Decision(person, "queued", "", arm, locale or "", leaves)

    def _waits(self, leaves: datetime, begins: bool) -> Waits | None:
        if leaves > self.now + AHEAD:
            return Waits("quiet", leaves)
        if begins and self.room.people is not None and self.room.people <= 0:
            return Waits("tier", self.room.next_at)
        return Waits("budget", self.now + SOON) if self.room.full() else None
