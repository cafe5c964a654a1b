"""What colleagues decide about a campaign that is kept: approve, pause, resume, stop. Each on record, each with a name."""

from __future__ import annotations

import click

from bot import campaign_check, campaign_media
from bot.cli.acting import as_staff, on_duty
from bot.cli.campaign_complete import CAMPAIGN
from bot.cli.campaign_counting import counted
from bot.cli.campaign_found import programme_option, row_of, settled
from bot.cli.campaign_preview import put_words
from bot.cli.campaign_send import before_sending, leaving
from bot.cli.campaign_shown import put_forecast, summary
from bot.cli.house import console, of, print_json, refuse, somebody_is_there
from bot.cli.programme import chosen
from bot.wiring import House
from campaigns import rows
from campaigns.rows import Row

REASON_MAX = 500
_json = click.option("--json", "as_json", is_flag=True)
_why = click.option("--reason", required=True, callback=lambda _ctx, _param, value: short(value), help="Why; kept, and shown.")


def short(reason: str) -> str:
    if len(reason) > REASON_MAX or not reason.strip():
        raise refuse(f"a reason has 1 to {REASON_MAX} characters")
    return reason.strip()


@click.command(short_help="Agree to a colleague's draft; its words change no more.")
@click.argument("campaign", type=CAMPAIGN)
@programme_option
@click.option("--yes", is_flag=True, help="Ask nothing: you have read its words.")
@_json
@as_staff("campaign.approve")
@click.pass_context
def approve(ctx: click.Context, campaign: str, programme_id: str | None, yes: bool, as_json: bool, actor: str) -> None:
    """Agree to a draft that a colleague made. Its words change no more. Shows them and asks; elsewhere than on a terminal
    it wants --yes."""
    house = of(ctx)
    with house.engine.begin() as conn:
        on_duty(conn, actor, "campaign.approve")  # who may not is told nothing of it; asked again when they decide
        programme = chosen(conn, programme_id)
        seen = row_of(conn, programme, campaign)
    confirmed(yes, f"approve {campaign}", lambda: _show(house, seen))
    with house.engine.begin() as conn:
        by, now = on_duty(conn, actor, "campaign.approve").name, house.clock.now(conn)
        row = settled(rows.approve(conn, programme, campaign, by=by, at=now))
        if (row.file_hash, row.created_at) != (seen.file_hash, seen.created_at):  # with the transaction the approval ends
            raise refuse(f"{campaign} was changed while you read it: read it again")
    _told(row, as_json, f"{campaign} is approved by {by}: ./saathi campaign send {campaign} sends it")


@click.command(short_help="Let nothing more leave until resume.")
@click.argument("campaign", type=CAMPAIGN)
@programme_option
@_why
@_json
@as_staff("campaign.stop")
@click.pass_context
def pause(ctx: click.Context, campaign: str, programme_id: str | None, reason: str, as_json: bool, actor: str) -> None:
    """Let nothing more leave until somebody says resume. What Twilio was handed already is theirs."""
    house = of(ctx)
    with house.engine.begin() as conn:
        by, now = on_duty(conn, actor, "campaign.stop").name, house.clock.now(conn)
        row = settled(rows.pause(conn, chosen(conn, programme_id), campaign, by=by, at=now, why=reason))
    _told(row, as_json, f"{campaign} is paused: ./saathi campaign resume {campaign} lets it go on")


@click.command(short_help="Go on where it was paused.")
@click.argument("campaign", type=CAMPAIGN)
@programme_option
@_json
@as_staff("campaign.send")
@click.pass_context
def resume(ctx: click.Context, campaign: str, programme_id: str | None, as_json: bool, actor: str) -> None:
    """Go on where it was paused: nobody is left out, nobody gets it twice."""
    house = of(ctx)
    with house.engine.begin() as conn:
        on_duty(conn, actor, "campaign.send")  # before the world is asked for pictures
    with house.engine.connect() as conn:
        pictures = list(campaign_media.faults(row_of(conn, chosen(conn, programme_id), campaign).campaign))
    with house.engine.begin() as conn:
        by, now = on_duty(conn, actor, "campaign.send").name, house.clock.now(conn)
        programme = chosen(conn, programme_id)
        faults = [*before_sending(house, conn, row_of(conn, programme, campaign), now), *pictures]
        holidays = campaign_check.holidays(conn, programme)
        row = settled(rows.resume(conn, programme, campaign, by=by, at=now, holidays=holidays, faults=faults))
        leaves = leaving(conn, row, now)
    _told(row, as_json, f"{campaign} goes on: ./saathi campaign status {campaign} --watch\n{leaves}")


@click.command(short_help="End it for good.")
@click.argument("campaign", type=CAMPAIGN)
@programme_option
@_why
@click.option("--yes", is_flag=True, help="Ask nothing.")
@_json
@as_staff("campaign.stop")
@click.pass_context
def stop(
    ctx: click.Context, campaign: str, programme_id: str | None, reason: str, yes: bool, as_json: bool, actor: str
) -> None:
    """End a campaign for good: what has not left never will. It cannot be taken back; copy makes a new one."""
    house = of(ctx)
    with house.engine.begin() as conn:
        on_duty(conn, actor, "campaign.stop")
    confirmed(yes, f"stop {campaign} for good")
    with house.engine.begin() as conn:
        by, now = on_duty(conn, actor, "campaign.stop").name, house.clock.now(conn)
        row = settled(rows.stop(conn, chosen(conn, programme_id), campaign, by=by, at=now, why=reason))
    _told(row, as_json, f"{campaign} is stopped: ./saathi campaign report {campaign} says what it did")


def confirmed(yes: bool, what: str, shows: object = None) -> None:
    """Asks on a terminal; refuses where there is none to ask."""
    if yes:
        return
    if not somebody_is_there():
        raise refuse(f"nobody is here to be asked: add --yes to {what}")
    if callable(shows):
        shows()
    if not click.confirm(f"{what}?", err=True):
        raise refuse("nothing was changed")


def _show(house: House, row: Row) -> None:
    """What is approved: the words, whom they are for, how many get it and what it costs."""
    page, campaign = console(), row.campaign
    put_words(page, campaign)
    saved = f"saved audience {campaign.saved}" if campaign.saved else ""
    whom = [campaign.audience, saved, "the list that goes with it" if campaign.listed else ""]
    people = " and ".join(filter(None, whom)) or "everybody"
    page.print(f"{row.id}, {campaign.category}, made by {row.created_by}, for: {people}")
    with house.engine.begin() as conn:
        put_forecast(page, row, counted(conn, row, house.clock.now(conn)))


def _told(row: Row, as_json: bool, words: str) -> None:
    print_json(summary(row)) if as_json else click.echo(words)
