"""`payouts reconcile`: our payouts, the clearing account and the provider's list, compared."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click
from rich.table import Column, Table
from sqlalchemy import Connection, text

from bot import reconcile as nightly
from bot.cli.acting import by_staff
from bot.cli.house import console, moment_utc, of, print_json, refuse
from payouts import reconcile as runs
from payouts.differences import MEANINGS, Cause
from payouts.reconcile import DAYS, Run

_DIFFERENCES = text("""
    SELECT cause, owner, subject, ours, theirs, settled, found_at FROM reconciliation_differences
    WHERE run = :run ORDER BY settled, id""")


@click.command()
@click.option("--days", default=DAYS, show_default=True, type=click.IntRange(1, 365), help="How far back.")
@click.option("--last", is_flag=True, help="Only show what the newest run found.")
@click.option("--json", "as_json", is_flag=True)
@by_staff("payout.reconcile")
@click.pass_context
def reconcile(ctx: click.Context, days: int, last: bool, as_json: bool) -> None:
    """Compare with the provider now; exit 1 when a difference needs a person. A run that broke off is taken up."""
    house = of(ctx)
    if last:
        with house.engine.connect() as conn:
            run = runs.last(conn, house.payouts.name)
        if run is None:
            raise refuse("nothing has been compared yet; run ./saathi payouts reconcile without --last")
    else:
        run = nightly.whole(house, days)
        if run is None:
            raise refuse(f"{house.payouts.name} does not answer just now; run it again later: it goes on where it stopped")
    with house.engine.connect() as conn:
        found = differences(conn, run)
    if as_json:
        print_json({"run": asdict(run), "differences": found})
    else:
        _print(run, found)
    unsettled = sum(not row["settled"] for row in found)
    if unsettled:
        raise refuse(f"{unsettled} differences need a person; ./saathi payouts reconcile --last shows whose each is")


def differences(conn: Connection, run: Run) -> list[dict[str, Any]]:
    """What the run found; those that need a person first."""
    found = [dict(row._mapping) for row in conn.execute(_DIFFERENCES, {"run": run.id})]
    return [row | {"what_to_do": MEANINGS[Cause(row["cause"])].what_to_do} for row in found]


def _print(run: Run, found: list[dict[str, Any]]) -> None:
    stands = f"ended {moment_utc(run.ended_at)}" if run.ended_at else "has not ended"
    window = f"from {moment_utc(run.since)} to {moment_utc(run.until)}"
    click.echo(f"{run.id}: {window}, {run.listed} in the provider's list, {stands}")
    if not found:
        click.echo("no difference")
        return
    table = Table("cause", Column("subject", no_wrap=True), "ours", "theirs", "whose", "what to do")
    for row in found:
        whose = "settled" if row["settled"] else row["owner"]
        table.add_row(row["cause"], row["subject"], row["ours"], row["theirs"], whose, row["what_to_do"])
    console().print(table)
