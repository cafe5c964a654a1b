"""`make demo`: a fresh house under .local/demo, shown at work, and stopped again."""

from __future__ import annotations

import os
import shutil
import socket
import time
from pathlib import Path

import click

from bot import demo as show
from bot import local, supervise, up
from bot.phone import NoAnswer
from config.settings import ROOT, Settings, load


@click.command()
@click.option("--keep", is_flag=True, help="Leave it running; `SAATHI_ROOT=.local/demo ./saathi down` stops it.")
def demo(keep: bool) -> None:
    """Start everything on free ports, play two conversations through real HTTP, print the books, stop."""
    began = time.monotonic()
    root = Path(os.environ.get("SAATHI_ROOT") or ROOT).resolve() / ".local" / "demo"
    _fresh(root)
    try:
        for line in up.start(load())[:1]:
            click.echo(line)
        _play(began)
    except NoAnswer as fault:
        raise click.ClickException(f"{fault}; the logs are under {root}/.local/logs/") from fault
    finally:
        if not keep:
            supervise.stop(root)
            local.stop(root)


def _fresh(root: Path) -> None:
    """A house of its own: nothing of the operator's environment, nothing of an earlier demo."""
    supervise.stop(root)
    for name in Settings.model_fields:
        os.environ.pop(name.upper(), None)  # an exported TWILIO_API_BASE_URL would make the demo write to real people
    local.forget(root)
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    os.environ |= {"SAATHI_ROOT": str(root), "PORT": str(_free_port()), "SANDBOX_PORT": str(_free_port())}


def _play(began: float) -> None:
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
    click.echo("  make up           leaves it running, with a page that looks like WhatsApp: http://127.0.0.1:8100/")
    click.echo("  ./saathi talk     the same chat in this terminal\n  ./saathi doctor   what is well, and what to mend")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
