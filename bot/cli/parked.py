"""`./saathi parked`: what our code failed at three times, and what becomes of it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click
from rich.table import Table
from sqlalchemy import Connection, text

from base import people
from base.masking import mask_phone
from base.sealing import CannotOpen
from bot import parked as events
from bot import turn
from bot.cli.acting import as_staff, by_staff, on_duty
from bot.cli.house import console, moment, moment_utc, of, print_json, refuse
from bot.cli.member import addresses
from bot.parked import CannotRetry, Parked
from bot.wiring import House
from journal import inbox
from whatsapp import inbound

_SEALED = text("""
    SELECT i.sealed, c.id AS contact_id, c.data_key FROM inbox i JOIN conversations v ON v.id = i.conversation_id
    JOIN contacts c ON c.id = v.contact_id WHERE i.id = :id""")
_why = click.option("--reason", required=True, help="Why; kept in the audit log.")


@click.group()
def group() -> None:
    """Messages and happenings that a fault of ours has left unanswered."""


@group.command("list")
@click.option("--to", "phone", help="Only of this phone.")
@click.option("--last", default=100, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--json", "as_json", is_flag=True)
@by_staff("parked.read")
@click.pass_context
def list_(ctx: click.Context, phone: str | None, last: int, as_json: bool) -> None:
    """The newest that nobody has seen to. Words are not shown."""
    with of(ctx).engine.connect() as conn:
        who = people.person(conn, addresses(phone)) if phone else None
        theirs = (people.contacts(conn, who) if who else []) if phone else None
        rows = events.parked(conn, contacts=theirs, most=last)
    if as_json:
        print_json({"parked": [_shown(row) for row in rows]})
        return
    if not rows:
        click.echo("nothing is parked")
        return
    table = Table("id", "kind", "from", "fault", "parked at (UTC)", "conversation stands in")
    for row in rows:
        at = f"{row.flow}.{row.state}" if row.flow else ""
        table.add_row(str(row.id), row.kind, mask_phone(row.address), row.fault or "", moment(row.parked_at), at)
    console().print(table)


@group.command()
@click.argument("event", type=click.IntRange(1, 2**63 - 1))
@click.option("--json", "as_json", is_flag=True)
@by_staff("parked.read")
@click.pass_context
def show(ctx: click.Context, event: int, as_json: bool) -> None:
    """One of them, with what it is, without what was written."""
    house = of(ctx)
    with house.engine.connect() as conn:
        found = _one(conn, event)
        page = _shown(found) | {"about": _about(house, conn, found)}
    if as_json:
        print_json(page)
        return
    for name, value in page.items():
        if value not in (None, ""):
            click.echo(f"{name.replace('_', ' '):<14} {moment_utc(value) if hasattr(value, 'astimezone') else value}")


@group.command()
@click.argument("event", type=click.IntRange(1, 2**63 - 1))
@as_staff("parked.retry")
@_why
@click.pass_context
def retry(ctx: click.Context, event: int, actor: str, reason: str) -> None:
    """Answer it now with today's code. Where it fails again it is parked again, and the member is not told twice."""
    house = of(ctx)
    with house.engine.begin() as conn:
        by = on_duty(conn, actor, "parked.retry")
        found = _one(conn, event)
        try:
            changed = events.retry(conn, found, by=by.name, reason=reason, at=house.clock.now(conn))
        except CannotRetry as fault:
            raise refuse(str(fault)) from fault
    if not changed:
        raise refuse(f"somebody has just seen to event {event}")
    turn.run(house, found.conversation_id)
    with house.engine.connect() as conn:
        again = events.became(conn, event)
    if again:
        raise refuse(f"event {event} has failed again, by {again}, and is parked again: an engineer must look at it")
    click.echo(f"event {event} is answered")


@group.command()
@click.argument("event", type=click.IntRange(1, 2**63 - 1))
@as_staff("parked.drop")
@_why
@click.pass_context
def drop(ctx: click.Context, event: int, actor: str, reason: str) -> None:
    """Let it go: it is answered no more. What was promised about it must be told to the member by a person."""
    house = of(ctx)
    with house.engine.begin() as conn:
        by = on_duty(conn, actor, "parked.drop")
        if not events.drop(conn, _one(conn, event), by=by.name, reason=reason, at=house.clock.now(conn)):
            raise refuse(f"somebody has just seen to event {event}")
    click.echo(f"event {event} is dropped")


def _one(conn: Connection, event: int) -> Parked:
    if (found := events.one(conn, event)) is None:
        raise refuse(f"no event {event} is parked; ./saathi parked list shows those that are")
    return found


def _shown(row: Parked) -> dict[str, Any]:
    told = asdict(row) | {"address": mask_phone(row.address)}
    del told["kept"], told["reachable"]
    return told


def _about(house: House, conn: Connection, found: Parked) -> str:
    """What kind of message or happening it is: the names of things, never what stands in them."""
    row = conn.execute(_SEALED, {"id": found.id}).one()
    if not (found.kept and found.reachable):
        return "gone: its words' time is over, or its person was erased"
    try:
        raw = inbox.opened(house.keyring.unwrap(row.data_key, row.contact_id), found.key, row.sealed)
    except (CannotOpen, json.JSONDecodeError):
        return "cannot be opened with the keys of DATA_KEYS"
    if found.kind == "happening":
        return str(raw.get("$", "?"))
    message = inbound.from_json(raw)
    parts = [message.kind] + ([f"{len(message.text)} letters"] if message.text else [])
    return ", ".join(parts + ([f"{len(message.media)} pictures or files"] if message.media else []))
