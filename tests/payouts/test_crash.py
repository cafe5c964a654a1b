"""A worker that dies between any two commits: what is left goes on, and nothing is done twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

from base.sealing import Sealer
from flows.kernel import Event
from payouts import steps
from payouts.provider import Outcome, Provider
from tests.payouts.conftest import EARNED, World


class Killed(BaseException):
    """Not an Exception, so that nothing on the way can mistake it for a fault it knows."""


class DyingProvider:
    """Dies before or after the call."""

    def __init__(self, inner: Provider, *, after: bool) -> None:
        self._inner, self._after = inner, after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def send(self, request: bytes, idempotency_key: str) -> Outcome:
        if self._after:
            self._inner.send(request, idempotency_key)
        raise Killed


def finish(world: World, payout_id: str) -> None:
    """The sweeper rings again; the provider settles."""
    for _ in range(3):
        if world.fake.payouts:
            world.fake.become("processed", utr="523223155921")
        world.ring_until_settled(payout_id, rings=1)
    payout = world.payout(payout_id)
    assert (payout.state, payout.utr) == ("paid", "523223155921")
    assert len(world.fake.payouts) == 1
    assert len(set(world.fake.posts)) == 1
    assert world.news() == ["PayoutPaid"]
    assert (world.points().available, world.points().held) == (EARNED - 500, 0)
    assert world.money() == {"cash": -12_500, "payout-clearing": 0, "paid-out": 12_500}
    assert world.sound()


def test_killed_before_anything_was_committed(world: World) -> None:
    payout_id = world.request().payout_id

    def die(self: Sealer, plain: bytes, place: str) -> bytes:
        raise Killed

    with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Sealer, "seal", die)
        world.pay(payout_id)
    assert world.payout(payout_id).state == "requested"
    finish(world, payout_id)


@pytest.mark.parametrize("after", [False, True])
def test_killed_around_the_call(world: World, after: bool) -> None:
    payout_id = world.request().payout_id
    dying = replace(world.house, provider=DyingProvider(world.house.provider, after=after))
    with pytest.raises(Killed):
        steps.pay(dying, payout_id)
    payout = world.payout(payout_id)
    assert (payout.state, payout.unanswered) == ("reserved", 1)
    assert world.task().due_at == payout.next_at
    finish(world, payout_id)


def test_killed_while_settling_leaves_neither_burn_nor_news(world: World) -> None:
    world.fake.first_status = "processed"
    payout_id = world.request().payout_id

    def die(conn: Connection, conversation_id: str, key: str, event: Event, now: object) -> None:
        raise Killed

    with pytest.raises(Killed):
        steps.pay(replace(world.house, tell=die), payout_id)
    assert world.payout(payout_id).state == "reserved"
    assert (world.points().held, world.news()) == (500, [])
    finish(world, payout_id)


def test_killed_many_times_over(world: World) -> None:
    payout_id = world.request().payout_id
    dying = replace(world.house, provider=DyingProvider(world.house.provider, after=True))
    for _ in range(3):
        world.now = world.payout(payout_id).next_at or world.now
        with pytest.raises(Killed):
            steps.pay(dying, payout_id)
    finish(world, payout_id)


def test_a_slow_worker_that_wakes_after_another_finished_changes_nothing(world: World) -> None:
    payout_id = world.request().payout_id
    begun = steps.begin(world.house, payout_id)
    assert isinstance(begun, steps.Begun)
    assert begun.request is not None
    finish(world, payout_id)
    world.house.provider.send(begun.request, begun.idempotency_key)
    assert len(world.fake.payouts) == 1
