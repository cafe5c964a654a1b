"""Coupons: stock is issued, printed, switched on, voided, looked up."""

from __future__ import annotations

from datetime import datetime
from difflib import get_close_matches
from typing import Any

import click
from rich.table import Table

from base.days import day_of
from bot.cli.acting import by_staff
from bot.cli.coupon_lookup import (
    as_json_option,
    batch_option,
    day_or_never,
    find_batch,
    programme_option,
    signing_key,
)
from bot.cli.coupon_sheet import sheet
from bot.cli.coupon_switch import activate, show, void
from bot.cli.house import console, of, print_json, refuse
from bot.cli.programme import chosen
from loyalty import stock
from loyalty.programme import Programme
from loyalty.programme_rows import current_held
from loyalty.stock import Batch

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def group() -> None:
    """Coupons: issue, print, activate, void, show."""


@group.command()
@click.option("--sku", required=True)
@click.option("--count", required=True, type=click.IntRange(1, stock.BATCH_COUNT_MAX))
@click.option("--expires", type=DAY, metavar="YYYY-MM-DD", help="The last day in India; without it they never expire.")
@click.option("--inactive", is_flag=True, help="Stock that waits for `coupon activate`.")
@programme_option
@as_json_option
@by_staff("coupon.issue")
@click.pass_context
def issue(
    ctx: click.Context, sku: str, count: int, expires: datetime | None, inactive: bool, programme_id: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Make codes for one product and print them. `coupon codes` prints them again."""
    house = of(ctx)
    expires_on = expires.date() if expires else None
    with house.engine.begin() as conn:
        now = house.clock.now(conn)
        if expires_on and expires_on < day_of(now):
            raise click.BadParameter(f"{expires_on} is over: name today or a later day", param_hint="--expires")
        programme = current_held(conn, chosen(conn, programme_id)).programme
        if programme.product(sku) is None:
            raise refuse(_no_product(programme, sku))
        batch = stock.issue(conn, programme, sku, count, expires_on, inactive, house.codes, house.ids, now)
        codes = stock.codes_of(conn, batch, house.codes)
    _print_codes(batch, codes=list(codes), state="inactive" if inactive else "active", as_json=as_json)


@group.command()
@batch_option
@as_json_option
@by_staff("coupon.read_codes")
@click.pass_context
def codes(ctx: click.Context, batch_id: str, as_json: bool) -> None:
    """Print a batch's codes again."""
    house = of(ctx)
    with house.engine.begin() as conn:
        batch = find_batch(conn, batch_id)
        found = stock.codes_of(conn, batch, signing_key(batch, house.codes))
    _print_codes(batch, codes=list(found), state=None, as_json=as_json)


@group.command()
@programme_option
@as_json_option
@click.pass_context
def batches(ctx: click.Context, programme_id: str | None, as_json: bool) -> None:
    """What was issued, newest first."""
    with of(ctx).engine.begin() as conn:
        found = stock.read_batches(conn, chosen(conn, programme_id))
    if as_json:
        print_json([_batch_json(batch) for batch in found])
        return
    table = Table("Batch", "SKU", "Count", "Expires", "Issued on (India)")
    for batch in found:
        days = (day_or_never(batch.expires_on), day_of(batch.created_at).isoformat())
        table.add_row(batch.id, batch.sku, str(batch.count), *days)
    console().print(table)


for command in (sheet, activate, void, show):
    group.add_command(command)


# --- inside ---------------------------------------------------------------------------------------------------------


def _no_product(programme: Programme, sku: str) -> str:
    skus = [product.sku for product in programme.products]
    near = get_close_matches(sku.upper(), skus, n=1)
    remedy = f"did you mean {near[0]}?" if near else "`./saathi programme show` lists its products"
    return f"{programme.id} has no product {sku!r}: {remedy}"


def _print_codes(batch: Batch, *, codes: list[str], state: str | None, as_json: bool) -> None:
    if as_json:
        print_json({**_batch_json(batch), **({"state": state} if state else {}), "codes": codes})
        return
    expires = day_or_never(batch.expires_on)
    click.echo(f"batch {batch.id}: {batch.count} coupons of {batch.sku}, expires {expires}", err=True)
    click.echo("\n".join(codes))


def _batch_json(batch: Batch) -> dict[str, Any]:
    return {
        "batch": batch.id, "programme": batch.programme_id, "sku": batch.sku, "count": batch.count,
        "expires_on": batch.expires_on.isoformat() if batch.expires_on else None, "issued_at": batch.created_at,
    }  # fmt: skip
