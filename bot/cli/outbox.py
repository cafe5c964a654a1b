"""The outbox: what was told, what waits, and why."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.table import Table

from bot.cli.acting import by_staff, touched
from bot.cli.house import console, moment, of, print_json
from bot.cli.member import talks
from bot.cli.outbox_release import release, show
from whatsapp.outbox import STATES, counts, listing


@click.group()
def group() -> None:
    """Messages to members."""


group.add_command(show)
group.add_command(release)


@group.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice(STATES), help="Only these; all otherwise.")
@click.option("--to", "phone", help="Only to this phone.")
@click.option("--last", default=100, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--json", "as_json", is_flag=True)
@by_staff("outbox.read", keeps=True)
@click.pass_context
def list_(ctx: click.Context, states: tuple[str, ...], phone: str | None, last: int, as_json: bool) -> None:
    """The newest messages with their states, and why one is held, failed or unconfirmed. Words are not shown."""
    with of(ctx).engine.begin() as conn:
        conversation = talks(conn, phone)[0].id if phone else None
        touched(conn, "outbox.read", conversation or "outbox list")
        rows = listing(conn, states or STATES, conversation_id=conversation, most=last)
        totals = counts(conn)
    if as_json:
        print_json({"counts": totals, "messages": [asdict(row) for row in rows]})
        return
    if not rows:
        click.echo("no such message" if totals else "the outbox is empty")
        return
    table = Table("id", "state", "lane", "text", "reason", "tries", "written at (UTC)")
    for row in rows:
        why = row.reason or (str(row.error_code) if row.error_code else "")
        table.add_row(str(row.id), row.state, row.lane, row.text_key, why, str(row.attempts), moment(row.created_at))
    console().print(table)
    click.echo("in all: " + ", ".join(f"{state} {number}" for state, number in sorted(totals.items())))
