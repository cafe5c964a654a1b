"""The flows: their diagrams, and the golden conversations."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.flows_stats import stats
from bot.cli.house import refuse
from config.settings import ROOT
from flows.chat import rewrite as rewritten
from flows.diagram import page
from flows.flowbook import BOOK
from flows.picture import svg

DRAWN = ROOT / "docs" / "flows.md"


@click.group()
def group() -> None:
    """What Saathi says, drawn, counted and played."""


group.add_command(stats)


@group.command()
def draw() -> None:
    """Draw every flow from its table into docs/flows.md, and as a picture into docs/flows/."""
    DRAWN.write_text(page(), encoding="utf-8")
    pictures = DRAWN.with_suffix("")
    pictures.mkdir(exist_ok=True)
    for old in pictures.glob("*.svg"):
        old.unlink()
    for flow in BOOK.values():
        (pictures / f"{flow.name}.svg").write_text(svg(flow), encoding="utf-8")
    click.echo(f"wrote {DRAWN.relative_to(ROOT)} and {len(BOOK)} pictures in {pictures.relative_to(ROOT)}/")


@group.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def rewrite(files: tuple[Path, ...]) -> None:
    """Play .chat files with today's flows and write down what they answer now. Look at the difference before keeping it."""
    for path in files:
        try:
            path.write_text(rewritten(path.read_text(encoding="utf-8")), encoding="utf-8")
        except ValueError as fault:
            raise refuse(f"{path}: {fault}") from fault
        click.echo(f"wrote {path}")
