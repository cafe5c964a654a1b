"""What one member would get, with their real values: as sending would make it, and why they would get nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, text

from base.sealing import Keyring
from campaigns import attention, eligible, fields, words
from campaigns.attention import Week
from campaigns.blanks import is_blank
from campaigns.decide import Desk
from campaigns.forecast import hopeful, reason
from campaigns.rows import Row
from whatsapp.content.spec import PLACEHOLDER
from whatsapp.outbound import Message

_DECIDED = text("""
    SELECT p.occasion, p.outcome, p.reason, p.arm, p.locale, p.decided_at, o.state AS message,
           coalesce(CAST(o.error_code AS text), o.reason) AS message_why, o.accepted_at AS sent_at
    FROM campaign_people p LEFT JOIN outbox o ON o.key = p.outbox_key
    WHERE p.programme_id = :programme AND p.campaign_id = :campaign AND p.member_id = :member
    ORDER BY p.decided_at DESC, p.occasion DESC LIMIT :most""")
MOST = 20
ONCE = ("enrolled", "first_scan")  # the triggers whose day comes once in a member's life


@dataclass(frozen=True, slots=True)
class Preview:
    """`reason`: why they would get nothing, though in the audience; then `message` is what the others get. `arm` None: they
    are held out. `message` None: there are no words for them. `empty`: variables of it that they have nothing for.
    `week`: how much of their attention is spent; None: of a utility message nobody asks."""

    member_id: str
    locale: str
    arm: str | None
    reason: str | None
    message: Message | None
    empty: tuple[str, ...]
    week: Week | None


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a member. `message`: its state in the outbox, why it failed or waits. `sent_at`: when Twilio took it."""

    occasion: str
    outcome: str
    reason: str
    arm: str
    locale: str
    decided_at: datetime
    message: str | None
    message_why: str | None
    sent_at: datetime | None


def previews(
    conn: Connection, keyring: Keyring, row: Row, member_ids: Sequence[str], now: datetime
) -> list[Preview]:
    """Of members of the row's programme, in their order. Raises CannotOpen."""
    desk = hopeful(conn, row, now)
    people = eligible.people(
        conn, campaign_id=row.id, sender_id=row.sender_id, member_ids=member_ids, occasion="", now=now
    )  # fmt: skip
    variables = row.campaign.variables
    names = sorted(set(variables.values()))
    known = fields.values(conn, keyring, row.programme_id, member_ids, names, now) if names else {}
    shown = {one: {name: known.get(one, {}).get(field, "") for name, field in variables.items()} for one in member_ids}
    return [_preview(desk, person, shown[person.member_id]) for person in people]


def decided(conn: Connection, row: Row, member_id: str) -> list[Decided]:
    """The newest first; nothing where the campaign has not come to them."""
    given = {"programme": row.programme_id, "campaign": row.id, "member": member_id, "most": MOST}
    return [Decided(**found._mapping) for found in conn.execute(_DECIDED, given)]


def past(row: Row, member_id: str, *, came: bool) -> str | None:
    """Why the campaign comes to a member no more, whatever holds of them now, in words; None: it may. `came`: something was
    decided about them already."""
    if row.campaign.trigger is None and came:
        return None
    if row.state in ("stopped", "done"):
        return f"the campaign is {row.state}: it {'comes to them no more' if came else 'never came to them, and will not'}"
    if row.campaign.trigger is not None and row.campaign.trigger.on in ONCE and came:
        return "it came to them, as it does once, and does not come back"
    if row.campaign.trigger is None and (row.planned_at is not None or member_id <= row.cursor):
        return "it has gone past them, for they were not in the audience then, and does not come back"
    return None


def _preview(desk: Desk, person: eligible.Person, values: Mapping[str, str]) -> Preview:
    campaign = desk.row.campaign
    arm = words.arm_for(campaign, person.member_id)
    locale = words.locale_of(campaign, person.locale or desk.first_locale)
    said, empty = None, ()
    if locale is not None:
        shown = next((one for one in campaign.arms if one.name == arm), campaign.arms[0])
        said = words.message(campaign, shown.name, locale, values, "", "")
        spoken = dict.fromkeys(PLACEHOLDER.findall(shown.words[locale].body))
        empty = tuple(name for name in spoken if is_blank(values.get(name, "")))
        said = replace(said, link=shown.words[locale].link)  # where it leads; looking at it counts no click
    week = None
    if campaign.category == "marketing":
        week = Week(person.had, attention.allowance(desk.messages, campaign.priority), desk.messages.per_week)
    return Preview(person.member_id, locale or "", arm, reason(desk, person), said, empty, week)
