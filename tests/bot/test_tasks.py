"""A job only names a row: it may come twice, never, or to a worker that dies. The row decides."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import redis

from bot import bells, lease, tasks
from bot.sweep import QUIET_S, sweep
from bot.task import Ended, Later, Task
from flows.events import PhotoRead
from tests.house import RAMESH, SUNITA, Home

PHOTO = {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/x", "MediaContentType0": "image/jpeg"}


class Killed(BaseException):
    """As kill -9 does: no handler of ours runs."""


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Task]:
    """Reading a picture brings the code that `codes` says; every read is kept."""
    seen: list[Task] = []

    def read(house: Any, task: Task) -> Ended | Later:
        seen.append(task)
        return Ended("no_code", PhotoRead(task.payload["photo"], (), "no_code"))

    monkeypatch.setitem(tasks.KINDS, "read_photo", read)
    return seen


def photo_task(home: Home, who: str = RAMESH) -> str:
    home.enrol(who)
    home.write("", who, **PHOTO)
    return str(home.rows("SELECT id FROM tasks ORDER BY created_at DESC, id DESC")[0].id)


def test_a_job_that_comes_twice_does_its_work_once(with_bells: Home, reads: list[Task]) -> None:
    task = photo_task(with_bells)
    for _ in range(3):
        tasks.run_task(task)
    assert len(reads) == 1
    assert with_bells.told()[-2:] == ["scan.checking", "scan.photo.no_code"]


def test_the_same_job_in_four_workers_at_once_does_its_work_once(with_bells: Home, reads: list[Task]) -> None:
    task = photo_task(with_bells)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: tasks.run(with_bells.house, task), range(4)))
    assert len(reads) == 1
    assert with_bells.told().count("scan.photo.no_code") == 1


def test_a_job_for_a_row_that_is_gone_is_nothing(with_bells: Home) -> None:
    tasks.run_task("tsk_nobody")
    tasks.run_turn("cnv_nobody")


def test_a_job_that_was_never_rung_is_found_by_the_sweeper(at_home: Home, reads: list[Task]) -> None:
    """Redis was away when the photo came, as it is for all of this house."""
    task = photo_task(at_home)
    rung: list[tuple[str, str]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bells, "ring_task", lambda house, queue, found: rung.append((queue, found)))
        sweep(at_home.house)
        assert rung == []  # too young: whoever wrote it is at it
        at_home.forward(seconds=QUIET_S + 1)
        sweep(at_home.house)
    assert rung == [("media", task)]
    tasks.run(at_home.house, task)
    assert at_home.told()[-1] == "scan.photo.no_code"


def test_a_worker_killed_between_lease_and_end_is_followed_by_another(
    with_bells: Home, monkeypatch: pytest.MonkeyPatch, reads: list[Task]
) -> None:
    task = photo_task(with_bells)
    with monkeypatch.context() as patch:
        def dies(house: Any, task: Task) -> Ended:
            raise Killed

        patch.setitem(tasks.KINDS, "read_photo", dies)
        with pytest.raises(Killed):
            tasks.run(with_bells.house, task)
    with_bells.work("media")
    assert reads == []  # the dead worker's lease still stands
    with_bells.forward(seconds=lease.LEASE_S + 1)
    assert sweep(with_bells.house) == 1
    with_bells.work("media")
    assert [seen.attempts for seen in reads] == [2]
    assert with_bells.told()[-1] == "scan.photo.no_code"


def test_a_slow_worker_whose_lease_ran_out_adds_nothing_to_the_faster_ones_answer(
    with_bells: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = photo_task(with_bells)
    inside, go_on, calls = threading.Event(), threading.Event(), []

    def read(house: Any, task: Task) -> Ended:
        calls.append(task)
        if len(calls) == 1:
            inside.set()
            assert go_on.wait(10)
        return Ended("no_code", PhotoRead(task.payload["photo"], (), "no_code"))

    monkeypatch.setitem(tasks.KINDS, "read_photo", read)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(tasks.run, with_bells.house, task)
        assert inside.wait(10)
        with_bells.forward(seconds=lease.LEASE_S + 1)
        tasks.run(with_bells.house, task)
        go_on.set()
        slow.result(10)
    assert len(calls) == 2
    assert with_bells.told().count("scan.photo.no_code") == 1


def test_the_outcome_and_its_happening_are_committed_together(
    with_bells: Home, monkeypatch: pytest.MonkeyPatch, reads: list[Task]
) -> None:
    task = photo_task(with_bells)
    with monkeypatch.context() as patch:
        def dies(*_: Any) -> bool:
            raise Killed

        patch.setattr(tasks.inbox, "put_happening", dies)
        with pytest.raises(Killed):
            tasks.run(with_bells.house, task)
    assert with_bells.rows("SELECT state FROM tasks WHERE id = :id", id=task) == [("ready",)]


def test_a_turn_that_breaks_after_the_task_has_ended_is_taken_up_by_the_sweeper(
    with_bells: Home, monkeypatch: pytest.MonkeyPatch, reads: list[Task]
) -> None:
    task = photo_task(with_bells)
    with monkeypatch.context() as patch:
        def dies(*_: Any) -> None:
            raise Killed

        patch.setattr(tasks.turn, "run", dies)
        with pytest.raises(Killed):
            tasks.run(with_bells.house, task)
    with_bells.forward(seconds=QUIET_S + 1)
    sweep(with_bells.house)
    with_bells.work()
    assert with_bells.told()[-1] == "scan.photo.no_code"


def test_what_comes_later_is_rung_for_when_it_is_due(with_bells: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    task = photo_task(with_bells)
    due = with_bells.at + timedelta(seconds=60)
    monkeypatch.setitem(tasks.KINDS, "read_photo", lambda house, task: Later(due))
    with_bells.work("media")
    with_bells.forward(seconds=59)
    assert sweep(with_bells.house) == 0
    tasks.run(with_bells.house, task)
    assert with_bells.rows("SELECT attempts FROM tasks WHERE id = :id", id=task) == [(1,)]
    with_bells.forward(seconds=2)
    assert sweep(with_bells.house) == 1


def test_losing_all_of_redis_loses_nothing(with_bells: Home, reads: list[Task], monkeypatch: pytest.MonkeyPatch) -> None:
    for who in (RAMESH, SUNITA):
        photo_task(with_bells, who)
    with monkeypatch.context() as patch:
        patch.setattr(tasks.turn, "run", lambda *_: None)
        with_bells.write("menu", RAMESH)  # stored, and its process died
    client = redis.Redis.from_url(with_bells.house.settings.redis_url)
    client.flushdb()
    client.close()
    assert with_bells.work() == 0
    with_bells.forward(seconds=QUIET_S + 1)
    assert sweep(with_bells.house) == 3
    with_bells.work()
    assert with_bells.told(SUNITA)[-1] == "scan.photo.no_code"
    assert sorted(with_bells.told(RAMESH)[-2:]) == ["menu.resumable", "scan.photo.no_code"]
