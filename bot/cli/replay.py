"""Any conversation again: as its member saw it, against today's flows, against another revision, as a test, step by step."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import click
from sqlalchemy import Connection

from bot import replay_reads
from bot.cli import replay_screen
from bot.cli.acting import by_staff, raised, touched
from bot.cli.house import console, moment_utc, of, print_json, refuse
from bot.cli.member import addresses
from bot.cli.replay_check import diff, verify
from bot.cli.replay_test import to_test
from bot.wiring import House
from journal import replay_rows, replay_view
from journal.replay import Turn, Window, turn_of, with_broadcasts
from journal.replay_find import Found
from journal.replay_step import Stepper

LOOK_EVERY_S = 1.0
REASON_MAX = 500
AROUND = 5  # turns on both sides of a message that was asked for
TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"]


@click.group()
def group() -> None:
    """Any conversation, exactly as it happened, and against today's code."""


for _each in (verify, diff, to_test):
    group.add_command(_each)


@group.command()
@click.argument("who")
@click.option("--from", "since_at", type=click.DateTime(TIMES), help="Only from this time on (UTC).")
@click.option("--to", "until_at", type=click.DateTime(TIMES), help="Only up to this time (UTC).")
@click.option("--last", default=20, show_default=True, type=click.IntRange(1, 10_000), help="At most so many turns.")
@click.option("--follow", is_flag=True, help="Go on with what comes, until Ctrl-C.")
@click.option("--why", is_flag=True, help="For each credit, refusal and silence the reason that was stored.")
@click.option("--unmask", metavar="REASON", help="With what the person wrote; why you must see it is kept.")
@click.option("--json", "as_json", is_flag=True)
@by_staff("journal.read", "journal.unmask", keeps=True)
@click.pass_context
def show(
    ctx: click.Context, who: str, since_at: datetime | None, until_at: datetime | None, last: int, follow: bool, why: bool,
    unmask: str | None, as_json: bool,
) -> None:  # fmt: skip
    """The chat as the member saw it, and beside it what the house did. WHO: a phone, a user id, the id of a contact or
    conversation, or the sid of a message. Nothing is recomputed. Without --unmask what people wrote is not shown."""
    house = of(ctx)
    if follow and as_json:
        raise click.UsageError("--follow is for people: leave --json out")
    with house.engine.begin() as conn:
        found = wanted(house, conn, who)
        on_record(conn, found, unmask)
    with house.engine.connect() as conn:
        window = _window(conn, found, Window(last, since_at=_utc(since_at), until_at=_utc(until_at)))
        turns = with_broadcasts(conn, found, replay_reads.turns(house, conn, found, window))
        waiting = [replay_view.came(row) for row in replay_rows.waiting(conn, found.sealer, found.id)]
    shown = [replay_view.shown(turn, opened=unmask is not None) for turn in turns]
    if as_json:
        print_json(_page(found) | {"turns": shown, "waiting": waiting})
        return
    page = console()
    page.print(_heading(found, len(turns)), markup=False)
    for one in shown:
        replay_screen.put(page, one, why=why)
    for row in waiting:
        page.print(f"waiting: {row['kind']} {row['key']}, since {moment_utc(row['received_at'])}, {row['failures']} failures "
                   f"{row['fault'] or ''}", markup=False)  # fmt: skip
    if follow:
        after = turns[-1].turn if turns else found.turns
        for new in replay_reads.follow(house, found, after, _until_interrupted, turns):
            if isinstance(new, Turn):
                replay_screen.put(page, replay_view.shown(new, opened=unmask is not None), why=why)
            else:
                replay_screen.put_told(page, replay_view.told(new, opened=unmask is not None))


@group.command()
@click.argument("who")
@click.option("--turn", type=click.IntRange(1, 2**62), help="Begin here; else at the message that was asked for, or the first.")
@click.option("--unmask", metavar="REASON", help="With what the person wrote; why you must see it is kept.")
@by_staff("journal.read", "journal.unmask", keeps=True)
@click.pass_context
def step(ctx: click.Context, who: str, turn: int | None, unmask: str | None) -> None:
    """Forward and back through a conversation with the whole state at each step. n: next, p: previous, NUMBER: that turn,
    q: end. The commands may be piped in, one a line."""
    house = of(ctx)
    with house.engine.begin() as conn:
        found = wanted(house, conn, who)
        on_record(conn, found, unmask)
        begin = turn or turn_of(conn, found) or 1

    def read(number: int) -> Turn | None:
        with house.engine.connect() as conn:
            return next(iter(replay_reads.turns(house, conn, found, Window(1, number - 1, number))), None)

    stepper = Stepper(read, found.turns, opened=unmask is not None)
    page = console()
    page.print(_heading(found, found.turns), markup=False)
    for lines in stepper.walk(begin, _commands()):
        page.print("\n".join(lines), markup=False)


def wanted(house: House, conn: Connection, who: str) -> Found:
    """The conversation of a phone, contact, conversation or message. Refuses with one line."""
    found = replay_reads.find(house, conn, who, addresses(who))
    if found is None:
        raise refuse(f"there is no conversation {who[:80]}: give a phone with its country code, or the id of a contact, a "
                     "conversation or a message")  # fmt: skip
    return found


def on_record(conn: Connection, found: Found, unmask: str | None) -> None:
    """That it was looked at; and, where words are to be opened, by whom and why. Refuses where they may not be."""
    touched(conn, "journal.read", found.id)
    if unmask is None:
        return
    if not unmask.strip() or len(unmask) > REASON_MAX:
        raise refuse(f"say in 1 to {REASON_MAX} characters why you must see what they wrote: --unmask REASON")
    raised(conn, "journal.unmask")
    touched(conn, "journal.unmask", found.id, unmask)


def _window(conn: Connection, found: Found, window: Window) -> Window:
    """Around the message that was asked for, where one was."""
    number = turn_of(conn, found)
    if number is None or window.since_at or window.until_at:
        return window
    return Window(window.last, max(number - AROUND - 1, 0), number + AROUND)


def _page(found: Found) -> dict[str, Any]:
    return {
        "conversation": found.id, "contact": found.contact_id, "programme": found.programme_id, "member": found.member_id,
        "turns_in_all": found.turns, "erased": found.erased,
    }  # fmt: skip


def _heading(found: Found, shown: int) -> str:
    erased = ", erased: its key is gone, only names stay" if found.erased else ""
    return f"{found.id} of {found.contact_id}, {shown} of {found.turns} turns{erased}"


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(tzinfo=UTC)


def _until_interrupted() -> bool:
    with suppress(KeyboardInterrupt):
        time.sleep(LOOK_EVERY_S)
        return True
    return False


def _commands() -> Iterator[str]:
    """What is typed, or piped in, until its end."""
    ask: Callable[[], str] = (lambda: input("n p q> ")) if sys.stdin.isatty() else input
    with suppress(EOFError, KeyboardInterrupt):
        while True:
            yield ask()
