"""`--as NAME`: who on the staff gives this order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
from sqlalchemy import Connection

from base.staff import Staff, StaffError, acting
from bot.cli.house import refuse

F = TypeVar("F", bound=Callable[..., Any])


def as_staff(verb: F) -> F:
    """The option, as the parameter `actor`: a name of staff, looked up by `on_duty` in the verb's own transaction."""
    return click.option("--as", "actor", required=True, metavar="NAME", help="Who on the staff decides this; kept.")(verb)


def on_duty(conn: Connection, actor: str, *may: str) -> Staff:
    """Who `actor` is; with `may`, only with one of these roles (admin may everything). Refuses with one line, exit 1."""
    try:
        return acting(conn, actor, *may)
    except StaffError as fault:
        raise refuse(str(fault)) from fault
