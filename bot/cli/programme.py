"""Programmes: a file becomes the version in force, and its budget the ledger's hard stop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.table import Table
from sqlalchemy import Connection

from base.money import grouped, rupees
from bot.cli.acting import by_staff
from bot.cli.house import console, of, print_json, refuse
from flows.texts import LOCALES
from ledger.budget import Budget, open_programme, read_budget, set_budget
from ledger.post import BudgetSpent
from loyalty.programme import Programme
from loyalty.programme_file import BadProgramme, parse_programme
from loyalty.programme_rows import SkusInUse, Version, current, publish, published_ids


@click.group()
def group() -> None:
    """Programmes: what earns points, what points are worth, where it stops."""


@group.command("publish")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
@by_staff("programme.publish")
@click.pass_context
def publish_file(ctx: click.Context, file: Path, as_json: bool) -> None:
    """Check FILE and put it in force at once. What is in force already stays: no new version."""
    house, programme = of(ctx), _read(file)
    with house.engine.begin() as conn:
        now = house.clock.now(conn)
        try:
            version = publish(conn, programme, now)
        except SkusInUse as dropped:
            raise refuse(f"{file}: {dropped}, or void their batches") from dropped
        budget = open_programme(conn, programme.id, programme.budget_points, now)
        if budget.granted != programme.budget_points:
            budget = _changed_budget(conn, version, file)
    if as_json:
        print_json(_summary(version, budget))
    else:
        left = grouped(budget.remaining)
        click.echo(f"{programme.name}: version {version.number} is in force, {left} points to give")


@group.command("show")
@click.option("--programme", "programme_id", help="Needed only where several are published.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def show(ctx: click.Context, programme_id: str | None, as_json: bool) -> None:
    """The version in force, and how its budget stands."""
    with of(ctx).engine.begin() as conn:
        version = current(conn, chosen(conn, programme_id))
        budget = read_budget(conn, version.programme.id)
    if as_json:
        print_json({**_summary(version, budget), "content": version.programme.model_dump(mode="json")})
    else:
        _print(version, budget)


def chosen(conn: Connection, programme_id: str | None) -> str:
    """The programme meant: the one named, else the only one there is. Raises a refusal or a usage error."""
    ids = published_ids(conn)
    if not ids:
        raise refuse("no programme is published: run `./saathi programme publish FILE`")
    if programme_id is None and len(ids) > 1:
        raise click.UsageError(f"several programmes are published: add --programme with one of {', '.join(ids)}")
    if programme_id not in (None, *ids):
        raise refuse(f"no programme {programme_id!r} is published: there is {', '.join(ids)}")
    return programme_id or ids[0]


def _read(file: Path) -> Programme:
    try:
        programme = parse_programme(file.read_bytes())
    except OSError as fault:
        raise refuse(f"{file}: cannot be read: {fault.strerror}") from fault
    except BadProgramme as bad:
        raise refuse("\n".join(f"{file}: {fault}" for fault in bad.faults)) from bad
    if strange := [locale for locale in programme.locales if locale not in LOCALES]:
        raise refuse(f"{file}: locales: there are no words in {', '.join(strange)}; choose from {', '.join(LOCALES)}")
    return programme


def _changed_budget(conn: Connection, version: Version, file: Path) -> Budget:
    """Within the transaction that publishes: a budget the ledger refuses publishes nothing."""
    programme, now = version.programme, version.published_at
    outcome = set_budget(
        conn, key=f"{programme.id}/budget/{version.id}", programme_id=programme.id,
        budget_points=programme.budget_points, happened_at=now, recorded_at=now,
    )  # fmt: skip
    if isinstance(outcome, BudgetSpent):
        before = read_budget(conn, programme.id)
        given = before.granted - before.remaining
        raise refuse(f"{file}: budget_points: {grouped(given)} points are given out already; write at least that many")
    return outcome


def _summary(version: Version, budget: Budget) -> dict[str, Any]:
    return {
        "programme": version.programme.id,
        "version": version.number,
        "published_at": version.published_at,
        "budget_points": budget.granted,
        "budget_remaining": budget.remaining,
    }


def _print(version: Version, budget: Budget) -> None:
    programme = version.programme
    table = Table(title=f"{programme.name} ({programme.id}), version {version.number}")
    for heading in ("SKU", "Product", "HSN"):
        table.add_column(heading)
    table.add_column("Points", justify="right")
    for product in programme.products:
        table.add_row(product.sku, product.name("en"), product.hsn, grouped(product.points))
    page = console()
    page.print(table)
    page.print(
        f"Invoices: {programme.points_per_100_rupees} points per ₹100 of taxable value,"
        f" from {len(programme.distributors)} distributors. A point is worth {rupees(programme.paise_per_point)}."
    )
    page.print(f"Budget: {grouped(budget.remaining)} of {grouped(budget.granted)} points are still to give.")
