"""What holds however many write at once: floors, the budget's last point, one posting a key, one end of a hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine

from base.db import make_engine
from ledger.balance import trial
from ledger.budget import read_budget
from ledger.points import Burned, Earned, Held, Released
from ledger.post import HoldSettled
from tests.ledger.books import new_books

WRITERS = 8


@pytest.fixture
def engine(database: Any) -> Iterator[Engine]:
    engine = make_engine(database.url, pool_size=WRITERS)
    yield engine
    engine.dispose()


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """`work(n)` in each of the writers, all starting together."""
    barrier = Barrier(WRITERS)

    def run(number: int) -> Any:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(run, range(WRITERS)))


def test_a_member_cannot_be_overdrawn_by_holds_at_once(engine: Engine) -> None:
    books = new_books(engine, "prg_floor")
    for amount in (30, 30, 40):
        books.earn("mbr_a", amount)
    answers = at_once(lambda n: [books.hold("mbr_a", 7, f"h{n}/{i}") for i in range(4)])
    held = sum(isinstance(answer, Held) for answers_of_one in answers for answer in answers_of_one)
    assert held == 100 // 7
    assert (books.balance("mbr_a").available, books.balance("mbr_a").held) == (100 - 7 * held, 7 * held)
    assert books.sound()


@pytest.mark.parametrize("points", [1, 7, 13])
def test_the_budget_is_given_out_to_its_last_point_and_no_further(engine: Engine, points: int) -> None:
    books = new_books(engine, "prg_drain", budget=1_003)

    def drain(writer: int) -> int:
        earned, refused = 0, 0
        while refused < 3:
            if isinstance(books.earn(f"mbr_{writer}_{earned % 3}", points), Earned):
                earned += 1
            else:
                refused += 1
        return earned

    earned = sum(at_once(drain))
    assert earned == 1_003 // points
    with engine.begin() as conn:
        assert read_budget(conn, "prg_drain").remaining == 1_003 - earned * points
    assert books.sound()


def test_one_key_posts_once_whoever_is_first(engine: Engine) -> None:
    books = new_books(engine, "prg_key")
    answers = at_once(lambda _: [books.earn("mbr_a", 5, key=f"same/{i}") for i in range(10)])
    assert all(answer == answers[0] for answer in answers)
    assert books.balance("mbr_a").available == 50
    with engine.begin() as conn:
        assert sum(row.balance for row in trial(conn, "prg_key")) == 0
    assert books.sound()


def test_a_first_earning_opens_the_account_once(engine: Engine) -> None:
    books = new_books(engine, "prg_open")
    answers = at_once(lambda n: [books.earn(f"mbr_{i}", 1, key=f"{n}/{i}") for i in range(10)])
    assert all(isinstance(answer, Earned) for answers_of_one in answers for answer in answers_of_one)
    assert [books.balance(f"mbr_{i}").available for i in range(10)] == [WRITERS] * 10
    assert books.sound()


def test_burn_and_release_at_once_settle_a_hold_one_way(engine: Engine) -> None:
    books = new_books(engine, "prg_settle")
    books.earn("mbr_a", 1_000)
    for i in range(10):
        books.hold("mbr_a", 10, f"h{i}")

    def settle(writer: int) -> list[type]:
        outcomes = []
        for i in range(10):
            verb = books.burn if (writer + i) % 2 else books.release
            try:
                outcomes.append(type(verb("mbr_a", f"h{i}")))
            except HoldSettled:
                outcomes.append(HoldSettled)
        return outcomes

    for outcomes in zip(*at_once(settle), strict=True):
        assert sum(outcome in (Burned, Released) for outcome in outcomes) == 1
    assert books.balance("mbr_a").held == 0
    assert books.sound()


def test_everything_at_once_ends_sound(engine: Engine) -> None:
    books = new_books(engine, "prg_mixed", budget=2_000)

    def live(writer: int) -> None:
        for i in range(12):
            member = f"mbr_{(writer + i) % 3}"
            books.earn(member, 10 + i, days=5 if i % 2 else None)
            if isinstance(books.hold(member, 9, f"h{writer}/{i}"), Held):
                (books.burn if i % 3 else books.release)(member, f"h{writer}/{i}")

    at_once(live)
    assert books.sound()
