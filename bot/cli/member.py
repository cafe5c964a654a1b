"""A member's page: who they are (masked), what they have, what happened last."""

from __future__ import annotations

import json
from typing import Any

import click
from rich.console import Console
from sqlalchemy import Connection, text

from base.masking import mask_name, mask_phone
from bot.cli.house import of, print_json, refuse
from bot.wiring import House
from ledger.balance import balance, movements

MOVEMENTS_SHOWN = 10

_FIND = text("""
    SELECT v.id AS conversation_id, v.programme_id, v.locale, v.consented_at, v.stopped_at, v.marketing_stopped_at,
           v.flow, v.state, v.held AS held_messages, v.last_inbound_at, c.address, c.external_user_id, m.id AS member_id,
           m.role, m.pin_code, m.state AS region, m.details, m.data_key, m.created_at
    FROM contacts c JOIN conversations v ON v.contact_id = c.id LEFT JOIN members m ON m.id = v.member_id
    WHERE c.address = ANY(:addresses) OR c.external_user_id = ANY(:addresses) ORDER BY v.id""")


@click.group()
def group() -> None:
    """Members."""


@group.command()
@click.argument("phone")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def show(ctx: click.Context, phone: str, as_json: bool) -> None:
    """One member's page. PHONE: +919812345678, 9812345678, or a WhatsApp user id."""
    house = of(ctx)
    with house.engine.connect() as conn:
        pages = [_page(house, conn, row) for row in conn.execute(_FIND, {"addresses": addresses(phone)})]
    if not pages:
        raise refuse(f"nobody has written from {phone}; check the number, with its country code")
    if as_json:
        print_json(pages[0] if len(pages) == 1 else pages)
    else:
        for page in pages:
            Console().print_json(data=json.loads(json.dumps(page, default=str)))


def addresses(phone: str) -> list[str]:
    """The WhatsApp addresses that PHONE may stand for."""
    bare = "".join(phone.split()).removeprefix("whatsapp:")
    digits = bare.lstrip("+")
    if not digits.isdecimal():
        return [f"whatsapp:{bare}"]
    return [f"whatsapp:+{digits}"] + ([f"whatsapp:+91{digits}"] if len(digits) == 10 else [])


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
