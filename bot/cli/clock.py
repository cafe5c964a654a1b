"""The clock: the process that keeps our timers, and in development the dial that moves everybody's time."""

from __future__ import annotations

import re

import click
from sqlalchemy import text

from bot import clock as timers
from bot.cli.house import of, print_json, refuse
from bot.cli.run import checked
from bot.log import configure

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
    house = of(ctx)
    found = re.fullmatch(r"(\d{1,6})([smhd])", by)
    if found is None:
        raise click.UsageError(f"cannot read {by!r}: write for example 90s, 15m, 25h or 2d")
    if not house.settings.development:
        raise refuse("refused: TWILIO_API_BASE_URL is not on this machine, so this is no development house")
    with house.engine.begin() as conn:
        conn.execute(text("UPDATE dev_clock SET offset_s = offset_s + :s"), {"s": int(found[1]) * UNITS_S[found[2]]})
        now = house.clock.now(conn)
    print_json({"now": now}) if as_json else click.echo(f"it is now {now:%Y-%m-%d %H:%M:%S} UTC")
