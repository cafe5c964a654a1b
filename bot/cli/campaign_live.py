"""Watching a campaign: on a terminal one picture that is drawn anew, elsewhere one line now and then."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from threading import Event
from typing import Any

import click
from rich.live import Live

from bot.cli.campaign_shown import in_one_line, picture
from bot.cli.house import console

EVERY_S = 1.0
LINE_EVERY_S = 10.0
AT_REST = ("draft", "approved", "paused", "stopped", "done")
Look = Callable[[], Mapping[str, Any]]


def watch(look: Look, *, every_s: float | None = None) -> Mapping[str, Any]:
    """Show what `look` says until the campaign rests and nothing of it is on its way; the last look. Ctrl-C ends the
    watching, never the campaign."""
    quiet = Event()
    drawn = sys.stdout.isatty()
    pause_s = every_s if every_s is not None else EVERY_S if drawn else LINE_EVERY_S
    shown = look()
    try:
        if not drawn:
            return _lines(look, shown, quiet, pause_s)
        with Live(picture(shown), console=console(), auto_refresh=False) as live:
            while not at_rest(shown):
                quiet.wait(pause_s)
                shown = look()
                live.update(picture(shown), refresh=True)
    except KeyboardInterrupt:
        click.echo("no longer watched; the campaign goes on", err=True)
    return shown


def at_rest(shown: Mapping[str, Any]) -> bool:
    """Nothing will change by itself. A paused campaign's waiting rows wait for a person."""
    messages = shown["messages"]
    on_its_way = messages["leaving"] + (0 if shown["state"] == "paused" else messages["waiting"])
    return shown["state"] in AT_REST and on_its_way == 0


def _lines(look: Look, shown: Mapping[str, Any], quiet: Event, pause_s: float) -> Mapping[str, Any]:
    last = ""
    while True:
        if (line := in_one_line(shown)) != last:
            click.echo(line)
            last = line
        if at_rest(shown):
            return shown
        quiet.wait(pause_s)
        shown = look()
