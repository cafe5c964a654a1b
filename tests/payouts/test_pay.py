"""Payouts that end, one way or the other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import text

from ledger.balance import movements
from payouts.rows import UnknownPayout
from payouts.show import show
from payouts.steps import WrongProvider, begin
from tests.payouts.conftest import EARNED, MEMBER, PROGRAMME, TOKEN, World


def test_a_payout_is_taken_then_paid_by_callback(world: World) -> None:
    payout_id = world.request(500).payout_id
    taken = world.pay(payout_id)
    assert (taken.state, taken.told) == ("sent", None)
    assert world.money() == {"cash": -12_500, "payout-clearing": 12_500, "paid-out": 0}
    settled = world.webhook(world.fake.become("processed", utr="523223155921"))
    assert settled.told == "cnv_ramesh"
    payout = world.payout(payout_id)
    assert (payout.state, payout.utr, payout.next_at) == ("paid", "523223155921", None)
    assert (world.points().available, world.points().held) == (EARNED - 500, 0)
    assert world.money() == {"cash": -12_500, "payout-clearing": 0, "paid-out": 12_500}
    assert world.told() == [
        {"name": "PayoutPaid", "payout": payout_id, "points": 500, "amount_paise": 12_500, "masked": "ra•••@okaxis",
         "utr": "523223155921"}
    ]  # fmt: skip
    assert (world.task().state, world.task().outcome) == ("done", "paid")
    assert world.sound()


def test_an_answer_that_is_final_at_once_needs_no_callback(world: World) -> None:
    world.fake.first_status = "processed"
    payout_id = world.request().payout_id
    assert world.pay(payout_id).state == "paid"
    assert world.news() == ["PayoutPaid"]


def test_a_paid_payout_no_longer_says_what_went_wrong_on_the_way(world: World) -> None:
    world.fake.faults.append("503")
    payout_id = world.request().payout_id
    world.pay(payout_id)
    assert world.payout(payout_id).reason is not None
    world.fake.first_status = "processed"
    world.ring_until_settled(payout_id)
    assert (world.payout(payout_id).state, world.payout(payout_id).reason) == ("paid", None)


def test_what_failed_for_good_keeps_its_reason_whatever_comes_late(world: World) -> None:
    payout_id = world.request().payout_id
    world.pay(payout_id)
    paid = world.fake.become("processed", utr="523223155921")
    world.webhook(world.fake.become("reversed", reason="beneficiary_bank_offline"))
    world.webhook(paid)
    assert (world.payout(payout_id).state, world.payout(payout_id).reason) == ("reversed", "beneficiary_bank_offline")


def test_without_any_callback_asking_settles_it(world: World) -> None:
    payout_id = world.request().payout_id
    world.pay(payout_id)
    world.fake.become("processed", utr="523223155921")
    assert world.ring_until_settled(payout_id).utr == "523223155921"
    assert (len(world.fake.posts), world.fake.questions) == (1, 1)


def test_a_utr_that_follows_later_is_kept_and_not_told_again(world: World) -> None:
    world.fake.first_status = "processed"
    payout_id = world.request().payout_id
    world.pay(payout_id)
    world.webhook(world.fake.become("processed", utr="523223155921"), event="payout.updated")
    assert world.payout(payout_id).utr == "523223155921"
    assert world.news() == ["PayoutPaid"]


def test_a_vpa_that_cannot_be_paid_returns_the_points(world: World) -> None:
    vpas = ["ra_mesh@okaxis", "two@at@signs", "", "x@" + "y" * 99, "रमेश@okaxis", "nobody@okaxis"]
    for n, vpa in enumerate(vpas):
        world.vault.secrets[TOKEN] = vpa
        payout_id = world.request(500, f"SM{n}/0").payout_id
        assert world.pay(payout_id).state == "failed"
        assert (world.points().available, world.points().held) == (EARNED, 0)
        told = world.told()[-1]
        assert (told["name"], told["reason"], told["available"]) == ("PayoutFailed", "vpa_invalid", EARNED)
    assert len(world.fake.posts) == 1  # only the last one looks like a UPI id
    assert set(world.money().values()) == {0}
    assert world.sound()


@pytest.mark.parametrize(
    ("reason", "told"),
    [("beneficiary_vpa_invalid", "vpa_invalid"), ("beneficiary_bank_offline", "bank"), ("rejected_by_owner", "other")],
)
def test_a_payout_that_fails_later_returns_the_points(world: World, reason: str, told: str) -> None:
    payout_id = world.request().payout_id
    world.pay(payout_id)
    world.webhook(world.fake.become("failed", reason=reason))
    assert (world.payout(payout_id).state, world.points().available) == ("failed", EARNED)
    assert world.told()[0]["reason"] == told
    assert set(world.money().values()) == {0}


@pytest.mark.parametrize("status", ["rejected", "cancelled"])
def test_rejected_and_cancelled_at_the_provider_are_failures(world: World, status: str) -> None:
    payout_id = world.request().payout_id
    world.pay(payout_id)
    world.webhook(world.fake.become(status))
    assert world.payout(payout_id).state == "failed"


def test_paid_then_reversed_days_later_returns_the_points_with_their_expiry(world: World) -> None:
    payout_id = world.request(500).payout_id
    world.pay(payout_id)
    world.webhook(world.fake.become("processed", utr="523223155921"))
    expires_at = world.points().expiring_at
    world.advance(days=3)
    world.webhook(world.fake.become("reversed", reason="beneficiary_bank_offline"))
    assert world.payout(payout_id).state == "reversed"
    assert world.news() == ["PayoutPaid", "PayoutReversed"]
    assert world.told()[1]["available"] == EARNED
    assert (world.points().available, world.points().expiring_at) == (EARNED, expires_at)
    with world.engine.begin() as conn:
        assert [(row.kind, row.points) for row in movements(conn, PROGRAMME, MEMBER, 2)] == [
            ("refund", 500),
            ("burn", 0),
        ]
    assert set(world.money().values()) == {0}
    assert world.sound()


def test_points_that_expired_meanwhile_come_back_with_a_grace(world: World) -> None:
    payout_id = world.request(EARNED).payout_id
    world.pay(payout_id)
    world.webhook(world.fake.become("processed"))
    world.advance(days=400)
    world.webhook(world.fake.become("reversed"))
    assert world.points().available == EARNED
    world.advance(days=31)
    assert world.points().available == 0


def test_money_that_came_back_before_we_knew_it_had_gone_is_a_failure_to_the_member(world: World) -> None:
    payout_id = world.request().payout_id
    world.pay(payout_id)
    world.webhook(world.fake.become("reversed", reason="beneficiary_bank_offline"))
    assert (world.payout(payout_id).state, world.news()) == ("reversed", ["PayoutFailed"])
    assert world.points().available == EARNED


@pytest.mark.parametrize("erased", ["secret", "member"])
def test_an_erasure_before_it_left_returns_the_points(world: World, erased: str) -> None:
    payout_id = world.request().payout_id
    if erased == "secret":
        world.vault.secrets.clear()
    else:
        world.vault.key = None
    assert world.pay(payout_id).state == "failed"
    assert world.points().available == EARNED
    assert world.fake.posts == []


def test_an_amount_below_what_upi_takes_returns_the_points(world: World) -> None:
    payout_id = world.request(3).payout_id  # 75 paise
    assert world.pay(payout_id).state == "failed"
    assert world.points().available == EARNED


def test_ringing_early_late_or_often_posts_once(world: World) -> None:
    payout_id = world.request().payout_id
    for _ in range(5):
        world.pay(payout_id)
    world.webhook(world.fake.become("processed"))
    world.advance(days=2)
    for _ in range(3):
        assert world.pay(payout_id).next_at is None
    assert len(world.fake.posts) == 1


def test_two_workers_on_one_payout_make_one_post(world: World) -> None:
    payout_id = world.request().payout_id
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(world.pay, [payout_id] * 4))
    assert len(world.fake.posts) == 1
    assert world.payout(payout_id).state == "sent"


def test_two_redemptions_are_two_payouts(world: World) -> None:
    for key in ("SM1/0", "SM2/0"):
        world.pay(world.request(500, key).payout_id)
    assert len(world.fake.payouts) == 2
    assert world.points().held == 1_000


def test_a_payout_of_another_provider_is_left_alone(world: World) -> None:
    payout_id = world.request().payout_id
    world.pay(payout_id)
    with pytest.raises(WrongProvider):

        class Other:
            name, repeat_is_safe = "other", True

        world.advance(hours=1)
        begin(replace(world.house, provider=Other()), payout_id)


def test_no_such_payout(world: World) -> None:
    with pytest.raises(UnknownPayout):
        world.pay("pay_none")


def test_what_staff_see_is_masked_and_newest_first(world: World) -> None:
    first = world.request(500, "SM1/0").payout_id
    world.advance(minutes=1)
    second = world.request(400, "SM2/0").payout_id
    with world.engine.begin() as conn:
        shown = show(conn, member_id=MEMBER)
        assert [payout.id for payout in shown] == [second, first]
        assert shown[1] == show(conn, payout_id=first)[0]
        assert show(conn, alerts=True) == show(conn, payout_id="pay_none") == []
    assert shown[0].masked == "ra•••@okaxis"


def test_a_turn_and_a_settlement_of_the_same_member_do_not_deadlock(world: World) -> None:
    """A turn holds its conversation and then wants accounts; the settlement waits before it holds any account."""
    payout_id = world.request(500).payout_id
    world.pay(payout_id)
    waits = text("SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
    with ThreadPoolExecutor(1) as pool, world.engine.begin() as turn:
        turn.execute(text("SELECT 1 FROM conversations WHERE id = 'cnv_ramesh' FOR UPDATE"))
        settling = pool.submit(world.webhook, world.fake.become("processed"))
        while not turn.execute(waits).all():
            assert not settling.done()
        world.request(400, "SM2/0", conn=turn)
        turn.commit()
        settling.result(10)
    assert (world.payout(payout_id).state, world.points().held) == ("paid", 400)
