"""Benchmarks: figures of this machine, never tests."""

from __future__ import annotations

import json
from dataclasses import replace
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
@click.option("--moves", default=1_000_000, show_default=True, type=click.IntRange(0), help="Loaded as the past; 0: none.")
@click.option("--redemptions", default=30, show_default=True, type=click.IntRange(0), help="Of each kind; 0: leave them out.")
@click.option("--quick", is_flag=True, help="Seconds instead of minutes, for trying it out; not for quoting.")
@click.option("--forget", is_flag=True, help="Only delete what the last run left on disk.")
@click.option("--json", "as_json", is_flag=True)
def ledger(moves: int, redemptions: int, quick: bool, forget: bool, as_json: bool) -> None:
    """Postings a second beside pgbench, bytes, verify, balances over millions of moves, redemption to "paid".

    sql, python: rates with so many clients, each beside simple_update on the same server in the same run; spread: a row of
    its own for every posting; busy: one striped budget with a hard stop. sustained, balance_read, verify: with the past
    loaded. confirmed_to_paid: from the yes to the message that Twilio has taken. Takes about ten minutes, and gigabytes of
    disk for --moves 12000000, which --forget gives back.
    """
    from bot.bench import ledger as bench

    if forget:
        bench.forget()
        return
    plan = bench.Plan(moves=moves, redemptions=redemptions)
    if quick:
        plan = replace(plan, clients=(1, 4), sql_s=2, python_clients=4, python_s=2, sustained_s=3)
    figures = bench.measure(plan, told=lambda line: click.echo(line, err=True))
    print_json(figures) if as_json else Console().print_json(json.dumps(figures))


@group.command()
@click.option("--requests", default=20_000, show_default=True, type=click.IntRange(1), help="Of every kind, to every route.")
@click.option("--inputs", default=5_000, show_default=True, type=click.IntRange(1), help="Bad ones, for each parser.")
@click.option("--forged", default=2_000, show_default=True, type=click.IntRange(1), help="Webhooks over HTTP.")
@click.option("--seed", default=1, show_default=True, help="The same seed sends the same.")
@click.option("--json", "as_json", is_flag=True)
def guard(requests: int, inputs: int, forged: int, seed: int, as_json: bool) -> None:
    """What a hostile internet achieves: 5xx, readers that fall, memory under bombs, milliseconds for a forger.

    Exit code 1 where a request was answered with 5xx or a reader raised what it does not say it raises.
    """
    from bot.bench import guard as bench

    figures = bench.measure(bench.Plan(requests, inputs, forged, seed))
    print_json(figures) if as_json else Console().print_json(json.dumps(figures))
    if figures["requests"]["seen_5xx"] or any(one["fell"] for one in figures["parsers"].values()):
        raise click.exceptions.Exit(1)


@group.command()
@click.option("--members", default=100_000, show_default=True, type=click.IntRange(1, 10_000_000))
@click.option("--turns-each", default=10, show_default=True, type=click.IntRange(1, 1_000), help="Turns of each of them.")
@click.option("--longest", default=50_000, show_default=True, type=click.IntRange(1, 1_000_000), help="Turns of one more.")
@click.option("--jobs", default=2, show_default=True, type=click.IntRange(1, 64))
@click.option("--json", "as_json", is_flag=True)
def replay(members: int, turns_each: int, longest: int, jobs: int, as_json: bool) -> None:
    """Conversations shown and recomputed, with a large past in the database. Takes minutes, and gigabytes meanwhile."""
    from bot.bench.replay import Plan, measure

    figures = measure(Plan(members, turns_each, longest, jobs), told=lambda line: click.echo(line, err=True))
    print_json(figures) if as_json else Console().print_json(json.dumps(figures))


@group.command()
@click.option("--quick", is_flag=True, help="A hundredth of the people, for trying it out; not for quoting.")
@click.option("--json", "as_json", is_flag=True)
def campaign(quick: bool, as_json: bool) -> None:
    """A broadcast: planned, as fast as calls allow, paced, beside people who chat, through kills. Takes fifteen minutes."""
    from bot.bench.campaign import Plan, measure

    plan = Plan(people=2_000, unpaced=200, paced=480, replies=640, kills=200, deaths=3, idle_s=5) if quick else Plan()
    figures = measure(plan, told=lambda line: click.echo(line, err=True))
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
