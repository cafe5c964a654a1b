"""Switching stock on and off, and how one coupon stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import click
from rich.table import Table
from sqlalchemy import Connection

from base.days import day_of
from bot.cli.acting import by_staff
from bot.cli.coupon_lookup import as_json_option, find_batch, find_coupon, genuine_codes
from bot.cli.house import console, moment_utc, of, print_json, refuse
from bot.wiring import House
from loyalty import stock
from loyalty.codes import Code, normal_form
from loyalty.stock import Coupon, Target


@click.command()
@click.option("--batch", "batch_id")
@click.option("--code", "typed", multiple=True, help="May be repeated.")
@as_json_option
@by_staff("coupon.activate")
@click.pass_context
def activate(ctx: click.Context, batch_id: str | None, typed: tuple[str, ...], as_json: bool) -> None:
    """Switch stock on, by batch or by code."""
    _switch(of(ctx), "active", batch_id, typed, as_json)


@click.command()
@click.option("--batch", "batch_id")
@click.option("--code", "typed", multiple=True, help="May be repeated.")
@as_json_option
@by_staff("coupon.void")
@click.pass_context
def void(ctx: click.Context, batch_id: str | None, typed: tuple[str, ...], as_json: bool) -> None:
    """Make stock worthless for good, by batch or by code; what is claimed stays claimed."""
    _switch(of(ctx), "void", batch_id, typed, as_json)


@click.command()
@click.argument("code")
@as_json_option
@by_staff("coupon.read")
@click.pass_context
def show(ctx: click.Context, code: str, as_json: bool) -> None:
    """How one coupon stands, and who claimed it."""
    house = of(ctx)
    (genuine,) = genuine_codes(house, [code])
    with house.engine.begin() as conn:
        coupon, now = find_coupon(conn, genuine, code), house.clock.now(conn)
    shown = {"code": normal_form(code), **_coupon_json(coupon, day_of(now))}
    if as_json:
        print_json(shown)
        return
    table = Table(show_header=False)
    for name, value in shown.items():
        table.add_row(name, _shown(value))
    console().print(table)


# --- inside ---------------------------------------------------------------------------------------------------------


def _switch(house: House, to: Target, batch_id: str | None, typed: Sequence[str], as_json: bool) -> None:
    if (batch_id is None) == (not typed):
        raise click.UsageError("name either --batch, or --code once or more")
    codes = genuine_codes(house, typed)
    with house.engine.begin() as conn:
        if batch_id is not None:
            find_batch(conn, batch_id)
            before = stock.switch_batch(conn, to, batch_id)
            _refuse_if_none(batch_id, to, before)
        else:
            before = stock.switch_codes(conn, to, [(code.serial, code.key) for code in codes])
            _refuse_if_any(conn, to, codes)
    switched = sum(before.get(state, 0) for state in stock.SWITCHED_FROM[to])
    shown = {"state": to, "switched": switched, "before": dict(sorted(before.items()))}
    print_json(shown) if as_json else click.echo(f"{switched} switched to {to}; before: {_counts(before)}")


def _refuse_if_none(batch_id: str, to: Target, before: Mapping[str, int]) -> None:
    if not any(before.get(state) for state in (to, *stock.SWITCHED_FROM[to])):
        raise refuse(f"nothing in {batch_id} can become {to} any more: {_counts(before)}; issue a new batch")


def _refuse_if_any(conn: Connection, to: Target, asked: Mapping[Code, str]) -> None:
    """All or none: a code that did not end as asked undoes the others, since the transaction is not committed."""
    for code, typed in asked.items():
        if (coupon := find_coupon(conn, code, typed)).state != to:
            raise refuse(f"{typed} is {coupon.state} and cannot become {to}; nothing was switched: leave it out")


def _coupon_json(coupon: Coupon, today: date) -> dict[str, Any]:
    return {
        "serial": coupon.serial, "batch": coupon.batch_id, "programme": coupon.programme_id, "sku": coupon.sku,
        "state": coupon.state, "expires_on": coupon.expires_on.isoformat() if coupon.expires_on else None,
        "expired": coupon.expires_on is not None and coupon.expires_on < today,
        "claimed_by_member": coupon.claimed_by_member, "claimed_by_contact": coupon.claimed_by_contact,
        "claimed_at": coupon.claimed_at,
    }  # fmt: skip


def _shown(value: object) -> str:
    return moment_utc(value) if isinstance(value, datetime) else "" if value is None else str(value)


def _counts(before: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(before.items())) or "nothing"
