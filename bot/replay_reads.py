"""Reading conversations for the command line: whose is meant, and the serials of coupons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from bot.wiring import House
from journal import replay, replay_find, replay_rows
from journal.archived import Shelf
from journal.replay import END_OF_TIME, Turn, Window
from journal.replay_find import Found
from journal.replay_rows import Told
from loyalty.codes import Code, read_code


def find(house: House, conn: Connection, which: str, addresses: Sequence[str]) -> Found | None:
    return replay_find.find(conn, house.keyring, which, addresses)


def turns(house: House, conn: Connection, found: Found, window: Window) -> list[Turn]:
    """With the credits of coupons, which are posted under their serials."""
    return replay.turns(conn, found, window, partial(_serials, house), Shelf(house.media, house.keyring))


def follow(
    house: House, found: Found, after: int, wait: Callable[[], bool], shown: Sequence[Turn] = ()
) -> Iterator[Turn | Told]:
    """Turns as they come, and between them what campaigns tell, each once, until `wait` says False. `shown`: the turns that
    were seen already, with their broadcasts. A transaction of its own for each look: nothing is held."""
    seen = {one.id for turn in shown for one in turn.told}
    with house.engine.connect() as conn:
        since = shown[-1].at if shown else house.clock.now(conn)
    while True:
        with house.engine.connect() as conn:
            new = turns(house, conn, found, Window(last=100, after=after))
            left = replay_rows.broadcasts(conn, found.sealer, found.id, since, END_OF_TIME)
        after = new[-1].turn if new else after
        came: list[tuple[datetime, int, Turn | Told]] = [(turn.at, 0, turn) for turn in new]
        came += [(one.created_at, 1, one) for one in left if one.id not in seen]
        seen.update(one.id for one in left)
        yield from (one for *_, one in sorted(came, key=lambda at: at[:2]))
        if not wait():
            return


def _serials(house: House, codes: Sequence[str]) -> list[int]:
    return [read.serial for code in codes if isinstance(read := read_code(house.codes, code), Code)]
