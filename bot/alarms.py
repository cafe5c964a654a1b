"""Alarms about the account that pays: raised once, loudly, and ended when the last payout goes on."""

from __future__ import annotations

import structlog

from bot.wiring import House
from payouts import alarms

log = structlog.get_logger()


def look(house: House) -> int:
    """Raise and end alarms; how many are new."""
    with house.engine.begin() as conn:
        raised, ended = alarms.look(conn, house.clock.now(conn))
    for cause in raised:
        house.metrics.payout_alarms.inc()
        log.critical("payouts wait", cause=cause, remedy="put money on the account that pays")
    for cause in ended:
        log.info("payouts go on", cause=cause)
    return len(raised)
