"""The sweeper rings for what went quiet, oldest first, and never more than somebody can answer."""

from __future__ import annotations

import pytest

from bot import bells, tasks, turn
from bot.sweep import QUIET_S, sweep
from tests.house import RAMESH, SUNITA, Home


def quiet(home: Home, who: str, body: str = "menu") -> str:
    """Stored, and the process died before its turn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(turn, "run", lambda *_: None)
        home.write(body, who)
    return str(home.conversation(who).id)


def test_each_conversation_is_rung_for_once_the_oldest_first(with_bells: Home) -> None:
    first = quiet(with_bells, SUNITA)
    with_bells.forward(seconds=1)
    second = quiet(with_bells, RAMESH)
    for _ in range(3):
        quiet(with_bells, SUNITA)
    with_bells.forward(seconds=QUIET_S + 1)
    assert sweep(with_bells.house) == 2
    assert [job.args[0] for job in bells.queue(with_bells.house, "turns").get_jobs()] == [first, second]
    with_bells.work("turns")
    assert with_bells.count("SELECT count(*) FROM inbox WHERE handled_at IS NULL") == 0
    assert sweep(with_bells.house) == 0


def test_what_is_being_handled_right_now_is_left_alone(with_bells: Home) -> None:
    quiet(with_bells, RAMESH)
    with_bells.forward(seconds=QUIET_S - 1)
    assert sweep(with_bells.house) == 0


def test_bells_do_not_pile_up_while_no_worker_runs(with_bells: Home) -> None:
    quiet(with_bells, RAMESH)
    quiet(with_bells, SUNITA)
    for _ in range(30):
        with_bells.forward(seconds=6)
        sweep(with_bells.house)
    assert len(bells.queue(with_bells.house, "turns")) == 2


def test_a_lost_bell_is_made_good_though_others_still_wait_in_their_queue(with_bells: Home) -> None:
    waiting = [photo_task(with_bells) for _ in range(3)]
    bells.queue(with_bells.house, "media").empty()
    for task in waiting[1:]:
        bells.ring_task(with_bells.house, "media", task)
    with_bells.forward(seconds=QUIET_S + 1)
    assert sweep(with_bells.house) == 1 and sweep(with_bells.house) == 0
    jobs = bells.queue(with_bells.house, "media").get_jobs()
    assert [job.args[0] for job in jobs] == [*waiting[1:], waiting[0]]


def test_rows_of_one_kind_never_hide_those_of_another(with_bells: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.sweep.ROWS_MAX", 2)
    for _ in range(5):
        photo_task(with_bells)
    with_bells.change("UPDATE tasks SET kind = 'read_paper', queue = 'paper'")
    late = photo_task(with_bells)
    for queue in ("media", "paper"):
        bells.queue(with_bells.house, queue).empty()
    with_bells.forward(seconds=QUIET_S + 1)
    sweep(with_bells.house)
    assert [job.args[0] for job in bells.queue(with_bells.house, "media").get_jobs()] == [late]
    assert len(bells.queue(with_bells.house, "paper")) == 2


def photo_task(home: Home) -> str:
    home.write("", NumMedia="1", MediaUrl0="https://api.twilio.com/x", MediaContentType0="image/jpeg")
    return str(home.rows("SELECT id FROM tasks ORDER BY id DESC LIMIT 1")[0].id)


def test_parked_and_handled_events_are_left_alone(with_bells: Home) -> None:
    with_bells.enrol()
    with_bells.change("UPDATE inbox SET handled_at = NULL, parked_at = received_at")
    with_bells.forward(hours=1)
    assert sweep(with_bells.house) == 0


def test_without_redis_nothing_breaks_and_nothing_is_lost(at_home: Home) -> None:
    conversation = quiet(at_home, RAMESH)
    at_home.forward(seconds=QUIET_S + 1)
    assert sweep(at_home.house) == 1
    tasks.run_turn(conversation)
    assert at_home.told() == ["enrol.consent"]
