"""A house in which something has happened: Ramesh enrolled, claimed a code and was paid; Sunita only said hello."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot import tasks
from tests.cli.shop import CommandLine
from tests.house import NOWHERE, SUNITA, Home, home
from tests.payouts.fake_razorpayx import FakeRazorpayX

NAME, VPA, UTR = "Ramesh Kumar", "ramesh.kumar@okaxis", "432198765432"


@dataclass(frozen=True)
class Lived(CommandLine):
    """`home` is the same house as members meet it."""

    home: Home


@contextmanager
def lived(database_url: str, redis_url: str = NOWHERE) -> Iterator[Lived]:
    fake = FakeRazorpayX()
    keys = {"razorpayx_key_id": "key", "razorpayx_key_secret": "secret-of-the-key", "razorpayx_api_base_url": fake.url}
    try:
        with home(database_url, redis_url, **keys) as made:
            _live(made, fake)
            yield Lived(made.house, made)
    finally:
        fake.close()


def _live(home: Home, fake: FakeRazorpayX) -> None:
    home.enrol()
    for words in (home.codes()[0], "redeem", "60", VPA, "yes"):
        home.write(words)
    home.write("hello", SUNITA)
    (task,) = home.rows("SELECT id FROM tasks WHERE kind = 'pay'")
    tasks.run(home.house, task.id)
    fake.become("processed", utr=UTR)
    home.forward(minutes=30)
    tasks.run(home.house, task.id)
    home.change(  # as the relay and a delivery report leave it
        "UPDATE outbox SET state = 'read', sid = 'SM' || md5(id::text), attempts = 1, posted_at = :at WHERE id % 2 = 1",
        at=home.at,
    )
