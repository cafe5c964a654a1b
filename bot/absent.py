"""Payouts that the provider does not know: the second look, an hour and more after the last post."""

from __future__ import annotations

from bot import turn
from bot.payout_tasks import paying
from bot.wiring import House
from payouts import absent

LOOKS_MAX = 5  # of one tick: each is a question that may take its whole timeout, and other timers wait


def look_again(house: House) -> int:
    """Ask once more for each; one that is still missing fails, and its points return. How many were looked at."""
    with house.engine.connect() as conn:
        missing = absent.absentees(conn, house.payouts.name, house.clock.now(conn), LOOKS_MAX)
    for payout in missing:
        recorded = absent.look_again(paying(house), payout)
        if recorded is not None and recorded.told is not None:
            turn.run(house, recorded.told)
    return len(missing)
