"""Whatever kills the sender, and wherever: everybody once, nobody twice, nobody forgotten."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from base.db import make_engine
from campaigns import send
from campaigns.rows import Row
from campaigns.spec import Experiment
from tests.campaigns.stage import PLAIN, Street
from tests.servers import Database
from tests.whatsapp.stage import address, run

PEOPLE = 60
DEATHS = 20
ROOT = Path(__file__).parents[2]


class Killed(Exception):
    """The process is gone, as far as the database can tell."""


@contextmanager
def killed_at(number: int) -> Iterator[None]:
    """The connection dies before the `number`th statement or commit from now on, or right after that commit."""
    left, execute, commit = [number], psycopg.Cursor.execute, psycopg.Connection.commit

    def due() -> bool:
        left[0] -= 1
        return left[0] == 0

    def executing(cursor: psycopg.Cursor[Any], *given: Any, **more: Any) -> Any:
        if due():
            cursor.connection.close()
            raise Killed
        return execute(cursor, *given, **more)

    def committing(connection: psycopg.Connection[Any]) -> None:
        if due():
            connection.close()
            raise Killed
        commit(connection)
        if due():
            connection.close()
            raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", executing)
        patch.setattr(psycopg.Connection, "commit", committing)
        yield


def everybody_once(street: Street) -> None:
    people = street.all("SELECT member_id, outcome, outbox_key FROM campaign_people")
    assert sorted(row.member_id for row in people) == street.audience
    queued = [row.outbox_key for row in people if row.outcome == "queued"]
    assert sorted(row.key for row in street.all("SELECT key FROM outbox")) == sorted(queued)
    assert street.row().planned == len(street.audience)
    for _ in range(3):
        run(street.relay())
    wanted = sorted(address(f"con_{key.rpartition('mbr_')[2]}") for key in queued)
    assert sorted(post.to for post in street.twilio.accepted) == wanted


@pytest.mark.parametrize("seed", range(4))
def test_the_sender_dies_twenty_times_at_any_statement(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    street = Street(database.engine)
    street.people(*(f"p{number:03}" for number in range(PEOPLE)))
    row = street.sent(PLAIN, experiment=Experiment(holdout=10))
    deaths = 0
    while deaths < DEATHS:
        engine = make_engine(database.url, pool_size=1)
        try:
            with killed_at(chance.randint(1, 25)):
                last = send.batch(street.ports(engine), row, chance.randint(1, 4))
                assert not last.done, f"seed {seed}: {deaths} deaths were enough"
        except (Killed, OperationalError):  # the second: what SQLAlchemy meets when it wants to roll back
            deaths += 1
        finally:
            engine.dispose()
    street.plan(row, most=7)
    everybody_once(street)


def test_a_process_that_is_killed_and_two_that_run_at_once(database: Database) -> None:
    street = Street(database.engine)
    street.people(*(f"p{number:03}" for number in range(PEOPLE)))
    row = street.sent()
    both = [_planner(database.url) for _ in range(2)]
    for _ in range(6_000):
        if street.row().planned or all(one.poll() is not None for one in both):
            break
        time.sleep(0.01)
    for one in both:
        os.kill(one.pid, signal.SIGKILL)
        one.wait()
    assert street.row().planned > 0
    street.plan(row, most=5)
    everybody_once(street)


def _planner(url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.campaigns.planner", url], cwd=ROOT)


def test_two_planners_in_two_threads_share_the_work(database: Database) -> None:
    import threading

    street = Street(database.engine)
    street.people(*(f"p{number:03}" for number in range(PEOPLE)))
    row: Row = street.sent()
    both = [threading.Thread(target=street.plan, args=(row, 3)) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    everybody_once(street)
