"""Callbacks: forged, doubled, reordered, foreign, malformed, contradictory."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from payouts.events import Taking
from payouts.razorpayx_events import parse_event, verify_webhook
from tests.payouts.conftest import EARNED, World


def test_the_published_vector() -> None:
    body = b'{"entity":"event","event":"payout.processed"}'
    signature = "a118c2e24e452880e63d00cd509c9fda01077b8f9ff4845960408cfa26c4df3c"
    assert verify_webhook(["whsec"], body, signature)
    assert verify_webhook(["new", "whsec"], body, signature)
    assert not verify_webhook(["whsec"], body + b" ", signature)


@pytest.mark.parametrize("signature", [None, "", "é", "0" * 64, "A118", "\0"])
def test_anything_else_is_forged(signature: str | None) -> None:
    assert not verify_webhook(["whsec"], b"{}", signature)


def test_no_secret_verifies_nothing() -> None:
    empty = hmac.new(b"", b"{}", hashlib.sha256).hexdigest()
    assert not verify_webhook([], b"{}", empty)
    assert not verify_webhook([""], b"{}", empty)


def test_a_forged_callback_stores_nothing(world: World) -> None:
    payout_id = world.request().payout_id
    world.pay(payout_id)
    entity = world.fake.become("processed")
    assert world.webhook(entity, signature="0" * 64).how is Taking.FORGED
    assert world.payout(payout_id).state == "sent"
    assert world.one("SELECT count(*) AS n FROM provider_events").n == 0


def test_before_the_answer_to_our_own_request(world: World) -> None:
    """The provider's callback overtakes its answer: the answer then changes nothing."""
    payout_id = world.request().payout_id
    send = world.house.provider.send

    def overtaken(request: bytes, key: str) -> Any:
        outcome = send(request, key)
        world.webhook(dict(world.fake.become("processed", utr="523223155921")))
        return outcome

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(world.house.provider), "send", lambda _, request, key: overtaken(request, key))
        assert world.pay(payout_id).state == "paid"
    assert world.news() == ["PayoutPaid"]
    assert world.task().state == "done"


def test_the_same_event_twice_at_once_is_taken_once(world: World) -> None:
    payout_id = world.request().payout_id
    world.pay(payout_id)
    entity = world.fake.become("processed")
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: world.webhook(entity, event_id="evt_same").how, range(4)))
    assert sorted(taken) == [Taking.RECORDED, Taking.REPEATED, Taking.REPEATED, Taking.REPEATED]
    assert world.news() == ["PayoutPaid"]


def test_the_same_news_under_different_ids_is_told_once(world: World) -> None:
    world.pay(world.request().payout_id)
    entity = world.fake.become("processed")
    for _ in range(3):
        assert world.webhook(entity).how is Taking.RECORDED
    assert world.news() == ["PayoutPaid"]


def test_without_an_event_id_the_body_tells_a_repeat(world: World) -> None:
    world.pay(world.request().payout_id)
    entity = world.fake.become("processed")
    strange = "e" * 101
    assert world.webhook(entity, event_id=strange).how is Taking.RECORDED
    assert world.webhook(entity, event_id=strange).how is Taking.REPEATED


def test_any_order_ends_the_same(world: World) -> None:
    for n, order in enumerate(itertools.permutations(["queued", "processing", "processed", "reversed"])):
        payout_id = world.request(500, f"SM{n}/0").payout_id
        world.pay(payout_id)
        for status in order:
            world.webhook(dict(world.fake.become(status)))
        assert (world.payout(payout_id).state, world.payout(payout_id).alert) == ("reversed", None), order
        assert (world.points().available, world.points().held) == (EARNED, 0), order
    assert set(world.money().values()) == {0}


@pytest.mark.parametrize("change", [{"amount": 12_499}, {"amount": 1_250_000}, {"currency": "USD"}])
def test_another_amount_settles_nothing_and_calls_a_person(world: World, change: dict[str, Any]) -> None:
    payout_id = world.request().payout_id
    world.pay(payout_id)
    world.webhook(world.fake.become("processed", **change))
    payout = world.payout(payout_id)
    assert payout.state == "sent"
    assert payout.alert is not None
    assert payout.next_at is None
    assert (world.points().held, world.news()) == (500, ["PayoutDelayed"])
    # Not even the right amount settles it now: a person has to look first.
    world.webhook(world.fake.become("processed", amount=12_500, currency="INR"))
    assert world.payout(payout_id).state == "sent"
    assert world.happened(payout_id)[-1].detail["kept_still"] == payout.alert


def test_paid_after_failed_calls_a_person_and_the_points_stay_returned(world: World) -> None:
    payout_id = world.request().payout_id
    world.pay(payout_id)
    world.webhook(world.fake.become("failed"))
    world.webhook(world.fake.become("processed"))
    assert (world.payout(payout_id).state, world.payout(payout_id).alert) == ("failed", "paid_though_failed")
    assert world.points().available == EARNED


def test_another_payout_at_the_provider_with_our_reference_calls_a_person(world: World) -> None:
    payout_id = world.request().payout_id
    world.pay(payout_id)
    world.webhook(world.fake.become("processed", id="pout_another0000001"))
    assert (world.payout(payout_id).state, world.payout(payout_id).alert) == ("sent", "second_payout_at_provider")


def test_paid_before_we_ever_sent_it_calls_a_person(world: World) -> None:
    payout_id = world.request().payout_id
    entity = {"id": "pout_1", "entity": "payout", "amount": 12_500, "currency": "INR", "status": "processed"}
    world.webhook(entity | {"reference_id": payout_id})
    assert (world.payout(payout_id).state, world.payout(payout_id).alert) == ("requested", "paid_though_requested")
    assert world.pay(payout_id).next_at is None
    assert world.fake.posts == []


def test_an_event_without_our_reference_is_known_by_the_providers_id(world: World) -> None:
    payout_id = world.request().payout_id
    world.pay(payout_id)
    world.webhook(world.fake.become("processed", reference_id=None))
    assert world.payout(payout_id).state == "paid"


def test_a_payout_that_is_not_ours_is_kept_and_answered_well(world: World) -> None:
    entity = {"id": "pout_x", "entity": "payout", "amount": 100, "currency": "INR", "status": "processed"}
    for reference in (None, "Acme Transaction ID 12345", "x" * 500, 7, "\0"):
        assert world.webhook(entity | {"reference_id": reference}).how is Taking.UNRELATED


STRANGE = [
    b"", b"null", b"[]", b"{", b"\xff\xfe", b'{"event": 7}', b"[" * 100_000, b'{"event": "a\\u0000b"}', b'"\\ud800"',
    b'{"event": "payout.processed", "payload": []}', b'{"event": "payout.downtime.started", "payload": {"payout": 7}}',
    b'{"event": "payout.processed", "payload": {"payout": {"entity": {"id": {}, "amount": true, "status": []}}}}',
]  # fmt: skip


def test_what_is_signed_but_strange_is_kept_and_answered_well(world: World) -> None:
    for raw in STRANGE:
        assert world.deliver(raw).how in (Taking.UNREADABLE, Taking.UNRELATED), raw
    assert world.one("SELECT count(*) AS n FROM provider_events").n == len(STRANGE)


def test_half_a_message_about_our_payout_settles_nothing(world: World) -> None:
    payout_id = world.request().payout_id
    world.pay(payout_id)
    before = world.payout(payout_id)
    world.webhook({"id": before.provider_id, "entity": "payout", "status": "processed", "reference_id": payout_id})
    assert (world.payout(payout_id).state, world.payout(payout_id).next_at) == ("sent", before.next_at)


def test_an_event_name_cannot_carry_anything_else() -> None:
    notice = parse_event(json.dumps({"event": "payout.processed\n' OR 1=1 --" + "x" * 99}).encode())
    assert notice is not None
    assert notice.event.startswith("payout.processedOR11")
    assert len(notice.event) == 60
