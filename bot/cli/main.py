"""All groups under one command. Groups are imported when they are named, so that a small command starts quickly."""

from __future__ import annotations

import sys
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

GROUPS = {
    "serve": "run", "up": "run", "down": "run", "demo": "demo", "relay": "run", "worker": "run", "migrate": "run",
    "clock": "clock", "programme": "programme", "coupon": "coupon", "member": "members", "ledger": "ledger",
    "claims": "claims", "outbox": "outbox", "journal": "journal", "payouts": "payouts", "content": "content", "keys": "keys",
    "tax": "tax", "staff": "staff", "doctor": "doctor", "talk": "talk", "flows": "flows", "bench": "bench",
    "simulate": "simulate", "replay": "replay", "kyc": "kyc", "privacy": "privacy", "limits": "limits",
    "account": "account", "parked": "parked", "campaign": "campaign",
}  # fmt: skip


class Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(GROUPS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in GROUPS:
            return None
        module = import_module(f"bot.cli.{GROUPS[name]}")
        command: click.Command = getattr(module, name, None) or module.group
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """What an operator did wrong, or the world, is one line and exit code 1; a fault of ours is a traceback."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as fault:
            from bot.cli.faults import told
            from bot.cli.house import refuse

            if (line := told(fault)) is None:
                raise
            raise refuse(line) from fault


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Saathi: channel loyalty inside WhatsApp."""


def main() -> None:
    """Run the command line. A terminal that lacks a letter shows ? in its place."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    cli(prog_name="saathi")
