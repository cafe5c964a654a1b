"""The flows: their diagrams, and the golden conversations."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.house import refuse
from config.settings import ROOT
from flows.chat import rewrite as rewritten
from flows.diagram import page

DRAWN = ROOT / "docs" / "flows.md"


@click.group()
def group() -> None:
    """What Saathi says, drawn and played."""


@group.command()
def draw() -> None:
    """Draw every flow from its table into docs/flows.md."""
    DRAWN.write_text(page(), encoding="utf-8")
    click.echo(f"wrote {DRAWN.relative_to(ROOT)}")


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
