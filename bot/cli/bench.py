"""Benchmarks: figures of this machine, never tests."""

from __future__ import annotations

import json

import click
from rich.console import Console

from bot.cli.house import print_json


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
