"""One event, one transaction: who takes it, what happens when something breaks, and what it may cost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg.errors
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot import turn
from flows.codec import to_json
from flows.effects import Say
from flows.events import EventParked, PayoutPaid
from handlers.registry import HANDLERS
from handlers.turn import Turn
from tests.house import RAMESH, SUNITA, Home
from whatsapp import outbox


@contextmanager
def broken(monkeypatch: pytest.MonkeyPatch, fault: Callable[[], BaseException], times: int = 10**6) -> Iterator[list[str]]:
    """Saying anything raises, for the first `times` times. The list gathers the keys of the tries."""
    tries: list[str] = []
    real = HANDLERS[Say]

    def say(made: Turn, effect: Any, key: str) -> Any:
        tries.append(key)
        if len(tries) <= times:
            raise fault()
        return real(made, effect, key)

    with monkeypatch.context() as patch:
        patch.setitem(HANDLERS, Say, say)
        yield tries


def stored(home: Home, body: str, who: str = RAMESH) -> None:
    """Stored and not answered, as when the web process dies after its first commit."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(turn, "run", lambda *_: None)
        home.write(body, who)


def end_backend(home: Home, pid: int) -> None:
    with home.house.engine.begin() as conn:
        conn.execute(text("SET LOCAL ROLE NONE"))  # the service may not
        conn.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})


def test_whoever_finds_the_conversation_taken_leaves_and_the_holder_takes_what_was_left(
    at_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_home.enrol()
    conversation = at_home.conversation().id
    inside, go_on = threading.Event(), threading.Event()
    real = HANDLERS[Say]

    def slow(made: Turn, effect: Any, key: str) -> Any:
        inside.set()
        assert go_on.wait(10)
        return real(made, effect, key)

    monkeypatch.setitem(HANDLERS, Say, slow)
    with ThreadPoolExecutor(2) as pool:
        holder = pool.submit(at_home.write, "menu")
        assert inside.wait(10)
        left = pool.submit(at_home.write, "points")
        left.result(10)  # answered while the holder has the conversation
        assert at_home.count("SELECT count(*) FROM inbox WHERE handled_at IS NULL") == 2
        go_on.set()
        holder.result(10)
    assert at_home.told()[-2:] == ["menu.main", "balance.empty"]
    assert at_home.count("SELECT count(*) FROM inbox WHERE handled_at IS NULL") == 0
    assert at_home.conversation().id == conversation


def test_an_event_stored_while_somebody_found_nothing_to_do_is_not_left_behind(
    at_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The late job has the row and has seen no event; the webhook stores one, finds the row taken and leaves."""
    at_home.enrol()
    conversation = at_home.conversation().id
    real, once = at_home.house.engine.begin, []

    @contextmanager
    def begin() -> Iterator[Any]:
        with real() as conn:
            yield conn
            if not once:
                once.append(True)
                with ThreadPoolExecutor(1) as pool:
                    pool.submit(at_home.write, "menu").result(10)

    monkeypatch.setattr(at_home.house.engine, "begin", begin)
    turn.run(at_home.house, conversation)
    assert at_home.told()[-1] == "menu.main"


def test_after_twenty_events_the_rest_goes_to_a_job(with_bells: Home) -> None:
    with_bells.enrol()
    for _ in range(turn.EVENTS_MAX + 3):
        stored(with_bells, "menu")
    turn.run(with_bells.house, with_bells.conversation().id)
    assert with_bells.told().count("menu.main") == turn.EVENTS_MAX
    assert with_bells.work("turns") == 1
    assert with_bells.told().count("menu.main") == turn.EVENTS_MAX + 3
    assert with_bells.work("turns") == 0


def test_after_two_seconds_the_rest_goes_to_a_job(with_bells: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with_bells.enrol()
    stored(with_bells, "menu")
    stored(with_bells, "points")
    ticks = iter([0.0, 2.5])
    monkeypatch.setattr(with_bells.house, "monotonic", lambda: next(ticks))
    turn.run(with_bells.house, with_bells.conversation().id)
    assert with_bells.told()[-1] == "menu.main"
    monkeypatch.undo()
    assert with_bells.work("turns") == 1


def test_three_faults_of_ours_park_the_event_the_member_is_told_once_and_the_next_one_goes_on(
    at_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_home.enrol()
    with broken(monkeypatch, lambda: ValueError("ours"), times=3) as tries:
        at_home.write("menu")
    assert len(tries) == 4  # three that broke, and the apology
    assert at_home.told()[-1] == "news.parked"
    parked = at_home.rows("SELECT * FROM inbox WHERE parked_at IS NOT NULL")
    assert [(row.failures, row.fault, row.handled_at) for row in parked] == [(3, "ValueError", None)]
    at_home.write("points")
    assert at_home.told()[-2:] == ["news.parked", "balance.empty"]
    assert at_home.told().count("news.parked") == 1


def test_a_fault_that_never_ends_parks_the_apology_too_and_does_not_loop(
    at_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_home.enrol()
    with broken(monkeypatch, lambda: ValueError("ours")) as tries:
        at_home.write("menu")
    assert len(tries) == 6
    assert at_home.count("SELECT count(*) FROM inbox WHERE parked_at IS NOT NULL") == 2
    at_home.write("menu")
    assert at_home.told()[-1] == "menu.main"


def test_a_broken_turn_leaves_nothing_of_itself(at_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The claim and the credit come before the words; when the words break, all of it is undone."""
    at_home.enrol()
    code = at_home.codes()[0]
    with broken(monkeypatch, lambda: ValueError("ours"), times=3):
        at_home.write(code)
    assert at_home.rows("SELECT DISTINCT state FROM coupons") == [("active",)]
    assert at_home.count("SELECT count(*) FROM postings WHERE reason = 'earn'") == 0
    at_home.write(code)
    assert at_home.told()[-1] == "scan.credited"


@pytest.mark.parametrize(
    "cause", [psycopg.errors.DeadlockDetected, psycopg.errors.LockNotAvailable, psycopg.errors.AdminShutdown,
              psycopg.errors.QueryCanceled, psycopg.OperationalError],
)  # fmt: skip
def test_what_the_database_does_is_not_counted_against_the_event(
    at_home: Home, monkeypatch: pytest.MonkeyPatch, cause: type[Exception]
) -> None:
    at_home.enrol()
    for _ in range(4):
        with broken(monkeypatch, lambda: OperationalError("…", {}, cause("the world"))):
            at_home.write("menu")  # answered 200 all the same: it is stored
    waiting = at_home.rows("SELECT failures, parked_at FROM inbox WHERE handled_at IS NULL")
    assert [tuple(row) for row in waiting] == [(0, None)] * 4
    turn.run(at_home.house, at_home.conversation().id)
    assert at_home.told()[-4:] == ["menu.main"] * 4


def test_a_connection_that_dies_under_the_turn_is_not_counted(at_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    at_home.enrol()
    real = HANDLERS[Say]
    killed: list[int] = []

    def say(made: Turn, effect: Any, key: str) -> Any:
        if len(killed) < 2:  # the first try, and the second on a fresh connection
            killed.append(made.conn.execute(text("SELECT pg_backend_pid()")).scalar_one())
            with ThreadPoolExecutor(1) as pool:
                pool.submit(end_backend, at_home, killed[-1]).result(10)
        return real(made, effect, key)

    monkeypatch.setitem(HANDLERS, Say, say)
    at_home.write("menu")
    assert at_home.rows("SELECT failures FROM inbox WHERE handled_at IS NULL") == [(0,)]
    turn.run(at_home.house, at_home.conversation().id)
    assert at_home.told()[-1] == "menu.main"


def test_a_month_that_is_made_under_the_turn_is_nobodys_fault(at_home: Home) -> None:
    at_home.enrol()
    with at_home.house.engine.connect() as conn, ThreadPoolExecutor(1) as pool:
        conn.execute(text("SELECT journal_month_add(CAST(:day AS date))"), {"day": at_home.at.date()})
        writing = pool.submit(at_home.write, "menu")  # its row waits for the partition that is for no month
        waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'journal_rest'::regclass")
        with at_home.house.engine.connect() as eyes:
            while not eyes.execute(waits).scalar_one():
                time.sleep(0.01)
        conn.commit()
        writing.result(10)
    assert at_home.told()[-1] == "menu.main"
    assert at_home.count("SELECT count(*) FROM inbox WHERE failures > 0 OR handled_at IS NULL") == 0
    assert at_home.count("SELECT count(*) FROM journal_rest") == 0


def test_a_session_that_cannot_be_opened_parks_without_a_word_lost(at_home: Home) -> None:
    at_home.enrol()
    at_home.write("menu")
    session = at_home.conversation().session
    at_home.change("UPDATE conversations SET session = :rubbish", rubbish=b"\x01" + b"x" * 40)
    at_home.write("points")
    assert at_home.rows("SELECT fault FROM inbox WHERE parked_at IS NOT NULL ORDER BY id")[0] == ("CannotOpen",)
    at_home.change("UPDATE conversations SET session = :good", good=session)
    at_home.change("UPDATE inbox SET parked_at = NULL, failures = 0")
    turn.run(at_home.house, at_home.conversation().id)
    assert at_home.told()[-2:] == ["balance.empty", "news.parked"]


def test_the_oldest_event_comes_first_whatever_it_is(at_home: Home) -> None:
    at_home.enrol()
    at_home.happen(RAMESH, "w1", to_json(PayoutPaid("po_1", 100, 10_000, "ra•••@okaxis", "UTR1")))
    at_home.happen(RAMESH, "w2", to_json(EventParked()))
    at_home.write("menu")
    assert at_home.told()[-3:] == ["news.paid", "news.parked", "menu.main"]


def test_what_was_held_leaves_first_when_the_person_writes(at_home: Home) -> None:
    at_home.enrol()
    at_home.write("stop")
    at_home.happen(RAMESH, "w1", to_json(PayoutPaid("po_1", 100, 10_000, "ra•••@okaxis", "UTR1")))
    turn.run(at_home.house, at_home.conversation().id)
    with at_home.house.engine.connect() as conn:
        held = outbox.listing(conn, ["held"])
    assert [(row.text_key, row.lane, row.reason) for row in held] == [("news.paid", "notice", "stopped")]
    assert at_home.conversation().held == 1
    at_home.write("points")
    assert at_home.told()[-2:] == ["news.paid", "balance.empty"]
    assert at_home.rows("SELECT DISTINCT state, lane FROM outbox") == [("queued", "reply")]
    assert at_home.conversation().held == 0


def test_one_persons_fault_does_not_touch_another(at_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    at_home.enrol()
    at_home.enrol(SUNITA)
    at_home.change(
        """UPDATE conversations SET session = :rubbish WHERE contact_id = (SELECT id FROM contacts WHERE address = :who)""",
        rubbish=b"broken", who=RAMESH,
    )  # fmt: skip
    at_home.write("menu", RAMESH)
    at_home.write("menu", SUNITA)
    assert at_home.told(SUNITA)[-1] == "menu.main"
