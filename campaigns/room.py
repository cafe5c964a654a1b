"""How much a campaign may still do: people its sender may begin with today, messages and rupees of its budget."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from campaigns import pace, price, waiting
from campaigns.eligible import BEGUN_FOR
from campaigns.spec import Budget, Category
from whatsapp.window import MARGIN, WINDOW

SOON = timedelta(seconds=10)  # when to look again for what only has to be settled first

_TIER = text("SELECT people_per_day, campaigns_after FROM senders WHERE id = :sender")
# Whom a template has gone to within a day, and those for whom one waits: each person once. What a pause keeps back takes
# nobody's place.
_BEGUN = text("""
    WITH begun AS (
        SELECT contact_id, max(posted_at) AS last FROM outbox
        WHERE sender_id = :sender AND outside_window AND posted_at > :since
          AND (accepted_at IS NOT NULL OR state IN ('sending', 'uncertain', 'unconfirmed')) GROUP BY contact_id
    ), to_begin AS (
        SELECT DISTINCT o.contact_id FROM outbox o JOIN conversations v ON v.id = o.conversation_id
        WHERE o.sender_id = :sender AND o.lane = 'campaign' AND o.state = 'queued' AND o.not_before < :forever
          AND (v.last_inbound_at IS NULL OR v.last_inbound_at <= :closed)
          AND NOT EXISTS (SELECT FROM begun b WHERE b.contact_id = o.contact_id)
    )
    SELECT (SELECT count(*) FROM begun) + (SELECT count(*) FROM to_begin) AS people, (SELECT min(last) FROM begun) AS first""")
_QUEUED = text("""
    SELECT count(*) FROM campaign_people WHERE programme_id = :programme AND campaign_id = :campaign AND outcome = 'queued'""")
_PAID = text(f"""
    SELECT count(*) FROM campaign_people p JOIN outbox o ON o.key = p.outbox_key
    WHERE p.programme_id = :programme AND p.campaign_id = :campaign AND o.accepted_at IS NOT NULL AND {price.CHARGED}""")


@dataclass(slots=True)
class Room:
    """Counts down as rows are decided upon. `people` None: no tier is known; `next_at`: when one more person may be begun
    with, at the earliest. `messages` None: no such budget. `paid`, `waiting`: messages that cost, and that may yet."""

    people: int | None
    next_at: datetime
    messages: int | None
    most_paid: int | None
    paid: int
    waiting: int

    def spent(self) -> bool:
        """Whether the budget has no room for one more, for certain."""
        if self.messages is not None and self.messages <= 0:
            return True
        return self.most_paid is not None and self.paid >= self.most_paid

    def full(self) -> bool:
        """Whether it may have none: what waits has to be settled first."""
        return self.most_paid is not None and self.paid + self.waiting >= self.most_paid

    def take(self, *, begins: bool) -> None:
        if begins and self.people is not None:
            self.people -= 1
        if self.messages is not None:
            self.messages -= 1
        self.waiting += 1


def room(
    conn: Connection, *, programme_id: str, campaign_id: str, sender_id: str, category: Category, budget: Budget, now: datetime
) -> Room:
    people, next_at = _people(conn, sender_id, now)
    which = {"programme": programme_id, "campaign": campaign_id}
    messages = most_paid = None
    paid = waits = 0
    if budget.most_messages is not None:
        messages = budget.most_messages - int(conn.execute(_QUEUED, which).scalar_one())
    if budget.most_paise is not None and budget.paise_per_message > 0:
        most_paid = budget.most_paise // budget.paise_per_message
        paid = int(conn.execute(_PAID, {**which, "always_charged": price.always_charged(category)}).scalar_one())
        waits = waiting.count(conn, campaign_id)
    return Room(people, next_at, messages, most_paid, paid, waits)


def _people(conn: Connection, sender_id: str, now: datetime) -> tuple[int | None, datetime]:
    told = conn.execute(_TIER, {"sender": sender_id}).one()
    if told.campaigns_after is not None and told.campaigns_after > now:  # whatever we think that its tier is
        return 0, told.campaigns_after
    if told.people_per_day is None:
        return None, now
    asked = {"sender": sender_id, "since": now - BEGUN_FOR, "closed": now - WINDOW + MARGIN, "forever": waiting.FOREVER}
    row = conn.execute(_BEGUN, asked).one()
    next_at = now + SOON if row.first is None else max(row.first + BEGUN_FOR, now + SOON)
    return pace.people_left(told.people_per_day, row.people), next_at
