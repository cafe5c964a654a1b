"""`./saathi journal archive`: old months leave the database for the media store."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import click

from base.days import day_of, start_of
from bot import archive as months
from bot.cli.acting import as_staff, on_duty
from bot.cli.house import of, print_json, refuse
from journal.archived import ArchiveBroken


@click.command()
@click.option("--before", required=True, type=click.DateTime(["%Y-%m"]), help="Months before this one, as 2026-08.")
@click.option("--json", "as_json", is_flag=True)
@as_staff("journal.archive")
@click.pass_context
def archive(ctx: click.Context, before: datetime, as_json: bool, actor: str) -> None:
    """Move the journal's months before --before to sealed files in the media store. What reads the journal reads both."""
    house = of(ctx)
    with house.engine.begin() as conn:
        by = on_duty(conn, actor, "journal.archive")
        today = day_of(house.clock.now(conn))
    first = before.date()
    if first > today.replace(day=1):
        raise refuse(f"{first:%Y-%m} is not over: only what is past can leave, so --before {today:%Y-%m} at the most")
    done = []
    try:
        for month in months.archive(house, start_of(first), by.name):
            done.append(month)
            if not as_json:
                click.echo(f"{month.name}: {month.turns} turns in {month.files} files, {month.size_bytes / 1e6:.1f} MB")
    except ArchiveBroken as fault:
        raise refuse(str(fault)) from fault
    if as_json:
        print_json({"months": [asdict(month) for month in done]})
    elif not done:
        click.echo("there is nothing to move")
