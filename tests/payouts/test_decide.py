"""What people decide: approval by one or two, holding back, rejecting, retrying; never a second request, all on record."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from base import audit
from payouts.approval import Limits, approvals_needed, needs_approval
from payouts.decide import Approved, CannotDecide, approve, hold, reject, release, retry
from payouts.record import Recorded
from payouts.rows import UnknownPayout
from tests.payouts.conftest import EARNED, World

AMOUNT = 12_500  # paise, of 500 points


def acts(world: World, payout_id: str) -> list[tuple[str, str]]:
    with world.engine.begin() as conn:
        return [(act.actor, act.act) for act in reversed(audit.read(conn, subject=payout_id))]


def waiting(world: World, one_above: int | None = 0, two_above: int | None = None) -> str:
    world.limits = Limits(one_above, two_above)
    payout_id = world.request(500).payout_id
    world.pay(payout_id)
    assert world.payout(payout_id).state == "awaiting_approval"
    return payout_id


def say(world: World, what: object, payout_id: str, name: str = "asha") -> object:
    decision = world.decision(name)
    with world.engine.begin() as conn:
        return what(conn, payout_id, decision)


def rejected(world: World, payout_id: str) -> Recorded:
    decision = world.decision()
    with world.engine.begin() as conn:
        return reject(conn, payout_id, decision, world.tell)


def test_the_limit_itself_needs_nobody() -> None:
    assert not needs_approval(100, 100) and needs_approval(101, 100) and not needs_approval(10**12, None)
    limits = Limits(one_above_paise=100, two_above_paise=200)
    assert [approvals_needed(amount, limits) for amount in (100, 101, 200, 201)] == [0, 1, 1, 2]


@given(st.integers(1, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_more_money_never_needs_fewer_people(amount: int, one: int, two: int) -> None:
    limits = Limits(min(one, two), max(one, two))
    assert approvals_needed(amount, limits) <= approvals_needed(amount + 1, limits)


def test_below_the_limit_nobody_is_asked(world: World) -> None:
    world.limits = Limits(AMOUNT, AMOUNT)
    assert world.pay(world.request(500).payout_id).state == "sent"


def test_one_of_finance_lets_it_out(world: World) -> None:
    payout_id = waiting(world)
    assert (world.points().held, world.fake.posts, set(world.money().values())) == (500, [], {0})
    assert say(world, approve, payout_id) == Approved(0)
    assert world.task().state == "ready"
    assert world.pay(payout_id).state == "sent"
    assert [h.cause for h in world.happened(payout_id)] == ["requested", "approval_needed", "approved", "begun", "taken"]
    assert acts(world, payout_id) == [("asha", "payout.approve")]
    assert world.sound()


def test_a_large_one_needs_two_different_people(world: World) -> None:
    payout_id = waiting(world, 0, 0)
    assert say(world, approve, payout_id) == Approved(1)
    assert world.ring_until_settled(payout_id).state == "awaiting_approval"
    with pytest.raises(CannotDecide, match="second colleague"):
        say(world, approve, payout_id)
    assert say(world, approve, payout_id, "meera") == Approved(0)
    assert world.pay(payout_id).state == "sent"
    assert acts(world, payout_id) == [("asha", "payout.approve"), ("meera", "payout.approve")]


def test_two_people_at_once_are_two(world: World) -> None:
    payout_id = waiting(world, 0, 0)
    decisions = [world.decision("asha"), world.decision("meera")]

    def one(number: int) -> Approved:
        with world.engine.begin() as conn:
            return approve(conn, payout_id, decisions[number])

    with ThreadPoolExecutor(2) as pool:
        assert sorted(a.missing for a in pool.map(one, range(2))) == [0, 1]
    assert world.pay(payout_id).state == "sent"


def test_limits_that_change_meanwhile_do_not_undo_an_approval(world: World) -> None:
    payout_id = waiting(world)
    world.limits = Limits(0, 0)
    assert say(world, approve, payout_id) == Approved(0)
    assert world.pay(payout_id).state == "sent"


def test_the_member_hears_once_that_it_takes_longer_and_nothing_is_sent(world: World) -> None:
    payout_id = waiting(world)
    world.ring_until_settled(payout_id)
    assert (world.news(), world.payout(payout_id).next_at, world.fake.posts) == (["PayoutDelayed"], None, [])
    assert (world.task().state, world.task().outcome) == ("parked", "awaiting_approval")


def test_rejecting_returns_the_points_and_tells_why_in_the_members_words(world: World) -> None:
    payout_id = waiting(world)
    assert rejected(world, payout_id).told is not None
    assert (world.payout(payout_id).state, world.points().available, world.points().held) == ("failed", EARNED, 0)
    assert (world.told()[-1]["name"], world.told()[-1]["reason"]) == ("PayoutFailed", "declined")
    assert set(world.money().values()) == {0}
    assert world.pay(payout_id).next_at is None and world.fake.posts == []
    with pytest.raises(CannotDecide):
        rejected(world, payout_id)
    assert acts(world, payout_id) == [("asha", "payout.reject")]
    assert world.sound()


@pytest.mark.parametrize("fault", ["", "drop", "503"])
def test_what_the_provider_may_have_cannot_be_rejected(world: World, fault: str) -> None:
    world.fake.faults.extend([fault] * bool(fault))
    payout_id = world.request().payout_id
    world.pay(payout_id)
    with pytest.raises(CannotDecide, match="the provider may have it"):
        rejected(world, payout_id)
    assert (world.points().held, acts(world, payout_id)) == (500, [])


def test_what_was_certainly_not_taken_can_be_rejected_and_its_money_returns(world: World) -> None:
    world.fake.faults.append("401")
    payout_id = world.request().payout_id
    assert world.pay(payout_id).state == "reserved"
    rejected(world, payout_id)
    assert (world.payout(payout_id).state, world.points().available) == ("failed", EARNED)
    assert set(world.money().values()) == {0}
    world.advance(days=1)
    world.pay(payout_id)
    assert len(world.fake.posts) == 1
    assert world.sound()


def test_rejecting_during_the_call_is_refused(world: World) -> None:
    """The worker has committed that it posts: from then on the provider may have it."""
    payout_id = world.request().payout_id
    seen = []
    send = type(world.house.provider).send

    def meanwhile(provider: object, request: bytes, key: str) -> object:
        with pytest.raises(CannotDecide):
            rejected(world, payout_id)
        seen.append(key)
        return send(provider, request, key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(world.house.provider), "send", meanwhile)
        assert world.pay(payout_id).state == "sent"
    assert seen == [payout_id]


def test_one_held_back_is_not_sent_until_it_is_released(world: World) -> None:
    payout_id = world.request().payout_id
    say(world, hold, payout_id)
    with pytest.raises(CannotDecide, match="held back by asha already"):
        say(world, hold, payout_id, "meera")
    for _ in range(3):
        world.ring_until_settled(payout_id)
        world.advance(hours=1)
    assert (world.fake.posts, world.payout(payout_id).held_by, world.news()) == ([], "asha", ["PayoutDelayed"])
    with pytest.raises(CannotDecide, match="waits for a person"):
        say(world, retry, payout_id)
    say(world, release, payout_id, "meera")
    with pytest.raises(CannotDecide, match="not held back"):
        say(world, release, payout_id)
    assert world.pay(payout_id).state == "sent"
    assert acts(world, payout_id) == [("asha", "payout.hold"), ("meera", "payout.release")]


def test_one_held_back_while_it_waits_for_approval_needs_both(world: World) -> None:
    payout_id = waiting(world)
    say(world, hold, payout_id)
    say(world, approve, payout_id)
    world.ring_until_settled(payout_id)
    assert world.fake.posts == []
    say(world, release, payout_id)
    assert world.pay(payout_id).state == "sent"


def test_one_held_back_can_be_rejected(world: World) -> None:
    payout_id = world.request().payout_id
    say(world, hold, payout_id)
    rejected(world, payout_id)
    assert (world.payout(payout_id).state, world.points().available) == ("failed", EARNED)


def test_retrying_asks_now_under_the_same_key(world: World) -> None:
    world.fake.faults.append("drop")
    payout_id = world.request().payout_id
    world.pay(payout_id)
    say(world, retry, payout_id)
    assert world.payout(payout_id).next_at == world.now
    assert world.pay(payout_id).state == "sent"
    assert len(set(world.fake.posts)) == 1 and len(world.fake.payouts) == 1
    world.webhook(world.fake.become("processed"))
    with pytest.raises(CannotDecide, match="a new attempt is a new redemption"):
        say(world, retry, payout_id)


def test_one_that_has_begun_cannot_be_held_back(world: World) -> None:
    payout_id = world.request().payout_id
    world.pay(payout_id)
    with pytest.raises(CannotDecide, match="has begun"):
        say(world, hold, payout_id)


def test_nobody_decides_about_what_is_not_there(world: World) -> None:
    for what in (approve, hold, release, retry):
        with pytest.raises(UnknownPayout):
            say(world, what, "pay_none")


def test_a_callback_for_one_that_waits_calls_a_person_and_keeps_waiting(world: World) -> None:
    payout_id = waiting(world)
    entity = {"id": "pout_1", "entity": "payout", "amount": AMOUNT, "currency": "INR", "status": "processed"}
    world.webhook(entity | {"reference_id": payout_id})
    payout = world.payout(payout_id)
    assert (payout.state, payout.alert) == ("awaiting_approval", "paid_though_awaiting_approval")
    with pytest.raises(CannotDecide, match="carries the alert"):
        rejected(world, payout_id)


def test_who_approved_cannot_be_changed(world: World) -> None:
    payout_id = waiting(world)
    say(world, approve, payout_id)
    for change in ("DELETE FROM payout_approvals", "UPDATE payout_approvals SET staff_id = 'x'", "TRUNCATE payout_approvals"):
        with pytest.raises(Exception, match=r"append-only|permission denied"), world.engine.begin() as conn:
            conn.execute(text(change))


def test_waiting_for_days_changes_nothing(world: World) -> None:
    payout_id = waiting(world)
    world.now += timedelta(days=40)
    say(world, approve, payout_id)
    assert world.pay(payout_id).state == "sent"
