"""Content resources: WhatsApp shows buttons and lists only from resources made beforehand at Twilio, and takes a message
outside the 24-hour window only from an approved one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click
from requests import RequestException
from rich.table import Table
from twilio.base.exceptions import TwilioException

from bot import content as contents
from bot.cli.house import console, of, print_json, refuse
from bot.cli.run import checked
from flows.texts import template_categories
from whatsapp.content.approval import Standing


@click.group()
def group() -> None:
    """Buttons, lists and templates at Twilio."""


@group.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def sync(ctx: click.Context, as_json: bool) -> None:
    """Make the resources that are missing, one per text and language, and read what WhatsApp says of the templates.
    Repeating it makes nothing twice."""
    house = checked(of(ctx))
    with _twilio_answers():
        report = contents.sync(house)
        found = contents.read(house)
    made = {"kept": len(report.kept), "found": len(report.found), "created": len(report.created)}
    if as_json:
        print_json({**made, "templates": _states(found)})
        return
    click.echo(", ".join(f"{name} {number}" for name, number in made.items()))
    _told(found)


@group.command()
@click.argument("keys", nargs=-1, metavar="[KEY]...")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def approve(ctx: click.Context, keys: tuple[str, ...], as_json: bool) -> None:
    """Submit templates for WhatsApp's approval: those of text KEYs, or all. What was submitted before is only read again.

    Which texts are templates, and in which category, stands in flows/texts/templates.toml.
    """
    may = template_categories()
    if strange := [key for key in keys if key not in may]:
        raise refuse(f"no template: {', '.join(strange)}; there are {', '.join(may)}")
    house = checked(of(ctx))
    with _twilio_answers():
        found = contents.submit(house, keys)
    if not any(one.sid for one in found):
        raise refuse("none has been made at Twilio yet: run ./saathi content sync")
    print_json({"templates": _rows(found)}) if as_json else _told(found)


@group.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """Every template, its resource and what WhatsApp said of it when we last asked."""
    rows = _rows(contents.standing(of(ctx)))
    if as_json:
        print_json({"templates": rows})
        return
    table = Table("text", "language", "category", "resource", "approval", "reason")
    for row in rows:
        table.add_row(*(str(row[name] or "") for name in ("text_key", "locale", "category", "sid", "approval", "reason")))
    console().print(table)


@contextmanager
def _twilio_answers() -> Iterator[None]:
    try:
        yield
    except (TwilioException, RequestException) as fault:
        raise refuse(f"Twilio does not take them ({type(fault).__name__}); check the account with ./saathi doctor") from fault


def _told(found: Sequence[Standing]) -> None:
    click.echo("templates: " + ", ".join(f"{state} {number}" for state, number in _states(found).items()))
    for one in found:
        if one.approval.reason:
            click.echo(f"{one.spec.text_key} ({one.spec.locale}) {one.approval.status}: {one.approval.reason}")


def _states(found: Sequence[Standing]) -> dict[str, int]:
    return dict(sorted(Counter(one.approval.status for one in found).items()))


def _rows(found: Sequence[Standing]) -> list[dict[str, str | None]]:
    may = template_categories()
    return [
        {
            "text_key": one.spec.text_key, "locale": one.spec.locale, "category": may[one.spec.text_key], "sid": one.sid,
            "approval": one.approval.status, "reason": one.approval.reason or None,
        }
        for one in found
    ]  # fmt: skip
