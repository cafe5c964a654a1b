"""Not knowing: the same request again, then questions, never a second payment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from payouts.absent import absentees, look_again
from payouts.decide import CannotDecide, clear_alert
from payouts.destination import Vpa
from payouts.provider import Order
from payouts.razorpayx import RazorpayX
from payouts.steps import pay
from tests.payouts.conftest import EARNED, START, World


def absent(world: World) -> list[str]:
    with world.engine.begin() as conn:
        return absentees(conn, world.house.provider.name, world.now)


def test_taken_but_not_answered_is_repeated_byte_for_byte_and_paid_once(world: World) -> None:
    world.fake.faults.append("drop")
    payout_id = world.request().payout_id
    assert world.pay(payout_id).state == "unknown"
    assert world.ring_until_settled(payout_id, rings=1).state == "sent"
    assert len(world.fake.payouts) == 1
    assert len(world.fake.posts) == 2
    assert len(set(world.fake.posts)) == 1
    world.webhook(world.fake.become("processed"))
    assert world.news() == ["PayoutPaid"]


def test_what_may_have_been_taken_is_unknown(world: World) -> None:
    for n, fault in enumerate(["500", "502", "503", "504", "lose", "drop", "taken_500", "302", "408", "409"]):
        world.fake.faults.append(fault)
        assert world.pay(world.request(100, f"SM{n}/0").payout_id).state == "unknown", fault
        assert world.points().held == 100 * (n + 1)


def test_a_server_that_is_down_for_a_while_is_tried_at_1_2_and_5_minutes_then_only_asked(world: World) -> None:
    world.fake.faults.extend(["503"] * 9)
    payout_id = world.request().payout_id
    moments = []
    for _ in range(8):
        world.now = world.payout(payout_id).next_at or world.now
        posts = len(world.fake.posts)
        world.pay(payout_id)
        moments.append((int((world.now - START).total_seconds()), len(world.fake.posts) - posts))
    assert moments[:5] == [(0, 1), (60, 1), (120, 1), (300, 1), (360, 0)]
    assert sum(posts for _, posts in moments) == 4
    assert world.payout(payout_id).state == "unknown"


def test_a_refused_repeat_says_nothing_about_the_first_post(world: World) -> None:
    world.fake.faults.extend(["drop", "400"])
    payout_id = world.request().payout_id
    world.pay(payout_id)
    world.ring_until_settled(payout_id, rings=1)
    assert world.payout(payout_id).state == "unknown"
    assert world.points().held == 500
    world.fake.become("processed")
    assert world.ring_until_settled(payout_id).state == "paid"


def test_a_lost_post_whose_repeats_are_all_refused_is_asked_about_and_fails_within_hours(world: World) -> None:
    world.fake.faults.extend(["lose"] + ["400"] * 9)
    payout_id = world.request().payout_id
    while world.payout(payout_id).state != "failed":
        world.now += timedelta(minutes=5)
        assert world.now < START + timedelta(hours=4)
        world.pay(payout_id)
        if payout_id in absent(world):
            look_again(world.house, payout_id)
    assert len(world.fake.posts) == 4
    assert world.points().available == EARNED


@pytest.mark.parametrize("fault", ["429", "401", "403", "404"])
def test_not_now_stands_back_and_the_first_refusal_after_it_is_still_final(world: World, fault: str) -> None:
    world.fake.faults.extend([fault, fault, "400"])
    payout_id = world.request().payout_id
    assert world.pay(payout_id).state == "reserved"
    assert (world.payout(payout_id).next_at or world.now) >= world.now + timedelta(seconds=30)
    assert world.ring_until_settled(payout_id).state == "failed"
    assert world.points().available == EARNED


def test_a_provider_that_cannot_be_reached_has_taken_nothing_and_gets_it_when_it_is_back(world: World) -> None:
    payout_id = world.request().payout_id
    nowhere = RazorpayX("key", "secret-of-the-key", "002281300012871", base_url="http://127.0.0.1:1/v1")
    assert pay(replace(world.house, provider=nowhere), payout_id).state == "reserved"
    assert world.payout(payout_id).unanswered == 0
    world.fake.first_status = "processed"
    assert world.ring_until_settled(payout_id).state == "paid"


def test_an_answer_that_cannot_be_read_is_unknown_and_its_amount_is_never_guessed(world: World) -> None:
    world.fake.first_status = "a_status_of_tomorrow"
    payout_id = world.request().payout_id
    assert world.pay(payout_id).state == "unknown"
    world.fake.become("processed", amount=None)
    assert world.ring_until_settled(payout_id, rings=4).state == "unknown"
    world.fake.become("processed", amount=12_500)
    assert world.ring_until_settled(payout_id).state == "paid"


def test_processing_for_days_stays_processing_and_the_member_hears_of_it_once(world: World) -> None:
    payout_id = world.request().payout_id
    world.pay(payout_id)
    assert world.ring_until_settled(payout_id, rings=40).state == "sent"
    assert world.now > START + timedelta(days=1)
    assert world.news() == ["PayoutDelayed"]
    assert len(world.fake.posts) == 1
    world.fake.become("processed")
    world.ring_until_settled(payout_id)
    assert world.news() == ["PayoutDelayed", "PayoutPaid"]


def test_the_delay_is_told_when_it_is_due_not_at_the_next_question(world: World) -> None:
    payout_id = world.request().payout_id
    world.pay(payout_id)
    while not world.news():
        world.ring_until_settled(payout_id, rings=1)
    assert world.now == START + timedelta(minutes=30)


def test_missing_at_the_provider_fails_only_on_a_second_look_after_an_hour(world: World) -> None:
    world.fake.faults.extend(["503"] * 4)
    payout_id = world.request().payout_id
    world.ring_until_settled(payout_id, rings=6)
    assert look_again(world.house, payout_id) is None  # too early
    while world.payout(payout_id).absent_at is None:
        world.ring_until_settled(payout_id, rings=1)
    assert absent(world) == []
    assert look_again(world.house, payout_id) is None  # the first look is not enough
    world.advance(minutes=10)
    assert absent(world) == [payout_id]
    declared = look_again(world.house, payout_id)
    assert declared is not None
    assert (declared.state, world.points().available) == ("failed", EARNED)
    assert world.news() == ["PayoutDelayed", "PayoutFailed"]
    assert len(world.fake.posts) == 4
    world.advance(days=1)
    world.pay(payout_id)
    assert len(world.fake.posts) == 4


def test_a_second_look_that_finds_it_settles_it_instead(world: World) -> None:
    world.fake.faults.extend(["503"] * 4)
    payout_id = world.request().payout_id
    while world.payout(payout_id).absent_at is None:
        world.ring_until_settled(payout_id, rings=1)
    key, body = world.fake.posts[0]
    world.fake.take(key, body)
    world.fake.become("processed")
    world.advance(minutes=10)
    found = look_again(world.house, payout_id)
    assert found is not None
    assert found.state == "paid"


def test_one_that_turns_up_after_it_was_declared_missing_calls_a_person(world: World) -> None:
    world.fake.faults.extend(["503"] * 4)
    payout_id = world.request().payout_id
    while world.payout(payout_id).absent_at is None:
        world.ring_until_settled(payout_id, rings=1)
    world.advance(minutes=10)
    look_again(world.house, payout_id)
    key, body = world.fake.posts[0]
    world.fake.take(key, body)
    world.webhook(world.fake.become("processing"))
    payout = world.payout(payout_id)
    assert (payout.state, payout.alert) == ("failed", "taken_though_failed")
    assert world.points().available == EARNED


def test_never_taken_for_a_week_stops_and_calls_a_person(world: World) -> None:
    world.fake.faults.append("401")
    payout_id = world.request().payout_id
    world.pay(payout_id)
    world.advance(days=8)
    world.pay(payout_id)
    assert (world.payout(payout_id).alert, world.task().state) == ("never_taken_and_too_old", "parked")
    assert len(world.fake.posts) == 1
    assert world.points().held == 500


def test_bytes_that_can_no_longer_be_opened_are_not_rebuilt_but_asked_about(world: World) -> None:
    world.fake.faults.append("drop")
    payout_id = world.request().payout_id
    world.pay(payout_id)
    world.vault.key = b"z" * 32
    world.fake.become("processed")
    assert world.ring_until_settled(payout_id).state == "paid"
    assert (len(world.fake.posts), world.fake.questions) == (1, 1)


def test_two_payouts_under_our_reference_stand_still_until_a_person_clears_it(world: World) -> None:
    payout_id = world.request().payout_id
    world.pay(payout_id)
    twin = dict(next(iter(world.fake.payouts.values())), id="pout_twin")
    world.fake.payouts["another key"] = twin
    assert world.ring_until_settled(payout_id).alert == "two_payouts_under_one_reference"
    assert world.news() == ["PayoutDelayed"]
    assert world.pay(payout_id).next_at is None
    del world.fake.payouts["another key"]
    with world.engine.begin() as conn:
        clear_alert(conn, payout_id, world.decision("asha"))
        with pytest.raises(CannotDecide, match="carries no alert"):
            clear_alert(conn, payout_id, world.decision("asha"))
    world.fake.become("processed")
    assert world.task().state == "ready"
    assert world.ring_until_settled(payout_id).state == "paid"


def test_another_body_under_our_key_calls_a_person(world: World) -> None:
    payout_id = world.request().payout_id
    other = world.house.provider.build(Order("pay_other", "mbr_other", "pay_other", 100), Vpa("other@okaxis"))
    world.fake.take(payout_id, other)
    world.pay(payout_id)
    assert world.payout(payout_id).alert == "other_body_under_our_key"
    assert world.points().held == 500
