"""RazorpayX: payouts once per key, their fates, their webhooks, and what is refused."""

import hashlib
import hmac
import json
import uuid
from typing import Any

import pytest
import requests

from tests.sandbox.fakes import Sandbox, fits, wait_for

ACCOUNT = "7878780080316316"


def body(vpa: str = "ram@okaxis", **changes: Any) -> dict[str, Any]:
    contact = {"name": "Ram Kumar", "contact": "9812345678", "type": "vendor", "reference_id": "member-7"}
    payout = {
        "account_number": ACCOUNT,
        "fund_account": {"account_type": "vpa", "vpa": {"address": vpa}, "contact": contact},
        "amount": 25000,
        "currency": "INR",
        "mode": "UPI",
        "purpose": "cashback",
        "reference_id": "payout-1",
        "narration": "Saathi points",
        "notes": {"member": "7"},
    }
    return {key: value for key, value in {**payout, **changes}.items() if value is not None}


def pay(sandbox: Sandbox, asked: Any, key: str | None = "", **kwargs: Any) -> requests.Response:
    headers = {"Content-Type": "application/json"}
    if key is not None:
        headers["X-Payout-Idempotency"] = key or str(uuid.uuid4())
    return sandbox.razorpayx("POST", "/payouts", data=json.dumps(asked), headers=headers, **kwargs)


def events(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [json.loads(heard.raw) for heard in sandbox.bot.on("/razorpayx/events")]


def names(sandbox: Sandbox) -> list[str]:
    return [event["event"] for event in events(sandbox)]


def test_a_payout_is_processed_with_a_utr_and_told_by_signed_webhooks(sandbox: Sandbox) -> None:
    made = pay(sandbox, body())
    assert made.status_code == 200, made.text
    fits("razorpayx_payout", made.json())
    assert (made.json()["status"], made.json()["utr"]) == ("processing", None)
    assert made.json()["fund_account"]["vpa"] == {"username": "ram", "handle": "okaxis", "address": "ram@okaxis"}
    wait_for(lambda: "payout.processed" in names(sandbox))
    paid = sandbox.razorpayx("GET", f"/payouts/{made.json()['id']}").json()
    fits("razorpayx_payout", paid)
    assert paid["status"] == "processed"
    assert len(paid["utr"]) == 12
    secret = sandbox.world.settings.razorpay_webhook_secret.encode()
    for heard, event in zip(sandbox.bot.on("/razorpayx/events"), events(sandbox), strict=True):
        fits("razorpayx_event", event)
        fits("razorpayx_payout", event["payload"]["payout"]["entity"])
        expected = hmac.new(secret, heard.raw, hashlib.sha256).hexdigest()
        assert heard.headers["X-RAZORPAY-SIGNATURE"] == expected
    ids = [heard.headers["X-RAZORPAY-EVENT-ID"] for heard in sandbox.bot.on("/razorpayx/events")]
    assert len(set(ids)) == 2


@pytest.mark.parametrize(
    ("vpa", "status", "reason"),
    [
        ("fail@okaxis", "failed", "beneficiary_vpa_invalid"),
        ("down@okaxis", "failed", "beneficiary_psp_offline"),
        ("reverse@okaxis", "reversed", "beneficiary_bank_offline"),
        ("reject@okaxis", "rejected", "payout_rejected"),
    ],
)
def test_the_vpa_decides_the_fate(sandbox: Sandbox, vpa: str, status: str, reason: str) -> None:
    made = pay(sandbox, body(vpa)).json()
    wait_for(lambda: f"payout.{status}" in names(sandbox))
    ended = sandbox.razorpayx("GET", f"/payouts/{made['id']}").json()
    assert (ended["status"], ended["status_details"]["reason"]) == (status, reason)


def test_a_reversal_comes_after_processed(sandbox: Sandbox) -> None:
    sandbox.fault("razorpayx.payouts", "reversal")
    pay(sandbox, body())
    wait_for(lambda: len(events(sandbox)) == 3)
    states = [e["payload"]["payout"]["entity"]["status"] for e in events(sandbox)]
    assert sorted(states) == ["processed", "processing", "reversed"]
    pay(sandbox, body(reference_id="payout-2"))
    wait_for(lambda: names(sandbox).count("payout.processed") == 2)


def test_a_slow_payout_waits_until_it_is_settled_by_hand(sandbox: Sandbox) -> None:
    made = pay(sandbox, body("slow@okaxis")).json()
    sandbox.post("/clock", advance_s=3 * 86400)
    assert sandbox.razorpayx("GET", f"/payouts/{made['id']}").json()["status"] == "processing"
    assert sandbox.post(f"/payouts/{made['id']}", status="processed")["utr"]
    wait_for(lambda: "payout.processed" in names(sandbox))
    wrong = requests.post(f"{sandbox.url}/sandbox/payouts/{made['id']}", json={"status": "failed"}, timeout=5)
    assert wrong.status_code == 409


def test_only_a_queued_payout_can_be_cancelled(sandbox: Sandbox) -> None:
    queued = pay(sandbox, body("queue@okaxis")).json()
    assert (queued["status"], queued["status_details"]["reason"]) == ("queued", "low_balance")
    cancelled = sandbox.razorpayx("POST", f"/payouts/{queued['id']}/cancel")
    fits("razorpayx_payout", cancelled.json())
    assert cancelled.json()["status"] == "cancelled"
    other = pay(sandbox, body("slow@okaxis")).json()
    for payout in (queued, other):
        refused = sandbox.razorpayx("POST", f"/payouts/{payout['id']}/cancel")
        assert refused.status_code == 400
        fits("razorpayx_error", refused.json())


def test_the_same_key_and_bytes_give_the_same_payouts_latest_state(sandbox: Sandbox) -> None:
    first = pay(sandbox, body(), key="key-0001").json()
    wait_for(lambda: "payout.processed" in names(sandbox))
    again = pay(sandbox, body(), key="key-0001").json()
    assert (again["id"], again["status"]) == (first["id"], "processed")
    assert len(sandbox.post("/clock", advance_s=0)) == 2
    assert len(sandbox.world.book.payouts) == 1
    assert names(sandbox).count("payout.initiated") == 1


def test_the_same_key_with_other_bytes_is_refused(sandbox: Sandbox) -> None:
    pay(sandbox, body(), key="key-0001")
    refused = pay(sandbox, body(amount=25001), key="key-0001")
    assert refused.status_code == 400
    fits("razorpayx_error", refused.json())
    assert refused.json()["error"]["description"] == "Different request body sent for the same Idempotency Header"
    assert len(sandbox.world.book.payouts) == 1


@pytest.mark.parametrize("key", [None, "abc", "x" * 37, "has/slash", "देवनागरी".encode().decode("latin-1")])
def test_a_missing_or_malformed_key_is_refused(sandbox: Sandbox, key: str | None) -> None:
    refused = pay(sandbox, body(), key=key)
    assert refused.status_code == 400
    assert refused.json()["error"]["field"] == "X-Payout-Idempotency"
    assert sandbox.world.book.payouts == {}


def test_a_refused_body_does_not_use_up_its_key(sandbox: Sandbox) -> None:
    assert pay(sandbox, body(amount=99), key="key-0001").status_code == 400
    assert pay(sandbox, body(), key="key-0001").status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": 99}, "amount"),
        ({"amount": 250.5}, "amount"),
        ({"amount": "25000"}, "amount"),
        ({"amount": True}, "amount"),
        ({"amount": 1_00_000_01}, "amount"),
        ({"currency": "USD"}, "currency"),
        ({"mode": "upi"}, "mode"),
        ({"mode": "IMPS"}, "mode"),
        ({"purpose": None}, "purpose"),
        ({"account_number": None}, "account_number"),
        ({"narration": "x" * 31}, "narration"),
        ({"narration": "points!"}, "narration"),
        ({"reference_id": "x" * 41}, "reference_id"),
        ({"notes": {str(n): "x" for n in range(16)}}, "notes"),
    ],
)
def test_a_wrong_field_is_named(sandbox: Sandbox, changes: dict[str, Any], field: str) -> None:
    refused = pay(sandbox, body(**changes))
    assert refused.status_code == 400
    fits("razorpayx_error", refused.json())
    assert refused.json()["error"]["field"] == field
    assert sandbox.world.book.payouts == {}


@pytest.mark.parametrize(
    "vpa", ["ram", "ram@", "@ok", "a@b@c", "ram kumar@ok", "ram_k@ok", "राम@ok", "x" * 99 + "@ok", ""]
)
def test_a_vpa_that_is_none_is_refused(sandbox: Sandbox, vpa: str) -> None:
    refused = pay(sandbox, body(vpa))
    assert (refused.status_code, refused.json()["error"]["field"]) == (400, "vpa.address")


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"null", b'"x"', b'{"fund_account": 5}'])
def test_a_body_that_is_no_payout_is_refused(sandbox: Sandbox, raw: bytes) -> None:
    headers = {"X-Payout-Idempotency": "key-0001", "Content-Type": "application/json"}
    refused = sandbox.razorpayx("POST", "/payouts", data=raw, headers=headers)
    assert refused.status_code == 400
    fits("razorpayx_error", refused.json())


def test_wrong_keys_are_401(sandbox: Sandbox) -> None:
    assert pay(sandbox, body(), auth=("rzp_test_sandbox", "wrong")).status_code == 401
    assert sandbox.razorpayx("GET", "/payouts?account_number=1", auth=None).status_code == 401


def test_found_by_reference_and_paged(sandbox: Sandbox) -> None:
    made = [pay(sandbox, body("slow@okaxis", reference_id=f"r{n}")).json()["id"] for n in range(3)]
    found = sandbox.razorpayx("GET", "/payouts", params={"account_number": ACCOUNT, "reference_id": "r1"}).json()
    assert (found["entity"], found["count"], [p["id"] for p in found["items"]]) == ("collection", 1, [made[1]])
    page = sandbox.razorpayx("GET", "/payouts", params={"account_number": ACCOUNT, "count": 2, "skip": 1}).json()
    assert [p["id"] for p in page["items"]] == [made[1], made[0]]
    assert sandbox.razorpayx("GET", "/payouts", params={"account_number": "other"}).json()["count"] == 0
    assert sandbox.razorpayx("GET", "/payouts").json()["error"]["field"] == "account_number"
    assert sandbox.razorpayx("GET", "/payouts/pout_unknown").json()["error"]["description"] == (
        "The id provided does not exist"
    )


def test_contacts_and_fund_accounts_are_made_once(sandbox: Sandbox) -> None:
    asked = {"name": "Sita Devi", "contact": "9800000001", "type": "vendor", "reference_id": "m1"}
    first = sandbox.razorpayx("POST", "/contacts", json=asked)
    fits("razorpayx_beneficiary", first.json())
    again = sandbox.razorpayx("POST", "/contacts", json=asked)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    bank = {"name": "Sita Devi", "ifsc": "HDFC0000053", "account_number": "765432123456789"}
    wanted = {"contact_id": first.json()["id"], "account_type": "bank_account", "bank_account": bank}
    account = sandbox.razorpayx("POST", "/fund_accounts", json=wanted)
    fits("razorpayx_beneficiary", account.json())
    assert sandbox.razorpayx("POST", "/fund_accounts", json=wanted).json()["id"] == account.json()["id"]
    paid = pay(sandbox, body(fund_account=None, fund_account_id=account.json()["id"], mode="IMPS"))
    assert paid.status_code == 200
    assert "fund_account" not in paid.json()
    assert pay(sandbox, body(fund_account=None, fund_account_id="fa_unknown", mode="IMPS")).status_code == 400
    assert sandbox.razorpayx("POST", "/contacts", json={"name": "  "}).json()["error"]["field"] == "name"
    broken = {**wanted, "bank_account": {**bank, "ifsc": "hdfc1"}}
    assert sandbox.razorpayx("POST", "/fund_accounts", json=broken).json()["error"]["field"] == "bank_account.ifsc"


@pytest.mark.parametrize(
    ("vpa", "status", "account_status", "score"),
    [
        ("ram@okaxis", "completed", "active", 100),
        ("stranger@okaxis", "completed", "active", 12),
        ("invalid@okaxis", "completed", "invalid", None),
        ("down@okaxis", "failed", None, None),
    ],
)
def test_a_validation_says_whose_vpa_it_is(
    sandbox: Sandbox, vpa: str, status: str, account_status: str | None, score: int | None
) -> None:
    asked = {"source_account_number": ACCOUNT, "reference_id": "v1", "fund_account": body(vpa)["fund_account"]}
    created = sandbox.razorpayx("POST", "/fund_accounts/validations", json=asked).json()
    fits("razorpayx_validation", created)
    assert created["status"] == "created"
    wait_for(lambda: f"fund_account.validation.{status}" in names(sandbox))
    ended = sandbox.razorpayx("GET", f"/fund_accounts/validations/{created['id']}").json()
    fits("razorpayx_validation", ended)
    results = ended["validation_results"]
    assert (ended["status"], results["account_status"], results["name_match_score"]) == (status, account_status, score)


def test_a_webhook_is_posted_until_it_is_accepted_with_one_event_id(sandbox: Sandbox) -> None:
    sandbox.bot.answers += ["500 Oops", "404 Not Found"]
    pay(sandbox, body("slow@okaxis"))
    for posted in (1, 2):
        wait_for(lambda posted=posted: len(events(sandbox)) >= posted)
        sandbox.post("/clock", advance_s=60)
    wait_for(lambda: len(events(sandbox)) == 3)
    assert len({h.headers["X-RAZORPAY-EVENT-ID"] for h in sandbox.bot.on("/razorpayx/events")}) == 1


@pytest.mark.parametrize("kind", ["timeout_after_accept", "drop_after_accept"])
def test_an_answer_lost_after_acceptance_is_found_by_the_same_key(sandbox: Sandbox, kind: str) -> None:
    sandbox.fault("razorpayx.payouts", kind, ms=10)
    with pytest.raises(requests.exceptions.ConnectionError):
        pay(sandbox, body("slow@okaxis"), key="key-0001")
    assert len(sandbox.world.book.payouts) == 1
    found = pay(sandbox, body("slow@okaxis"), key="key-0001")
    assert found.status_code == 200
    assert len(sandbox.world.book.payouts) == 1


@pytest.mark.parametrize(("numbers", "status"), [({}, 500), ({"code": 429}, 429), ({"code": 503}, 503)])
def test_an_error_on_demand_makes_no_payout(sandbox: Sandbox, numbers: dict[str, int], status: int) -> None:
    sandbox.fault("razorpayx.payouts", "error", **numbers)
    refused = pay(sandbox, body(), key="key-0001")
    assert refused.status_code == status
    fits("razorpayx_error", refused.json())
    assert sandbox.world.book.payouts == {}
    assert pay(sandbox, body(), key="key-0001").status_code == 200
