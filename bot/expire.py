"""Points past due leave the available balance, lot by lot; repeating it moves nothing twice."""

from __future__ import annotations

from bot.wiring import House
from ledger.lots import expire_due

LOTS_MAX = 200  # of one transaction, so that no member's turn waits long behind it
ROUNDS_MAX = 50


def expire(house: House) -> int:
    """Move what is due; how many lots there were."""
    moved = 0
    for _ in range(ROUNDS_MAX):
        with house.engine.begin() as conn:
            found = expire_due(conn, house.clock.now(conn), LOTS_MAX)
        moved += len(found)
        if len(found) < LOTS_MAX:
            break
    return moved
