"""Promised times kept track of, and destinations that nobody needs any more taken away: a timer of the clock."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import text

from bot import turn
from bot.payout_tasks import tell
from bot.wiring import House
from payouts import promise

ROWS_MAX = 200  # payouts in one round; the next one goes on
UNUSED_AFTER = timedelta(days=1)  # a destination that was typed and then not used is nobody's

log = structlog.get_logger()

# Forgotten by the member, or never put to use; kept as long as a payout has yet to be made of it.
_ERASE = text("""
    DELETE FROM secrets s USING destinations d
    WHERE d.token = s.token
      AND (d.forgotten_at IS NOT NULL OR (s.used_at IS NULL AND d.usable_at = d.saved_at AND d.saved_at < :old
           AND NOT EXISTS (SELECT FROM kyc_checks k WHERE k.member_id = d.member_id AND k.kind = 'destination'
                           AND k.token = d.token AND k.state IN ('checking', 'review', 'verified'))))
      AND NOT EXISTS (SELECT FROM payouts p WHERE p.secret_token = s.token AND p.request IS NULL AND p.settled_at IS NULL)""")


# An account number whose IFSC never came, and what was typed before destinations had rows of their own.
_ERASE_PIECES = text("""
    DELETE FROM secrets s WHERE s.kind IN ('account', 'vpa') AND s.used_at IS NULL AND s.created_at < :old
      AND NOT EXISTS (SELECT FROM destinations d WHERE d.token = s.token)""")


def watch(house: House) -> int:
    """Mark payouts that are past their promise, count them and tell their members; how many there were."""
    with house.engine.connect() as conn:
        now = house.clock.now(conn)
        due = promise.due(conn, now, ROWS_MAX)
    marked = 0
    for payout_id in due:
        with house.engine.begin() as conn:
            late = promise.mark_late(conn, payout_id, now=house.clock.now(conn), tell=tell(house))
        if late is None:
            continue
        marked += 1
        house.metrics.payouts_late.inc()
        log.warning("payout late", payout=payout_id)
        if late.told is not None:
            turn.run(house, late.told)
    return marked


def tidy(house: House) -> int:
    """Erase what is sealed of destinations that were forgotten or never used; how many there were."""
    with house.engine.begin() as conn:
        old = {"old": house.clock.now(conn) - UNUSED_AFTER}
        return conn.execute(_ERASE, old).rowcount + conn.execute(_ERASE_PIECES, old).rowcount
