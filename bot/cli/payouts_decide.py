"""What finance decides about a payout. Every verb takes --as and is written into the audit log with the act itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from sqlalchemy import Connection

from bot import turn
from bot.cli.acting import as_staff, on_duty
from bot.cli.house import of, refuse
from bot.payout_tasks import tell
from bot.wiring import House
from payouts import decide
from payouts.decide import CannotDecide, Decision
from payouts.rows import UnknownPayout

REASON_MAX = 500
_why = click.option("--reason", required=True, help="Why; kept in the audit log.")
_why_not_needed = click.option("--reason", default="", help="Why; kept in the audit log.")


@contextmanager
def _deciding(house: House, act: str, payout: str, actor: str, reason: str) -> Iterator[tuple[Connection, Decision]]:
    """A transaction with somebody in it who may do this; what cannot be decided is one line."""
    if len(reason) > REASON_MAX:
        raise refuse(f"a reason has at most {REASON_MAX} characters")
    try:
        with house.engine.begin() as conn:
            yield conn, Decision(on_duty(conn, actor, f"payout.{act}"), reason, house.clock.now(conn))
    except UnknownPayout as fault:
        raise refuse(f"there is no payout {payout}; ./saathi payouts show lists the newest") from fault
    except CannotDecide as fault:
        raise refuse(str(fault)) from fault


@click.command()
@click.argument("payout")
@as_staff("payout.approve")
@_why_not_needed
@click.pass_context
def approve(ctx: click.Context, payout: str, actor: str, reason: str) -> None:
    """Let a payout out that waits for approval. Above the programme's second limit two different people must."""
    with _deciding(of(ctx), "approve", payout, actor, reason) as (conn, decision):
        approved = decide.approve(conn, payout, decision)
    if approved.missing:
        click.echo(f"payout {payout}: approved by {actor}; one more colleague must approve it")
    else:
        click.echo(f"payout {payout} is approved and goes out within seconds")


@click.command()
@click.argument("payout")
@as_staff("payout.reject")
@_why
@click.pass_context
def reject(ctx: click.Context, payout: str, actor: str, reason: str) -> None:
    """End a payout of which nothing has left: the points return and the member is told."""
    house = of(ctx)
    with _deciding(house, "reject", payout, actor, reason) as (conn, decision):
        recorded = decide.reject(conn, payout, decision, tell(house))
    if recorded.told is not None:
        turn.run(house, recorded.told)
    click.echo(f"payout {payout} is rejected; the points are back")


@click.command("clear-alert")
@click.argument("payout")
@as_staff("payout.clear_alert")
@_why_not_needed
@click.pass_context
def clear_alert(ctx: click.Context, payout: str, actor: str, reason: str) -> None:
    """Somebody has looked at a payout that stands still: go on asking about it. One that was never begun is held instead."""
    with _deciding(of(ctx), "clear_alert", payout, actor, reason) as (conn, decision):
        goes_on = decide.clear_alert(conn, payout, decision)
    if goes_on:
        click.echo(f"payout {payout} goes on; the next look is within seconds")
    else:
        click.echo(f"payout {payout} was never begun: it is held back until `payouts release` or `payouts reject`")


def _verb(name: str, words: str, act: Callable[[Connection, str, Decision], Any], done: str) -> click.Command:
    @click.command(name, help=words)
    @click.argument("payout")
    @as_staff(f"payout.{name}")
    @(_why if name == "hold" else _why_not_needed)
    @click.pass_context
    def verb(ctx: click.Context, payout: str, actor: str, reason: str) -> None:
        with _deciding(of(ctx), name, payout, actor, reason) as (conn, decision):
            act(conn, payout, decision)
        click.echo(f"payout {payout} {done}")

    return verb


VERBS = (
    approve, reject, clear_alert,
    _verb("hold", "Keep a payout from being sent until it is released.", decide.hold, "is held back"),
    _verb("release", "Let a payout go on that was held back.", decide.release, "is released"),
    _verb("retry", "Go on with a payout now: ask the provider, or post the same request again; never a new one.", decide.retry,
          "is looked at within seconds"),
)  # fmt: skip
