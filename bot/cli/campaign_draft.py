"""`campaign check`: every fault of a file at once; without one it is kept as a draft, and WhatsApp may be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
from requests import RequestException
from rich.table import Table
from twilio.base.exceptions import TwilioException

from base.money import grouped
from bot import campaign_check, campaign_draft, campaign_media, campaigns
from bot.campaign_draft import Detectable, Listed
from bot.cli.acting import by_staff, colleague
from bot.cli.campaign_complete import CAMPAIGN_OR_FILE
from bot.cli.campaign_counting import counted, emptied
from bot.cli.campaign_found import is_file, programme_option, read_file, refusing, row_of, sender_of, settled
from bot.cli.campaign_shown import put_blanks, put_forecast
from bot.cli.house import console, of, print_json, refuse
from bot.cli.programme import chosen
from bot.wiring import House
from campaigns import rows
from campaigns.blanks import Blanks
from campaigns.forecast import Forecast
from campaigns.people_list import BadSheet
from campaigns.rows import Row
from campaigns.spec import Campaign
from whatsapp.content.approval import APPROVED, UNSUBMITTED, Standing

ROWS_SHOWN = 20  # of a list, on a terminal


@dataclass(frozen=True, slots=True)
class Checked:
    row: Row
    listed: Listed | None
    seen: Forecast
    empty: Blanks
    shows: Detectable | None
    templates: Sequence[Standing]


@click.command(short_help="Name every fault of a file; without one keep it as a draft.")
@click.argument("campaign", type=CAMPAIGN_OR_FILE, metavar="FILE|CAMPAIGN")
@click.option("--list", "list_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="CSV",
              help="The list of phones that goes with it, one a row (listed = true in the file).")
@click.option("--submit", is_flag=True, help="Ask WhatsApp's approval for its words.")
@click.option("--sender", "address", metavar="NUMBER", help="Needed only where several numbers send for the programme.")
@programme_option
@click.option("--json", "as_json", is_flag=True)
@by_staff("campaign.write")
@click.pass_context
def check(
    ctx: click.Context, campaign: str, list_file: Path | None, submit: bool, address: str | None, programme_id: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Name every fault of FILE at once; without one, keep it as a draft and say how many get it, what it costs, and how far
    WhatsApp's approval is. With the id of one that is kept: the same again. Nothing is sent."""
    house = of(ctx)
    with house.engine.connect() as conn:
        programme = chosen(conn, programme_id)
        now = house.clock.now(conn)
        wanted = read_file(Path(campaign), now) if is_file(campaign) else row_of(conn, programme, campaign).campaign
    where = f"{campaign}: " if is_file(campaign) else ""
    _without_fault(house, programme, wanted, list_file, where)
    kept = _kept(house, programme, wanted, list_file, address, is_file(campaign))
    if submit:
        try:
            campaigns.make(house, wanted)
        except (TwilioException, RequestException) as fault:
            raise refuse(f"Twilio does not take its words ({type(fault).__name__}); ./saathi doctor looks why") from fault
    done = _looked_at(house, *kept)
    print_json(_json(done)) if as_json else _told(done)


# --- inside ---------------------------------------------------------------------------------------------------------


def _without_fault(house: House, programme: str, wanted: Campaign, list_file: Path | None, where: str) -> None:
    with house.engine.connect() as conn:
        now = house.clock.now(conn)
        faults = list(campaign_check.faults(conn, programme, wanted, campaigns.link_base(house), now))
        old = rows.find(conn, programme, wanted.id)
    if list_file is not None and not wanted.listed:
        faults.append("listed: write listed = true, or leave --list out")
    if wanted.listed and list_file is None and old is None:
        faults.append("listed: add --list with the file of phones, or leave listed out")
    faults += campaign_media.faults(wanted)
    if faults:
        raise refuse("\n".join(f"{where}{fault}" for fault in faults))


def _kept(
    house: House, programme: str, wanted: Campaign, list_file: Path | None, address: str | None, is_new: bool
) -> tuple[Row, Listed | None]:
    listed = None
    with house.engine.begin() as conn:
        row, now = rows.locked(conn, programme, wanted.id), house.clock.now(conn)
        if is_new or row is None:
            sender = sender_of(conn, programme, address)
            row = settled(rows.create(conn, wanted, programme_id=programme, sender_id=sender, by=colleague(), at=now))
        if list_file is not None:
            if row.state != "draft":
                raise refuse(f"{row.id} is {row.state}: its list changes no more")
            try:
                with list_file.open("rb") as file:
                    listed = campaign_draft.keep_list(conn, row, file, by=colleague(), at=now)
                row = row_of(conn, programme, row.id)
            except (BadSheet, OSError) as fault:
                raise refuse(f"{list_file}: {getattr(fault, 'strerror', None) or fault}") from fault
    return row, listed


def _looked_at(house: House, row: Row, listed: Listed | None) -> Checked:
    with house.engine.begin() as conn:
        now = house.clock.now(conn)
        seen, empty = counted(conn, row, now), emptied(house, conn, row, now)
        with refusing():
            shows = campaign_draft.what_it_can_show(conn, row, seen, now)
        return Checked(
            row, listed, seen, empty, shows, campaign_check.templates(conn, row.campaign, campaigns.link_base(house))
        )  # fmt: skip


def _json(done: Checked) -> dict[str, Any]:
    listed = done.listed and {"rows": dict(done.listed.counts), "problems": [asdict(one) for one in done.listed.problems]}
    return {
        "campaign": done.row.id, "state": done.row.state, "made_by": done.row.created_by, "list": listed,
        "forecast": asdict(done.seen), "empty": asdict(done.empty),
        "detectable": done.shows and asdict(done.shows),
        "templates": [
            {"arm": one.spec.text_key.rpartition("/")[2], "locale": one.spec.locale, "approval": one.approval.status,
             "reason": one.approval.reason or None} for one in done.templates
        ],
    }  # fmt: skip


def _told(done: Checked) -> None:
    page, row = console(), done.row
    click.echo(f"{row.id} has no fault, and is kept: {row.state}, made by {row.created_by}")
    if done.listed is not None:
        _told_list(done.listed)
    put_forecast(page, row, done.seen)
    put_blanks(page, done.empty)
    if done.shows is not None:
        once = "once all of them have had it, " if row.campaign.trigger is not None else ""
        click.echo(f"{once}{_shows(done.shows)}")
    states = {one.approval.status for one in done.templates}
    for one in done.templates:
        why = f": {one.approval.reason}" if one.approval.reason else ""
        click.echo(f"words of {one.spec.text_key.rpartition('/')[2]} in {one.spec.locale}: {one.approval.status}{why}")
    if UNSUBMITTED in states:
        click.echo(f"next: ./saathi campaign check {row.id} --submit asks WhatsApp for approval")
    elif states == {APPROVED} and row.state == "draft":
        click.echo(f"next: ./saathi campaign test {row.id} --to PHONE, then a colleague's ./saathi campaign approve {row.id}")


def _told_list(listed: Listed) -> None:
    click.echo("list: " + ", ".join(f"{outcome} {grouped(count)}" for outcome, count in sorted(listed.counts.items())))
    if listed.problems:
        table = Table("line", "phone", "what is wrong")
        for row in listed.problems[:ROWS_SHOWN]:
            table.add_row(str(row.line), row.phone, row.outcome)
        console().print(table)
    if len(listed.problems) > ROWS_SHOWN:
        click.echo(f"the first {ROWS_SHOWN}; --json has {grouped(len(listed.problems))}")


def _shows(shows: Detectable) -> str:
    if shows.rise is None:
        return "the experiment can show nothing: too few people in its smallest arms"
    before, after = 100 * shows.base_rate, 100 * (shows.base_rate + shows.rise)
    usual = ", taking that for usual as nobody in the audience did it lately" if shows.usual else ""
    return f"the experiment can show a rise from {before:.1f} %{usual}, to {after:.1f} %, four times out of five"
