"""`--as NAME`: who on the staff gives this order, and whether it is they.

In development (Twilio's base URL on this machine) the name is enough. Anywhere else it needs a session of that colleague,
begun with `./saathi staff sign-in NAME`, and where money moves a code of the last minutes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click
from sqlalchemy import Connection, text

from base import audit, sessions, sign_in
from base.permissions import ACTS
from base.staff import Staff, StaffError, acting
from bot.cli import session_file
from bot.cli.house import of, refuse
from bot.wiring import House

F = TypeVar("F", bound=Callable[..., Any])
SHELL = "system:shell"  # development, where a verb was run without a name
_CODE = "saathi.code"
_BY = "saathi.by"
_WAIT = text("SET LOCAL idle_in_transaction_session_timeout = '3min'")


def as_staff(*acts: str, required: bool = True) -> Callable[[F], F]:
    """The options `--as` (the parameter `actor`, looked up by `on_duty` in the verb's own transaction) and `--code`."""

    def decorate(verb: F) -> F:
        named = click.option("--as", "actor", required=required, metavar="NAME", help="Who on the staff decides this; kept.")
        return _with_code(named(_marked(verb, acts)), acts)

    return decorate


def by_staff(act: str, *more: str, keeps: bool = False) -> Callable[[F], F]:
    """For verbs that read, or arrange what the programme is: `--as` may be left out in development. `keeps`: the verb
    says itself, with `touched`, what is to be on record; else the act is there before the verb begins. `more`: acts that it
    asks for, with `raised`, only where an option wants them."""

    def decorate(verb: F) -> F:
        @wraps(verb)
        def guarded(*args: Any, actor: str | None, **given: Any) -> Any:
            ctx = click.get_current_context()
            house = of(ctx)
            if actor is None and not house.settings.development:
                raise refuse("say who does this: --as with your name on the staff, after ./saathi staff sign-in")
            with house.engine.begin() as conn:
                ctx.meta[_BY] = SHELL if actor is None else on_duty(conn, actor, act).name
                if not keeps:
                    touched(conn, act, ctx.command_path.partition(" ")[2])
            return verb(*args, **given)

        named = click.option("--as", "actor", metavar="NAME", help="Who on the staff does this. Optional in development.")
        return _with_code(named(_marked(guarded, (act, *more))), (act, *more))  # type: ignore[return-value]  # as click's own decorators

    return decorate


def marked(*acts: str) -> Callable[[F], F]:
    """For the few verbs that ask nobody's name: signing in and out."""
    return lambda verb: _marked(verb, acts)


def on_duty(conn: Connection, actor: str, act: str) -> Staff:
    """Who `actor` is, where they may do `act` and it is they. Refuses with one line, exit 1."""
    try:
        found = acting(conn, actor, act)
    except StaffError as fault:
        raise refuse(str(fault)) from fault
    ctx = click.get_current_context()
    house = of(ctx)
    if not house.settings.development:
        _prove(house, conn, actor, ctx.meta.get(_CODE), step_up=ACTS[act].step_up)
    return found


def also(conn: Connection, act: str) -> None:
    """The verb does a second thing, which needs an act of its own. Refuses with one line, exit 1."""
    by = click.get_current_context().meta[_BY]
    if by != SHELL:
        on_duty(conn, by, act)


def raised(conn: Connection, act: str) -> Staff:
    """The verb's colleague, where they may do `act` as well. Refuses with one line, also where nobody's name was given."""
    actor = click.get_current_context().meta[_BY]
    if actor == SHELL:
        raise refuse("say who does this: --as with your name on the staff")
    return on_duty(conn, actor, act)


def colleague() -> str:
    """Who gave this order, as `by_staff` found them; the shell's name in development, where nobody was named."""
    return str(click.get_current_context().meta[_BY])


def touched(conn: Connection, act: str, subject: str, reason: str = "") -> None:
    """On record: the verb's colleague did `act` to `subject`."""
    ctx = click.get_current_context()
    audit.write(conn, actor=ctx.meta[_BY], act=act, subject=subject, at=of(ctx).clock.now(conn), reason=reason)


def door(house: House) -> sign_in.Door:
    return sign_in.Door(house.engine, house.clock, house.ids, lambda: house.keyring)


def _prove(house: House, caller: Connection, actor: str, code: str | None, *, step_up: bool) -> None:
    """By transactions of its own: a code is spent, and a session seen, whatever becomes of the verb."""
    token = session_file.read(actor)
    with house.engine.begin() as conn:
        now = house.clock.now(conn)
        session = sessions.look(conn, token, now, "cli") if token else None
    if session is None or session.name != actor:
        raise refuse(f"{actor} is not signed in here: ./saathi staff sign-in {actor}")
    if not step_up or session.proven(now):
        return
    if code is None and sys.stdin.isatty():
        # The verb's transaction holds nothing yet, and may wait for a person who has to find their phone.
        caller.execute(_WAIT)
        code = str(click.prompt("code of the authenticator", err=True))
    if code is None:
        raise refuse("this asks for a fresh code of your authenticator: add --code 123456")
    if not sign_in.step_up(door(house), session, code):
        raise refuse(sign_in.WRONG)


def _with_code(verb: F, acts: tuple[str, ...]) -> F:
    if not any(ACTS[act].step_up for act in acts):
        return verb
    code = click.option("--code", expose_value=False, callback=_keep_code, metavar="DIGITS", help="A fresh code, for money.")
    return code(verb)


def _keep_code(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    ctx.meta[_CODE] = value


def _marked(verb: F, acts: tuple[str, ...]) -> F:
    """Read by the test that walks all verbs, and by whoever lists what a role may do."""
    verb.acts = acts  # type: ignore[attr-defined]  # a mark on a function, as click makes them
    return verb
