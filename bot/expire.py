"""Points past due leave the available balance, lot by lot, and holds that ran out end; repeating it moves nothing twice."""

from __future__ import annotations

from bot.wiring import House
from ledger.holds import expire_holds
from ledger.lots import expire_due

LOTS_MAX = 200  # of one transaction, so that no member's turn waits long behind it
ROUNDS_MAX = 50


def expire(house: House) -> int:
    """Release what was held too long, then move what is due; how many lots there were."""
    for _ in range(ROUNDS_MAX):
        with house.engine.begin() as conn:
            if len(expire_holds(conn, house.clock.now(conn), LOTS_MAX)) < LOTS_MAX:
                break
    moved = 0
    for _ in range(ROUNDS_MAX):
        with house.engine.begin() as conn:
            found = expire_due(conn, house.clock.now(conn), LOTS_MAX)
        moved += len(found)
        if len(found) < LOTS_MAX:
            break
    return moved
