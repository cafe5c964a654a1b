"""Staff: who may decide, and what they did."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.table import Table

from base import audit
from base.staff import ROLES, StaffError, add, everyone
from bot.cli.acting import on_duty
from bot.cli.house import console, moment, of, print_json, refuse


@click.group()
def group() -> None:
    """The people whose decisions the service carries out."""


@group.command("add")
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES), help="May be given several times.")
@click.option("--as", "actor", metavar="NAME", help="Who adds them: an admin. Left out for the very first colleague only.")
@click.pass_context
def add_colleague(ctx: click.Context, name: str, roles: tuple[str, ...], actor: str | None) -> None:
    """Add a colleague. The first one must be an admin; after that an admin adds the others."""
    house = of(ctx)
    with house.engine.begin() as conn:
        if actor is not None:
            by = on_duty(conn, actor, "admin").name
        elif everyone(conn):
            raise refuse("say who adds them: --as with the name of an admin; ./saathi staff list shows who is one")
        elif "admin" not in roles:
            raise refuse("the first colleague adds the others: give them --role admin")
        else:
            by = "system:first"
        try:
            made = add(conn, staff_id=house.ids.new("stf"), name=name, roles=roles, by=by, at=house.clock.now(conn))
        except StaffError as fault:
            raise refuse(str(fault)) from fault
    click.echo(f"{made.name} is on the staff: {', '.join(made.roles)}")


@group.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def list_all(ctx: click.Context, as_json: bool) -> None:
    """Everyone, with their roles."""
    with of(ctx).engine.connect() as conn:
        rows = [asdict(person) for person in everyone(conn)]
    if as_json:
        print_json({"staff": rows})
        return
    table = Table("name", "roles", "active")
    for row in rows:
        table.add_row(row["name"], ", ".join(row["roles"]), "yes" if row["active"] else "no")
    console().print(table)


@group.command("audit")
@click.option("--subject", help="Only what was done to this id.")
@click.option("--by", "actor", help="Only what this colleague did.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def show_audit(ctx: click.Context, subject: str | None, actor: str | None, limit: int, as_json: bool) -> None:
    """The audit log, newest first."""
    with of(ctx).engine.connect() as conn:
        acts = [asdict(act) for act in audit.read(conn, subject=subject, actor=actor, limit=limit)]
    if as_json:
        print_json({"audit": acts})
        return
    table = Table("at (UTC)", "who", "did", "to", "reason")
    for act in acts:
        table.add_row(moment(act["at"]), act["actor"], act["act"], act["subject"], act["reason"])
    console().print(table)
