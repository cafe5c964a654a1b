"""Journals against today's flows, and against another revision's."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.table import Table
from rich.text import Text
from sqlalchemy import text

from base.money import rupees
from bot.cli.house import console, of, print_json, refuse
from bot.cli.member import addresses
from bot.wiring import House
from journal.replay_verify import Tally

_TURNS = text("SELECT coalesce(sum(turn), 0)::bigint FROM conversations WHERE CAST(:only AS text) IS NULL OR id = :only")
JOBS = click.IntRange(1, 64)


@click.command()
@click.argument("who", required=False)
@click.option("--all", "everyone", is_flag=True, help="Every conversation.")
@click.option("--jobs", type=JOBS, help="Processes; as many as there are processors where it is left out.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def verify(ctx: click.Context, who: str | None, everyone: bool, jobs: int | None, as_json: bool) -> None:
    """Recompute journals with today's flows. Exit code 1 where something would be answered otherwise today."""
    from bot import replay_verify

    house = of(ctx)
    only = one_of(house, who, everyone)
    began = time.perf_counter()
    with Progress(
        "recomputing", BarColumn(), MofNCompleteColumn(), "turns", TimeElapsedColumn(), console=Console(stderr=True),
        disable=as_json or not sys.stderr.isatty(),
    ) as progress:  # fmt: skip
        bar = progress.add_task("turns", total=_turns(house, only))
        tally = replay_verify.verify(
            house, only, jobs=jobs or (1 if only else os.cpu_count() or 1),
            told=lambda sums: progress.update(bar, completed=sums.turns),
        )  # fmt: skip
    seconds = time.perf_counter() - began
    if as_json:
        print_json(_figures(tally, seconds))
    else:
        _print(tally, seconds)
    if tally.drifts:
        raise refuse(f"{sum(tally.drifts.values())} answers are others today than they were; docs/replay.md says what to do")


def one_of(house: House, who: str | None, everyone: bool) -> str | None:
    """The conversation that is meant; None: all."""
    from bot import replay_reads

    if (who is None) == (not everyone):
        raise click.UsageError("say whose: WHO, or --all")
    if who is None:
        return None
    with house.engine.connect() as conn:
        found = replay_reads.find(house, conn, who, addresses(who))
    if found is None:
        raise refuse(f"there is no conversation {who[:80]}: give a phone with its country code, or an id")
    return found.id


def _turns(house: House, only: str | None) -> int:
    with house.engine.connect() as conn:
        return int(conn.execute(_TURNS, {"only": only}).scalar_one())


def _figures(tally: Tally, seconds: float) -> dict[str, Any]:
    drifts = [
        {
            "flow": where.flow, "version": where.version, "state": where.state, "what": where.what, "then": where.then,
            "now": where.now, "count": count, "first": {
                "conversation": tally.first[where].conversation_id, "turn": tally.first[where].turn,
                "entry": tally.first[where].entry,
            },
        }
        for where, count in tally.drifts.most_common()
    ]  # fmt: skip
    return {
        "conversations": tally.conversations, "turns": tally.turns, "answers": tally.entries,
        "gone": {why: tally.gone[why] for why in ("erased", "forgotten", "unreadable")}, "drifts": drifts,
        "seconds": round(seconds, 2), "turns_per_s": round(tally.turns / max(seconds, 1e-9)),
    }  # fmt: skip


def _print(tally: Tally, seconds: float) -> None:
    page = console()
    if tally.drifts:
        table = Table("flow", "version", "state", "what", "then", "now", "answers", "first in")
        for where, count in tally.drifts.most_common():
            first = tally.first[where]
            cells = (where.flow, where.version, where.state, where.what, where.then, where.now, count)
            table.add_row(*(Text(str(cell)) for cell in cells), Text(f"{first.conversation_id} turn {first.turn}"))
        page.print(table)
    gone = "".join(f", {count} {why}" for why, count in sorted(tally.gone.items()))
    rate = round(tally.turns / max(seconds, 1e-9))
    page.print(f"{tally.conversations} conversations, {tally.turns} turns{gone}: {seconds:.1f} s, {rate} turns a second")
    if not tally.drifts:
        page.print("every one is answered today as it was then")


@click.command()
@click.argument("who", required=False)
@click.option("--against", "revision", required=True, metavar="GIT_REV", help="The other flows: a commit, branch or tag.")
@click.option("--last", default=100_000, show_default=True, type=click.IntRange(1), help="At most so many turns.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def diff(ctx: click.Context, who: str | None, revision: str, last: int, as_json: bool) -> None:
    """Real journals through today's flows and another revision's: where words, states or rupees part, worst first.

    Without WHO over all conversations. Contents go to the other flows over a pipe, and nowhere else."""
    from bot import replay_diff

    house = of(ctx)
    only = one_of(house, who, everyone=who is None)
    try:
        found = replay_diff.compare(house, revision, only, most=last)
    except replay_diff.CannotCompare as fault:
        raise refuse(str(fault)) from fault
    if as_json:
        print_json({
            "against": found.commit, "turns": found.turns, "answers": found.answers,
            "parts": [part.shown() for part in found.worst_first()],
        })  # fmt: skip
        return
    table = Table("rupees", "points", "what", "flow", "state", "today", "there", "answers", "first in")
    for part in found.worst_first():
        cells = (part.points, part.what, part.flow, part.state, part.today, part.there, part.count)
        first = Text(f"{part.conversation_id} turn {part.turn}")
        table.add_row(rupees(part.paise), *(Text(str(cell)) for cell in cells), first)
    page = console()
    if found.parts:
        page.print(table)
    same = "" if found.parts else "; both answer alike"
    page.print(f"{found.answers} answers of {found.turns} turns against {found.commit[:12]}{same}")
