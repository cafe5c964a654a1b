"""How campaigns stand: all of them in a list, one of them closely, or watched as it goes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click
from sqlalchemy import Connection, text

from bot import campaign_check
from bot.cli.acting import by_staff
from bot.cli.campaign_complete import CAMPAIGN
from bot.cli.campaign_found import programme_option, row_of
from bot.cli.campaign_live import watch
from bot.cli.campaign_shown import listed, picture, standing, summary
from bot.cli.house import console, of, print_json
from bot.cli.programme import chosen
from bot.wiring import House
from campaigns import pace, progress, rows
from campaigns.progress import Progress
from campaigns.room import room
from campaigns.rows import STATES, Row

LIVE = ("scheduled", "sending", "paused")
_SENDER = text("SELECT rate_per_s, people_per_day FROM senders WHERE id = :sender")
_json = click.option("--json", "as_json", is_flag=True)


@click.command("list", short_help="All of them, the newest first.")
@click.option("--state", "states", multiple=True, type=click.Choice(STATES), help="Only these; all otherwise.")
@click.option("--last", default=100, show_default=True, type=click.IntRange(1, 10_000))
@programme_option
@_json
@by_staff("campaign.read")
@click.pass_context
def list_(ctx: click.Context, states: tuple[str, ...], last: int, programme_id: str | None, as_json: bool) -> None:
    """Every campaign, the newest first."""
    with of(ctx).engine.connect() as conn:
        found = rows.list_(conn, chosen(conn, programme_id), states or STATES, last)
    if as_json:
        print_json({"campaigns": [summary(row) for row in found]})
    elif found:
        listed(found)
    else:
        click.echo("no such campaign" if states else "there is no campaign yet: ./saathi campaign new FILE.toml begins one")


@click.command(short_help="How it stands; --watch draws it anew every second.")
@click.argument("campaign", required=False, type=CAMPAIGN)
@programme_option
@click.option("--watch", "watching", is_flag=True, help="Go on until it rests, or Ctrl-C; the campaign goes on.")
@_json
@by_staff("campaign.read")
@click.pass_context
def status(ctx: click.Context, campaign: str | None, programme_id: str | None, watching: bool, as_json: bool) -> None:
    """How one campaign stands; without CAMPAIGN every one that is under way. With --watch it is drawn anew every second."""
    house = of(ctx)
    if watching and (as_json or campaign is None):
        raise click.UsageError("--watch is for people, and for one campaign")
    with house.engine.connect() as conn:
        programme = chosen(conn, programme_id)
        named = [row_of(conn, programme, campaign)] if campaign else rows.list_(conn, programme, LIVE)
        shown = [_standing(conn, row, house.clock.now(conn)) for row in named]
    if watching and campaign:
        watch(lambda: look_at(house, programme, campaign))
    elif as_json:
        print_json({"campaigns": shown})
    elif not shown:
        click.echo("no campaign is under way; ./saathi campaign list shows all")
    else:
        page = console()
        for number, one in enumerate(shown):
            page.print(*([""] if number else []), picture(one), sep="\n")


def look_at(house: House, programme_id: str, campaign_id: str) -> Mapping[str, Any]:
    """How it stands at this moment."""
    with house.engine.connect() as conn:
        return _standing(conn, row_of(conn, programme_id, campaign_id), house.clock.now(conn))


def _standing(conn: Connection, row: Row, now: datetime) -> dict[str, Any]:
    found = progress.read(conn, row.programme_id, row.id, now, by_day=row.campaign.trigger is not None)
    return standing(row, found, _eta(conn, row, found, now))


def _eta(conn: Connection, row: Row, found: Progress, now: datetime) -> datetime | None:
    """When the last message leaves, going by those it has walked: as many of the others will get it."""
    if row.state != "sending" or row.campaign.trigger is not None:
        return None
    share = found.queued / row.planned if row.planned else 1.0
    left = found.waiting + round(max(row.size - row.planned, 0) * share)
    sender = conn.execute(_SENDER, {"sender": row.sender_id}).one()
    today = room(
        conn, programme_id=row.programme_id, campaign_id=row.id, sender_id=row.sender_id, category=row.campaign.category,
        budget=row.campaign.budget, now=now,
    )  # fmt: skip
    return pace.eta(
        now, left, found.per_second or sender.rate_per_s, pace.quiet_of(row.campaign.schedule),
        campaign_check.holidays(conn, row.programme_id), people_per_day=sender.people_per_day,
        people_left_now=today.people,
    )  # fmt: skip
