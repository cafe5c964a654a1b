"""Sealing what was posted, block by block; repeating it, or two at once, seals nothing twice."""

from __future__ import annotations

from bot.wiring import House
from ledger.seal import Sealed, seal_next

LONG_S = 5.0  # then the clock's other timers are due; what is left waits for the next time


def seal(house: House) -> list[Sealed]:
    """Seal until nothing is left, for LONG_S at most; the blocks that were added."""
    until, added = house.monotonic() + LONG_S, []
    while True:
        with house.engine.begin() as conn:
            block = seal_next(conn, house.clock.now(conn))
        if block is not None:
            added.append(block)
        if block is None or not block.full or house.monotonic() >= until:
            return added
