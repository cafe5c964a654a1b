"""What holds however many write at once: floors, the budget's last point, one posting a key, one end of a hold."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine

from base.db import make_engine
from ledger.balance import trial
from ledger.budget import read_budget
from ledger.holds import expire_holds
from ledger.lots import expire_due
from ledger.points import Burned, Earned, Held, Released
from ledger.post import BudgetSpent, HoldSettled
from ledger.reversals import Reversed
from tests.ledger.books import NOW, new_books

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


@pytest.mark.parametrize("points", [1, 13])
def test_an_allotment_is_given_out_to_its_last_point_beside_others_that_have_more(engine: Engine, points: int) -> None:
    books = new_books(engine, "prg_through", budget=2_000)
    books.allot("campaign/diwali", 403)
    books.allot("month/2026-01", 700)
    through = ("campaign/diwali", "month/2026-01")

    def drain(writer: int) -> int:
        earned, refused = 0, 0
        while refused < 2:
            answer = books.earn(f"mbr_{writer}", points, through=through)
            earned, refused = earned + isinstance(answer, Earned), refused + isinstance(answer, BudgetSpent)
        return earned

    assert sum(at_once(drain)) == 403 // points
    given = 403 // points * points
    with engine.begin() as conn:
        left = [read_budget(conn, "prg_through", of).remaining for of in (*through, "")]
    assert left == [403 - given, 700 - given, 2_000 - given]
    assert books.sound()


def test_reversals_at_once_never_take_more_than_was_given(engine: Engine) -> None:
    books = new_books(engine, "prg_reverse")
    earned = books.earn("mbr_a", 100)
    answers = at_once(lambda _: [books.reverse("mbr_a", earned.posting_id, 9, negative=True) for _ in range(3)])
    done = [answer for answers_of_one in answers for answer in answers_of_one if isinstance(answer, Reversed)]
    assert len(done) == 100 // 9
    assert books.balance("mbr_a").available == 100 - 9 * len(done)
    assert books.sound()


def test_transfers_in_a_circle_neither_meet_nor_lose_a_point(engine: Engine) -> None:
    books = new_books(engine, "prg_circle")
    for number in range(3):
        books.earn(f"mbr_{number}", 50, days=number + 1)

    def pass_on(writer: int) -> None:
        for i in range(6):
            giver = (writer + i) % 3
            books.transfer(f"mbr_{giver}", f"mbr_{(giver + 1 + i % 2) % 3}", 7)

    at_once(pass_on)
    assert sum(books.balance(f"mbr_{number}").available for number in range(3)) == 150
    assert books.sound()


def test_a_hold_that_runs_out_while_it_is_burned_ends_one_way(engine: Engine) -> None:
    books = new_books(engine, "prg_race")
    books.earn("mbr_a", 100)
    for i in range(10):
        books.hold("mbr_a", 10, f"h{i}", days=1)

    def race(writer: int) -> int:
        if writer % 2:
            with engine.begin() as conn:
                return len(expire_holds(conn, NOW + timedelta(days=2), 100))
        burned = 0
        for i in range(10):
            with contextlib.suppress(HoldSettled):
                burned += isinstance(books.burn("mbr_a", f"h{i}"), Burned)
        return burned

    assert sum(at_once(race)) == 10
    assert books.balance("mbr_a").held == 0
    assert books.sound()


def test_a_lot_that_expires_while_it_is_spent_is_spent_or_expired(engine: Engine) -> None:
    books = new_books(engine, "prg_last")
    books.earn("mbr_a", 60, days=1)

    def race(writer: int) -> bool:
        if writer % 2:
            with engine.begin() as conn:
                return bool(expire_due(conn, NOW + timedelta(days=2), 100))
        return isinstance(books.hold("mbr_a", 60, f"h{writer}"), Held)

    assert sum(at_once(race)) == 1
    assert books.sound()
