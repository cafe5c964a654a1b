"""An account that has run dry: payouts wait at the provider, one alarm rings, and nothing is sent anew."""

from __future__ import annotations

from payouts import alarms
from payouts.show import show
from tests.payouts.conftest import World
from tests.payouts.fake_razorpayx import error


def look(world: World) -> tuple[list[str], list[str]]:
    with world.engine.begin() as conn:
        return alarms.look(conn, world.now)


def ringing(world: World) -> list[tuple[str, int, int]]:
    with world.engine.begin() as conn:
        return [(alarm.cause, alarm.payouts, alarm.amount_paise) for alarm in alarms.ringing(conn)]


def waiting(world: World) -> list[str]:
    with world.engine.begin() as conn:
        return [each.id for each in show(conn, alerts=True)]


def test_payouts_that_the_provider_queues_ring_once_until_the_last_goes_on(world: World) -> None:
    ids = []
    for n in range(2):
        ids.append(world.request(500, f"SM{n}/0").payout_id)
        world.fake.first_status = "queued"
        world.pay(ids[n])
        world.webhook(world.fake.become("queued", reason="low_balance"))
    assert [world.payout(each).state for each in ids] == ["sent", "sent"]
    assert look(world) == (["low_balance"], [])
    assert look(world) == ([], [])
    assert (ringing(world), sorted(waiting(world))) == ([("low_balance", 2, 25_000)], sorted(ids))
    world.webhook(world.fake.become("processed", utr="523223155921"))
    assert (look(world), ringing(world)) == (([], []), [("low_balance", 1, 12_500)])
    first = next(iter(world.fake.payouts.values()))
    first.update(status="processing", status_details=None)
    world.webhook(first)
    assert (look(world), ringing(world), waiting(world)) == (([], ["low_balance"]), [], [])
    assert len(world.fake.posts) == 2


def test_a_request_that_is_refused_for_want_of_money_waits_and_goes_out_later_as_the_same(world: World) -> None:
    take = world.fake.take
    world.fake.take = lambda key, body: (400, error("Low balance", reason="insufficient_funds"))
    payout_id = world.request().payout_id
    assert world.pay(payout_id).state == "reserved"
    assert (world.payout(payout_id).waits_for, look(world)) == ("low_balance", (["low_balance"], []))
    assert (world.points().held, world.news()) == (500, [])
    world.fake.take = take
    world.ring_until_settled(payout_id, rings=1)
    assert (world.payout(payout_id).state, world.payout(payout_id).waits_for) == ("sent", None)
    assert look(world) == ([], ["low_balance"])
    assert len(set(world.fake.posts)) == 1


def test_a_queued_payout_that_fails_waits_for_nothing(world: World) -> None:
    world.fake.first_status = "queued"
    payout_id = world.request().payout_id
    world.pay(payout_id)
    look(world)
    world.webhook(world.fake.become("cancelled"))
    assert (world.payout(payout_id).state, world.payout(payout_id).waits_for) == ("failed", None)
    assert len(look(world)[1]) == 1
