"""Members: the page of one of them, and the PIN that is taken away."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click
from sqlalchemy import Connection, text

from base import people
from base.people import Talk
from bot import bells, pins
from bot.cli.acting import as_staff, by_staff, on_duty, touched
from bot.cli.house import moment_utc, of, print_json, refuse
from bot.cli.member_words import in_words
from bot.member_page import page

PHONE_IN_INDIA = 10  # digits, without the country code

_PAGE = text("""
    SELECT v.id AS conversation_id, v.programme_id, v.locale, v.consented_at, v.stopped_at, v.marketing_stopped_at,
           v.flow, v.state, v.last_inbound_at, (SELECT count(*) FROM outbox o WHERE o.conversation_id = v.id
               AND o.state IN ('held', 'unconfirmed')) AS held_messages, c.id AS contact_id, c.address, c.external_user_id,
           m.id AS member_id, m.role, m.pin_code, m.state AS region, m.details, m.data_key, m.erased_at, m.created_at
    FROM conversations v JOIN contacts c ON c.id = v.contact_id LEFT JOIN members m ON m.id = v.member_id
    WHERE v.id = :conversation""")

_MEMBER = text("SELECT id, programme_id FROM members WHERE id = :id")
# Where their owner wrote last; of a helper's conversations only where no owner has one.
_WRITES_FOR = text("""
    SELECT v.id FROM conversations v LEFT JOIN memberships s
         ON s.contact_id = v.contact_id AND s.member_id = v.member_id AND s.until IS NULL AND s.role = 'owner'
    WHERE v.member_id = :id ORDER BY s.role NULLS LAST, v.last_inbound_at DESC NULLS LAST, v.id LIMIT 1""")


@click.group()
def group() -> None:
    """Members."""


@group.command()
@click.argument("phone")
@click.option("--programme", "programme_id", help="Needed only for someone in several.")
@by_staff("member.read", keeps=True)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def show(ctx: click.Context, phone: str, programme_id: str | None, as_json: bool) -> None:
    """One member's page. PHONE: +919812345678, 9812345678, a WhatsApp user id, or a member's id."""
    house = of(ctx)
    with house.engine.begin() as conn:
        found = writing(conn, phone, programme_id)
        if found.member_id and found.data_key is None:
            raise erased(found.member_id, found.erased_at)
        shown = page(conn, house.keyring, house.clock.now(conn), found)
        touched(conn, "member.read", found.member_id or found.conversation_id)
    print_json(shown) if as_json else click.echo(in_words(shown))


@group.command("reset-pin")
@click.argument("phone")
@click.option("--programme", "programme_id", help="Needed only for someone in several.")
@click.option("--reason", required=True, help="How you made sure that it is they who ask; kept.")
@as_staff("member.reset_pin")
@click.pass_context
def reset_pin(ctx: click.Context, phone: str, programme_id: str | None, reason: str, actor: str) -> None:
    """Take away a member's PIN, and its lock. They are told, and choose a new one when money next goes out."""
    house = of(ctx)
    with house.engine.begin() as conn:
        by = on_duty(conn, actor, "member.reset_pin")
        member_id = writing(conn, phone, programme_id).member_id
        told = pins.reset(house, conn, member_id, by=by.name, reason=reason) if member_id else None
    if told is None:
        raise refuse(f"{phone} has no PIN: nothing is to be reset")
    for conversation in told:
        bells.ring_turn(house, conversation)
    click.echo(f"the PIN of {member_id} is gone; they are asked for a new one when money next goes out")


def writing(conn: Connection, phone: str, programme_id: str | None) -> Any:
    """The conversation in which they wrote last. Refuses where there is none, or where they are in several programmes."""
    if phone.startswith("mbr_"):
        _, member_id = whose(conn, phone, programme_id)
        conversation = conn.execute(_WRITES_FOR, {"id": member_id}).scalar_one_or_none()
        if conversation is None:
            raise refuse(f"nobody writes for {member_id} any more; ./saathi account show {member_id} says who did")
        return conn.execute(_PAGE, {"conversation": conversation}).one()
    found = talks(conn, phone, programme_id)
    in_one(phone, found)
    return conn.execute(_PAGE, {"conversation": found[0].id}).one()


def person(conn: Connection, phone: str) -> str:
    """The person behind PHONE, by the contact that lives on; every verb finds the same one. Refuses where there is none: also
    of somebody who was erased, for the phone is forgotten."""
    found = people.person(conn, addresses(phone))
    if found is None:
        raise nobody(phone)
    return found


def talks(conn: Connection, phone: str, programme_id: str | None = None) -> list[Talk]:
    """Their conversations, the one in which they wrote last first; at least one. Refuses where there is none."""
    found = people.talks(conn, person(conn, phone), programme_id)
    if not found:
        raise nobody(phone) if programme_id is None else refuse(f"nobody has written to {programme_id} from {phone}")
    return found


def in_one(phone: str, found: Sequence[Talk]) -> None:
    """Refuses where these are of several programmes: none was named, and one must be."""
    if len(programmes := sorted({one.programme_id for one in found})) > 1:
        raise click.UsageError(f"{phone} is in several programmes: add --programme with one of {', '.join(programmes)}")


def member_of(conn: Connection, phone: str) -> str:
    """The member for whom they wrote last, in whichever programme. Refuses where there is none."""
    found: str | None = acting(conn, phone)[0].member_id
    assert found is not None  # acting promises it
    return found


def acting(conn: Connection, phone: str, programme_id: str | None = None) -> list[Talk]:
    """Their conversations as members, so each `member_id` is set; at least one. Refuses where there is none."""
    found = [one for one in talks(conn, phone, programme_id) if one.member_id is not None]
    if not found:
        raise refuse(f"no member writes from {phone}; check the number, with its country code")
    return found


def whose(conn: Connection, who: str, programme_id: str | None) -> tuple[str, str]:
    """The programme and the member of WHO: a phone, or a member's id. Refuses where there is none, or several programmes."""
    if who.startswith("mbr_"):
        row = conn.execute(_MEMBER, {"id": who}).one_or_none()
        if row is None or programme_id not in (None, row.programme_id):
            where = f" in {programme_id}" if row is not None else ""
            raise refuse(f"there is no member {who}{where}; ./saathi member show PHONE names them")
        return row.programme_id, row.id
    found = acting(conn, who, programme_id)
    in_one(who, found)
    assert found[0].member_id is not None  # acting promises it
    return found[0].programme_id, found[0].member_id


def nobody(phone: str) -> click.ClickException:
    return refuse(f"nobody has written from {phone}; check the number, with its country code")


def erased(what: str, at: datetime | None) -> click.ClickException:
    day = f" on {moment_utc(at)}" if at else ""
    return refuse(f"{what} was erased{day}: nothing of it can be read any more; `./saathi privacy erasures` lists who asked")


def addresses(phone: str) -> list[str]:
    """What PHONE may stand for: a number in its WhatsApp form, Indian where the country is left out; or a user id."""
    bare = "".join(phone.split()).removeprefix("whatsapp:")
    digits = bare.lstrip("+").translate({ord(mark): None for mark in "-()."})
    if not digits.isdecimal():
        return [bare, f"whatsapp:{bare}"]
    digits = "".join(str(unicodedata.decimal(digit)) for digit in digits)
    if not bare.startswith("+") and len(local := digits.removeprefix("0")) == PHONE_IN_INDIA:
        digits = f"91{local}"
    return [f"whatsapp:+{digits}"]
