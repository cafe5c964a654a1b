"""Benchmarks: figures of this machine, never tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from bot.cli.house import print_json

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def group() -> None:
    """Measure this machine."""


@group.command()
@click.option("--quick", is_flag=True, help="A tenth of the time, for trying it out; not for quoting.")
@click.option("--json", "as_json", is_flag=True)
def turns(quick: bool, as_json: bool) -> None:
    """Turns a second, latencies, photos, memory of the web, and pgbench on the same server. Takes about five minutes."""
    from bot.bench.turns import Plan, measure

    plan = Plan(people=40, web_s=5, loop_s=6, rising_s=3, photos=10, pgbench_s=3) if quick else Plan()
    figures = measure(plan)
    print_json(figures) if as_json else Console().print_json(json.dumps(figures))


@group.command()
@click.option("--singles", default=30, show_default=True, help="Bills sent one after the other.")
@click.option("--queued", default=100, show_default=True, help="Bills sent at once.")
@click.option("--people", default=25, show_default=True, help="Members who send them.")
@click.option("--json", "as_json", is_flag=True)
def bills(singles: int, queued: int, people: int, as_json: bool) -> None:
    """Photos of bills through the whole house: seconds to the credit, whether a queue drains, who waits behind it."""
    from bot.bench.bills import Plan, measure

    figures = measure(Plan(singles, queued, people))
    print_json(figures) if as_json else Console().print_json(json.dumps(figures))


@group.command()
@click.argument("folders", nargs=-1, required=True, type=FOLDER, metavar="DIR…")
@click.option("--json", "as_json", is_flag=True)
@click.option("--html", "html_file", type=click.Path(dir_okay=False, path_type=Path), help="Write a page with every picture.")
def eyes(folders: tuple[Path, ...], as_json: bool, html_file: Path | None) -> None:
    """How well the photos of folders are read, against the truth in each one's manifest.json."""
    from bot.bench.eyes import NoManifest, measure
    from bot.bench.eyes_page import page

    try:
        measured = [(folder, *measure(folder)) for folder in folders]
    except NoManifest as fault:
        raise click.ClickException(str(fault)) from None
    if html_file:
        html_file.write_text(page(measured))
    figures = [each for _, each, _ in measured]
    print_json(figures) if as_json else Console().print(_table(figures))


def _table(figures: list[dict[str, Any]]) -> Table:
    table = Table("folder", "files", "what", "right", "Wilson 95 %")
    for each in figures:
        rates = dict(each["fields"])
        rates |= {name.replace("_", " "): each[name] for name in ("all_four", "auto", "wrong_among_auto")}
        for number, (name, rate) in enumerate(rates.items()):
            between = "" if rate["wilson"] is None else "{:.0%} to {:.0%}".format(*rate["wilson"])
            first = (each["folder"], str(each["files"])) if number == 0 else ("", "")
            table.add_row(*first, name, f"{rate['hits']} of {rate['of']}", between)
        skipped = each["without_truth"]
        more = f", skipped for want of truth: {', '.join(skipped)}" if skipped else ""
        table.add_row("", "", f"median {each['ms']['median']} ms, peak {each['peak_mb']} MB{more}", "", "")
    return table
