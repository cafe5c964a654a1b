"""Sealing the books, and proving to others what is sealed in them."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.house import of, print_json, refuse
from bot.seal import seal as seal_now
from ledger import offline_verifier
from ledger.prove import NotSealed, SealBroken
from ledger.prove import prove as make_proof
from ledger.seal import read_tip


@click.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def seal(ctx: click.Context, as_json: bool) -> None:
    """Seal what was posted, now; the clock does it twice a minute. Prints the head: note it where we cannot change it."""
    house = of(ctx)
    added = seal_now(house)
    with house.engine.connect() as conn:
        tip = read_tip(conn)
    head = tip.hash.hex() if tip.height else None
    if as_json:
        print_json({"sealed": sum(block.postings for block in added), "blocks": len(added), "height": tip.height, "head": head})
    elif head is None:
        click.echo("nothing is posted yet")
    else:
        click.echo(f"{sum(block.postings for block in added)} postings sealed; head: block {tip.height} {head}")


@click.command()
@click.option("--posting", "posting_id", required=True, type=click.IntRange(1, 2**63 - 1), help="The posting's number.")
@click.option("--json", "as_json", is_flag=True, help="The proof itself, for `ledger verifier`.")
@click.pass_context
def prove(ctx: click.Context, posting_id: int, as_json: bool) -> None:
    """Prove that a posting is sealed: its place in a block, and the blocks' way up to the head."""
    with of(ctx).engine.connect().execution_options(isolation_level="REPEATABLE READ") as conn:
        try:
            proof = make_proof(conn, [posting_id])
        except NotSealed as none:
            raise refuse(f"{none}: look at the number, or run `./saathi ledger seal` first") from none
        except SealBroken as broken:
            raise refuse(f"{broken}: run `./saathi ledger verify`") from broken
    if as_json:
        print_json(proof.plain())
        return
    (one,) = proof.postings
    click.echo(f"posting {posting_id} is leaf {one.place} of block {one.height}, {len(one.path)} hashes below its root")
    steps = len(proof.headers) - 1
    click.echo(f"the head leads to it in {steps} steps: block {proof.head.height} {proof.head.hash().hex()}")


@click.command()
def verifier() -> None:
    """Print the program that checks a proof anywhere: one file, any Python from 3.9. Redirect it: > verify.py"""
    click.echo(Path(offline_verifier.__file__).read_text(encoding="utf-8"), nl=False)


COMMANDS = (seal, prove, verifier)
