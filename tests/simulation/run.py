"""One seed from its first message to its last law, and where the databases for many seeds come from."""

from __future__ import annotations

import hashlib
import logging
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial

import httpx
import pytest
import structlog
from sqlalchemy import Connection, make_url, text

from base.clock import Clock
from base.db import make_engine
from bot import bells, content, wiring
from bot import relay as relay_process
from bot.wiring import House
from payouts import wire
from tests.house import NOWHERE, START, Home, home, settings_of
from tests.servers import cloned
from tests.simulation.bank import WEBHOOK_SECRET
from tests.simulation.laws import broken_in
from tests.simulation.steps import choose
from tests.simulation.world import SeededIds, World
from whatsapp.outcome import Listed

STEPS_OF_A_WORLD = 50
CODES = 60
MEMBERS = ("whatsapp:+919812345678", "whatsapp:+919898989898")
CALM_ROUNDS_MAX = 250
SPECS = cache(content.specs)  # every new relay would make them anew
CALM_FOR = timedelta(days=12)  # what is under way then is over: a reversal of the bank's comes five days late at most

_CUT = text("SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity WHERE datname = :database")
_NEXT = """
    SELECT min(at) FROM (
        SELECT min(due_at) AS at FROM tasks WHERE state = 'ready'
        UNION ALL SELECT min(not_before) FROM outbox WHERE state IN ('queued', 'uncertain')
        UNION ALL SELECT min(posted_at) + interval '21 seconds' FROM outbox WHERE state = 'sending'
        UNION ALL SELECT min(received_at) + interval '6 seconds' FROM inbox WHERE handled_at IS NULL AND parked_at IS NULL
    ) AS due"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`broken`: law and what broke it; `digest`: of the transcript, the same for the same seed and the same code."""

    seed: int
    broken: tuple[str, ...]
    transcript: tuple[str, ...]
    deaths: int
    cuts: int
    payouts: dict[str, int]
    seconds: float

    @property
    def digest(self) -> str:
        return hashlib.sha256("\n".join(self.transcript).encode()).hexdigest()[:16]

    def told(self) -> str:
        """What a failure prints."""
        tail = "\n".join(self.transcript[-40:])
        return f"seed {self.seed}: {'; '.join(self.broken)}\n{tail}\nreplay: ./saathi simulate --seed {self.seed}"


@dataclass(frozen=True, slots=True)
class Stage:
    """What every seed begins with: a database to copy, in which some people have joined and have points; what Twilio and
    the phones know of that; and codes that nobody has used yet."""

    admin: Connection
    database: str
    codes: tuple[str, ...]
    at: datetime
    members: tuple[str, ...]
    listings: tuple[Listed, ...]
    shown: Counter[tuple[str, str]]


@contextmanager
def stage(admin: Connection, template: str) -> Iterator[Stage]:
    """One for many seeds, made by the house itself in a world without faults."""
    with cloned(admin, template) as url:
        database = str(make_url(url).database)
        with home(url) as made:
            codes = made.codes(CODES)
        empty = Stage(admin, database, tuple(codes), START, (), (), Counter())
        with world_of(empty, url, -1) as world:
            world.rough = False
            for who in MEMBERS:
                claim = " ".join(codes.pop() for _ in range(4))
                for words in ("hi", "I agree", "Ramesh Kumar", "Electrician", "411001", claim):
                    world.carrier.write(who, words)
                    calm(world)
            assert (broken := broken_in(world)) == [], broken
            told = Stage(admin, database, tuple(codes), world.now, MEMBERS, tuple(world.carrier.listings), world.carrier.shown)
        yield told


def simulate(on: Stage, seed: int, steps: int = STEPS_OF_A_WORLD) -> Outcome:
    """Live through one seed on a database of its own, let it come to rest, and try every law."""
    began = time.perf_counter()
    with cloned(on.admin, on.database) as url, world_of(on, url, seed) as world:
        for _ in range(steps):
            step = choose(world)
            step.act(world)
            world.forward(world.dice.uniform(0.05, 2))
            _bustle(world)
        calm(world)
        broken = broken_in(world)
        rows = world.look("SELECT state, count(*) FROM payouts GROUP BY state ORDER BY state")
        payouts = {str(row[0]): int(row[1]) for row in rows}
    took_s = time.perf_counter() - began
    return Outcome(seed, tuple(broken), tuple(world.transcript), world.deaths, world.cuts, payouts, took_s)


@contextmanager
def world_of(on: Stage, database_url: str, seed: int) -> Iterator[World]:
    """A world and its house: nothing of it reaches the network, and Redis is a list."""
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory() as root, pytest.MonkeyPatch.context() as patch:
        settings = settings_of(database_url, NOWHERE, saathi_root=root, razorpayx_webhook_secret=WEBHOOK_SECRET)
        house = House(settings, Clock(shiftable=True), ids=SeededIds(random.Random(~seed)))
        made = Home(house, on.at)
        _quiet()
        eyes = make_engine(database_url, pool_size=1)
        world = World(seed, made, eyes, partial(_cut, on.admin, make_url(database_url).database), dice, list(on.codes))
        newcomers = [f"whatsapp:+9197{dice.randrange(10**8):08d}" for _ in range(dice.randint(0, 1))]
        world.people = [*on.members, *newcomers]
        world.carrier.listings += on.listings
        world.carrier.shown.update(on.shown)
        house.monotonic = lambda: made.at.timestamp()
        house.__dict__["twilio"] = world.carrier
        patch.setattr(wiring, "_ours", house)
        patch.setattr(bells, "_ring", lambda house, queue, job, argument: world.ring(job, argument))
        patch.setattr(bells, "waiting", lambda house, queue: len(world.bells))
        patch.setattr(relay_process.random, "random", random.Random(seed + 1).random)
        patch.setattr(relay_process, "specs", SPECS)
        patch.setattr(wire.httpx, "Client", _client(world))
        try:
            yield world
        finally:
            house.close()
            eyes.dispose()


def _cut(admin: Connection, database: str | None) -> None:
    admin.execute(_CUT, {"database": database})


def _client(world: World) -> type[httpx.Client]:
    class InProcess(httpx.Client):
        def __init__(self, **given: object) -> None:
            super().__init__(auth=given.get("auth"), transport=httpx.MockTransport(world.bank.handle))

    return InProcess


def _bustle(world: World) -> None:
    """The processes go about their work: some of them, in some order, some more than once."""
    for _ in range(world.dice.randint(1, 4)):
        world.arrive()
        world.dice.choices((world.work, world.relay, world.tick), (4, 4, 2))[0]()


def calm(world: World) -> None:
    """No more faults; time goes from one due thing to the next until there is none."""
    world.note("--- calm")
    world.rough, world.redis_up = False, True
    world.catch_up()
    until = world.now + CALM_FOR
    for _ in range(CALM_ROUNDS_MAX):
        world.arrive()
        world.tick()
        while world.bells:
            world.work()
        world.relay()
        if world.relay_is_busy:
            continue
        due = _next_due(world)
        if due is None:
            return
        if due > until:
            break
        world.forward(max((due - world.now).total_seconds(), 1.0))
    world.crashes.append(f"the world does not come to rest within {CALM_FOR.days} days and {CALM_ROUNDS_MAX} rounds")


def _next_due(world: World) -> datetime | None:
    """When the house or the world has something to do next; a clock round is enough for everything that has no time."""
    due = [at for at in (world.look(_NEXT)[0][0], world.next_arrival()) if at is not None]
    return min(due) if due else None


def _quiet() -> None:
    """What the house would log of thousands of deaths is nobody's reading."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    logging.getLogger().setLevel(logging.CRITICAL + 1)

