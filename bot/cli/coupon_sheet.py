"""Printing a batch's labels."""

from __future__ import annotations

import os
from pathlib import Path

import click
from sqlalchemy import Connection, text

from bot.cli.acting import by_staff
from bot.cli.coupon_lookup import as_json_option, batch_option, find_batch, signing_key
from bot.cli.house import of, print_json, refuse
from loyalty import stock
from loyalty.code_search import wa_link
from loyalty.programme import Programme
from loyalty.programme_rows import current
from loyalty.sheet import BadSheet, Grid, Label, sheet_pdf

_SENDERS = text("SELECT address FROM senders WHERE programme_id = :id ORDER BY id")
DEFAULT = Grid()


@click.command()
@batch_option
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--columns", default=DEFAULT.columns, type=click.IntRange(1, 12), show_default=True)
@click.option("--rows", default=DEFAULT.rows, type=click.IntRange(1, 20), show_default=True)
@click.option("--number", help="The WhatsApp number behind the QR; without it, the programme's only sender.")
@as_json_option
@by_staff("coupon.read_codes")
@click.pass_context
def sheet(
    ctx: click.Context, batch_id: str, out: Path, columns: int, rows: int, number: str | None, as_json: bool
) -> None:
    """Write a batch's labels as PDF, A4."""
    house = of(ctx)
    with house.engine.begin() as conn:
        batch = find_batch(conn, batch_id)
        programme = current(conn, batch.programme_id).programme
        digits = number.lstrip("+") if number else _only_sender(conn, batch.programme_id)
        found = stock.codes_of(conn, batch, signing_key(batch, house.codes))
    product = _printable(programme, batch.sku)
    try:
        labels = [Label(code, wa_link(digits, code), product, batch.sku) for code in found]
        _write(out, sheet_pdf(labels, Grid(columns, rows)))
    except (BadSheet, ValueError) as bad:
        raise refuse(str(bad)) from bad
    shown = {"batch": batch.id, "out": str(out), "labels": len(labels), "pages": -(-len(labels) // (columns * rows))}
    print_json(shown) if as_json else click.echo(f"{out}: {shown['labels']} labels on {shown['pages']} pages")


def _only_sender(conn: Connection, programme_id: str) -> str:
    addresses = conn.scalars(_SENDERS, {"id": programme_id}).all()
    if len(addresses) != 1:
        known = f"has {', '.join(addresses)}" if addresses else "has no WhatsApp sender"
        raise click.UsageError(f"{programme_id} {known}: add --number with the one to open")
    return str(addresses[0]).removeprefix("whatsapp:").lstrip("+")


def _printable(programme: Programme, sku: str) -> str:
    """The product's name as a label's Western font can print it; the brand's or nothing where none can be."""
    product = programme.product(sku)
    names = [product.name("en"), *product.names.values(), programme.brand] if product else [programme.brand]
    return next((name for name in names if name.isascii()), "")


def _write(out: Path, data: bytes) -> None:
    """All of it or nothing: a half-written sheet must never reach a printer."""
    half = out.with_name(f"{out.name}.{os.getpid()}.half")
    try:
        half.write_bytes(data)
        half.replace(out)
    except OSError as fault:
        half.unlink(missing_ok=True)
        raise refuse(f"{out}: cannot be written: {fault.strerror}") from fault
