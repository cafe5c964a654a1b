"""Content templates: making, approving, sending, and the limits on what they become."""

import json
from typing import Any

import pytest
import requests

from tests.sandbox.fakes import PHONE, Sandbox, fits, wait_for

TEXT = {"twilio/text": {"body": "Namaste {{1}}, your points are {{2}} today"}}


def quick_reply(count: int, title: str = "Option {n}", body: str = "Choose") -> dict[str, Any]:
    actions = [{"id": f"o{n}", "title": title.replace("{n}", str(n))} for n in range(count)]
    return {"twilio/quick-reply": {"body": body, "actions": actions}}


def list_picker(count: int, item: str = "Row {n}", body: str = "Choose", button: str = "Open") -> dict[str, Any]:
    items = [{"id": f"r{n}", "item": item.replace("{n}", str(n)), "description": ""} for n in range(count)]
    return {"twilio/list-picker": {"body": body, "button": button, "items": items}}


def shown(sandbox: Sandbox) -> dict[str, Any]:
    listed = requests.get(f"{sandbox.url}/sandbox/messages", params={"phone": PHONE}, timeout=5).json()["messages"]
    return dict(listed[-1])


def send(sandbox: Sandbox, sid: str, variables: Any = None) -> requests.Response:
    form = {"ContentSid": sid}
    if variables is not None:
        form["ContentVariables"] = variables if isinstance(variables, str) else json.dumps(variables)
    return sandbox.send(**form)


def test_created_fetched_listed_and_deleted(sandbox: Sandbox) -> None:
    sid = sandbox.content(TEXT, friendly_name="greeting", variables={"1": "Ram", "2": "0"})
    fetched = sandbox.twilio("GET", f"/v1/Content/{sid}").json()
    fits("twilio_content", fetched)
    assert (fetched["friendly_name"], fetched["types"]) == ("greeting", TEXT)
    for _ in range(4):
        sandbox.content(TEXT)
    page = sandbox.twilio("GET", "/v1/Content", params={"PageSize": 2}).json()
    sids = [c["sid"] for c in page["contents"]]
    while page["meta"]["next_page_url"]:
        page = sandbox.twilio("GET", page["meta"]["next_page_url"].removeprefix(sandbox.url)).json()
        sids += [c["sid"] for c in page["contents"]]
    assert len(sids) == len(set(sids)) == 5
    both = sandbox.twilio("GET", "/v1/ContentAndApprovals").json()["contents"]
    assert both[0]["approval_requests"]["status"] == "unsubmitted"
    assert sandbox.twilio("DELETE", f"/v1/Content/{sid}").status_code == 204
    assert sandbox.twilio("GET", f"/v1/Content/{sid}").json()["code"] == 20404
    assert send(sandbox, sid).json()["code"] == 21655


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"language": "en"},
        {"types": TEXT},
        {"language": "en", "types": {}},
        {"language": "en", "types": {"twilio/text": {}}},
        {"language": "en", "types": {"twilio/tekst": {"body": "x"}}},
        {"language": "en", "types": {"twilio/quick-reply": {"body": "x", "actions": [{"id": "no title"}]}}},
        {"language": "en", "types": list_picker(11)},
        {"language": "en", "types": quick_reply(11)},
        {"language": "en", "types": TEXT, "variables": {"1": 5}},
    ],
)
def test_a_wrong_content_is_refused_when_it_is_made(sandbox: Sandbox, body: Any) -> None:
    refused = sandbox.twilio("POST", "/v1/Content", json=body)
    assert refused.status_code == 400
    fits("twilio_error", refused.json())
    assert sandbox.world.contents == {}


def test_variables_are_filled_in_and_defaults_used(sandbox: Sandbox) -> None:
    sandbox.write()
    sid = sandbox.content(TEXT, variables={"1": "member", "2": "0"})
    assert send(sandbox, sid, {"2": "1,250"}).json()["body"] == "Namaste member, your points are 1,250 today"


@pytest.mark.parametrize(
    "variables",
    [
        {"1": "Ram", "2": ""},
        {"1": "Ram", "2": "  "},
        {"1": "Ram"},
        {"1": "Ram\nSita", "2": "5"},
        {"1": "Ram\tSita", "2": "5"},
        {"1": "Ram      Sita", "2": "5"},
        {"1": "Ram", "2": 5},
        {"1": "Ram", "2": None},
        ["Ram", "5"],
        "{'1': 'Ram'}",
        {"1": "x" * 1601, "2": "5"},
    ],
)
def test_bad_variables_are_refused(sandbox: Sandbox, variables: Any) -> None:
    sandbox.write()
    refused = send(sandbox, sandbox.content(TEXT), variables)
    assert (refused.status_code, refused.json()["code"]) == (400, 21656)


def test_a_content_goes_with_neither_body_nor_media(sandbox: Sandbox) -> None:
    sid = sandbox.content(quick_reply(1))
    assert sandbox.send(ContentSid=sid, Body="hello").status_code == 400


def test_a_quick_reply_shows_its_buttons(sandbox: Sandbox) -> None:
    sandbox.write()
    assert send(sandbox, sandbox.content(quick_reply(3))).status_code == 201
    assert [b["title"] for b in shown(sandbox)["buttons"]] == ["Option 0", "Option 1", "Option 2"]
    assert send(sandbox, sandbox.content(list_picker(10))).status_code == 201
    assert (shown(sandbox)["list"]["button"], len(shown(sandbox)["list"]["items"])) == ("Open", 10)
    assert shown(sandbox)["buttons"] == []


@pytest.mark.parametrize(
    ("types", "code"),
    [
        (quick_reply(4), 63013),
        (quick_reply(1, title="x" * 21), 63021),
        (quick_reply(2, title="Same"), 63021),
        (quick_reply(1, body="x" * 1025), 63021),
        (list_picker(1, item="x" * 25), 63021),
        (list_picker(1, button="x" * 21), 63021),
        (list_picker(2, item="Same"), 63021),
        (list_picker(1, body="x" * 1025), 63021),
        ({"twilio/text": {"body": "x" * 1601}}, 21617),
    ],
)
def test_what_whatsapp_cannot_show_in_a_session_is_refused(sandbox: Sandbox, types: dict[str, Any], code: int) -> None:
    sandbox.write()
    refused = send(sandbox, sandbox.content(types))
    assert (refused.status_code, refused.json()["code"]) == (400, code)
    fits("twilio_error", refused.json())


def test_limits_count_after_variables_are_filled_in(sandbox: Sandbox) -> None:
    sandbox.write()
    sid = sandbox.content(quick_reply(1, title="{{1}}"))
    assert send(sandbox, sid, {"1": "x" * 20}).status_code == 201
    assert send(sandbox, sid, {"1": "x" * 21}).json()["code"] == 63021


def test_an_approved_template_opens_a_conversation_and_may_have_more_buttons(sandbox: Sandbox) -> None:
    sid = sandbox.content(quick_reply(5))
    assert send(sandbox, sid).json()["code"] == 63013
    sandbox.approve(sid)
    approval = sandbox.twilio("GET", f"/v1/Content/{sid}/ApprovalRequests").json()
    fits("twilio_content_approval", approval)
    assert approval["whatsapp"]["status"] == "approved"
    message = send(sandbox, sid).json()["sid"]
    wait_for(lambda: sandbox.bot.statuses(message) == ["sent", "delivered", "read"])


def test_unapproved_content_fails_outside_the_window(sandbox: Sandbox) -> None:
    message = send(sandbox, sandbox.content(list_picker(2))).json()["sid"]
    wait_for(lambda: sandbox.bot.statuses(message) == ["undelivered"])


def test_a_template_longer_than_1024_after_its_variables_is_refused(sandbox: Sandbox) -> None:
    sid = sandbox.content({"twilio/text": {"body": "Dear {{1}} thank you"}})
    sandbox.approve(sid)
    assert send(sandbox, sid, {"1": "x" * 1009}).status_code == 201
    assert send(sandbox, sid, {"1": "x" * 1010}).json()["code"] == 63021


def test_rejected_and_pending_templates_open_nothing(sandbox: Sandbox) -> None:
    sid = sandbox.content(TEXT, variables={"1": "a", "2": "b"})
    sandbox.approve(sid, name="please_reject_me")
    whatsapp = sandbox.twilio("GET", f"/v1/Content/{sid}/ApprovalRequests").json()["whatsapp"]
    assert (whatsapp["status"], whatsapp["rejection_reason"]) == ("rejected", "INVALID_FORMAT")
    message = send(sandbox, sid).json()["sid"]
    wait_for(lambda: sandbox.bot.statuses(message) == ["undelivered"])


@pytest.mark.parametrize(
    ("types", "asked", "status"),
    [
        (list_picker(2), {"name": "a", "category": "UTILITY"}, 400),
        (TEXT, {"name": "Upper Case", "category": "UTILITY"}, 400),
        (TEXT, {"name": "a", "category": "NEWS"}, 400),
        ({"twilio/text": {"body": "{{1}} at the start"}}, {"name": "a", "category": "UTILITY"}, 400),
        ({"twilio/text": {"body": "at the end {{1}}."}}, {"name": "a", "category": "UTILITY"}, 400),
        ({"twilio/text": {"body": "next {{1}} {{2}} to"}}, {"name": "a", "category": "UTILITY"}, 400),
        ({"twilio/text": {"body": "x" * 1025}}, {"name": "a", "category": "UTILITY"}, 400),
    ],
)
def test_what_whatsapp_would_never_approve_is_refused(
    sandbox: Sandbox, types: dict[str, Any], asked: dict[str, str], status: int
) -> None:
    sid = sandbox.content(types)
    assert sandbox.twilio("POST", f"/v1/Content/{sid}/ApprovalRequests/whatsapp", json=asked).status_code == status


def test_a_name_is_taken_once_for_each_language(sandbox: Sandbox) -> None:
    first, second = sandbox.content(TEXT), sandbox.content(TEXT)
    sandbox.approve(first, name="hello")
    asked = {"name": "hello", "category": "UTILITY"}
    assert sandbox.twilio("POST", f"/v1/Content/{second}/ApprovalRequests/whatsapp", json=asked).status_code == 409


def test_contents_survive_a_reset_because_the_bot_keeps_their_sids(sandbox: Sandbox) -> None:
    sid = sandbox.content(TEXT, variables={"1": "a", "2": "b"})
    sandbox.write()
    sandbox.post("/reset")
    assert sandbox.world.messages == {}
    assert send(sandbox, sid).status_code == 201
    sandbox.post("/reset", contents=True)
    assert send(sandbox, sid).json()["code"] == 21655
