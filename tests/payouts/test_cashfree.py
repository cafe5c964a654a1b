"""Cashfree's own words: amounts in rupees, its webhooks, and what is strange."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payouts.cashfree import Cashfree
from payouts.cashfree_words import outcome_of, parse_event, read_json, refusal_of, verify_webhook
from payouts.destination import Vpa
from payouts.events import Taken, Taking, take_cashfree_event
from payouts.provider import (
    Disputed,
    Failed,
    NotFound,
    Order,
    Outcome,
    Paid,
    Processing,
    RateLimited,
    Refused,
    Reversed,
    Unknown,
)
from tests.payouts.conftest import EARNED, World
from tests.payouts.fake_cashfree import FakeCashfree

SECRET = "secret-of-the-client"
TRANSFER: dict[str, Any] = {"transfer_id": "pay_1", "cf_transfer_id": "777", "transfer_amount": 125}


def test_the_published_vector() -> None:
    body, at = b'{"entity":"event","event":"payout.processed"}', "1617695238078"
    signature = "of6EtHpclPg5B3tfZIltg8grYw0GHP9EGaNMuNM67/w="
    assert verify_webhook(["secret"], body, signature, at)
    assert not verify_webhook(["secret"], body + b" ", signature, at)
    assert not verify_webhook(["secret"], body, signature, "1617695238079")
    assert not verify_webhook(["secret"], body, signature, None)
    assert not verify_webhook([""], body, base64.b64encode(hmac.new(b"", body, hashlib.sha256).digest()).decode(), "")


@given(st.integers(100, 1_00_000_00))
def test_rupees_go_and_come_back_as_the_same_paise(paise: int) -> None:
    body = Cashfree("c", "s").build(Order("pay_1", "mbr_1", "pay_1", paise), Vpa("ramesh@okaxis"))
    echoed = read_json(body)
    assert isinstance(echoed, dict)
    assert outcome_of(echoed | {"cf_transfer_id": 1, "status": "RECEIVED"}) == Processing("1", paise)


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ({"status": "RECEIVED"}, Processing("777", 12_500)),
        ({"status": "PENDING", "status_code": "LOW_BALANCE"}, Processing("777", 12_500, "low_balance")),
        ({"status": "SUCCESS", "transfer_utr": "5232"}, Paid("777", 12_500, "5232")),
        ({"status": "SUCCESS", "transfer_utr": "a b"}, Paid("777", 12_500, None)),
        ({"status": "FAILED", "status_code": "INVALID_VPA"}, Failed("777", 12_500, "invalid_vpa")),
        ({"status": "FAILED", "status_code": "call a@b"}, Failed("777", 12_500, "failed")),
        ({"status": "REJECTED"}, Failed("777", 12_500, "rejected")),
        ({"status": "REVERSED"}, Reversed("777", 12_500, "reversed")),
        ({"status": "SUCCESS", "transfer_amount": "125.00"}, Paid("777", 12_500, None)),
        ({"status": "SUCCESS", "transfer_amount": "125.005"}, Unknown("incomplete_transfer")),
        ({"status": "SUCCESS", "transfer_amount": "NaN"}, Unknown("incomplete_transfer")),
        ({"status": "SUCCESS", "transfer_amount": True}, Unknown("incomplete_transfer")),
        ({"status": "SUCCESS", "transfer_amount": None}, Unknown("incomplete_transfer")),
        ({"status": "SUCCESS", "cf_transfer_id": "a b"}, Unknown("incomplete_transfer")),
        ({"status": "SUCCESS", "transfer_currency": "USD"}, Disputed("currency_differs")),
        ({"status": "TOMORROWS"}, Unknown("unknown_status")),
        ({"status": []}, Unknown("unknown_status")),
    ],
)
def test_what_a_transfer_says(told: dict[str, Any], outcome: Outcome) -> None:
    assert outcome_of(TRANSFER | told) == outcome


def test_an_answer_about_another_transfer_settles_nothing() -> None:
    assert outcome_of(TRANSFER | {"status": "SUCCESS"}, "pay_2") == Unknown("another_transfer")


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (400, {"code": "amount_invalid"}, Refused("amount_invalid", permanent=True)),
        (400, {"code": "insufficient_balance"}, Refused("insufficient_balance", permanent=False)),
        (422, {"code": "vpa_invalid"}, Refused("vpa_invalid", permanent=True)),
        (400, {"code": "a sentence with a@b"}, Refused("http_400", permanent=True)),
        (400, "<html>", Unknown("http_400_unreadable")),
        (409, {"code": "exists"}, Unknown("http_409")),
        (429, None, RateLimited(None)),
        (503, None, Unknown("http_503")),
    ],
)
def test_what_a_refusal_says(status: int, body: object, outcome: Outcome) -> None:
    assert refusal_of(status, body, None) == outcome


STRANGE = [b"", b"null", b"[]", b"{", b"\xff", b'{"type": 7}', b"[" * 100_000]


def test_events_that_cannot_be_read() -> None:
    assert [parse_event(raw) for raw in STRANGE] == [None] * len(STRANGE)
    for odd in (b'{"type": "LOW_BALANCE_ALERT", "data": 7}', b'{"type": "X", "data": {"transfer": []}}', b'{"type": "X"}'):
        notice = parse_event(odd)
        assert notice is not None and notice.outcome is None


def deliver(world: World, transfer: dict[str, Any], *, wrapped: bool = False, secret: str = SECRET, n: int = 0) -> Taken:
    data = {"transfer": transfer} if wrapped else transfer
    raw = json.dumps({"type": f"TRANSFER_{transfer['status']}", "event_time": n, "data": data}).encode()
    signature = base64.b64encode(hmac.new(secret.encode(), b"1617695238078" + raw, hashlib.sha256).digest()).decode()
    with world.engine.begin() as conn:
        return take_cashfree_event(
            conn, raw, signature=signature, timestamp="1617695238078", secrets=[SECRET], now=world.now, tell=world.tell
        )


@pytest.mark.parametrize("wrapped", [False, True])
def test_callbacks_settle_repeat_and_reverse(world: World, wrapped: bool) -> None:
    there = FakeCashfree()
    try:
        world.house = replace(world.house, provider=Cashfree("client", SECRET, base_url=there.url, timeout_s=5))
        payout_id = world.request().payout_id
        assert world.pay(payout_id).state == "sent"
        success = dict(there.become("SUCCESS", transfer_utr="523223155921"))
        assert deliver(world, success, wrapped=wrapped, secret="forged").how is Taking.FORGED
        assert deliver(world, success, wrapped=wrapped).how is Taking.RECORDED
        assert deliver(world, success, wrapped=wrapped).how is Taking.REPEATED
        assert deliver(world, success, wrapped=wrapped, n=1).how is Taking.RECORDED
        assert (world.payout(payout_id).state, world.payout(payout_id).utr) == ("paid", "523223155921")
        deliver(world, dict(there.become("REVERSED")), wrapped=wrapped)
        assert (world.payout(payout_id).state, world.points().available) == ("reversed", EARNED)
        assert world.news() == ["PayoutPaid", "PayoutReversed"]
        assert world.sound()
    finally:
        there.close()


def test_another_amount_and_another_providers_payout(world: World) -> None:
    payout_id = world.request().payout_id
    world.pay(payout_id)  # with RazorpayX
    about_it = TRANSFER | {"transfer_id": payout_id, "status": "SUCCESS"}
    assert deliver(world, about_it).how is Taking.UNRELATED
    assert (world.payout(payout_id).state, world.payout(payout_id).alert) == ("sent", None)


def test_a_gateways_404_does_not_make_a_transfer_missing() -> None:
    there = FakeCashfree()
    try:
        adapter = Cashfree("client", SECRET, base_url=there.url, timeout_s=5)
        assert adapter.ask("pay_1") == NotFound()
        assert replace(adapter, id_in_path=True).ask("pay_1") == NotFound()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(there, "find", lambda _: (404, {"error": "no route"}))
            assert adapter.ask("pay_1") == Unknown("asking_http_404")
    finally:
        there.close()
