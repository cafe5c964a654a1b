"""What decides about the members of one page, read in few statements however many they are.

A member is written to through their owner, in the conversation with this sender in which the owner wrote last; a person who
writes from two addresses has two. What that person said in any of them counts: STOP is STOP, and so is blocking us, until they
write again. How much of their attention is spent is the person's too, whoever of their members it was for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from campaigns.attention import WEEK
from whatsapp.window import MARGIN, WINDOW

BEGUN_FOR = timedelta(hours=24)  # a person begun with counts so long, and may be written to again without counting anew


@dataclass(frozen=True, slots=True)
class Person:
    """A member, and whoever is written to for them. `talks`: all conversations of that person with the programme, also
    where another sender's. `had`: marketing messages within seven days, those that wait included. `already`: this campaign,
    for this occasion, to this person. `begun`: a template has gone to them within a day."""

    member_id: str
    state: str
    erased: bool
    suspended: bool
    consented: bool
    stopped: bool
    marketing_stopped: bool
    overdue: bool
    conversation_id: str | None
    contact_id: str | None
    data_key: bytes | None
    locale: str | None
    last_inbound_at: datetime | None
    talks: tuple[str, ...]
    balance: int
    had: int
    already: bool
    begun: bool

    def is_open(self, at: datetime) -> bool:
        """Whether they could be written to freely then."""
        return self.last_inbound_at is not None and at < self.last_inbound_at + WINDOW - MARGIN


_PEOPLE = text("""
    SELECT m.id, m.state, m.erased_at IS NOT NULL OR m.data_key IS NULL AS erased,
           o.contact_id IS NULL AND coalesce(
               (SELECT true FROM memberships x WHERE x.member_id = m.id AND x.role = 'owner' LIMIT 1), false)
           OR EXISTS (SELECT FROM lock_outs b WHERE b.contact_id = o.contact_id AND b.until > :now AND b.cleared_at IS NULL)
               AS suspended,
           coalesce(t.consented, false) AS consented, coalesce(t.stopped, false) AS stopped,
           coalesce(t.marketing_stopped, false) AS marketing_stopped,
           o.contact_id IS NOT NULL AND promises_overdue(o.contact_id, m.programme_id, :now) AS overdue,
           c.id AS conversation_id, c.contact_id, w.data_key, c.locale, c.last_inbound_at, t.talks,
           coalesce(a.credits - a.debits, 0) AS balance
    FROM unnest(CAST(:ids AS text[])) WITH ORDINALITY AS asked (id, place) JOIN members m ON m.id = asked.id
    LEFT JOIN accounts a ON a.id = m.programme_id || '/member/' || m.id || '/available'
    LEFT JOIN LATERAL (
        SELECT s.contact_id FROM memberships s WHERE s.member_id = m.id AND s.role = 'owner' AND s.until IS NULL
        ORDER BY s.since, s.contact_id LIMIT 1) o ON true
    LEFT JOIN LATERAL (
        SELECT array_agg(v.id) AS talks, bool_or(v.consented_at IS NOT NULL) AS consented,
               bool_or(v.stopped_at IS NOT NULL)
                   OR coalesce(max(b.at) > coalesce(max(v.last_inbound_at), '-infinity'), false) AS stopped,
               bool_or(v.marketing_stopped_at IS NOT NULL) AS marketing_stopped,
               (array_agg(v.id ORDER BY v.last_inbound_at DESC NULLS LAST, v.id) FILTER (
                    WHERE v.sender_id = :sender AND k.data_key IS NOT NULL AND starts_with(k.address, 'whatsapp:')))[1] AS last
        FROM (SELECT o.contact_id AS id UNION ALL SELECT x.id FROM contacts x WHERE x.merged_into = o.contact_id) them
             JOIN contacts k ON k.id = them.id
             JOIN conversations v ON v.contact_id = k.id AND v.programme_id = m.programme_id
             LEFT JOIN LATERAL (SELECT max(f.settled_at) AS at FROM outbox f WHERE f.conversation_id = v.id
                                AND f.state = 'failed' AND f.reason LIKE 'opted_out%') b ON true) t ON true
    LEFT JOIN conversations c ON c.id = t.last
    LEFT JOIN contacts w ON w.id = c.contact_id
    ORDER BY asked.place""")
_HISTORY = text("""
    SELECT p.conversation_id,
           count(*) FILTER (WHERE p.outcome = 'queued' AND g.category = 'marketing' AND o.state NOT IN ('failed', 'expired')
                            AND coalesce(o.accepted_at, o.posted_at, :now) > :week_ago) AS had,
           bool_or(p.campaign_id = :campaign AND p.occasion = :occasion) AS already
    FROM campaign_people p JOIN campaigns g ON g.programme_id = p.programme_id AND g.id = p.campaign_id
         LEFT JOIN outbox o ON o.key = p.outbox_key
    WHERE p.conversation_id = ANY(CAST(:talks AS text[])) AND p.outcome <> 'left_out'
    GROUP BY p.conversation_id""")
_BEGUN = text("""
    SELECT DISTINCT contact_id FROM outbox
    WHERE sender_id = :sender AND outside_window AND posted_at > :since AND contact_id = ANY(CAST(:contacts AS text[]))
      AND (accepted_at IS NOT NULL OR state IN ('sending', 'uncertain', 'unconfirmed'))""")
_NO_COMPILING = text("SET LOCAL jit = off")  # it takes longer than the page


def people(
    conn: Connection, *, campaign_id: str, sender_id: str, member_ids: Sequence[str], occasion: str, now: datetime
) -> list[Person]:
    """Of these members, in their order; of ids that are no member's, nothing."""
    conn.execute(_NO_COMPILING)
    found = conn.execute(_PEOPLE, {"ids": list(member_ids), "sender": sender_id, "now": now}).all()
    talks = sorted({talk for row in found for talk in row.talks or ()})
    asked = {"talks": talks, "campaign": campaign_id, "occasion": occasion, "now": now, "week_ago": now - WEEK}
    history = {row.conversation_id: row for row in conn.execute(_HISTORY, asked)} if talks else {}
    contacts = sorted({row.contact_id for row in found if row.contact_id})
    since = {"sender": sender_id, "since": now - BEGUN_FOR, "contacts": contacts}
    begun = set(conn.execute(_BEGUN, since).scalars()) if contacts else set()
    return [_person(row, history, begun) for row in found]


def _person(row: object, history: Mapping[str, object], begun: set[str]) -> Person:
    got = row._mapping  # type: ignore[attr-defined]  # a row
    mine = [history[talk] for talk in got["talks"] or () if talk in history]
    return Person(
        member_id=got["id"], state=got["state"], erased=got["erased"], suspended=got["suspended"], consented=got["consented"],
        stopped=got["stopped"], marketing_stopped=got["marketing_stopped"], overdue=got["overdue"],
        conversation_id=got["conversation_id"], contact_id=got["contact_id"], data_key=got["data_key"], locale=got["locale"],
        last_inbound_at=got["last_inbound_at"], talks=tuple(sorted(got["talks"] or ())), balance=int(got["balance"]),
        had=sum(one.had for one in mine),  # type: ignore[attr-defined]  # a row
        already=any(one.already for one in mine),  # type: ignore[attr-defined]  # a row
        begun=got["contact_id"] in begun,
    )  # fmt: skip
