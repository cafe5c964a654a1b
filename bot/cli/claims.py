"""Bills that wait for a person: look at them, put right what was read, decide."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from sqlalchemy import Connection, text

from base.gstin import normal_gstin
from base.masking import visible
from base.media_store import NotStored
from base.money import rupees
from base.staff import StaffError
from bot import claims as desk
from bot.cli.acting import as_staff, by_staff, on_duty, touched
from bot.cli.house import console, of, print_json, refuse
from bot.cli.member import erased
from bot.wiring import House
from flows.invoice_answers import as_value
from loyalty import claims as rows_of
from loyalty.claims import Claim
from loyalty.eligible import match_line
from loyalty.programme import Programme
from loyalty.programme_rows import current
from loyalty.reading import Reading

FIELDS = {"number": "invoice_number", "date": "invoice_date", "total": "total_paise", "seller": "seller_gstin",
          "taxable": "taxable_paise", "counted": "counted_paise"}  # fmt: skip
SUFFIXES = {b"%PDF": ".pdf", b"\x89PNG": ".png", b"RIFF": ".webp"}  # else a camera's JPEG

_KEY = text("SELECT data_key FROM contacts WHERE id = :id")
_MEDIA = text("SELECT id, stored_as FROM media WHERE id = ANY(:ids) ORDER BY created_at, id")


@click.group()
def group() -> None:
    """Bills sent by members."""


@group.command()
@by_staff("claim.read")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def queue(ctx: click.Context, as_json: bool) -> None:
    """What waits for a reviewer, the most urgent first. Times are UTC."""
    house = of(ctx)
    with house.engine.connect() as conn:
        now = house.clock.now(conn)
        rows = [_row(house, conn, claim, now) for claim in rows_of.queue(conn)]
    if as_json:
        print_json({"claims": rows})
        return
    if not rows:
        click.echo("nothing waits")
        return
    table = Table("claim", "why", "seller", "number", "total", "sent at (UTC)", "promised by (UTC)")
    for row in rows:
        total = rupees(row["total_paise"]) if row["total_paise"] is not None else "?"
        late = " LATE" if row["overdue"] else ""
        table.add_row(
            row["id"], row["reason"], row["seller_gstin"] or "?", row["invoice_number"] or "?", total,
            f"{row['created_at']:%Y-%m-%d %H:%M}", f"{row['promised_at']:%Y-%m-%d %H:%M}{late}",
        )  # fmt: skip
    console().print(table)


@group.command()
@click.argument("claim")
@click.option("--pictures", type=click.Path(file_okay=False, path_type=Path), help="Write its pictures into this directory.")
@by_staff("claim.read", keeps=True)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def show(ctx: click.Context, claim: str, pictures: Path | None, as_json: bool) -> None:
    """One claim: what was read, what stood in the way, and all that happened to it."""
    house = of(ctx)
    with house.engine.begin() as conn:
        found = rows_of.read(conn, claim)
        if found is None:
            raise refuse(f"there is no claim {claim}; ./saathi claims queue lists those that wait")
        touched(conn, "claim.read", claim)
        if not found.sealed:
            raise erased(claim, None)
        page = _page(house, conn, found)
        if pictures is not None:
            page["pictures"] = _pictures(house, conn, found, pictures)
    print_json(page) if as_json else click.echo(visible(_in_words(page)))


@group.command()
@click.argument("claim")
@as_staff("claim.approve")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def approve(ctx: click.Context, claim: str, actor: str, as_json: bool) -> None:
    """Credit a bill by the programme's rules, and tell the member."""
    _decide(ctx, as_json, actor, "claim.approve", lambda house: desk.approve(house, claim, actor))


@group.command()
@click.argument("claim")
@click.option(
    "--set", "values", multiple=True, required=True, metavar="NAME=VALUE",
    help="number, date (2026-04-05), seller (GSTIN), total, taxable or counted (rupees that earn points).",
)  # fmt: skip
@as_staff("claim.correct")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def correct(ctx: click.Context, claim: str, values: tuple[str, ...], actor: str, as_json: bool) -> None:
    """Put right what was read; approve it afterwards."""
    given = dict(_value(each) for each in values)
    _decide(ctx, as_json, actor, "claim.correct", lambda house: desk.correct(house, claim, actor, given))


@group.command()
@click.argument("claim")
@click.option("--reason", required=True, type=click.Choice([*desk.REFUSALS, *desk.REVERSALS]))
@as_staff("claim.reject")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def reject(ctx: click.Context, claim: str, reason: str, actor: str, as_json: bool) -> None:
    """Refuse a bill that waits; take back the points of one that was credited (returned, mistake). The member is told."""
    _decide(ctx, as_json, actor, "claim.reject", lambda house: desk.reject(house, claim, actor, reason))


def _decide(ctx: click.Context, as_json: bool, actor: str, act: str, decide: Any) -> None:
    house = of(ctx)
    with house.engine.begin() as conn:
        on_duty(conn, actor, act)
    try:
        decided: desk.Decided = decide(house)
    except (desk.NotDone, StaffError) as why:
        raise refuse(str(why)) from why
    if as_json:
        print_json({"claim": decided.claim, "state": decided.state, "points": decided.points})
        return
    points = f", {decided.points} points" if decided.points is not None else ""
    click.echo(f"{decided.claim} is {decided.state}{points}")


def _value(written: str) -> tuple[str, str]:
    """NAME=VALUE as the field and its value. Raises click's own refusal for what is neither."""
    name, _, value = written.partition("=")
    if name not in FIELDS:
        raise click.BadParameter(f"{written!r}: a name is one of {', '.join(FIELDS)}", param_hint="--set")
    if name in ("total", "taxable", "counted"):
        plain = _paise(value)
    else:
        plain = (normal_gstin(value) if name == "seller" else as_value(name, value)) or ""
    if not plain:
        raise click.BadParameter(f"{written!r}: that is no {name}", param_hint="--set")
    return FIELDS[name], plain


def _paise(written: str) -> str:
    try:
        paise = Decimal(written.replace(",", "").removeprefix("₹")) * 100
    except InvalidOperation:
        return ""
    return str(int(paise)) if paise.is_finite() and paise == int(paise) and 0 < paise < 10**12 else ""


def _row(house: House, conn: Connection, claim: Claim, now: datetime) -> dict[str, Any]:
    reading = _reading(house, conn, claim)
    return {
        "id": claim.id, "programme": claim.programme_id, "member": claim.member_id, "reason": claim.reason,
        "seller_gstin": reading.seller_gstin, "invoice_number": reading.invoice_number, "total_paise": reading.total_paise,
        "rival_of": claim.rival_of, "problems": list(claim.problems), "created_at": claim.created_at,
        "promised_at": claim.promised_at, "overdue": claim.promised_at is not None and claim.promised_at < now,
    }  # fmt: skip


def _page(house: House, conn: Connection, claim: Claim) -> dict[str, Any]:
    reading, programme = _reading(house, conn, claim), current(conn, claim.programme_id).programme
    distributor = programme.distributor(reading.seller_gstin or "")
    return {
        "id": claim.id, "programme": claim.programme_id, "member": claim.member_id, "state": claim.state,
        "reason": claim.reason, "problems": list(claim.problems), "rival_of": claim.rival_of, "points": claim.points,
        "fields": {
            "doc_type": reading.doc_type, "invoice_number": reading.invoice_number,
            "invoice_date": reading.invoice_date.isoformat() if reading.invoice_date else None,
            "seller_gstin": reading.seller_gstin, "seller_name": reading.seller_name, "buyer_gstin": reading.buyer_gstin,
            "buyer_name": reading.buyer_name, "taxable_paise": reading.taxable_paise, "total_paise": reading.total_paise,
            "counted_paise": reading.counted_paise, "einvoice": reading.einvoice or None,
        },
        "distributor": distributor.name if distributor else None,
        "lines": [_line(programme, line) for line in reading.lines], "confidence": dict(reading.confidence),
        "signs": list(reading.signs), "media": list(claim.media), "reviewer": claim.reviewer, "note": claim.note,
        "created_at": claim.created_at, "promised_at": claim.promised_at, "decided_at": claim.decided_at,
        "events": [dict(event) for event in rows_of.events(conn, claim.id)],
    }  # fmt: skip


def _line(programme: Programme, line: Any) -> dict[str, Any]:
    match = match_line(programme, line)
    sku = match.product.sku if match else None
    return {"description": line.description, "hsn": line.hsn, "taxable_paise": line.taxable_paise, "sku": sku}


def _reading(house: House, conn: Connection, claim: Claim) -> Reading:
    key = conn.execute(_KEY, {"id": claim.contact_id}).scalar_one()
    return claim.reading(house.keyring.unwrap(key, claim.contact_id))


def _pictures(house: House, conn: Connection, claim: Claim, directory: Path) -> list[str]:
    """The claim's pictures as files that only their owner reads; their paths."""
    key = conn.execute(_KEY, {"id": claim.contact_id}).scalar_one()
    sealer = house.keyring.unwrap(key, claim.contact_id)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    written = []
    for row in conn.execute(_MEDIA, {"ids": list(claim.media)}):
        try:
            data = sealer.open(house.media.get(row.stored_as or "none"), f"media/{row.id}")
        except NotStored:
            click.echo(f"{row.id} is not in the media store", err=True)
            continue
        path = directory / (row.id + next((end for head, end in SUFFIXES.items() if data.startswith(head)), ".jpg"))
        path.touch(mode=0o600)
        path.write_bytes(data)
        written.append(str(path))
    return written


def _in_words(page: dict[str, Any]) -> str:
    """The same page for reading: a line for each thing that is there, the lines of the bill, what happened."""
    plain = {**page, **page["fields"]}
    hidden = ("fields", "lines", "events", "confidence", "media")
    lines = [f"{name.replace('_', ' '):<16} {_shown(name, value)}" for name, value in plain.items()
             if name not in hidden and value not in (None, [], "")]  # fmt: skip
    for line in page["lines"]:
        amount = rupees(line["taxable_paise"]) if line["taxable_paise"] is not None else "?"
        lines.append(f"  {line['sku'] or '-':<16} {amount:>14}  {line['description']} ({line['hsn'] or 'no HSN'})")
    for event in page["events"]:
        detail = " ".join(f"{name}={value}" for name, value in event["detail"].items())
        way = f"{event['from_state'] or 'nothing'} -> {event['to_state']}"
        lines.append(f"{event['at']:%Y-%m-%d %H:%M:%S} UTC  {event['cause']}: {way}  {detail}".rstrip())
    return "\n".join(lines)


def _shown(name: str, value: Any) -> str:
    if name.endswith("_paise"):
        return rupees(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
