"""What every verb shares: the house, and how data is printed. Times are UTC, and say so; days are India's, and so
are a campaign's times (base.days.in_india), which are said as people schedule them."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from base.masking import visible
from bot.wiring import House, house

WIDTH_OF_A_PIPE = 200  # columns: whoever reads a pipe wants whole ids, not a terminal's width


def of(ctx: click.Context) -> House:
    """The house of this command; made once, closed with the command."""
    root = ctx.find_root()
    if not isinstance(root.obj, House):
        root.obj = house(pool_size=2)
        root.call_on_close(root.obj.close)
    return root.obj


def somebody_is_there() -> bool:
    """Whether a question would be read and answered."""
    return sys.stdin.isatty()


def print_json(data: Any) -> None:
    """One JSON document, Hindi readable, times in ISO 8601."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=_plain))


class Plain(Console):
    """Shows words as they stand: what people wrote, or what was read off a paper, is neither markup nor a terminal's
    command. A line of our own that has markup says markup=True."""

    def render_str(self, text: str, **given: Any) -> Text:
        return super().render_str(visible(text), **given)


def console() -> Console:
    """For tables: as wide as the terminal."""
    return Plain(width=None if sys.stdout.isatty() else WIDTH_OF_A_PIPE, highlight=False, markup=False)


def moment(at: datetime) -> str:
    """A time for people, where a heading says UTC already."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def moment_utc(at: datetime) -> str:
    """The same where it stands alone."""
    return f"{moment(at)} UTC"


def refuse(why: str) -> click.ClickException:
    """An operator's fault or a refusal: raise it; one line on standard error, exit code 1."""
    fault = click.ClickException(why)
    fault.show = lambda file=None: click.echo(why, err=True)  # type: ignore[method-assign]  # without click's "Error: "
    return fault


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"cannot print {type(value).__name__}")
