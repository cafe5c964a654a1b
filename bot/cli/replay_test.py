"""A conversation, or a stretch of it, as a golden page without its person."""

from __future__ import annotations

from pathlib import Path

import click

from bot import replay_reads
from bot.cli.acting import by_staff
from bot.cli.house import of, refuse
from journal.replay import Window

TURNS_MAX = 2_000


@click.command("to-test")
@click.argument("who")
@click.option("--from-turn", default=1, show_default=True, type=click.IntRange(1, 2**62))
@click.option("--to-turn", type=click.IntRange(1, 2**62), help="The last one; else the newest.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it there; else it is printed.")
@by_staff("journal.read")
@click.pass_context
def to_test(ctx: click.Context, who: str, from_turn: int, to_turn: int | None, out: Path | None) -> None:
    """A .chat page for tests/conversations that passes at once, and in which nothing names the person."""
    from bot.cli.replay import wanted
    from bot.golden import golden

    house = of(ctx)
    with house.engine.connect() as conn:
        found = wanted(house, conn, who)
        turns = replay_reads.turns(house, conn, found, Window(TURNS_MAX, from_turn - 1, to_turn or 2**62))
    if found.erased:
        raise refuse(f"{found.id} was erased: no key opens what was said")
    kept = [(turn.turn, turn.at, turn.entries) for turn in turns if turn.entries]
    if not kept:
        raise refuse(f"{found.id} has no such turns, or their words are past their time; it has {found.turns}")
    gone = [turn.turn for turn in turns if not turn.entries]
    if gone:
        raise refuse(f"turn {gone[-1]} cannot be read; begin after it: --from-turn {gone[-1] + 1}")
    made = golden(kept)
    if made.otherwise:
        told = ", ".join(map(str, made.otherwise[:10]))
        click.echo(f"answered otherwise than then, by today's flows or for what was masked: turns {told}", err=True)
    if out is None:
        click.echo(made.page, nl=False)
        return
    try:
        out.write_text(made.page, encoding="utf-8")
    except OSError as fault:
        raise refuse(f"cannot write {out}: {fault.strerror}") from fault
    click.echo(f"written: {out}", err=True)
