"""WhatsApp's verdict on a template, turned by hand: what is not approved opens no conversation."""

from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioException

from tests.sandbox.fakes import PHONE, Sandbox, fits, wait_for
from whatsapp.client import Twilio
from whatsapp.content.approval import Approval

TEXT = {"twilio/text": {"body": "Your {{1}} has arrived, thank you."}}


def rule(sandbox: Sandbox, sid: str, **verdict: Any) -> requests.Response:
    return requests.put(f"{sandbox.url}/sandbox/contents/{sid}/approval", json=verdict, timeout=5)


def sent(sandbox: Sandbox, sid: str) -> list[str]:
    message = sandbox.send(ContentSid=sid, ContentVariables='{"1": "₹100"}').json()["sid"]
    ends = (["undelivered"], ["sent", "delivered", "read"])
    return list(wait_for(lambda: [s for s in ends if sandbox.bot.statuses(message) == s])[0])


def test_the_verdict_is_turned_back_and_forth(sandbox: Sandbox) -> None:
    sid = sandbox.content(TEXT)
    sandbox.approve(sid)
    for status in ("approved", "pending", "approved", "paused", "disabled", "rejected"):
        assert rule(sandbox, sid, status=status).json()["contents"][0]["status"] == status
        approval = sandbox.twilio("GET", f"/v1/Content/{sid}/ApprovalRequests").json()
        fits("twilio_content_approval", approval)
        assert approval["whatsapp"]["status"] == status
        assert bool(approval["whatsapp"]["rejection_reason"]) == (status == "rejected")
        assert sent(sandbox, sid) == (["sent", "delivered", "read"] if status == "approved" else ["undelivered"])
    failed = [heard.form for heard in sandbox.bot.on("/twilio/status") if heard.form["MessageStatus"] == "undelivered"]
    assert {form["ErrorCode"] for form in failed} == {"63016"}


def test_a_session_takes_what_is_not_approved(sandbox: Sandbox) -> None:
    sandbox.write()
    assert sent(sandbox, sandbox.content(TEXT)) == ["sent", "delivered", "read"]


def test_all_that_was_submitted_at_once(sandbox: Sandbox) -> None:
    sids = [sandbox.content(TEXT) for _ in range(3)]
    for number, sid in enumerate(sids[:2]):
        sandbox.approve(sid, name=f"n_{number}")
    told = rule(sandbox, "all", status="rejected", reason="SPAM").json()["contents"]
    assert [one["status"] for one in told] == ["rejected"] * 2
    listed = requests.get(f"{sandbox.url}/sandbox/contents", timeout=5).json()["contents"]
    assert sorted(one["status"] for one in listed) == ["rejected", "rejected", "unsubmitted"]


@pytest.mark.parametrize(("which", "verdict", "status"), [
    ("mine", {"status": "approved"}, 404), ("HX" + "0" * 32, {"status": "approved"}, 404), ("mine", {}, 400),
    ("mine", {"status": "liked"}, 400), ("mine", {"status": "approved", "by": "me"}, 400), ("mine", [], 400),
])  # fmt: skip
def test_a_wrong_verdict_is_refused(sandbox: Sandbox, which: str, verdict: Any, status: int) -> None:
    sid = sandbox.content(TEXT) if which == "mine" else which
    answer = requests.put(f"{sandbox.url}/sandbox/contents/{sid}/approval", json=verdict, timeout=5)
    assert answer.status_code == status and answer.json()["error"]


def test_our_own_client_submits_and_reads(sandbox: Sandbox) -> None:
    settings = sandbox.world.settings
    client = Twilio(settings.account_sid, settings.auth_token, base_url=sandbox.url)
    sid = client.create_content("news", "en", {"1": "x"}, TEXT)
    assert client.approval(sid) == Approval("unsubmitted")
    assert client.submit(sid, "saathi_news_paid", "UTILITY") == Approval("received")
    assert client.approval(sid) == Approval("approved")
    rule(sandbox, sid, status="rejected", reason="TAG_CONTENT_MISMATCH")
    assert client.approval(sid) == Approval("rejected", "TAG_CONTENT_MISMATCH")
    with pytest.raises(TwilioException):
        client.submit(sid, "saathi_news_paid", "UTILITY")
    with pytest.raises(TwilioException):
        client.approval("HX" + "0" * 32)


def test_what_a_submission_answers_follows_its_contract(sandbox: Sandbox) -> None:
    sid = sandbox.content(TEXT)
    asked = {"name": "paid", "category": "UTILITY"}
    answer = sandbox.twilio("POST", f"/v1/Content/{sid}/ApprovalRequests/whatsapp", json=asked)
    assert answer.status_code == 201
    fits("twilio_content_approval_created", answer.json())
    assert PHONE not in answer.text
