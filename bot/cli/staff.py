"""Staff: who may decide, and what they did. How they prove themselves stands in staff_door.py."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.table import Table
from sqlalchemy import Connection

from base import audit, people
from base.masking import mask_phone
from base.permissions import ROLES
from base.staff import StaffError, add, change, everyone, has_admin, set_phone
from bot.cli.acting import as_staff, by_staff, on_duty
from bot.cli.house import console, moment, of, print_json, refuse
from bot.cli.member import addresses
from bot.cli.staff_door import VERBS

_roles = click.option(
    "--role", "roles", multiple=True, required=True, type=click.Choice(ROLES), help="May be given several times."
)  # fmt: skip
_why = click.option("--reason", default="", help="Why; kept in the audit log.")

NO_PHONE = "none"


@click.group()
def group() -> None:
    """The people whose decisions the service carries out."""


for _each in VERBS:
    group.add_command(_each)


@group.command("add")
@click.argument("name")
@_roles
@as_staff("staff.add", required=False)
@click.pass_context
def add_colleague(ctx: click.Context, name: str, roles: tuple[str, ...], actor: str | None) -> None:
    """Add a colleague. The first one must be an admin; after that an admin (--as) adds the others."""
    house = of(ctx)
    with house.engine.begin() as conn:
        if actor is not None:
            by = on_duty(conn, actor, "staff.add").name
        elif has_admin(conn):
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


@group.command("roles")
@click.argument("name")
@_roles
@as_staff("staff.roles")
@_why
@click.pass_context
def change_roles(ctx: click.Context, name: str, roles: tuple[str, ...], actor: str, reason: str) -> None:
    """Give a colleague these roles in place of the ones they have. Their sessions end."""
    _change(ctx, "staff.roles", name, actor, reason, roles=roles)


@group.command("off")
@click.argument("name")
@as_staff("staff.off")
@_why
@click.pass_context
def switch_off(ctx: click.Context, name: str, actor: str, reason: str) -> None:
    """Somebody has left, or must not act for now. Their sessions end; what they did stays on record."""
    _change(ctx, "staff.off", name, actor, reason, active=False)


@group.command("on")
@click.argument("name")
@as_staff("staff.on")
@_why
@click.pass_context
def switch_on(ctx: click.Context, name: str, actor: str, reason: str) -> None:
    """Let a colleague act again who was switched off."""
    _change(ctx, "staff.on", name, actor, reason, active=True)


@group.command("phone")
@click.argument("name")
@click.argument("phone")
@as_staff("staff.phone")
@click.pass_context
def set_colleagues_phone(ctx: click.Context, name: str, phone: str, actor: str) -> None:
    """Say which PHONE is this colleague's; `none` takes it away. Campaigns are tested on such phones alone."""
    none = phone == NO_PHONE
    house = of(ctx)
    with house.engine.begin() as conn:
        by, now = on_duty(conn, actor, "staff.phone").name, house.clock.now(conn)
        try:
            set_phone(conn, name, addresses(phone)[0].removeprefix("whatsapp:") if not none else None, by=by, at=now)
        except StaffError as fault:
            raise refuse(str(fault)) from fault
        whose = [] if none else _members(conn, phone)
    click.echo(f"{name} has no phone here" if none else f"{name}'s phone is {phone}")
    if whose:
        click.echo(f"look again: this is also the phone of {', '.join(whose)}: a test goes to them as to a colleague", err=True)


@group.command("list")
@by_staff("staff.read", keeps=True)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def list_all(ctx: click.Context, as_json: bool) -> None:
    """Everyone, with their roles."""
    with of(ctx).engine.connect() as conn:
        rows = [asdict(one) | {"phone": mask_phone(one.phone) if one.phone else None} for one in everyone(conn)]
    if as_json:
        print_json({"staff": rows})
        return
    table = Table("name", "roles", "active", "phone")
    for row in rows:
        table.add_row(row["name"], ", ".join(row["roles"]), "yes" if row["active"] else "no", row["phone"] or "")
    console().print(table)


@group.command("audit")
@by_staff("staff.audit")
@click.option("--subject", help="Only what was done to this id; of a member also what was read of their conversations.")
@click.option("--by", "by", help="Only what this colleague did.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def show_audit(ctx: click.Context, subject: str | None, by: str | None, limit: int, as_json: bool) -> None:
    """The audit log, newest first."""
    with of(ctx).engine.connect() as conn:
        acts = [asdict(act) for act in audit.read(conn, subject=subject, actor=by, limit=limit)]
    if as_json:
        print_json({"audit": acts})
        return
    table = Table("at (UTC)", "who", "did", "to", "reason")
    for act in acts:
        table.add_row(moment(act["at"]), act["actor"], act["act"], act["subject"], act["reason"])
    console().print(table)


def _members(conn: Connection, phone: str) -> list[str]:
    """Who writes from it as a member."""
    person = people.person(conn, addresses(phone))
    talks = people.talks(conn, person) if person is not None else []
    return [f"member {one}" for one in dict.fromkeys(talk.member_id for talk in talks) if one is not None]


def _change(
    ctx: click.Context, act: str, name: str, actor: str, reason: str, *, roles: tuple[str, ...] | None = None,
    active: bool | None = None,
) -> None:  # fmt: skip
    house = of(ctx)
    with house.engine.begin() as conn:
        by, now = on_duty(conn, actor, act).name, house.clock.now(conn)
        try:
            after = change(conn, name, act=act, by=by, at=now, roles=roles, active=active, reason=reason)
        except StaffError as fault:
            raise refuse(str(fault)) from fault
    click.echo(f"{name} is {'on the staff' if after.active else 'switched off'}: {', '.join(after.roles)}")
