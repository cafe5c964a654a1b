"""The books: trial balance, and the check of everything against everything."""

from __future__ import annotations

import string
from dataclasses import asdict

import click
from rich.table import Column, Table
from sqlalchemy import text

from base.money import grouped, rupees
from bot.cli import ledger_seals, ledger_statement
from bot.cli.house import console, of, print_json, refuse
from bot.cli.ledger_books import VERBS
from ledger.balance import trial as read_trial
from ledger.verify import verify as read_differences
from ledger.verify_seals import Chain, verify_seals
from loyalty.programme_rows import published_ids
from payouts import holds


@click.group()
def group() -> None:
    """The double-entry books."""


for verb in VERBS:
    group.add_command(verb)


@group.command()
@click.option("--programme", help="Only this one; all that are published otherwise.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def trial(ctx: click.Context, programme: str | None, as_json: bool) -> None:
    """The trial balance: every account's debits and credits. Balance = credits - debits; each unit adds up to zero."""
    with of(ctx).engine.connect() as conn:
        known = published_ids(conn)
        if programme and programme not in known:
            raise refuse(f"no programme {programme} is published; there are: {', '.join(known) or 'none'}")
        rows = [row for one in ([programme] if programme else known) for row in read_trial(conn, one)]
    sums = {unit: sum(row.balance for row in rows if row.unit == unit) for unit in sorted({row.unit for row in rows})}
    if as_json:
        print_json({"accounts": [asdict(row) for row in rows], "sums": sums})
        return
    right = [Column(heading, justify="right") for heading in ("debits", "credits", "balance")]
    table = Table("account", "unit", *right)
    for row in rows:
        table.add_row(row.account, row.unit, *(_amount(row.unit, n) for n in (row.debits, row.credits, row.balance)))
    for unit, total in sums.items():
        table.add_row("all accounts", unit, "", "", _amount(unit, total), style="bold")
    console().print(table)


@group.command()
@click.option("--head", metavar="HASH", help="A head noted elsewhere: it must be a block of this chain.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def verify(ctx: click.Context, head: str | None, as_json: bool) -> None:
    """Recompute sums, floors, lots, holds and every seal; exit 1 and name each difference where there is one."""
    if head is not None and (len(head) != 64 or not set(head) <= set(string.hexdigits)):
        raise click.UsageError("--head takes the 64 hex digits that `ledger seal` prints")
    house = of(ctx)
    began = house.monotonic()
    with house.engine.connect().execution_options(isolation_level="REPEATABLE READ") as conn:
        conn.execute(text("SET LOCAL statement_timeout = 0"))  # it reads everything there is
        differences = [*read_differences(conn), *holds.differences(conn)]
        chain = verify_seals(conn, bytes.fromhex(head) if head else None)
    differences = differences + chain.differences
    if as_json:
        sealed = {"blocks": chain.blocks, "postings": chain.postings, "accounts": chain.accounts, "unsealed": chain.unsealed}
        sealed_head = {"head": chain.head.hex() if chain.blocks else None}
        seconds = round(house.monotonic() - began, 3)
        print_json({"differences": [asdict(d) for d in differences], "sealed": sealed | sealed_head, "seconds": seconds})
    for one in [] if as_json else differences:
        click.echo(f"{one.check}: {one.where}: expected {_value(one.expected)}, found {_value(one.found)}")
    if differences:
        number = "1 difference" if len(differences) == 1 else f"{len(differences)} differences"
        raise refuse(f"{number} in the books: stop paying out and find their cause")
    if not as_json:
        click.echo(f"the books agree{_sealed(chain)}")


def _sealed(chain: Chain) -> str:
    if not chain.blocks:
        return "; nothing is sealed yet"
    left = f", {grouped(chain.unsealed)} not yet" if chain.unsealed else ""
    return f"; {grouped(chain.postings)} postings sealed{left}; head: block {chain.blocks} {chain.head.hex()}"


def _value(number: int | str) -> str:
    return number if isinstance(number, str) else grouped(number)


def _amount(unit: str, number: int) -> str:
    """Money and co-op credit are kept in paise and shown in rupees."""
    return grouped(number) if unit == "PTS" else rupees(number)


for command in (*ledger_seals.COMMANDS, ledger_statement.statement):
    group.add_command(command)
