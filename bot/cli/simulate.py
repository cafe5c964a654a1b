"""Whole worlds out of seeds: for development, so it stands in tests/ and is found only in a checkout that has them."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from typing import Any

import click

from bot.cli.house import print_json, refuse


@click.command()
@click.option("--seed", type=click.IntRange(0), help="Replay this one and print its whole history.")
@click.option("--seeds", type=click.IntRange(1), help="Live through so many, one after the other.")
@click.option("--first", type=click.IntRange(0), default=0, show_default=True, help="With --seeds: the first of them.")
@click.option("--json", "as_json", is_flag=True)
def simulate(seed: int | None, seeds: int | None, first: int, as_json: bool) -> None:
    """Live through seeded worlds in which everything fails: Twilio, the bank, Redis, Postgres, and processes at any commit.

    Afterwards every law is tried; exit 1 and the seed where one is broken. Runs on the tests' servers, never on yours.
    """
    if (seed is None) == (seeds is None):
        raise click.UsageError("say either --seed N or --seeds COUNT")
    outcomes = _simulator().outcomes([seed] if seed is not None else range(first, first + (seeds or 0)))
    if seed is not None:
        _one(*outcomes, as_json=as_json)
    else:
        _many(outcomes, as_json)


def _simulator() -> Any:
    try:
        return import_module("tests.simulation.batch")
    except ModuleNotFoundError as missing:
        raise refuse(f"the simulator is in tests/ and needs {missing.name}: run it in a checkout, after make setup") from None


def _one(lived: Any, *, as_json: bool) -> None:
    if as_json:
        print_json(_figures(lived) | {"transcript": list(lived.transcript)})
    else:
        click.echo("\n".join(lived.transcript))
        click.echo(f"seed {lived.seed}, {lived.digest}: {lived.deaths} deaths, {lived.cuts} restarts of Postgres")
    if lived.broken:
        raise refuse(f"seed {lived.seed} breaks: {'; '.join(lived.broken)}")


def _many(outcomes: Any, as_json: bool) -> None:
    broken: list[dict[str, Any]] = []
    payouts: Counter[str] = Counter()
    count, deaths, cuts, seconds, slowest_s = 0, 0, 0, 0.0, 0.0
    for lived in outcomes:
        count, deaths, cuts, seconds = count + 1, deaths + lived.deaths, cuts + lived.cuts, seconds + lived.seconds
        slowest_s = max(slowest_s, lived.seconds)
        payouts.update(lived.payouts)
        if lived.broken:
            broken.append(_figures(lived))
            click.echo(f"seed {lived.seed} breaks: {'; '.join(lived.broken)}", err=True)
    figures = {
        "seeds": count, "broken": broken, "deaths": deaths, "restarts_of_postgres": cuts,
        "payouts": dict(sorted(payouts.items())), "seconds": round(seconds, 1), "slowest_s": round(slowest_s, 2),
    }  # fmt: skip
    if as_json:
        print_json(figures)
    else:
        told = ", ".join(f"{number} {state}" for state, number in sorted(payouts.items())) or "none"
        click.echo(f"{count} seeds in {seconds:.0f} s: {deaths} deaths, {cuts} restarts of Postgres, payouts {told}")
    if broken:
        raise refuse(f"{len(broken)} of {count} seeds break a law; replay: ./saathi simulate --seed {broken[0]['seed']}")
    if not as_json:
        click.echo("every law was kept")


def _figures(lived: Any) -> dict[str, Any]:
    return {
        "seed": lived.seed, "digest": lived.digest, "broken": list(lived.broken), "deaths": lived.deaths,
        "restarts_of_postgres": lived.cuts, "payouts": lived.payouts, "seconds": round(lived.seconds, 2),
    }  # fmt: skip
