"""The clock: the process that keeps our timers, and in development the dial that moves everybody's time."""

from __future__ import annotations

import re
from datetime import datetime

import click

from bot import clock as timers
from bot import dial
from bot.cli.house import moment_utc, of, print_json, refuse
from bot.cli.run import checked
from bot.log import configure
from bot.wiring import House

UNITS_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


@click.group()
def group() -> None:
    """Timers, and moving time in development."""


@group.command()
@click.pass_context
def run(ctx: click.Context) -> None:
    """Keep the timers until interrupted."""
    configure()
    timers.run(checked(of(ctx)))


@group.command()
@click.argument("by")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def advance(ctx: click.Context, by: str, as_json: bool) -> None:
    """Move every process's time forward: 90s, 15m, 25h, 2d. Refused unless Twilio's base URL is on this machine."""
    now = advanced(of(ctx), by)
    print_json({"now": now}) if as_json else click.echo(f"it is now {moment_utc(now)}")


def advanced(house: House, by: str) -> datetime:
    """Everybody's time after it was moved forward by `by`. Raises what the verb refuses with."""
    found = re.fullmatch(r"(\d{1,6})([smhd])", by, re.ASCII)
    if found is None:
        raise click.UsageError(f"cannot read {by!r}: write for example 90s, 15m, 25h or 2d")
    try:
        return dial.forward(house, int(found[1]) * UNITS_S[found[2]])
    except dial.CannotTurn as fault:
        raise refuse(str(fault)) from fault
