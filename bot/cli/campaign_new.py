"""A campaign's file to begin with: the sample's, with a name of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import click

from bot.cli.acting import by_staff
from bot.cli.campaign_found import as_file
from bot.cli.house import print_json, refuse, somebody_is_there
from campaigns import file
from campaigns.file import CATEGORIES, BadCampaign
from config.settings import ROOT

SAMPLE = ROOT / "config" / "campaigns" / "sample.toml"


@click.command("new", short_help="A file to begin with, every key explained.")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--id", "id_", help="Names the campaign for ever; left out: the file's name.")
@click.option("--name", help="For colleagues; left out: the id.")
@click.option("--category", type=click.Choice(CATEGORIES), help="marketing, where left out.")
@click.option("--yes", is_flag=True, help="Ask nothing: take what is left out as it is.")
@click.option("--json", "as_json", is_flag=True)
@by_staff("campaign.write")
def new(path: Path, id_: str | None, name: str | None, category: str | None, yes: bool, as_json: bool) -> None:
    """Write FILE to begin with: a whole campaign with every key explained. On a terminal it asks for what is left out."""
    asks = somebody_is_there() and not yes and not as_json
    id_ = _given(id_, "id", re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-"), asks)
    name = _given(name, "name", id_, asks)
    category = _given(category, f"category ({' or '.join(CATEGORIES)})", "marketing", asks)
    data = SAMPLE.read_text(encoding="utf-8")
    for key, value in (("id", id_), ("name", name), ("category", category)):
        data = _with(data, key, value)
    try:
        campaign = file.read(data.encode())
    except BadCampaign as bad:
        raise refuse("; ".join(bad.faults)) from bad
    write_new(path, data)
    if as_json:
        print_json({"campaign": campaign.id, "file": str(path)})
    else:
        click.echo(f"{path} is written: change its words, then ./saathi campaign check {as_file(path)}")


def write_new(path: Path, data: str) -> None:
    """Never over another file. Refuses with one line, exit 1."""
    write_all_new({path: data})


def write_all_new(files: Mapping[Path, str]) -> None:
    """All of them or none: each is made, still empty, before any is filled."""
    made: list[Path] = []
    path = Path()
    try:
        for path in files:
            path.touch(exist_ok=False)
            made.append(path)
        for path, data in files.items():
            path.write_text(data, encoding="utf-8")
    except OSError as fault:
        for one in made:
            one.unlink(missing_ok=True)
        there = "; choose another name, or remove it first" if isinstance(fault, FileExistsError) else ""
        raise refuse(f"{path} cannot be written: {fault.strerror}{there}") from fault


def _given(value: str | None, what: str, default: str, asks: bool) -> str:
    if value is not None:
        return value
    return str(click.prompt(what, default=default, err=True)) if asks else default


def _with(data: str, key: str, value: str) -> str:
    quoted = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return re.sub(rf'^{key} = "[^"]*"', lambda _: f"{key} = {quoted}", data, count=1, flags=re.MULTILINE)
