"""The clock: the process that keeps our timers, and in development the dial that moves everybody's time."""

from __future__ import annotations

import re
from datetime import datetime

import click
import httpx
from sqlalchemy import text

from bot import clock as timers
from bot.cli.house import moment_utc, of, print_json, refuse
from bot.cli.run import checked
from bot.log import configure
from bot.wiring import House

UNITS_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
OFFSET_MAX_S = 36_500 * UNITS_S["d"]  # further on, dates would leave the calendar that Python and others keep


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
    if not house.settings.development:
        raise refuse("refused: TWILIO_API_BASE_URL is not on this machine, so this is no development house")
    seconds = int(found[1]) * UNITS_S[found[2]]
    with house.engine.begin() as conn:
        offset_s = conn.execute(text("SELECT offset_s FROM dev_clock FOR UPDATE")).scalar_one() + seconds
        if offset_s > OFFSET_MAX_S:
            raise refuse(f"refused: the clock would be more than {OFFSET_MAX_S // UNITS_S['d']} days ahead")
        _move_the_world(house, seconds)  # before our commit: if it does not move, neither do we
        conn.execute(text("UPDATE dev_clock SET offset_s = :s"), {"s": offset_s})
        return house.clock.now(conn)


def _move_the_world(house: House, seconds: int) -> None:
    """The sandbox's own dial: its session windows and delays move along."""
    url = house.settings.sandbox_url
    if not url:
        return
    try:
        httpx.post(f"{url}/sandbox/clock", json={"advance_s": seconds}, timeout=10).raise_for_status()
    except httpx.HTTPError as fault:
        why = f"the sandbox at {url} does not turn its clock ({type(fault).__name__})"
        raise refuse(f"{why}, so ours was not turned either: start it with `make up`") from fault
