"""A file for a new campaign from one that is kept."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import click

from bot.cli.acting import by_staff
from bot.cli.campaign_complete import CAMPAIGN
from bot.cli.campaign_found import as_file, programme_option, row_of
from bot.cli.campaign_new import write_new
from bot.cli.house import of, print_json, refuse
from bot.cli.programme import chosen
from campaigns import file_write
from campaigns.spec import ID, ID_MEANT


@click.command(short_help="A new file from an old campaign.")
@click.argument("campaign", type=CAMPAIGN)
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--id", "id_", help="Of the new campaign; left out: the file's name.")
@programme_option
@click.option("--json", "as_json", is_flag=True)
@by_staff("campaign.write")
@click.pass_context
def copy(ctx: click.Context, campaign: str, path: Path, id_: str | None, programme_id: str | None, as_json: bool) -> None:
    """Write FILE with the words, audience and rules of an old campaign under a new id. Its start and end are left out: they
    have gone by."""
    with of(ctx).engine.connect() as conn:
        old = row_of(conn, chosen(conn, programme_id), campaign).campaign
    id_ = id_ or re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")
    if not re.fullmatch(ID, id_):
        raise refuse(f"{id_!r} is no id of a campaign: {ID_MEANT}; add --id")
    if id_ == old.id:
        raise refuse(f"{id_} is the old campaign's id, and names it for ever: add --id with another")
    # The old one's salt was its id: under the new id everybody draws anew, which is what a new campaign means.
    made = replace(old, id=id_, schedule=replace(old.schedule, start=None, end=None))
    write_new(path, file_write.written(made))
    if as_json:
        print_json({"campaign": id_, "file": str(path), "from": old.id})
    else:
        click.echo(f"{path} is written: change its words, then ./saathi campaign check {as_file(path)}")
