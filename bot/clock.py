"""The clock process: our own timers. Each runs in turn; one that fails is logged and tried again at its next time."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from redis import RedisError
from requests import RequestException
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from twilio.base.exceptions import TwilioException

from base.clock import OFFSET_SQL
from bot import (
    absent,
    accounts,
    alarms,
    archive,
    campaigns,
    claims,
    content,
    erase,
    expire,
    heartbeat,
    media_gone,
    promises,
    reconcile,
    recover,
    retention,
    seal,
    sweep,
)
from bot.wiring import House

log = structlog.get_logger()
CATCH_UP_EVERY_S = 60
WORLD_FAULTS = (SQLAlchemyError, RedisError, RequestException, TwilioException, OSError)


@dataclass(frozen=True, slots=True)
class Timer:
    name: str
    every_s: float
    run: Callable[[House], object]


TIMERS = (
    Timer("sign of life", 10, lambda house: heartbeat.beat(house, "clock")),
    Timer("sweep", 5, sweep.sweep),
    Timer("recover", 300, recover.recent),
    Timer("expire", 60, expire.expire),
    Timer("seal", 30, seal.seal),
    Timer("unanswered bills", 300, claims.leave_to_reviewers),
    Timer("absent payouts", 300, absent.look_again),
    Timer("points of merged members", 300, accounts.left_over),
    Timer("promised payouts", 60, promises.watch),
    Timer("unused destinations", 3_600, promises.tidy),
    Timer("payout alarms", 60, alarms.look),
    Timer("reconcile", 10, reconcile.nightly),
    Timer("media at Twilio", 20, media_gone.tidy),
    Timer("erasures", 60, erase.run_due),
    Timer("months of the journal", 3_600, archive.months_ahead),
    Timer("retention", 3_600, retention.tidy),
    Timer("template approvals", 1_800, content.read_submitted),
    Timer("campaign templates", 300, campaigns.read_templates),
    Timer("campaigns", 2, campaigns.tick),
)


def run(house: House, stop: threading.Event | None = None) -> None:
    """Run the timers until told to stop."""
    stop = stop or _on_signal()
    due = {timer.name: 0.0 for timer in TIMERS}
    heartbeat.beat(house, "clock")  # what follows may take a while
    caught_up, again_at = False, 0.0
    dial = _Dial(house)
    while not stop.is_set():
        if dial.was_turned():
            due = dict.fromkeys(due, 0.0)  # who moves time wants to see now what it brings, not at the timers' next round
        if not caught_up and house.monotonic() >= again_at:
            again_at = house.monotonic() + CATCH_UP_EVERY_S  # what came while nobody was there is looked for until it is found
            caught_up = once(house, "recover since yesterday", recover.since_yesterday)
        for timer in TIMERS:
            if house.monotonic() >= due[timer.name]:
                due[timer.name] = house.monotonic() + timer.every_s
                once(house, timer.name, timer.run)
        stop.wait(0.5)


class _Dial:
    """The development clock's offset as it was at the last look. Facing the real world nothing is looked at."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._offset_s = self._read()

    def was_turned(self) -> bool:
        """Since the last look; without a database nobody can tell, and the next look says it."""
        before, now = self._offset_s, self._read()
        self._offset_s = before if now is None else now
        return None not in (before, now) and before != now

    def _read(self) -> int | None:
        if not self._house.settings.development:
            return None
        try:
            with self._house.autocommit.connect() as conn:
                return int(conn.execute(text(f"SELECT {OFFSET_SQL}")).scalar_one())
        except SQLAlchemyError:
            return None


def once(house: House, name: str, job: Callable[[House], object]) -> bool:
    """Whether it was done. What the world does wrong is logged and tried again; what we did wrong ends the process, and it
    is restarted."""
    try:
        job(house)
    except WORLD_FAULTS as fault:
        log.warning("timer failed", timer=name, fault=type(fault).__name__, why=str(fault)[:200])
        return False
    return True


def _on_signal() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
