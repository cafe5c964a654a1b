"""A campaign's messages to colleagues of ours, before any member gets one: marked as a test, and counted nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, text

from base import people
from bot.wiring import House
from campaigns import fields, words
from campaigns.rows import Row
from campaigns.spec import Arm
from loyalty import programme_rows
from whatsapp import outbox
from whatsapp.outbound import Message
from whatsapp.window import MARGIN, WINDOW

LANE = "notice"  # no campaign's: it is in no count, and takes nothing of the broadcast's room
MARK = "campaign.test"
_TALKS = text("""
    SELECT v.id, v.contact_id, v.member_id, v.locale, v.last_inbound_at, v.stopped_at IS NOT NULL AS stopped,
           v.marketing_stopped_at IS NOT NULL AS marketing_stopped, c.data_key
    FROM contacts c JOIN conversations v ON v.contact_id = c.id
    WHERE c.id = ANY(:contacts) AND v.sender_id = :sender AND c.data_key IS NOT NULL
    ORDER BY v.last_inbound_at DESC NULLS LAST LIMIT 1""")


@dataclass(frozen=True, slots=True)
class CannotTest:
    """Why this colleague gets nothing, and what would help."""

    words: str


@dataclass(frozen=True, slots=True)
class Tested:
    phone: str
    arm: str
    locale: str


def put(
    house: House, conn: Connection, row: Row, phones: Mapping[str, Sequence[str]], arms: Sequence[Arm], locale: str | None,
    by: str, now: datetime,
) -> list[Tested] | CannotTest:  # fmt: skip
    """Write the arms for each of the phones (as typed, with the addresses it may stand for) into the outbox; each in
    `locale`, else the colleague's own. All of them or none. Values are theirs where they are a member, else the fields'
    names."""
    done: list[Tested] = []
    first = programme_rows.current(conn, row.programme_id).programme.locales[0]
    for phone, addresses in phones.items():
        person = people.person(conn, addresses)
        contacts = people.contacts(conn, person) if person is not None else []
        talk = conn.execute(_TALKS, {"contacts": contacts, "sender": row.sender_id}).one_or_none()
        if talk is None:
            return CannotTest(f"{phone} has never written to this number: let them write hi to it first")
        if talk.stopped:
            return CannotTest(f"{phone} said STOP: let them write START first")
        if talk.marketing_stopped and row.campaign.category == "marketing":
            return CannotTest(f"{phone} said STOP OFFERS: let them write START OFFERS first")
        if talk.last_inbound_at is None or now >= talk.last_inbound_at + WINDOW - MARGIN:
            return CannotTest(f"{phone} has not written within 24 hours: let them write hi first")
        spoken = words.locale_of(row.campaign, talk.locale or first)
        chosen = locale or spoken or next(iter(row.campaign.arms[0].words))
        values = _values(house, conn, row, talk.member_id, now)
        messages = [one for arm in arms for one in _messages(row, arm, chosen, values, by)]
        key = f"test/{row.id}/{house.ids.new('tst')}"
        outbox.put(conn, house.keyring.unwrap(talk.data_key, talk.contact_id), [
            outbox.Row(f"{key}/{number}", talk.id, row.sender_id, talk.contact_id, LANE, message, now, now)
            for number, message in enumerate(messages)
        ])  # fmt: skip
        done += [Tested(phone, arm.name, chosen) for arm in arms]
    return done


def _values(house: House, conn: Connection, row: Row, member_id: str | None, now: datetime) -> dict[str, str]:
    variables = row.campaign.variables
    if member_id is None:
        return dict(variables)
    names = sorted(set(variables.values()))
    known = fields.values(conn, house.keyring, row.programme_id, [member_id], names, now).get(member_id, {}) if names else {}
    return {name: known.get(field) or field for name, field in variables.items()}


def _messages(row: Row, arm: Arm, locale: str, values: Mapping[str, str], by: str) -> tuple[Message, Message]:
    """The mark, and the message; its link is the file's own address, so that trying it counts no click."""
    said = words.message(row.campaign, arm.name, locale, values, "", "")
    mark = f"TEST of {row.campaign.name} ({row.id}), arm {arm.name}, asked for by {by}. What follows is what members get."
    return Message(MARK, locale, mark), replace(said, link=arm.words[locale].link, raw_values={})
