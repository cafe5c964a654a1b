"""A seeded world around one house, in one process and one thread: a virtual clock, a calendar of what is under way, and
fates that strike at commits. The same seed makes the same history, to the letter.
"""

from __future__ import annotations

import heapq
import random
import traceback
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from typing import Any

import requests
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from base.db import again_if_lost
from base.ids import ALPHABET
from bot import clock, recover
from bot import relay as relay_process
from tests.house import Home
from tests.simulation.bank import Bank
from tests.simulation.carrier import Carrier
from tests.simulation.killing import die, killed_at
from whatsapp.relay import Relay

NOT_HERE = ("sign of life", "template approvals")  # timers that speak to what this world does not have
COMMITS_MAX = 9  # a strike later than an act's last commit is none
SHARE_STRUCK = 0.16
SHARE_CUT = 0.25  # of the strikes: not the process dies but every connection to Postgres


class SeededIds:
    """Ids that sort by age, as the house's own, out of the dice."""

    def __init__(self, dice: random.Random) -> None:
        self._dice, self._made = dice, 0

    def new(self, prefix: str) -> str:
        self._made += 1
        return f"{prefix}_{self._made:08d}{''.join(self._dice.choices(ALPHABET, k=18))}"


class Deferred:
    """In the place of the relay's threads: calls wait until the world makes them, in an order of its own."""

    def __init__(self) -> None:
        self.calls: deque[Callable[[], None]] = deque()

    def submit(self, work: Callable[..., None], *given: Any) -> None:
        self.calls.append(lambda: work(*given))

    def shutdown(self, wait: bool = True) -> None:
        while wait and self.calls:
            self.calls.popleft()()


@dataclass
class World:
    """`rough`: faults and deaths happen; without it everybody works as promised and what is under way arrives."""

    seed: int
    home: Home
    eyes: Engine  # of ours, on the same database: looking must not mend the house's own connections
    cut: Callable[[], object]  # ends every connection of the house to Postgres, as a restart does
    dice: random.Random
    codes: list[str]
    rough: bool = True
    redis_up: bool = True
    transcript: list[str] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    bells: list[tuple[str, str]] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    used: list[str] = field(default_factory=list)  # codes that somebody has typed
    deaths: int = 0
    cuts: int = 0
    caught_up: bool = False  # the clock process has asked Twilio for what came while it was not there
    _calendar: list[tuple[datetime, int, Callable[[], object]]] = field(default_factory=list)
    _entries: int = 0
    _relay: Relay | None = None
    _relays: int = 0
    _timers: dict[str, datetime] = field(default_factory=dict)
    _struck: bool = False  # inside an act that has a fate already

    def __post_init__(self) -> None:
        self.carrier, self.bank = Carrier(self), Bank(self)

    # ---- time, chance, and the record of it all

    @property
    def now(self) -> datetime:
        return self.home.at

    def chance(self, share: float) -> bool:
        """Always tossed, so that a calm world uses up the same dice; nothing bad ever happens in one."""
        return self.dice.random() < share and self.rough

    def note(self, words: str) -> None:
        self.transcript.append(f"{self.now:%m-%d %H:%M:%S.%f} {words}"[:200])

    def later(self, delay_s: float, act: Callable[[], object]) -> None:
        self._entries += 1
        heapq.heappush(self._calendar, (self.now + timedelta(seconds=delay_s), self._entries, act))

    def forward(self, seconds: float) -> None:
        self.home.forward(seconds=seconds)

    def arrive(self) -> None:
        """Everything in the calendar whose time has come."""
        while self._calendar and self._calendar[0][0] <= self.now:
            heapq.heappop(self._calendar)[2]()

    def next_arrival(self) -> datetime | None:
        return self._calendar[0][0] if self._calendar else None

    def look(self, sql: str, **given: object) -> Sequence[Any]:
        """Rows, as a stranger to the house sees them."""

        def seen() -> Sequence[Any]:
            with self.eyes.connect() as conn:
                return conn.execute(text(sql), given).all()

        return again_if_lost(seen)

    # ---- fates

    def at_risk(self, what: str, act: Callable[[], object]) -> bool:
        """Do it, perhaps not to the end: whether it came to its end. A fault of ours is written down as a crash."""
        at, after, cut = self.dice.randint(1, COMMITS_MAX), self.dice.random() < 0.5, self.dice.random() < SHARE_CUT
        fated, done = self.chance(SHARE_STRUCK) and not self._struck, False
        try:
            if not fated:
                act()
                return True
            self._struck = True
            strike = self.cut_connections if cut else die
            with killed_at(self.home.house, at, after=after, strike=strike) as fate:
                act()
                done = True
            if fate.struck and not cut:
                self.deaths += 1
                self.note(f"  {what} dies {'after' if after else 'before'} commit {at}")
        except (SQLAlchemyError, requests.RequestException) as fault:
            if not _of_the_world(fault):
                self._crashed(what, fault)
            self.note(f"  {what} breaks off: {type(fault).__name__}")
        except Exception as fault:
            self._crashed(what, fault)
        finally:
            self._struck = self._struck and not fated
        return done

    def cut_connections(self) -> None:
        self.cuts += 1
        self.note("  every connection to Postgres is cut")
        self.cut()

    def _crashed(self, what: str, fault: Exception) -> None:
        last = traceback.extract_tb(fault.__traceback__)[-1]
        self.crashes.append(f"{what}: {type(fault).__name__}: {str(fault)[:200]} ({last.filename}:{last.lineno})")

    # ---- the house's processes

    def post(self, path: str, form: Mapping[str, str]) -> int | None:
        """A signed webhook of Twilio's; the status, or None where nobody answered."""
        return self._to_web(path, lambda: self.home.post(form, path=path).status_code)

    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> int | None:
        """Any other POST."""
        return self._to_web(path, lambda: self.home.web.post(path, data=body, headers=dict(headers)).status_code)

    def _to_web(self, path: str, ask: Callable[[], int]) -> int | None:
        answered: list[int] = []
        self.at_risk(f"web at {path.partition('?')[0]}", lambda: answered.append(ask()))
        status = answered[0] if answered else None
        if status is not None and status >= 400 and status != 503:
            self.crashes.append(f"{path} answers {status}")
        return status

    def ring(self, job: str, argument: str) -> None:
        if self.redis_up:
            self.bells.append((job, argument))

    def work(self) -> None:
        """A worker takes one bell, any of them, and does what it says."""
        if not self.bells:
            return
        job, argument = self.bells.pop(self.dice.randrange(len(self.bells)))
        module, _, function = job.rpartition(".")
        self.at_risk(f"worker with {function}", lambda: getattr(import_module(module), function)(argument))

    def tick(self) -> None:
        """The clock process: every timer whose time has come; a fresh process first asks Twilio what it missed."""
        house = self.home.house
        if not self.caught_up:
            self.caught_up = self.at_risk("catching up", lambda: recover.since_yesterday(house))
        for timer in clock.TIMERS:
            if timer.name in NOT_HERE or self._timers.get(timer.name, self.now) > self.now:
                continue
            self._timers[timer.name] = self.now + timedelta(seconds=timer.every_s)
            deaths = self.deaths
            self.at_risk(timer.name, partial(timer.run, house))
            if self.deaths > deaths:
                self.restart_clock()
                return

    def restart_clock(self) -> None:
        self._timers, self.caught_up = {}, False

    def catch_up(self) -> None:
        """A clock process that comes through its first round, when what was just written is old enough to be missed."""
        rough, self.rough = self.rough, False
        self.forward(60)
        self.arrive()
        self.restart_clock()
        self.tick()
        self.rough = rough

    def relay(self) -> None:
        """One round of the relay; the calls that are out come back in any order, some of them a round later."""
        if self._relay is None:
            self._relays += 1
            self._relay = Relay(relay_process.ports(self.home.house), f"rly_{self._relays}", workers=4)
            self._relay._threads = Deferred()
        relay, deaths = self._relay, self.deaths
        if self.dice.random() < 0.4 or not self.rough:
            self.at_risk("relay at sweep", relay.sweep)
        if self.deaths == deaths:
            self.at_risk("relay", relay.cycle)
        if self.deaths > deaths:
            self.kill_relay()
            return
        calls = _calls(relay)
        self.dice.shuffle(calls)
        while calls and not self.chance(0.2):
            calls.popleft()()

    def kill_relay(self) -> None:
        """What it had asked of Twilio may still be on its way; nobody will hear the answer."""
        relay, self._relay = self._relay, None
        for call in _calls(relay) if relay else ():
            if self.dice.random() < 0.5:
                call()

    @property
    def relay_is_busy(self) -> bool:
        return self._relay is not None and (self._relay.busy or bool(_calls(self._relay)))


def _calls(relay: Relay) -> deque[Callable[[], None]]:
    threads = relay._threads
    assert isinstance(threads, Deferred)
    return threads.calls


def _of_the_world(fault: Exception) -> bool:
    """Lost connections, and Twilio's: a process outlives them, and whoever comes next goes on."""
    lost = isinstance(fault, DBAPIError) and fault.connection_invalidated
    return lost or isinstance(fault, OperationalError | requests.RequestException)
