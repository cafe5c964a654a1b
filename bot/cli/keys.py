"""Keys: fresh ones for a deployment."""

import click

from bot.cli.house import print_json
from config.settings import new_keys


@click.group()
def group() -> None:
    """Keys for sealing and for coupon codes."""


@group.command()
@click.option("--json", "as_json", is_flag=True)
def new(as_json: bool) -> None:
    """Print fresh DATA_KEYS and CODE_KEYS. Keep them: what they sealed cannot be opened without them."""
    keys = new_keys()
    print_json(keys) if as_json else click.echo("\n".join(f"{name}={value}" for name, value in keys.items()))
