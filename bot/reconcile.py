"""The nightly comparison of our payouts, the clearing account and the provider's list; in small steps, so that no other
timer waits behind it."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import Connection, text

from base.days import INDIA, day_of
from bot import turn
from bot.payout_tasks import paying
from bot.wiring import House
from payouts import reconcile
from payouts.reconcile import Run

BUDGET_S = 2.0  # of one tick, after which the other timers have their turn
STEPS_MAX = 5  # of one tick: a page of the list, or a batch of questions, each

log = structlog.get_logger()
_UNSETTLED = text("SELECT count(*) FROM reconciliation_differences WHERE run = :run AND NOT settled")


def nightly(house: House) -> int:
    """Begin the night's run when its hour has come, and take an open one some steps on; how many steps it took."""
    name = house.payouts.name
    with house.engine.begin() as conn:
        now = house.clock.now(conn)
        run = reconcile.last(conn, name)
        if run is None or run.ended_at is not None:
            if not _is_due(run, now, house.settings.reconcile_hour) or not _has_payouts(conn):
                return 0
            reconcile.begin(conn, name, house.ids, now)
    until = house.monotonic() + BUDGET_S
    for done in range(STEPS_MAX):
        if done and house.monotonic() > until:
            return done
        after = reconcile.step(paying(house), lambda conversation: turn.run(house, conversation))
        if after is None:
            return done
        if after.ended_at is not None:
            tell(house, after)
            return done + 1
    return STEPS_MAX


def whole(house: House, days: int) -> Run | None:
    """A run from its beginning (or from where one stopped) to its end. None: the provider did not answer."""
    with house.engine.begin() as conn:
        reconcile.begin(conn, house.payouts.name, house.ids, house.clock.now(conn), days)
    while True:
        after = reconcile.step(paying(house), lambda conversation: turn.run(house, conversation))
        if after is None or after.ended_at is not None:
            return after


def tell(house: House, run: Run) -> None:
    """Say loudly that something needs a person."""
    with house.engine.connect() as conn:
        unsettled = int(conn.execute(_UNSETTLED, {"run": run.id}).scalar_one())
    if unsettled:
        house.metrics.payout_differences.inc()
        log.critical("payouts differ from the provider's list", run=run.id, differences=unsettled)


def _is_due(last: Run | None, now: datetime, hour: int) -> bool:
    if now.astimezone(INDIA).hour < hour:
        return False
    return last is None or day_of(last.started_at) < day_of(now)


def _has_payouts(conn: Connection) -> bool:
    return bool(conn.execute(text("SELECT EXISTS (SELECT 1 FROM payouts WHERE reserved_at IS NOT NULL)")).scalar_one())
