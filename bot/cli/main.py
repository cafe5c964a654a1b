"""All groups under one command. Groups are imported when they are named, so that a small command starts quickly."""

from __future__ import annotations

import sys
from importlib import import_module

import click

GROUPS = {
    "serve": "run", "up": "run", "down": "run", "demo": "demo", "relay": "run", "worker": "run", "migrate": "run",
    "clock": "clock", "programme": "programme", "coupon": "coupon", "member": "member", "ledger": "ledger",
    "outbox": "outbox", "journal": "journal", "payouts": "payouts", "content": "content", "keys": "keys",
    "doctor": "doctor", "talk": "talk", "flows": "flows", "bench": "bench",
}  # fmt: skip
FAULTS_OF_THE_OPERATOR = (
    "config.settings.BadSettings", "bot.local_place.LocalServerError", "bot.supervise.SupervisorError",
    "base.sealing.BadKeys", "base.media_store.BadStore", "loyalty.codes.BadCodeKeys",
)  # fmt: skip


class Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(GROUPS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in GROUPS:
            return None
        module = import_module(f"bot.cli.{GROUPS[name]}")
        command: click.Command = getattr(module, name, None) or module.group
        return command


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Saathi: channel loyalty inside WhatsApp."""


def main() -> None:
    """Run the command line; what an operator did wrong is one line and exit code 1."""
    try:
        cli(prog_name="saathi")
    except Exception as fault:
        if f"{type(fault).__module__}.{type(fault).__qualname__}" not in FAULTS_OF_THE_OPERATOR:
            raise
        click.echo(str(fault), err=True)
        sys.exit(1)
