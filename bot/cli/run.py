"""Running: migrate, serve, the single processes, and the house with its sandbox in the background."""

from __future__ import annotations

import os
import sys

import click

from bot import keys, local, supervise
from bot import migrate as migrations
from bot.cli.house import of
from bot.log import configure
from bot.preflight import sound
from bot.up import commands, start
from bot.wiring import House, with_servers
from config.settings import BadSettings, Settings, load, read

SHARED_WITH_CHILDREN = ("database_url", "redis_url", "database_owner_url")


@click.command()
@click.pass_context
def migrate(ctx: click.Context) -> None:
    """Bring the database to the newest revision, as its owner."""
    settings = of(ctx).settings
    migrations.upgrade(settings.database_owner_url or settings.database_url)
    click.echo(f"the database stands at revision {migrations.newest()}")


@click.command()
@click.pass_context
def serve(ctx: click.Context) -> None:
    """Migrate, seed and run all processes of the Procfile under one supervisor, until interrupted."""
    configured = sound()
    settings = ready(with_servers(configured))
    embedded = not (configured.database_url and configured.redis_url)
    supervise.run(settings.root, environment(settings), commands(settings.root, embedded=embedded))


@click.command()
@click.pass_context
def relay(ctx: click.Context) -> None:
    """The relay: the outbox to Twilio."""
    from bot.relay import run

    configure()
    run(checked(of(ctx)))


@click.command()
@click.argument("queue", type=click.Choice(["turns", "media", "paper", "payouts"]))
def worker(queue: str) -> None:
    """An RQ worker on one queue."""
    from bot.worker import run

    configure()
    run(queue)


def checked(house: House) -> House:
    """The house, if its settings are enough to face the real world. Raises BadSettings with every fault."""
    if faults := house.settings.faults():
        raise BadSettings("\n".join(faults))
    return house


def ready(settings: Settings) -> Settings:
    """Check, migrate and seed; the settings again."""
    from bot.seed import seed
    from bot.wiring import house

    made = checked(house(settings))
    migrations.upgrade(settings.database_owner_url or settings.database_url)
    with made.engine.connect() as conn:
        keys.check(made, conn)
    seed(made)
    made.close()
    return settings


def environment(settings: Settings) -> dict[str, str]:
    """What the child processes are given: ours, and the addresses that were found."""
    return {**os.environ, **{n.upper(): getattr(settings, n) for n in SHARED_WITH_CHILDREN if getattr(settings, n)}}


@click.command()
def up() -> None:
    """Run everything in the background, the sandbox with its WhatsApp-like page included. `./saathi down` stops it."""
    for line in start(*read()):
        click.echo(line)


@click.command()
@click.option("--forget", is_flag=True, help="Delete the embedded servers' data as well.")
def down(forget: bool) -> None:
    """Stop what runs under this root, embedded servers included. Data stays unless it is to be forgotten."""
    root = load().root
    supervise.stop(root)
    local.forget(root) if forget else local.stop(root)
    (root / ".local" / "env").unlink(missing_ok=True)
    click.echo("stopped")


if __name__ == "__main__":
    sys.exit("run ./saathi")
