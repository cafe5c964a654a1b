"""What only the database, Twilio and the world know about a campaign: whom it is for, whether its templates are approved,
whether its pictures are there. Asked when it is made, and again before it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import Connection

from campaigns import audience, pace, saved, words
from campaigns.audience import Audience
from campaigns.expression import parse
from campaigns.file import gone_by
from campaigns.rows import Row
from campaigns.saved import UnknownAudience
from campaigns.spec import Campaign
from loyalty.programme_rows import current
from whatsapp.content.approval import APPROVED, Standing, standing


def faults(conn: Connection, programme_id: str, campaign: Campaign, link_base: str, now: datetime) -> Iterator[str]:
    """Why it could not be sent as it stands, whatever WhatsApp will say: one line each."""
    yield from words.faults(campaign, link_base)
    spoken = current(conn, programme_id).programme.locales
    for locale in sorted({locale for arm in campaign.arms for locale in arm.words}.difference(spoken)):
        yield f"arms.words.{locale}: the programme speaks {', '.join(spoken)}"
    try:
        # A name that means nothing holds for nobody, and `not` of it for everybody.
        yield from (f"audience: {doubt}" for doubt in audience.doubts(conn, audience_of(conn, programme_id, campaign)))
    except UnknownAudience as fault:
        yield f"saved: {fault}"
    yield from gone_by(campaign, now)


def templates(conn: Connection, campaign: Campaign, link_base: str) -> list[Standing]:
    """What WhatsApp has said of its words, one for each arm and language."""
    return standing(conn, words.specs(campaign, link_base))


def not_approved(conn: Connection, campaign: Campaign, link_base: str) -> Iterator[str]:
    for one in templates(conn, campaign, link_base):
        if one.approval.status != APPROVED:
            arm = one.spec.text_key.rpartition("/")[2]
            why = f" ({one.approval.reason})" if one.approval.reason else ""
            yield f"the words of {arm} in {one.spec.locale} are {one.approval.status} by WhatsApp{why}"


def audience_of(conn: Connection, programme_id: str, campaign: Campaign) -> Audience:
    """Raises BadCondition, UnknownAudience."""
    return Audience(
        programme_id, parse(campaign.audience) if campaign.audience else None,
        saved.find(conn, programme_id, campaign.saved) if campaign.saved else None,
        campaign.id if campaign.listed else None,
    )  # fmt: skip


def size(conn: Connection, row: Row, now: datetime) -> int:
    """Of its audience. Raises what `audience_of` raises."""
    return audience.size(conn, audience_of(conn, row.programme_id, row.campaign), now)


def leaves(conn: Connection, row: Row, at: datetime) -> datetime:
    """When the first message may leave of a campaign that was sent, or goes on, at this moment."""
    return pace.leaves(row.begins(at), row.campaign.schedule, holidays(conn, row.programme_id))


def holidays(conn: Connection, programme_id: str) -> frozenset[date]:
    return current(conn, programme_id).programme.messages.closed_on
