"""How a colleague proves who they are: password, authenticator, signing in and out."""

from __future__ import annotations

import sys

import click
from sqlalchemy import Connection

from base import sessions, staff, staff_proofs, totp
from base.sign_in import WRONG, sign_in
from base.staff import Staff, StaffError
from bot.cli import session_file
from bot.cli.acting import as_staff, door, marked, on_duty
from bot.cli.house import of, print_json, refuse

FIRST = "system:first"


@click.command()
@click.argument("name")
@as_staff("staff.own", "staff.prove", required=False)
@click.pass_context
def password(ctx: click.Context, name: str, actor: str | None) -> None:
    """Set a password: one's own, or an admin a colleague's. Asked for without echo, or read as a line of standard input."""
    house = of(ctx)
    with house.engine.begin() as conn:
        _, _ = _whose(conn, name, actor)  # nobody types a password for nothing
    typed = _hidden("new password", again=True)
    with house.engine.begin() as conn:
        who, by = _target(conn, name), actor or FIRST
        try:
            staff_proofs.set_password(conn, house.keyring, who, typed, by=by, at=house.clock.now(conn))
        except StaffError as fault:
            raise refuse(str(fault)) from fault
    click.echo(f"{name} has a new password; whoever was signed in as {name} is signed out")


@click.command("totp")
@click.argument("name")
@as_staff("staff.own", "staff.prove", required=False)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def authenticator(ctx: click.Context, name: str, actor: str | None, as_json: bool) -> None:
    """Set up an authenticator app: prints once what it scans. The one before counts no more."""
    house = of(ctx)
    with house.engine.begin() as conn:
        who, by = _whose(conn, name, actor)
        uri = totp.uri(staff_proofs.new_seed(conn, house.keyring, who, by=by, at=house.clock.now(conn)), name)
    if as_json:
        print_json({"name": name, "uri": uri})
        return
    if sys.stdout.isatty():
        import segno

        segno.make(uri, error="m").terminal(compact=True)
    click.echo(uri)
    click.echo("scan it with an authenticator app, or import the line; it is not shown again", err=True)


@click.command("sign-in")
@click.argument("name")
@marked("staff.sign_in")
@click.pass_context
def sign_in_here(ctx: click.Context, name: str) -> None:
    """Sign in on this machine: password and code, without echo or as two lines of standard input. Lasts 12 hours at most,
    30 minutes without use."""
    house = of(ctx)
    typed, code = _hidden("password"), _hidden("code of the authenticator")
    token = sign_in(door(house), name, typed, code, "cli")
    if token is None:
        raise refuse(WRONG)
    session_file.write(name, token)
    click.echo(f"{name} is signed in on this machine")


@click.command("sign-out")
@click.argument("name")
@marked("staff.sign_in")
@click.pass_context
def sign_out(ctx: click.Context, name: str) -> None:
    """Sign out on this machine."""
    if not staff.NAME.fullmatch(name) or (token := session_file.read(name)) is None:
        raise refuse(f"{name} is not signed in here")
    house = of(ctx)
    with house.engine.begin() as conn:
        now = house.clock.now(conn)
        if (session := sessions.look(conn, token, now, "cli")) is not None:
            sessions.end(conn, session.id, "signed out", now)
    session_file.forget(name)
    click.echo(f"{name} is signed out")


def _whose(conn: Connection, name: str, actor: str | None) -> tuple[Staff, str]:
    """Whose proof is set, and by whom: by themselves, by an admin, or of the first admin by whoever runs the machine."""
    if actor is not None:
        by = on_duty(conn, actor, "staff.own" if actor == name else "staff.prove").name
        return _target(conn, name), by
    if staff_proofs.can_anybody(conn):
        raise refuse(f"say who does this: --as {name}, or --as with the name of an admin")
    who = _target(conn, name)
    if "admin" not in who.roles:
        raise refuse("an admin comes first: no admin can sign in yet")
    return who, FIRST


def _target(conn: Connection, name: str) -> Staff:
    who = staff.find(conn, name)
    if who is None or not who.active:
        raise refuse(f"nobody on the staff is called {name}; ./saathi staff list shows everyone")
    return who


def _hidden(what: str, *, again: bool = False) -> str:
    """Typed without echo; where standard input is no terminal, its next line."""
    if sys.stdin.isatty():
        return str(click.prompt(what, hide_input=True, confirmation_prompt=again, err=True))
    line = sys.stdin.readline()
    if not line:
        raise refuse(f"no {what} came on standard input: give one line for each thing that is asked")
    return line.rstrip("\r\n")


VERBS = (password, authenticator, sign_in_here, sign_out)
