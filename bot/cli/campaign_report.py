"""What a campaign caused: every figure as a table, CSV, JSON or a page with plots, and a verdict in plain words."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from base.money import grouped, rupees
from bot.cli.acting import by_staff
from bot.cli.campaign_complete import CAMPAIGN
from bot.cli.campaign_found import programme_option, row_of
from bot.cli.campaign_new import write_all_new
from bot.cli.campaign_shown import reason_table
from bot.cli.house import console, of, print_json
from bot.cli.programme import chosen
from campaigns import experiment, report, report_html
from campaigns.experiment import Verdict
from campaigns.report import Report

COLUMNS = ("people", "sent", "delivered", "read", "replied", "clicked", "converted", "opted_out", "failed")


@click.command("report", short_help="What came of it: table, CSV, JSON, or a page with plots.")
@click.argument("campaign", type=CAMPAIGN)
@click.option("--csv", "csv_file", type=click.Path(path_type=Path), metavar="FILE", help="Write every figure as CSV.")
@click.option("--html", "html_file", type=click.Path(path_type=Path), metavar="FILE", help="Write a page with plots.")
@programme_option
@click.option("--json", "as_json", is_flag=True)
@by_staff("campaign.read")
@click.pass_context
def report_(
    ctx: click.Context, campaign: str, csv_file: Path | None, html_file: Path | None, programme_id: str | None, as_json: bool
) -> None:
    """What came of a campaign, per arm and per segment: sent, delivered, read, replied, clicked, converted, opted out, failed
    by code, cost; and what it caused, in plain words with its certainty. Counts only: it names nobody."""
    if csv_file is not None and html_file is not None and csv_file.resolve() == html_file.resolve():
        raise click.UsageError("--csv and --html name the same file")
    house = of(ctx)
    with house.engine.begin() as conn:
        programme, now = chosen(conn, programme_id), house.clock.now(conn)
        row = row_of(conn, programme, campaign)
        found, verdict = report.read(conn, programme, row.id, now), experiment.of(conn, row, now)
    files = {csv_file: report.as_csv(found)} if csv_file is not None else {}
    files |= {html_file: report_html.page(found, verdict)} if html_file is not None else {}
    write_all_new(files)
    if as_json:
        print_json(report.to_json(found) | {"verdict": verdict and _verdict(verdict)})
        return
    put(console(), found, verdict)
    for path in (csv_file, html_file):
        if path is not None:
            click.echo(f"{path} is written")


def put(page: Console, found: Report, verdict: Verdict | None) -> None:
    """For people."""
    page.print(Text(verdict.words if verdict else "without a goal nobody can say what it caused", style="bold"))
    table = Table("", "", *(name.replace("_", " ") for name in COLUMNS), "cost")
    for column in table.columns[2:]:
        column.justify = "right"
    for by, which, figures in report.lines(found):
        counts = (grouped(getattr(figures, name)) for name in COLUMNS)
        table.add_row(by, which, *counts, rupees(figures.cost_paise))
    page.print(table)
    total = found.total
    for name, counts_ in (("failed", total.failed_by_code), ("never sent", total.dropped_by_reason)):
        if counts_:
            page.print(f"{name}: " + ", ".join(f"{code} {number}" for code, number in counts_.items()))
    if found.left_out:
        page.print(reason_table(found.left_out))


def _verdict(verdict: Verdict) -> dict[str, Any]:
    told = asdict(verdict)
    del told["planned"]  # how the file shares people out, which stands in the file
    return told
