"""Payouts: what was asked for, where each stands, and why."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click
from rich.table import Column, Table

from base.money import rupees
from bot.cli.acting import by_staff, touched
from bot.cli.house import console, moment, moment_utc, of, print_json, refuse
from bot.cli.member import member_of
from bot.cli.payouts_decide import VERBS
from bot.cli.payouts_reconcile import reconcile
from payouts.alarms import ringing
from payouts.lifecycle import State
from payouts.show import events
from payouts.show import show as read


@click.group()
def group() -> None:
    """Money out."""


for _each in (*VERBS, reconcile):
    group.add_command(_each)


@group.command()
@click.argument("payout", required=False)
@click.option("--member", "phone", help="Of the member with this phone.")
@click.option("--alerts", is_flag=True, help="Only those that a person must look at.")
@click.option("--state", type=click.Choice([state.value for state in State]), help="Only those in this state.")
@click.option("--json", "as_json", is_flag=True)
@by_staff("payout.read", keeps=True)
@click.pass_context
def show(
    ctx: click.Context, payout: str | None, phone: str | None, alerts: bool, state: str | None, as_json: bool
) -> None:
    """The newest payouts; with an id, that one and all that happened to it. UPI ids are masked."""
    with of(ctx).engine.begin() as conn:
        member = member_of(conn, phone) if phone else None
        rows = [asdict(row) for row in read(conn, payout_id=payout, member_id=member, alerts=alerts, state=state)]
        if payout and not rows:
            raise refuse(f"there is no payout {payout}; ./saathi payouts show lists the newest")
        if payout:
            rows[0]["events"] = [asdict(e) for e in events(conn, payout)]
        touched(conn, "payout.read", payout or member or "payouts show")
        alarms = [asdict(alarm) for alarm in ringing(conn)] if alerts else []
    if as_json:
        print_json({"payouts": rows} | ({"alarms": alarms} if alerts else {}))
        return
    for alarm in alarms:
        waiting = f"{alarm['payouts']} payouts, {rupees(alarm['amount_paise'])}"
        click.echo(f"ALARM since {moment_utc(alarm['raised_at'])}: {alarm['cause']} at {alarm['provider']}: {waiting} wait")
    if not rows:
        click.echo("there are none")
        return
    console().print(_table(rows))
    for event in rows[0].get("events", []):
        way = f"{event['from_state'] or 'nothing'} -> {event['to_state']}"
        details = " ".join(f"{name}={value}" for name, value in event["detail"].items())
        click.echo(f"{moment_utc(event['at'])}  {event['cause']}: {way}  {details}".rstrip())


def _table(rows: list[dict[str, Any]]) -> Table:
    whole = [Column(heading, no_wrap=True) for heading in ("payout", "state", "amount", "points")]
    table = Table(*whole, "to", "UTR", "asked for at (UTC)", "remark")
    for row in rows:
        table.add_row(
            row["id"], row["state"], rupees(row["amount_paise"]), str(row["points"]), row["masked"], row["utr"] or "",
            moment(row["requested_at"]), _remark(row),
        )  # fmt: skip
    return table


def _remark(row: dict[str, Any]) -> str:
    held = f"held back by {row['held_by']}" if row["held_by"] else ""
    return str(row["alert"] or held or row["waits_for"] or row["reason"] or "")
