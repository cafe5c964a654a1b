"""Lock-outs: who passed a limit, and letting them in again."""

from __future__ import annotations

import click
from rich.table import Table

from base import audit, people
from base.masking import mask_phone
from bot.cli.acting import as_staff, by_staff, on_duty, touched
from bot.cli.house import console, moment, of, print_json, refuse
from bot.cli.member import addresses, person
from loyalty import limits as rows_of


@click.group()
def group() -> None:
    """Limits of what one contact may do in a while."""


@group.command("list")
@click.argument("phone", required=False)
@click.option("--all", "past", is_flag=True, help="Those that have ended, too.")
@click.option("--limit", default=200, show_default=True, type=click.IntRange(1, 10_000))
@by_staff("limits.read", keeps=True)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def list_all(ctx: click.Context, phone: str | None, past: bool, limit: int, as_json: bool) -> None:
    """Who is locked out of what, until when, and with how many tries; of PHONE only, where one is given."""
    house = of(ctx)
    with house.engine.begin() as conn:
        contact = people.person(conn, addresses(phone)) if phone else None
        theirs = (people.contacts(conn, contact) if contact else []) if phone else None
        touched(conn, "limits.read", contact or "limits list")
        found = rows_of.lock_outs(conn, house.clock.now(conn), contacts=theirs, past=past, limit=limit)
    rows = [
        {"id": row.id, "contact": row.contact_id, "address": mask_phone(row.address), "programme": row.programme_id,
         "kind": row.kind, "count": row.count, "at": row.at, "until": row.until, "cleared_at": row.cleared_at}
        for row in found
    ]  # fmt: skip
    if as_json:
        print_json({"lock_outs": rows})
        return
    table = Table("who", "of what", "tries", "since (UTC)", "until (UTC)", "contact")
    for row in rows:
        ended = moment(row["cleared_at"]) + " cleared" if row["cleared_at"] else moment(row["until"])
        table.add_row(row["address"], row["kind"], str(row["count"]), moment(row["at"]), ended, row["contact"])
    console().print(table) if rows else click.echo("nobody is locked out")


@group.command()
@click.argument("phone")
@click.option("--reason", required=True, help="Why it was no attack; kept.")
@as_staff("limits.clear")
@click.pass_context
def clear(ctx: click.Context, phone: str, reason: str, actor: str) -> None:
    """End the lock-outs of PHONE, and count anew."""
    house = of(ctx)
    with house.engine.begin() as conn:
        by = on_duty(conn, actor, "limits.clear")
        now = house.clock.now(conn)
        contact = person(conn, phone)
        ended = rows_of.clear(conn, people.contacts(conn, contact), now)
        if ended:
            what = {row.id: f"{row.kind} until {row.until.isoformat()}" for row in ended}
            audit.write(conn, actor=by.name, act="limits.clear", subject=contact, at=now, before=what, reason=reason)
    if not ended:
        raise refuse(f"{phone} is not locked out of anything")
    click.echo(f"{contact} may again: {', '.join(sorted({row.kind for row in ended}))}")
