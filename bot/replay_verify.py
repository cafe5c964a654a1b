"""All journals recomputed by several processes: each takes a share, opens it, and answers with sums."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import get_context

from sqlalchemy import Engine

from base.db import make_engine
from base.media_store import open_store
from base.sealing import Keyring
from bot.wiring import House
from journal import replay_stream
from journal.archived import Shelf
from journal.replay_stream import Piece
from journal.replay_verify import Tally, checked

GARBAGE_AFTER = 100_000  # values of a turn are no cycles: looking for some after every 700 costs a tenth of the time
AHEAD = 3  # shares a process is given before they are asked for: memory does not grow with the number of journals


@dataclass(frozen=True, slots=True)
class _Reader:
    engine: Engine
    shelf: Shelf


_reader: _Reader | None = None


def verify(house: House, only: str | None = None, *, jobs: int = 1, told: Callable[[Tally], object] = lambda _: None) -> Tally:
    """Recompute one conversation, or all. `told` hears of the sums so far after each share."""
    total = Tally()
    for tally in _alone(house, only) if jobs == 1 else _together(house, only, jobs):
        total.add(tally)
        told(total)
    return total


def _alone(house: House, only: str | None) -> Iterator[Tally]:
    with house.autocommit.connect() as listing, house.engine.connect() as conn:
        for share in replay_stream.shares(listing, only):
            yield checked(conn, Shelf(house.media, house.keyring), share)
            conn.rollback()  # no transaction is left open between shares


def _together(house: House, only: str | None, jobs: int) -> Iterator[Tally]:
    given = (house.settings.database_url, house.settings.data_keys, house.media_place)
    # a new interpreter each: what this one has open must not be shared over a fork
    with ProcessPoolExecutor(jobs, get_context("spawn"), _begin, given) as pool, house.autocommit.connect() as conn:
        running: set[Future[Tally]] = set()
        for share in replay_stream.shares(conn, only):
            running.add(pool.submit(_share, share))
            if len(running) >= jobs * AHEAD:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (each.result() for each in done)
        yield from (each.result() for each in running)


def _begin(database_url: str, data_keys: str, media: str) -> None:
    global _reader
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER)
    _reader = _Reader(make_engine(database_url, pool_size=1), Shelf(open_store(media), Keyring.parse(data_keys)))


def _share(share: list[Piece]) -> Tally:
    assert _reader is not None
    with _reader.engine.connect() as conn:
        return checked(conn, _reader.shelf, share)
