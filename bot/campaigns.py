"""Campaigns as the clock process runs them: what is scheduled begins, what is being sent is planned a minute ahead, what is
through is done. And their templates: made at Twilio, submitted, asked about."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from psycopg.errors import QueryCanceled
from requests import RequestException
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from base.sealing import CannotOpen
from bot import campaign_check
from bot.wiring import House
from campaigns import audience, fields, pace, rows, send, triggers, waiting, words
from campaigns.rows import Row
from campaigns.send import Batch, Ports
from campaigns.spec import Campaign
from whatsapp.content import approval
from whatsapp.content.approval import UNSUBMITTED, Standing
from whatsapp.content.spec import Spec
from whatsapp.content.sync import sync

TICK_S = 1.5  # of planning at a time: other timers wait for it
BATCH = 200  # members in one transaction
AHEAD_S = 60  # so much of the sender's work lies ready at most; the rest can still be paused, stopped or left out
BEFORE_QUIET = timedelta(seconds=5)  # longer than two looks are apart
FAULT = "fault"  # why a campaign was paused by the clock process: the log says more
TOO_SLOW = "too_slow"  # the same, where the database broke off a statement of it: the others would wait for it every time
WORLD = (SQLAlchemyError, RequestException, OSError)  # passes by itself; the next look tries again

log = structlog.get_logger()

_SENDER = text("SELECT rate_per_s, campaigns_after FROM senders WHERE id = :id")


def tick(house: House, *, ahead_s: int = AHEAD_S, tick_s: float = TICK_S) -> int:
    """Go on with every campaign in turn, until nothing can be done just now or the time is up; how many members were decided
    about. One in which we are at fault, or whose audience takes the database too long, is paused; one that meets a fault of
    the world is left for the next look. Neither holds up another; the world's first fault is raised when all had their turn."""
    until = house.monotonic() + tick_s
    with house.engine.begin() as conn:
        waiting.tidy(conn, house.clock.now(conn))
        left = rows.live(conn)
    walked, made, faults = 0, ports(house), list[Exception]()
    while left:
        for row in list(left):
            try:
                batch = _guarded(house, made, row, ahead_s)
            except WORLD as fault:
                log.warning("campaign left for the next look", campaign=row.id, fault=type(fault).__name__)
                faults.append(fault)
                batch = Batch()
            walked += batch.walked
            if batch.waits is not None or not batch.walked:
                left.remove(row)
        if house.monotonic() >= until:
            break
    if faults:
        raise faults[0]
    return walked


def ports(house: House) -> Ports:
    def values(
        conn: Connection, programme_id: str, members: Sequence[str], names: Collection[str], now: datetime
    ) -> Mapping[str, Mapping[str, str]]:
        try:
            return fields.values(conn, house.keyring, programme_id, members, sorted(names), now)
        except CannotOpen:  # one of them; nobody else is to wait for it
            return {one: values_of(one, conn, programme_id, names, now) for one in members}

    def values_of(
        member: str, conn: Connection, programme_id: str, names: Collection[str], now: datetime
    ) -> Mapping[str, str]:
        try:
            return fields.values(conn, house.keyring, programme_id, [member], sorted(names), now).get(member, {})
        except CannotOpen:
            log.error("a member's details do not open", member=member)
            return {}

    def page(conn: Connection, row: Row, now: datetime, after: str, most: int) -> list[str]:
        return audience.page(conn, campaign_check.audience_of(conn, row.programme_id, row.campaign), now, after, most)

    def among(conn: Connection, row: Row, now: datetime, members: Collection[str]) -> set[str]:
        return audience.among(conn, campaign_check.audience_of(conn, row.programme_id, row.campaign), now, members)

    return Ports(
        engine=house.engine, clock=house.clock, keyring=house.keyring, ids=house.ids, link_base=link_base(house), page=page,
        among=among, values=values,
    )  # fmt: skip


def link_base(house: House) -> str:
    """Where clicks are counted. It is part of what WhatsApp approves: another one makes other templates."""
    return house.settings.base_url


def spec_of(house: House, conn: Connection, text_key: str, locale: str) -> Spec | None:
    """The resource of a campaign's words, for the relay."""
    return words.spec_of(conn, text_key, locale, link_base(house))


def make(house: House, campaign: Campaign) -> list[Standing]:
    """Make what is missing of its resources at Twilio and ask WhatsApp's approval. Repeating it makes nothing twice. Raises
    BadSpec, and what the SDK raises."""
    specs = words.specs(campaign, link_base(house))
    sync(house.engine, house.twilio, specs, house.clock)
    categories = {made.text_key: campaign.category.upper() for made in specs}
    return approval.submit(house.engine, house.twilio, specs, categories, house.clock)


def read_templates(house: House) -> None:
    """Ask again about the words of every campaign that is not over: WhatsApp approves late, and takes approval back."""
    with house.engine.connect() as conn:
        every = [
            one for row in _not_over(conn) for one in approval.standing(conn, words.specs(row.campaign, link_base(house)))
        ]
    submitted = [one.spec for one in every if one.approval.status != UNSUBMITTED]
    approval.read(house.engine, house.twilio, submitted, house.clock)


# --- inside ---------------------------------------------------------------------------------------------------------


def _not_over(conn: Connection) -> list[Row]:
    programmes = conn.execute(text("SELECT DISTINCT programme_id FROM campaigns")).scalars().all()
    states = ("draft", "approved", "scheduled", "sending", "paused")
    return [row for programme in programmes for row in rows.list_(conn, programme, states)]


def _guarded(house: House, made: Ports, row: Row, ahead_s: int) -> Batch:
    try:
        return _go_on(house, made, row, ahead_s)
    except WORLD as fault:
        if not isinstance(getattr(fault, "orig", None), QueryCanceled):
            raise
        why = TOO_SLOW
    except Exception:
        why = FAULT
        log.exception("campaign paused", campaign=row.id)
    with house.engine.begin() as conn:
        rows.pause(conn, row.programme_id, row.id, by="system:clock", at=house.clock.now(conn), why=why)
    return Batch()


def _go_on(house: House, made: Ports, row: Row, ahead_s: int) -> Batch:
    with house.engine.begin() as conn:
        now = house.clock.now(conn)
        if row.state == "scheduled":
            if row.starts_at is not None and row.starts_at > now:
                return Batch()
            row = _begun(house, conn, row, now)
        if row.state != "sending":
            return Batch()
        waits = waiting.count(conn, row.id)
        over = row.ends_at is not None and row.ends_at <= now
        if not waits and (row.planned_at is not None or (row.campaign.trigger is not None and over)):
            rows.finish(conn, row.programme_id, row.id, at=now)
            return Batch()
        if any(campaign_check.not_approved(conn, row.campaign, link_base(house))):  # also where everybody is planned already
            rows.pause(conn, row.programme_id, row.id, by="system:templates", at=now, why=send.NOT_APPROVED)
            return Batch()
        sender = conn.execute(_SENDER, {"id": row.sender_id}).one()
        _keep_quiet(conn, row, now, sender.campaigns_after)
    most = min(BATCH, pace.ready_rows(sender.rate_per_s, ahead_s, waits))
    if most <= 0 or row.planned_at is not None:
        return Batch()
    return triggers.batch(made, row, most) if row.campaign.trigger is not None else send.batch(made, row, most)


def _begun(house: House, conn: Connection, row: Row, now: datetime) -> Row:
    """Its time has come; whether it may still be sent is asked anew."""
    faults = list(campaign_check.not_approved(conn, row.campaign, link_base(house)))
    return rows.begin(conn, row, at=now, size=campaign_check.size(conn, row, now), faults=faults)


def _keep_quiet(conn: Connection, row: Row, now: datetime, after: datetime | None) -> None:
    """What waits is put off until it may leave: behind quiet hours, and to `after`, till when WhatsApp takes nobody new."""
    soon = max(now + BEFORE_QUIET, after or now)
    leaves = pace.leaves(soon, row.campaign.schedule, campaign_check.holidays(conn, row.programme_id))
    if leaves > now + BEFORE_QUIET:
        waiting.keep_quiet(conn, row.id, leaves)
