"""Whom a campaign is for: how many they are, how many of them would get it, and why the others would not."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click
from rich.table import Table
from sqlalchemy import Connection

from base.days import wall_time
from base.money import grouped
from bot.cli.acting import also, by_staff, colleague
from bot.cli.campaign_complete import CAMPAIGN, SAVED
from bot.cli.campaign_counting import counted, emptied
from bot.cli.campaign_found import programme_option, refusing, row_of
from bot.cli.campaign_shown import put_blanks, put_forecast
from bot.cli.house import console, of, print_json
from bot.cli.programme import chosen
from bot.wiring import House
from campaigns import audience as audiences
from campaigns import saved
from campaigns.audience import Audience
from campaigns.condition import Condition
from campaigns.expression import parse
from campaigns.field_table import FIELDS

GRAMMAR = """Conditions are joined with and, or, not and brackets: role in (electrician, retailer) and (state = UP or
balance >= 500) and not last_scan within 30 days. Dates: within 30 days, before 2026-01-05, after 2026-01-05, on 2026-01-05,
never. Numbers: =, <, <=, >, >=. Texts with other letters than a-z, 0-9, - and _ stand in quotes."""


@click.command(epilog=GRAMMAR, short_help="How many people, why not the others, what it costs.")
@click.argument("campaign", required=False, type=CAMPAIGN)
@click.option("--where", metavar="CONDITION", help="Count these people instead; --fields says what can be asked.")
@click.option("--saved", "saved_name", type=SAVED, help="Count a saved audience; with --where those who are in both.")
@click.option("--save", "save_name", metavar="NAME", help="Keep --where under this name, for campaigns to come.")
@click.option("--drop", "drop_name", type=SAVED, metavar="NAME", help="Forget a saved audience.")
@click.option("--fields", is_flag=True, help="What a condition can ask about.")
@programme_option
@click.option("--json", "as_json", is_flag=True)
@by_staff("campaign.read", "campaign.write")
@click.pass_context
def audience(
    ctx: click.Context, campaign: str | None, where: str | None, saved_name: str | None, save_name: str | None,
    drop_name: str | None, fields: bool, programme_id: str | None, as_json: bool,
) -> None:  # fmt: skip
    """How many people: in a campaign's audience, how many of them would get it now and why the others would not; or in a
    condition (--where). Without any of them: the saved audiences. Nothing is sent."""
    if save_name and not where:
        raise click.UsageError("--save keeps a condition: add --where")
    if save_name and saved_name:
        raise click.UsageError("--save keeps --where alone: leave --saved out, or name both in the campaign's file")
    if campaign and (where or saved_name or drop_name):
        raise click.UsageError("name a campaign or a condition, not both")
    house = of(ctx)
    with house.engine.begin() as conn:
        if fields:
            _put_fields(as_json)
        elif drop_name:
            _drop(conn, chosen(conn, programme_id), drop_name)
        elif campaign:
            _of_campaign(house, conn, chosen(conn, programme_id), campaign, as_json)
        elif where or saved_name:
            _of_condition(house, conn, chosen(conn, programme_id), (where, saved_name, save_name), as_json)
        else:
            _all(conn, chosen(conn, programme_id), as_json)


# --- inside ---------------------------------------------------------------------------------------------------------


def _of_campaign(house: House, conn: Connection, programme: str, campaign: str, as_json: bool) -> None:
    row, now = row_of(conn, programme, campaign), house.clock.now(conn)
    seen, empty = counted(conn, row, now), emptied(house, conn, row, now)
    if as_json:
        print_json({"campaign": row.id, **asdict(seen), "empty": asdict(empty)})
    else:
        put_forecast(page := console(), row, seen)
        put_blanks(page, empty)


def _of_condition(
    house: House, conn: Connection, programme: str, named: tuple[str | None, str | None, str | None], as_json: bool
) -> None:
    where, saved_name, save_name = named
    now = house.clock.now(conn)
    with refusing():
        condition: Condition | None = parse(where) if where else None
        other = saved.find(conn, programme, saved_name) if saved_name else None
        people = audiences.size(conn, Audience(programme, condition, other), now)
        doubts = audiences.doubts(conn, Audience(programme, condition, other))
        if save_name and where:
            also(conn, "campaign.write")
            saved.save(conn, programme, save_name, where, colleague(), now)
    if as_json:
        print_json({"where": where, "saved": saved_name, "size": people, "saved_as": save_name, "doubts": doubts})
        return
    for doubt in doubts:
        click.echo(f"look again: {doubt}", err=True)
    kept = f"; saved as {save_name}" if save_name else ""
    click.echo(f"{grouped(people)} people{kept}")


def _drop(conn: Connection, programme: str, name: str) -> None:
    also(conn, "campaign.write")
    with refusing():
        saved.drop(conn, programme, name)
    click.echo(f"{name} is forgotten")


def _all(conn: Connection, programme: str, as_json: bool) -> None:
    found = saved.names(conn, programme)
    if as_json:
        print_json({"audiences": [asdict(one) for one in found]})
    elif not found:
        click.echo("no audience is saved: ./saathi campaign audience --where 'role = electrician' --save electricians")
    else:
        table = Table("name", "condition", "saved by", "at (India)")
        for one in found:
            table.add_row(one.name, one.condition, one.saved_by, wall_time(one.saved_at))
        console().print(table)


def _put_fields(as_json: bool) -> None:
    rows: list[dict[str, Any]] = [
        {"field": one.name, "kind": one.kind, "meaning": one.words, "choices": list(one.choices),
         "in_conditions": one.condition, "in_words": one.variable} for one in FIELDS.values()
    ]  # fmt: skip
    if as_json:
        print_json({"fields": rows})
        return
    table = Table("field", "that is", "one of", "asked about", "said in words")
    for row in rows:
        some = ", ".join(row["choices"][:6]) + (", …" if len(row["choices"]) > 6 else "")
        where = ("yes" if row[name] else "" for name in ("in_conditions", "in_words"))
        table.add_row(row["field"], row["meaning"], some, *where)
    page = console()
    page.print(table)
    page.print(" ".join(GRAMMAR.split()))
