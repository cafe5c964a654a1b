"""The comparison with the provider: every difference has one cause and one owner, and nothing is ever paid by it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from ledger import chart
from ledger.chart import INR
from ledger.moves import Move, Posting
from ledger.post import post
from payouts import reconcile
from payouts.differences import MEANINGS, Cause
from payouts.reconcile import Run
from tests.payouts.conftest import EARNED, PROGRAMME, World


def run(world: World, steps: int = 40) -> Run:
    with world.engine.begin() as conn:
        reconcile.begin(conn, "razorpayx", world.ids, world.now)
    after: Run | None = None
    for _ in range(steps):
        after = reconcile.step(world.house, lambda _: None)
        if after is None or after.ended_at is not None:
            break
    assert after is not None and after.ended_at is not None
    return after


def found(world: World, of: Run | None = None) -> list[tuple[str, str, bool]]:
    of = of or run(world)
    with world.engine.begin() as conn:
        asked = text("SELECT cause, owner, settled FROM reconciliation_differences WHERE run = :run ORDER BY id")
        return [(row.cause, row.owner, row.settled) for row in conn.execute(asked, {"run": of.id})]


def sent(world: World, key: str = "SM1/0", points: int = 500) -> str:
    payout_id = world.request(points, key).payout_id
    world.pay(payout_id)
    world.advance(hours=1)
    return payout_id


def paid(world: World, key: str = "SM1/0") -> str:
    payout_id = sent(world, key)
    world.webhook(world.fake.become("processed", utr="523223155921"))
    return payout_id


def test_every_cause_has_an_owner_and_a_thing_to_do() -> None:
    assert set(MEANINGS) == set(Cause)
    assert all(meaning.what_to_do for meaning in MEANINGS.values())


def test_where_all_agree_nothing_is_found(world: World) -> None:
    paid(world)
    sent(world, "SM2/0")
    world.request(100, "SM3/0")  # not begun: nothing of it is anywhere
    posts = len(world.fake.posts)
    assert found(world) == []
    assert len(world.fake.posts) == posts
    assert world.one("SELECT count(*) AS n FROM reconciliation_seen").n == 0


@pytest.mark.parametrize(
    ("status", "state", "news"),
    [("processed", "paid", ["PayoutPaid"]), ("failed", "failed", ["PayoutFailed"]), ("reversed", "reversed", ["PayoutFailed"])],
)
def test_a_callback_that_never_came_is_put_right(world: World, status: str, state: str, news: list[str]) -> None:
    payout_id = sent(world)
    world.fake.become(status)
    assert found(world) == [("callback_missed", "engineering", True)]
    assert (world.payout(payout_id).state, [n for n in world.news() if n != "PayoutDelayed"]) == (state, news)
    assert world.sound()
    assert found(world) == []


def test_a_reversal_days_after_returns_the_points(world: World) -> None:
    payout_id = paid(world)
    world.advance(days=5)
    world.fake.become("reversed", reason="beneficiary_bank_offline")
    assert found(world) == [("late_reversal", "finance", True)]
    assert (world.payout(payout_id).state, world.points().available) == ("reversed", EARNED)
    assert set(world.money().values()) == {0}


def test_one_that_is_nobodys(world: World) -> None:
    paid(world)
    stranger = dict(world.fake.become("processed"), id="pout_stranger", reference_id="from the dashboard")
    world.fake.strangers += [stranger, dict(stranger, id="pout_bare", reference_id=None), {"odd": 1}, 7, None]
    assert sorted(found(world)) == [("unknown_to_us", "finance", False)] * 2 + [("unreadable", "engineering", False)]
    assert world.one("SELECT count(*) AS n FROM payouts").n == 1


def test_another_amount_stands_still_until_a_person_looks(world: World) -> None:
    payout_id = sent(world)
    world.fake.become("processed", amount=12_501)
    assert found(world) == [("amount_differs", "finance", False)]
    assert (world.payout(payout_id).state, world.payout(payout_id).alert) == ("sent", "amount_differs_12501_not_12500")
    assert world.points().held == 500


def test_two_under_our_reference(world: World) -> None:
    payout_id = sent(world)
    world.fake.strangers.append(dict(world.fake.become("processing"), id="pout_twin"))
    assert ("doubled_at_provider", "finance", False) in found(world)
    assert world.payout(payout_id).alert is not None


def test_failed_with_us_and_paid_there_calls_a_person(world: World) -> None:
    payout_id = sent(world)
    world.webhook(world.fake.become("failed"))
    world.fake.become("processed")
    assert found(world) == [("state_differs", "finance", False)]
    assert (world.payout(payout_id).state, world.payout(payout_id).alert) == ("failed", "paid_though_failed")
    assert world.points().available == EARNED


def test_another_bank_reference(world: World) -> None:
    paid(world)
    world.fake.become("processed", utr="999999999999")
    assert found(world) == [("utr_differs", "finance", False)]


def test_paid_with_us_and_gone_there_is_asked_about_and_never_paid_again(world: World) -> None:
    payout_id = paid(world)
    world.advance(days=2)
    world.fake.payouts.clear()
    assert found(world) == [("missing_at_provider", "provider", False)]
    assert (world.payout(payout_id).state, len(world.fake.posts)) == ("paid", 1)


def test_one_that_may_never_have_arrived_is_its_own_business_for_a_day(world: World) -> None:
    world.fake.faults.extend(["503"] * 4)
    payout_id = world.request().payout_id
    world.ring_until_settled(payout_id, rings=5)
    posts = len(world.fake.posts)
    world.advance(minutes=20)
    assert found(world) == []
    world.advance(days=1)
    assert found(world) == [("missing_at_provider", "provider", False)]
    assert (world.payout(payout_id).state, len(world.fake.posts)) == ("unknown", posts)


def test_processing_for_longer_than_a_bank_may_take(world: World) -> None:
    payout_id = sent(world)
    world.advance(days=3)
    assert found(world) == []
    world.advance(days=1)
    assert found(world) == [("still_processing", "provider", False)]
    assert (world.payout(payout_id).state, len(world.fake.posts)) == ("sent", 1)


def test_one_older_than_the_window_is_asked_for_while_it_is_open(world: World) -> None:
    sent(world)
    world.advance(days=30)
    world.fake.listing = lambda skip, count: {"items": []}
    world.fake.become("processed", utr="523223155921")
    assert found(world) == [("callback_missed", "engineering", True)]


def test_a_clearing_account_that_is_off(world: World) -> None:
    sent(world)
    move = Move(chart.cash(PROGRAMME), chart.payout_clearing(PROGRAMME), INR, 1)
    with world.engine.begin() as conn:
        post(conn, Posting("slip", PROGRAMME, "payout", world.now, (move,), facts={}), world.now)
    assert found(world) == [("clearing_differs", "engineering", False)]


def test_a_list_of_many_pages_that_breaks_off_is_taken_up_where_it_stopped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("payouts.razorpayx.PAGE", 2)
    for n in range(5):
        sent(world, f"SM{n}/0", 100)
    world.fake.become("processed")
    with world.engine.begin() as conn:
        begun = reconcile.begin(conn, "razorpayx", world.ids, world.now)
    assert (reconcile.step(world.house, lambda _: None) or begun).listed == 2
    for fault in ("429", "500", "drop"):
        world.fake.list_faults.append(fault)
        assert reconcile.step(world.house, lambda _: None) is None
    world.advance(days=1)
    with world.engine.begin() as conn:
        assert reconcile.begin(conn, "razorpayx", world.ids, world.now).listed == 2  # the same run
    after = run(world)
    assert (after.id, after.listed) == (begun.id, 5)
    assert found(world, after) == [("callback_missed", "engineering", True)]


def test_two_processes_at_one_run_count_no_page_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("payouts.razorpayx.PAGE", 1)
    for n in range(3):
        sent(world, f"SM{n}/0", 100)
    with world.engine.begin() as conn:
        reconcile.begin(conn, "razorpayx", world.ids, world.now)
    listing, depth = world.fake.listing, [0]

    def overtaken(skip: int, count: int) -> dict[str, Any]:
        if depth[0] == 0 and skip == 0:
            depth[0] = 1
            reconcile.step(world.house, lambda _: None)  # the other one, while we wait for our answer
        return listing(skip, count)

    world.fake.listing = overtaken
    after = run(world)
    assert (after.ended_at is not None, found(world, after)) == (True, [])


def test_what_was_found_cannot_be_changed(world: World) -> None:
    sent(world)
    world.fake.become("processed")
    run(world)
    for change in ("DELETE FROM reconciliation_differences", "UPDATE reconciliation_differences SET settled = true"):
        with pytest.raises(Exception, match=r"append-only|permission denied"), world.engine.begin() as conn:
            conn.execute(text(change))
