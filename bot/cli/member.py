"""A member's page: who they are (masked), what they have, what happened last."""

from __future__ import annotations

import json
import unicodedata
from datetime import datetime
from typing import Any

import click
from sqlalchemy import Connection, text

from base.masking import mask_name, mask_phone
from base.money import grouped
from bot import bells, pins
from bot.cli.acting import as_staff, by_staff, on_duty, touched
from bot.cli.house import moment_utc, of, print_json, refuse
from bot.wiring import House
from ledger.balance import balance, movements

MOVEMENTS_SHOWN = 10
PHONE_IN_INDIA = 10  # digits, without the country code

_FIND = text("""
    SELECT v.id AS conversation_id, v.programme_id, v.locale, v.consented_at, v.stopped_at, v.marketing_stopped_at,
           v.flow, v.state, v.last_inbound_at, (SELECT count(*) FROM outbox o WHERE o.conversation_id = v.id
               AND o.state IN ('held', 'unconfirmed')) AS held_messages, c.address, c.external_user_id, m.id AS member_id,
           m.role, m.pin_code, m.state AS region, m.details, m.data_key, m.created_at
    FROM contacts c JOIN conversations v ON v.contact_id = c.id LEFT JOIN members m ON m.id = v.member_id
    WHERE (c.address = ANY(:addresses) OR c.external_user_id = ANY(:addresses))
      AND (CAST(:programme AS text) IS NULL OR v.programme_id = :programme)
    ORDER BY v.last_inbound_at DESC NULLS LAST, v.id DESC""")


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
    """One member's page. PHONE: +919812345678, 9812345678, or a WhatsApp user id."""
    house = of(ctx)
    with house.engine.begin() as conn:
        found = _one(conn, phone, programme_id)
        page = _page(house, conn, found)
        touched(conn, "member.read", found.member_id or found.conversation_id)
    print_json(page) if as_json else click.echo(_in_words(page))


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
        member_id = _one(conn, phone, programme_id).member_id
        told = pins.reset(house, conn, member_id, by=by.name, reason=reason) if member_id else None
    if told is None:
        raise refuse(f"{phone} has no PIN: nothing is to be reset")
    for conversation in told:
        bells.ring_turn(house, conversation)
    click.echo(f"the PIN of {member_id} is gone; they are asked for a new one when money next goes out")


def _one(conn: Connection, phone: str, programme_id: str | None) -> Any:
    """The conversation in which they wrote last. Refuses where there is none, or where they are in several programmes."""
    found = conn.execute(_FIND, {"addresses": addresses(phone), "programme": programme_id}).all()
    if not found:
        raise nobody(phone) if programme_id is None else refuse(f"nobody has written to {programme_id} from {phone}")
    if len(programmes := sorted({row.programme_id for row in found})) > 1:
        raise click.UsageError(f"{phone} is in several programmes: add --programme with one of {', '.join(programmes)}")
    return found[0]


def nobody(phone: str) -> click.ClickException:
    return refuse(f"nobody has written from {phone}; check the number, with its country code")


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


def _page(house: House, conn: Connection, row: Any) -> dict[str, Any]:
    page = {
        "address": mask_phone(row.address), "programme": row.programme_id, "conversation": row.conversation_id,
        "member": row.member_id, "language": row.locale, "consented_at": row.consented_at, "stopped_at": row.stopped_at,
        "marketing_stopped_at": row.marketing_stopped_at, "last_message_at": row.last_inbound_at,
        "at": {"flow": row.flow, "state": row.state}, "held_messages": row.held_messages,
    }  # fmt: skip
    return page | (_member(house, conn, row) if row.member_id else {})


def _member(house: House, conn: Connection, row: Any) -> dict[str, Any]:
    sealer = house.keyring.unwrap(row.data_key, row.member_id)
    details = json.loads(sealer.open(row.details, f"members/{row.member_id}"))
    has = balance(conn, row.programme_id, row.member_id, house.clock.now(conn))
    moved = movements(conn, row.programme_id, row.member_id, MOVEMENTS_SHOWN)
    return {
        "name": mask_name(details["name"]), "shop": details["shop"], "role": row.role, "pin_code": row.pin_code,
        "state": row.region, "enrolled_at": row.created_at,
        "points": {
            "available": has.available, "held": has.held, "expiring": has.expiring_points, "expiring_at": has.expiring_at
        },
        "movements": [{"at": m.at, "kind": m.kind, "points": m.points, "facts": dict(m.facts)} for m in moved],
    }  # fmt: skip


def _in_words(page: dict[str, Any]) -> str:
    """The same page for reading: a line for each thing that is there, then the movements."""
    shown = {name.replace("_", " "): value for name, value in page.items() if name not in ("at", "points", "movements")}
    at, has = page["at"], page.get("points")
    shown["in the middle of"] = f"{at['flow']}.{at['state']}" if at["flow"] else None
    if has:
        shown["points"] = f"{grouped(has['available'])} available, {grouped(has['held'])} held"
        if has["expiring"]:
            shown["expiring"] = f"{grouped(has['expiring'])} on {_time(has['expiring_at'])}"
    lines = [f"{name:<22} {_time(value)}" for name, value in shown.items() if value not in (None, "")]
    for moved in page.get("movements", []):
        facts = ", ".join(f"{name} {value}" for name, value in moved["facts"].items())
        lines.append(f"{_time(moved['at'])}  {moved['kind']:<8} {moved['points']:>+7}  {facts}")
    return "\n".join(lines)


def _time(value: Any) -> str:
    return moment_utc(value) if isinstance(value, datetime) else str(value)
