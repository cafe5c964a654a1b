"""Keys: fresh ones for a deployment, and changing the one that wraps."""

from __future__ import annotations

import secrets
from base64 import b64encode

import click

from bot import key_rotation
from bot.cli.house import of, print_json, refuse
from config.settings import new_keys

SHOWN_MAX = 20  # rows named in one line


@click.group()
def group() -> None:
    """Keys for sealing and for coupon codes."""


@group.command()
@click.option("--json", "as_json", is_flag=True)
def new(as_json: bool) -> None:
    """Print fresh DATA_KEYS and CODE_KEYS. Keep them: what they sealed cannot be opened without them."""
    keys = new_keys()
    print_json(keys) if as_json else click.echo("\n".join(f"{name}={value}" for name, value in keys.items()))


@group.command("next")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def next_key(ctx: click.Context, as_json: bool) -> None:
    """Print one more key, to be appended to DATA_KEYS after a comma. The oldest stays first: equal PANs are found by it."""
    ring = of(ctx).keyring
    number = next(n for n in range(len(ring.keys) + 1, 1_000_000) if f"k{n}" not in ring.keys)
    key = f"k{number}:{b64encode(secrets.token_bytes(32)).decode()}"
    print_json({"append": key}) if as_json else click.echo(f",{key}")


@group.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def rotate(ctx: click.Context, as_json: bool) -> None:
    """Wrap every data key under the last key of DATA_KEYS, while the service runs. Broken off, it goes on where it stood."""
    house = of(ctx)
    done = key_rotation.rotate(house, _tell)
    with house.engine.connect() as conn:
        left = [row for row in key_rotation.standing(conn) if row.key != done.key]
    told = {"key": done.key, "rewrapped": done.rewrapped, "left": sum(row.rows for row in left), "unopened": [*done.unopened]}
    if as_json:
        print_json(told)
    else:
        click.echo(f"{done.rewrapped} data keys are now wrapped under {done.key}; {told['left']} still hang on another")
    if done.unopened:
        raise refuse(_lost(list(done.unopened)))


@group.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def check(ctx: click.Context, as_json: bool) -> None:
    """How many data keys hang on which key, and which rows no key opens (then the exit code is 1)."""
    house = of(ctx)
    with house.engine.connect() as conn:
        standing = key_rotation.standing(conn)
    lost = key_rotation.unopened(house)
    if as_json:
        rows = [{"table": row.table, "key": row.key, "rows": row.rows} for row in standing]
        print_json({"wraps": house.keyring.wrapping, "standing": rows, "unopened": lost})
    else:
        for row in standing:
            note = "" if row.key == house.keyring.wrapping else "  (older: `./saathi keys rotate`)"
            click.echo(f"{row.table:<16} {row.key:<21} {row.rows:>10}{note}")
    if lost:
        raise refuse(_lost(lost))


def _tell(table: str, rows: int) -> None:
    click.echo(f"{table}: {rows}", err=True)


def _lost(rows: list[str]) -> str:
    more = f" and {len(rows) - SHOWN_MAX} more" if len(rows) > SHOWN_MAX else ""
    return f"no key of DATA_KEYS opens {', '.join(rows[:SHOWN_MAX])}{more}: put the key that wrapped them back on the ring"
