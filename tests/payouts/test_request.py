"""Asking for a redemption: all or nothing, once."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from payouts.request import KeyReused, Requested, request
from tests.payouts.conftest import CONVERSATION, EARNED, MEMBER, PROGRAMME, RULES, TOKEN, World


def test_points_payout_and_task_are_written_together(world: World) -> None:
    asked = world.request(500)
    assert asked == Requested(asked.payout_id, 12_500, EARNED - 500, 12_500, 0)
    assert (world.points().available, world.points().held) == (EARNED - 500, 500)
    task = world.task()
    assert (task.kind, task.queue, task.state, task.payload) == ("pay", "payouts", "ready", {"payout": asked.payout_id})
    payout = world.payout(asked.payout_id)
    assert payout.state == "requested"
    assert len(payout.reference_id) <= 40
    assert 4 <= len(payout.idempotency_key) <= 36
    assert world.sound()


def test_a_rollback_leaves_nothing(world: World) -> None:
    with world.engine.connect() as conn:
        request(
            conn, key="SM1/0", ids=world.ids, now=world.now, programme_id=PROGRAMME, member_id=MEMBER, points=500,
            conversation_id=CONVERSATION, token=TOKEN, paise_per_point=25, masked="ra•••@okaxis", rules=RULES,
        )  # fmt: skip
        conn.rollback()
    assert world.one("SELECT (SELECT count(*) FROM payouts) + (SELECT count(*) FROM tasks) AS n").n == 0
    assert world.points().held == 0


def test_the_same_key_answers_the_same_and_holds_once(world: World) -> None:
    first = world.request(500)
    world.advance(minutes=3)
    assert world.request(500) == first
    assert world.points().held == 500


def test_the_same_key_for_something_else_is_our_fault(world: World) -> None:
    world.request(500)
    with pytest.raises(KeyReused):
        world.request(501)


def test_too_few_points_say_how_many_there_are_and_leave_nothing(world: World) -> None:
    with pytest.raises(AssertionError):
        world.request(EARNED + 1)
    assert world.one("SELECT count(*) AS n FROM payouts").n == 0
    assert world.points().available == EARNED


@pytest.mark.parametrize("points", [0, -5])
def test_a_redemption_of_nothing_is_refused(world: World, points: int) -> None:
    with pytest.raises(ValueError, match="positive"):
        world.request(points)


def test_what_was_asked_for_cannot_be_changed_even_by_the_service(world: World) -> None:
    payout_id = world.request().payout_id
    world.pay(payout_id)
    for change in ("amount_paise = 1", "idempotency_key = 'another'", "points = 1", "request = 'x'", "provider = 'x'"):
        with pytest.raises(Exception, match=r"cannot change|permission denied"), world.engine.begin() as conn:
            conn.execute(text(f"UPDATE payouts SET {change}"))
    for statement in ("DELETE FROM payouts", "DELETE FROM payout_events", "UPDATE payout_events SET cause = 'x'"):
        with pytest.raises(Exception, match=r"append-only|permission denied"), world.engine.begin() as conn:
            conn.execute(text(statement))
