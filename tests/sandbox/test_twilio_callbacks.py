"""Status callbacks: order, signature, failures and what may go wrong on their way."""

import pytest
import requests
from twilio.request_validator import RequestValidator

from tests.sandbox.fakes import PHONE, Sandbox, wait_for

FULL = ["sent", "delivered", "read"]


def sent_in_session(sandbox: Sandbox) -> str:
    sandbox.write()
    return str(sandbox.send(Body="hello").json()["sid"])


def test_sent_delivered_read_arrive_in_order_and_queued_is_never_told(sandbox: Sandbox) -> None:
    sid = sent_in_session(sandbox)
    wait_for(lambda: sandbox.bot.statuses(sid) == FULL)


def test_callbacks_are_signed_over_the_public_address_with_its_query(sandbox: Sandbox) -> None:
    sid = sent_in_session(sandbox)
    wait_for(lambda: sandbox.bot.statuses(sid) == FULL)
    validator = RequestValidator(sandbox.world.settings.auth_token)
    for heard in sandbox.bot.on("/twilio/status"):
        url = "https://saathi.example.com" + heard.path
        assert heard.path == "/twilio/status?row=7"
        assert validator.validate(url, heard.form, heard.headers["X-TWILIO-SIGNATURE"])
        assert not validator.validate(sandbox.bot.url + heard.path, heard.form, heard.headers["X-TWILIO-SIGNATURE"])


def test_a_phone_that_is_not_looked_at_reads_when_it_is(sandbox: Sandbox) -> None:
    requests.put(f"{sandbox.url}/sandbox/phones/{PHONE}", json={"reads_at_once": False}, timeout=5)
    sid = sent_in_session(sandbox)
    wait_for(lambda: sandbox.bot.statuses(sid) == ["sent", "delivered"])
    assert requests.get(f"{sandbox.url}/sandbox/phones", timeout=5).json()["phones"][0]["unread"] == 1
    assert sandbox.post(f"/phones/{PHONE}/read") == {"read": 1}
    wait_for(lambda: sandbox.bot.statuses(sid) == FULL)
    assert sandbox.post(f"/phones/{PHONE}/read") == {"read": 0}


def test_no_callback_without_an_address(sandbox: Sandbox) -> None:
    sandbox.write()
    uri = sandbox.send(Body="hello", StatusCallback=None).json()["uri"]
    wait_for(lambda: sandbox.twilio("GET", uri).json()["status"] == "read")
    assert sandbox.bot.on("/twilio/status") == []


@pytest.mark.parametrize(("code", "expected"), [(63049, "63049"), (None, "63024")])
def test_a_message_can_be_made_to_fail(sandbox: Sandbox, code: int | None, expected: str) -> None:
    sandbox.fault("twilio.callback", "error", **({"code": code} if code else {}))
    sid = sent_in_session(sandbox)
    wait_for(lambda: sandbox.bot.statuses(sid) == ["undelivered"])
    failed = sandbox.bot.on("/twilio/status")[0].form
    assert failed["ErrorCode"] == expected
    assert failed["ErrorMessage"]


def test_a_duplicated_callback_comes_twice_with_one_token(sandbox: Sandbox) -> None:
    sandbox.fault("twilio.callback", "duplicate")
    sid = sent_in_session(sandbox)
    wait_for(lambda: sandbox.bot.statuses(sid) == ["sent", "sent", "delivered", "read"])
    tokens = [h.headers["I-TWILIO-IDEMPOTENCY-TOKEN"] for h in sandbox.bot.on("/twilio/status")]
    assert tokens[0] == tokens[1] != tokens[2]


def test_a_dropped_callback_never_comes_and_the_next_one_does(sandbox: Sandbox) -> None:
    sandbox.fault("twilio.callback", "drop")
    sid = sent_in_session(sandbox)
    wait_for(lambda: sandbox.bot.statuses(sid) == ["delivered", "read"])


def test_a_reordered_callback_comes_after_the_next_one(sandbox: Sandbox) -> None:
    sandbox.fault("twilio.callback", "reorder", ms=60000)
    sid = sent_in_session(sandbox)
    wait_for(lambda: len(sandbox.bot.statuses(sid)) == 3)
    assert sandbox.bot.statuses(sid).index("sent") > sandbox.bot.statuses(sid).index("delivered")


def test_a_delayed_callback_is_overtaken_and_comes_once(sandbox: Sandbox) -> None:
    sandbox.fault("twilio.callback", "delay", ms=3_600_000)
    sid = sent_in_session(sandbox)
    wait_for(lambda: sandbox.bot.statuses(sid) == ["delivered", "read"])
    sandbox.post("/clock", advance_s=3600)
    wait_for(lambda: sandbox.bot.statuses(sid) == ["delivered", "read", "sent"])


def test_a_bot_that_answers_500_gets_the_next_status_all_the_same(sandbox: Sandbox) -> None:
    sandbox.write()
    sandbox.bot.answers += ["500 Internal Server Error"]
    sid = sandbox.send(Body="hello").json()["sid"]
    wait_for(lambda: sandbox.bot.statuses(sid) == FULL)  # Twilio's default policy does not repeat after a 5xx


def test_a_callback_is_repeated_when_its_address_asks_for_that(sandbox: Sandbox) -> None:
    sandbox.write()
    sandbox.bot.answers += ["503 Service Unavailable"]
    url = "https://saathi.example.com/twilio/status#rc=1&rp=5xx"
    sid = sandbox.send(Body="hello", StatusCallback=url).json()["sid"]
    wait_for(lambda: sandbox.bot.statuses(sid) == ["sent", "sent", "delivered", "read"])
