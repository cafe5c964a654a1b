"""Reading conversations for the command line: whose is meant, and the serials of coupons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from sqlalchemy import Connection

from bot.wiring import House
from journal import replay, replay_find
from journal.archived import Shelf
from journal.replay import Turn, Window
from journal.replay_find import Found
from loyalty.codes import Code, read_code


def find(house: House, conn: Connection, which: str, addresses: Sequence[str]) -> Found | None:
    return replay_find.find(conn, house.keyring, which, addresses)


def turns(house: House, conn: Connection, found: Found, window: Window) -> list[Turn]:
    """With the credits of coupons, which are posted under their serials."""
    return replay.turns(conn, found, window, partial(_serials, house), Shelf(house.media, house.keyring))


def follow(house: House, found: Found, after: int, wait: Callable[[], bool]) -> Iterator[Turn]:
    """Turns as they come, each once, until `wait` says False. A transaction of its own for each look: nothing is held."""
    while True:
        with house.engine.connect() as conn:
            new = turns(house, conn, found, Window(last=100, after=after))
        for turn in new:
            after = turn.turn
            yield turn
        if not wait():
            return


def _serials(house: House, codes: Sequence[str]) -> list[int]:
    return [read.serial for code in codes if isinstance(read := read_code(house.codes, code), Code)]
