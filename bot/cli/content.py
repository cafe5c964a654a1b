"""Content resources: WhatsApp shows buttons and lists only from resources made beforehand at Twilio."""

from __future__ import annotations

import click
from requests import RequestException
from twilio.base.exceptions import TwilioException

from bot.cli.house import of, print_json, refuse
from bot.cli.run import checked
from bot.content import sync as make_missing


@click.group()
def group() -> None:
    """Buttons and lists at Twilio."""


@group.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def sync(ctx: click.Context, as_json: bool) -> None:
    """Make the resources that are missing, one per text with buttons and language. Repeating it makes nothing twice."""
    house = checked(of(ctx))
    try:
        report = make_missing(house)
    except (TwilioException, RequestException) as fault:
        raise refuse(f"Twilio does not take them ({type(fault).__name__}); check the account with ./saathi doctor") from fault
    made = {"kept": len(report.kept), "found": len(report.found), "created": len(report.created)}
    print_json(made) if as_json else click.echo(", ".join(f"{name} {number}" for name, number in made.items()))
