"""No payout, and no answer about one, stops the others or itself for good."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from payouts import reconcile
from payouts.cashfree import Cashfree
from payouts.decide import clear_alert, reject
from tests.payouts.conftest import EARNED, World
from tests.payouts.fake_cashfree import FakeCashfree


def test_one_answer_that_cannot_be_read_does_not_stop_the_nights_comparison(world: World) -> None:
    there = FakeCashfree()
    try:
        world.house = replace(
            world.house, provider=Cashfree("client", "secret-of-the-client", base_url=there.url, timeout_s=5)
        )
        world.pay(world.request(100, "SM1/0").payout_id)
        there.become("ON_HOLD_BY_BANK")
        last = world.request(100, "SM2/0").payout_id
        world.pay(last)
        there.become("SUCCESS", transfer_utr="523223155921")
        world.advance(hours=1)
        with world.engine.begin() as conn:
            reconcile.begin(conn, "cashfree", world.ids, world.now)
        for _ in range(4):
            reconcile.step(world.house, lambda _: None)
        assert world.one("SELECT count(*) AS n FROM reconciliations WHERE ended_at IS NULL").n == 0
        assert world.payout(last).state == "paid" and world.sound()
    finally:
        there.close()


@pytest.mark.parametrize("fault", ["400", "422"])
def test_a_question_that_is_always_refused_does_not_stop_it_either(world: World, fault: str) -> None:
    there = FakeCashfree()
    try:
        world.house = replace(
            world.house, provider=Cashfree("client", "secret-of-the-client", base_url=there.url, timeout_s=5)
        )
        world.pay(world.request(100, "SM1/0").payout_id)
        world.advance(hours=1)
        there.ask_faults.append(fault)
        with world.engine.begin() as conn:
            reconcile.begin(conn, "cashfree", world.ids, world.now)
        for _ in range(3):
            reconcile.step(world.house, lambda _: None)
        assert world.one("SELECT count(*) AS n FROM reconciliations WHERE ended_at IS NULL").n == 0
        assert world.one("SELECT cause, settled FROM reconciliation_differences")._asdict() == {
            "cause": "unreadable", "settled": False,
        }  # fmt: skip
    finally:
        there.close()


def test_one_that_was_never_taken_for_a_week_can_be_rejected(world: World) -> None:
    world.fake.faults.append("401")
    payout_id = world.request().payout_id
    world.pay(payout_id)
    world.advance(days=8)
    world.pay(payout_id)
    assert world.payout(payout_id).alert == "never_taken_and_too_old"
    with world.engine.begin() as conn:
        reject(conn, payout_id, world.decision("asha"), world.tell)
    assert (world.payout(payout_id).state, world.payout(payout_id).alert, world.points().available) == ("failed", None, EARNED)
    assert set(world.money().values()) == {0} and world.task().state == "done" and world.sound()


def test_an_alert_on_one_that_never_began_is_not_cleared_into_a_payment(world: World) -> None:
    payout_id = world.request().payout_id
    with world.engine.begin() as conn:
        conn.execute(text("UPDATE payouts SET alert = 'paid_though_requested', next_at = NULL"))
    with world.engine.begin() as conn:
        assert not clear_alert(conn, payout_id, world.decision("asha"))
    world.advance(minutes=5)
    world.pay(payout_id)
    assert world.payout(payout_id).state == "requested" and world.fake.posts == []
