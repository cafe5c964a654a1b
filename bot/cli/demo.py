"""`make demo`: a fresh house under .local/demo, shown at work, and stopped again."""

from __future__ import annotations

import os
import time

import click

from bot import demo as show
from bot import local, supervise, up
from bot.own_root import fresh
from bot.phone import CannotTalk
from config.settings import load


@click.command()
@click.option("--keep", is_flag=True, help="Leave it running; `SAATHI_ROOT=.local/demo ./saathi down` stops it.")
def demo(keep: bool) -> None:
    """Start everything on free ports, play two conversations through real HTTP, print the books, stop."""
    page_port = up.sandbox_port()  # before this run takes a free one
    began = time.monotonic()
    root = fresh("demo")
    try:
        for line in up.start(load())[:1]:
            click.echo(line)
        _play(began, page_port)
    except CannotTalk as fault:
        raise click.ClickException(f"{fault}; the logs are under {root}/.local/logs/") from fault
    finally:
        if not keep:
            supervise.stop(root)
            local.stop(root)


def _play(began: float, page_port: int) -> None:
    settings = load()
    env = dict(os.environ)
    ready_s = time.monotonic() - began
    measured = show.conversations(
        settings.sandbox_url, settings.twilio_from, show.saathi_json(env), settings.home / "pictures"
    )
    show.title("The books")
    click.echo(show.saathi("ledger", "trial", env=env) + show.saathi("ledger", "verify", env=env).strip())
    show.title("The journal of the turn that paid")
    click.echo(show.saathi("journal", "show", "+919811100002", "--last", "1", env=env).strip())
    show.title("Payouts")
    click.echo(show.saathi("payouts", "show", env=env).strip())
    show.title("Measured on this machine")
    for name, seconds in {"start to ready": ready_s, **measured, "the whole demo": time.monotonic() - began}.items():
        click.echo(f"  {name}: {seconds:.1f} s")
    show.title("Next")
    click.echo(f"  make up           leaves it running, with a page that looks like WhatsApp: http://127.0.0.1:{page_port}/")
    click.echo("  ./saathi talk     the same chat in this terminal\n  ./saathi doctor   what is well, and what to mend")
