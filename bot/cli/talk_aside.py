"""What a talk in the terminal may ask of us in passing: where it stands, another time, a page of it so far."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from bot.phone import Mistyped
from bot.wiring import House


def asides(house: Callable[[], House], addresses: list[str], save: Callable[[Path], str]) -> Callable[[str], list[str] | None]:
    """Answers /state, /later and /save; anything else is a message. `house` is made when it is first needed."""

    def answer(line: str) -> list[str] | None:
        word, _, rest = line.strip().partition(" ")
        match word:
            case "/state":
                return [f"  = {each}" for each in _state(house(), addresses)]
            case "/later":
                return [f"  (it is now {_later(house(), rest.strip())})"]
            case "/save":
                if not rest.strip():
                    raise Mistyped("write /save FILE")
                return [f"  ({save(Path(rest.strip()).expanduser())})"]
            case _:
                return None

    return answer


def _state(house: House, addresses: list[str]) -> list[str]:
    """Where the conversation stands after its newest turn, with all its variables: they are the typist's own."""
    from bot import replay_reads
    from journal.replay import Window
    from journal.replay_step import stack

    with house.engine.connect() as conn:
        found = replay_reads.find(house, conn, "", addresses)
        turns = replay_reads.turns(house, conn, found, Window(1)) if found else []
    return stack(turns[-1].entries[-1].after, opened=True) if turns and turns[-1].entries else ["nothing was said yet"]


def _later(house: House, by: str) -> str:
    from bot.cli.clock import advanced
    from bot.cli.house import moment_utc

    try:
        return moment_utc(advanced(house, by))
    except click.ClickException as fault:
        raise Mistyped(fault.message) from fault
