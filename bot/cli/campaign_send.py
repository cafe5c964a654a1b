"""Sending: the operator sees how many, what it costs and who is left out, and says the number before anything leaves."""

from __future__ import annotations

from datetime import datetime

import click
from sqlalchemy import Connection

from base.days import INDIA, in_india
from bot import campaign_check, campaign_media
from bot.campaigns import link_base
from bot.cli.acting import as_staff, on_duty
from bot.cli.campaign_complete import CAMPAIGN
from bot.cli.campaign_counting import counted
from bot.cli.campaign_found import programme_option, refusing, row_of, settled
from bot.cli.campaign_live import watch
from bot.cli.campaign_shown import hours_words, put_forecast, summary, trigger_words
from bot.cli.campaign_status import look_at
from bot.cli.house import console, of, print_json, refuse, somebody_is_there
from bot.cli.programme import chosen
from bot.wiring import House
from campaigns import rows
from campaigns.forecast import Forecast
from campaigns.rows import Row

TIMES = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"]
OFF_BY_PERCENT = 1  # so much may the number of people have changed since the operator saw it
_people = click.option("--people", type=click.IntRange(min=0), help="How many you expect to get it; asked for on a terminal.")
_watch = click.option("--watch", "watching", is_flag=True, help="Stay and watch how it goes.")
_json = click.option("--json", "as_json", is_flag=True)


@click.command(short_help="Send an approved campaign, the number of people being said.")
@click.argument("campaign", type=CAMPAIGN)
@programme_option
@_people
@_watch
@_json
@as_staff("campaign.send")
@click.pass_context
def send(
    ctx: click.Context, campaign: str, programme_id: str | None, people: int | None, watching: bool, as_json: bool, actor: str
) -> None:
    """Send an approved campaign: at once, or from the file's start on. It shows how many get it, what it costs and who is
    left out and why, then asks for the number of people; elsewhere than on a terminal it wants --people N, and refuses where
    the number is another by more than 1 percent."""
    house = of(ctx)
    row, leaves = _go(house, campaign, programme_id, people, actor, None)
    if as_json:
        print_json(summary(row))
    elif watching:
        watch(lambda: look_at(house, row.programme_id, campaign))
    else:
        click.echo(_words(row, leaves))


@click.command(short_help="The same at a later time.")
@click.argument("campaign", type=CAMPAIGN)
@click.option("--at", "at", required=True, type=click.DateTime(TIMES), help="When it begins, in India's time.")
@programme_option
@_people
@_json
@as_staff("campaign.send")
@click.pass_context
def schedule(
    ctx: click.Context, campaign: str, at: datetime, programme_id: str | None, people: int | None, as_json: bool, actor: str
) -> None:
    """Send an approved campaign later: the same questions as send, and it begins by itself. Quiet hours are kept."""
    row, leaves = _go(of(ctx), campaign, programme_id, people, actor, at.replace(tzinfo=INDIA))
    print_json(summary(row)) if as_json else click.echo(_words(row, leaves))


# --- inside ---------------------------------------------------------------------------------------------------------


def _go(
    house: House, campaign: str, programme_id: str | None, people: int | None, actor: str, at: datetime | None
) -> tuple[Row, str]:
    """The campaign that was sent, and when it leaves, in words."""
    with house.engine.begin() as conn:
        on_duty(conn, actor, "campaign.send")
        programme, now = chosen(conn, programme_id), house.clock.now(conn)
        row = row_of(conn, programme, campaign)
        seen = counted(conn, row, now)
    pictures = list(campaign_media.faults(row.campaign))
    if at is not None and at <= now:
        raise refuse(f"{in_india(at)} has gone by: it is {in_india(now)}")
    if (at or row.starts_at or now) <= now:  # whoever had too many this week may get it when it begins later
        _for_somebody(seen, row)
    _agreed(people, seen, row)
    with house.engine.begin() as conn:
        by, now = on_duty(conn, actor, "campaign.send").name, house.clock.now(conn)
        row = row_of(conn, programme, campaign)
        faults = [*before_sending(house, conn, row, now), *pictures]
        size = campaign_check.size(conn, row, now)
        if differs(size, seen.size):
            raise refuse(f"nothing was sent: meanwhile the audience is {size} people, and was {seen.size}: look again")
        row = settled(rows.start(conn, programme, campaign, by=by, at=now, size=size, starts_at=at, faults=faults))
        return row, leaving(conn, row, now)


def leaving(conn: Connection, row: Row, now: datetime) -> str:
    """Of one that was sent, or goes on: in which hours it leaves, and till when they make it wait."""
    with refusing():
        first = campaign_check.leaves(conn, row, now)
    waits = f"; so it waits until {in_india(first)}" if first > row.begins(now) else ""
    return f"it {hours_words(row.campaign.schedule)}{waits}"


def _for_somebody(seen: Forecast, row: Row) -> None:
    if seen.size and not seen.reach and row.state == "approved" and row.campaign.trigger is None:
        raise refuse(f"nothing was sent: nobody would get {row.id} now; ./saathi campaign audience {row.id} shows why")


def _agreed(people: int | None, seen: Forecast, row: Row) -> None:
    on = trigger_words(row.campaign.trigger)
    get = f"could get {row.id}, each {on}" if on else f"get {row.id}"
    if people is None:
        if not somebody_is_there():
            raise refuse(f"nothing was sent: {seen.reach} people {get}; if that is as you expect, add --people {seen.reach}")
        put_forecast(console(), row, seen)
        people = int(click.prompt(f"type the number of people who {get}", type=int, err=True))
        if people != seen.reach:
            raise refuse(f"nothing was sent: {people} is not {seen.reach}")
    elif differs(people, seen.reach):
        look = f"./saathi campaign audience {row.id}"
        raise refuse(f"nothing was sent: {seen.reach} people {get}{'' if on else ' now'}, not {people}; {look}")


def before_sending(house: House, conn: Connection, row: Row, now: datetime) -> list[str]:
    """What would make it fail, as far as the database knows."""
    base = link_base(house)
    found = campaign_check.faults(conn, row.programme_id, row.campaign, base, now)
    return [*found, *campaign_check.not_approved(conn, row.campaign, base)]


def differs(expected: int, found: int) -> bool:
    """By more than OFF_BY_PERCENT of what was expected."""
    return abs(expected - found) * 100 > OFF_BY_PERCENT * expected


def _words(row: Row, leaves: str) -> str:
    if row.state == "scheduled":
        assert row.starts_at is not None
        return f"{row.id} begins {in_india(row.starts_at)}\n{leaves}"
    on = trigger_words(row.campaign.trigger)
    goes = f"goes out to each member {on}" if on else f"goes out: ./saathi campaign status {row.id} --watch"
    return f"{row.id} {goes}\n{leaves}"
