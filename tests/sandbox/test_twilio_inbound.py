"""What a member sends: the webhook, its signature, its retries, its media."""

import base64
import json
from typing import Any

import pytest
import requests
from twilio.request_validator import RequestValidator

from tests.sandbox.fakes import PHONE, FakeBot, Sandbox, fits, wait_for

PICTURE = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40
URL = "https://saathi.example.com/twilio/inbound"


def last(bot: FakeBot) -> dict[str, str]:
    return bot.on("/twilio/inbound")[-1].form


def photo(sandbox: Sandbox, **more: Any) -> dict[str, str]:
    media = base64.b64encode(PICTURE).decode()
    sandbox.post(f"/phones/{PHONE}/messages", media=media, **{"content_type": "image/jpeg", **more})
    return last(sandbox.bot)


def test_a_text_carries_every_field_twilio_sends(sandbox: Sandbox) -> None:
    requests.put(f"{sandbox.url}/sandbox/phones/{PHONE}", json={"profile_name": "राम & Sons"}, timeout=5)
    answer = sandbox.write("नमस्ते\n2nd line")
    assert answer["webhook"] == {"status": 204, "failure": "", "attempts": 1}
    form = last(sandbox.bot)
    assert form["MessageSid"] == form["SmsSid"] == form["SmsMessageSid"] == answer["sid"]
    assert form["MessageSid"].startswith("SM")
    expected = {
        "From": f"whatsapp:{PHONE}",
        "To": "whatsapp:+14155238886",
        "WaId": "919812345678",
        "ProfileName": "राम & Sons",
        "Body": "नमस्ते\n2nd line",
        "NumMedia": "0",
        "SmsStatus": "received",
        "MessageType": "text",
        "ReferralNumMedia": "0",
        "AccountSid": sandbox.world.settings.account_sid,
    }
    assert {key: form[key] for key in expected} == expected
    assert form["ExternalUserId"].startswith("whatsapp:IN.")
    assert json.loads(form["ChannelMetadata"])["data"]["context"]["ProfileName"] == "राम & Sons"


@pytest.mark.parametrize("text", ["hi", "", "राम 🙏", "a=b&c=d+e%20", "'; DROP TABLE--", " spaces "])
def test_webhooks_pass_the_sdks_validator(sandbox: Sandbox, text: str) -> None:
    sandbox.write(text)
    heard = sandbox.bot.on("/twilio/inbound")[-1]
    validator = RequestValidator(sandbox.world.settings.auth_token)
    assert validator.validate(URL, heard.form, heard.headers["X-TWILIO-SIGNATURE"])
    assert not validator.validate(URL, {**heard.form, "Body": text + "x"}, heard.headers["X-TWILIO-SIGNATURE"])
    assert heard.form["Body"] == text


def test_a_hidden_phone_shows_no_number_anywhere(sandbox: Sandbox) -> None:
    requests.put(f"{sandbox.url}/sandbox/phones/{PHONE}", json={"hidden": True, "profile_name": "Ram"}, timeout=5)
    sandbox.write()
    heard = sandbox.bot.on("/twilio/inbound")[-1]
    assert heard.form["From"] == heard.form["ExternalUserId"]
    assert heard.form["WaId"] == ""
    assert PHONE.removeprefix("+").encode() not in heard.raw


def test_a_quick_reply_and_a_list_choice_arrive_as_taps(sandbox: Sandbox) -> None:
    sandbox.write()
    actions = [{"id": "menu.yes", "title": "Yes"}, {"id": "menu.no", "title": "No"}]
    buttons = sandbox.content({"twilio/quick-reply": {"body": "Sure?", "actions": actions}})
    items = [{"id": "row.1", "item": "Wires", "description": "all gauges"}, {"id": "row.2", "item": "Fans"}]
    picker = sandbox.content({"twilio/list-picker": {"body": "What?", "button": "Choose", "items": items}})
    asked = sandbox.send(ContentSid=buttons).json()["sid"]
    listed = sandbox.send(ContentSid=picker).json()["sid"]

    sandbox.post(f"/phones/{PHONE}/messages", button="menu.no")
    tap = last(sandbox.bot)
    assert (tap["ButtonPayload"], tap["ButtonText"], tap["Body"]) == ("menu.no", "No", "No")
    assert (tap["MessageType"], tap["OriginalRepliedMessageSid"]) == ("interactive", asked)
    assert "ListId" not in tap

    sandbox.post(f"/phones/{PHONE}/messages", button="row.1")
    choice = last(sandbox.bot)
    assert (choice["ListId"], choice["ListTitle"], choice["ListDescription"]) == ("row.1", "Wires", "all gauges")
    assert choice["OriginalRepliedMessageSid"] == listed
    assert "ButtonPayload" not in choice


def test_a_tap_on_what_was_never_offered_is_refused(sandbox: Sandbox) -> None:
    refused = requests.post(f"{sandbox.url}/sandbox/phones/{PHONE}/messages", json={"button": "x"}, timeout=5)
    assert refused.status_code == 400
    assert "no message offers 'x'" in refused.json()["error"]
    assert sandbox.bot.heard == []


@pytest.mark.parametrize(
    "body",
    [{}, {"txt": "typo"}, {"media": "not base64!", "content_type": "image/png"}, {"media": "aGk="}, [], {"text": 5}],
)
def test_a_request_that_makes_no_message_is_refused(sandbox: Sandbox, body: Any) -> None:
    refused = requests.post(f"{sandbox.url}/sandbox/phones/{PHONE}/messages", json=body, timeout=5)
    assert refused.status_code == 400
    assert refused.json()["error"]
    assert sandbox.bot.heard == []


@pytest.mark.parametrize("phone", ["abc", "+91", "+0123456789", "12345678901234567", "IN.unknown"])
def test_a_phone_that_is_none_is_refused(sandbox: Sandbox, phone: str) -> None:
    answer = requests.post(f"{sandbox.url}/sandbox/phones/{phone}/messages", json={"text": "x"}, timeout=5)
    assert answer.status_code == 400


def test_raw_parameters_override_add_and_remove(sandbox: Sandbox) -> None:
    raw = {"Forwarded": "true", "ProfileName": None, "NewParam": ""}
    sandbox.post(f"/phones/{PHONE}/messages", text="hi", raw=raw)
    heard = sandbox.bot.on("/twilio/inbound")[-1]
    assert heard.form["Forwarded"] == "true"
    assert "ProfileName" not in heard.form
    assert heard.form["NewParam"] == ""
    validator = RequestValidator(sandbox.world.settings.auth_token)
    assert validator.validate(URL, heard.form, heard.headers["X-TWILIO-SIGNATURE"])


@pytest.mark.parametrize(
    ("answers", "attempts"),
    [(["503 Busy"], 2), (["500 Oops", "502 Oops"], 3), (["500 A", "500 B", "500 C"], 3), (["404 Not Found"], 1)],
)
def test_retries_after_5xx_twice_at_most_with_one_token(sandbox: Sandbox, answers: list[str], attempts: int) -> None:
    sandbox.bot.answers += answers
    assert sandbox.write()["webhook"]["attempts"] == attempts
    heard = sandbox.bot.on("/twilio/inbound")
    assert len(heard) == attempts
    assert len({h.headers["I-TWILIO-IDEMPOTENCY-TOKEN"] for h in heard}) == 1
    assert len({h.raw for h in heard}) == 1


@pytest.mark.parametrize("kind", ["error", "timeout"])
def test_a_webhook_misread_as_failed_is_posted_again(sandbox: Sandbox, kind: str) -> None:
    sandbox.fault("twilio.inbound", kind)
    sandbox.write()
    assert len({h.form["MessageSid"] for h in sandbox.bot.on("/twilio/inbound")}) == 1
    assert len(sandbox.bot.on("/twilio/inbound")) == 2


def test_a_dropped_webhook_leaves_the_message_listed(sandbox: Sandbox) -> None:
    sandbox.fault("twilio.inbound", "drop")
    answer = sandbox.write("lost")
    assert answer["webhook"]["failure"] == "dropped"
    assert sandbox.bot.heard == []
    listed = sandbox.twilio("GET", "/2010-04-01/Accounts/{account}/Messages.json").json()["messages"]
    assert [(m["sid"], m["status"]) for m in listed] == [(answer["sid"], "received")]


def test_reordered_messages_arrive_the_other_way_round(sandbox: Sandbox) -> None:
    sandbox.fault("twilio.inbound", "reorder", ms=60000)
    requests.post(f"{sandbox.url}/sandbox/phones/{PHONE}/messages?wait=0", json={"text": "first"}, timeout=5)
    wait_for(lambda: not sandbox.world.faults.pending())
    sandbox.write("second")
    wait_for(lambda: [h.form["Body"] for h in sandbox.bot.on("/twilio/inbound")] == ["second", "first"])


def test_a_duplicate_has_the_same_sid(sandbox: Sandbox) -> None:
    sandbox.fault("twilio.inbound", "duplicate")
    sandbox.write()
    assert len(sandbox.bot.on("/twilio/inbound")) == 2
    assert len({h.raw for h in sandbox.bot.on("/twilio/inbound")}) == 1


def test_a_bot_that_is_down_is_tried_three_times_and_the_message_kept(sandbox: Sandbox) -> None:
    sandbox.world.settings = type(sandbox.world.settings)(port=1, bot_url="http://127.0.0.1:9", own_url=sandbox.url)
    assert sandbox.write()["webhook"] == {"status": None, "failure": "ct", "attempts": 3}
    assert len(sandbox.world.messages) == 1


def test_media_redirects_to_another_address_that_needs_no_password(sandbox: Sandbox) -> None:
    form = photo(sandbox, text="my bill", filename="bill.jpg")
    assert (form["NumMedia"], form["MediaContentType0"], form["Body"]) == ("1", "image/jpeg", "my bill")
    assert (form["MessageSid"][:2], form["MessageType"]) == ("MM", "image")
    path = form["MediaUrl0"].removeprefix(sandbox.url)
    assert requests.get(form["MediaUrl0"], timeout=5).status_code == 401
    redirect = sandbox.twilio("GET", path, allow_redirects=False)
    assert redirect.status_code == 307
    assert "/media-cdn/" in redirect.headers["Location"]
    file = requests.get(redirect.headers["Location"], timeout=5)
    assert (file.content, file.headers["Content-Type"]) == (PICTURE, "image/jpeg")
    sandbox.post("/clock", advance_s=4 * 3600 + 1)
    assert requests.get(redirect.headers["Location"], timeout=5).status_code == 403


def test_a_documents_name_arrives_as_body(sandbox: Sandbox) -> None:
    form = photo(sandbox, content_type="application/pdf", filename="बिल 12.pdf")
    assert (form["Body"], form["MessageType"]) == ("बिल 12.pdf", "document")


def test_deleted_media_is_gone_while_its_message_stays(sandbox: Sandbox) -> None:
    form = photo(sandbox)
    path = form["MediaUrl0"].removeprefix(sandbox.url)
    link = sandbox.twilio("GET", path, allow_redirects=False).headers["Location"]
    fits("twilio_media", sandbox.twilio("GET", path + ".json").json())
    assert sandbox.twilio("DELETE", path + ".json").status_code == 204
    assert sandbox.twilio("GET", path).status_code == 404
    assert requests.get(link, timeout=5).status_code == 404
    message = sandbox.twilio("GET", f"/2010-04-01/Accounts/{{account}}/Messages/{form['MessageSid']}.json")
    assert message.json()["num_media"] == "0"


@pytest.mark.parametrize(("kind", "status"), [("404", 404), ("error", 500)])
def test_media_can_fail_once(sandbox: Sandbox, kind: str, status: int) -> None:
    path = photo(sandbox)["MediaUrl0"].removeprefix(sandbox.url)
    sandbox.fault("media", kind)
    assert sandbox.twilio("GET", path).status_code == status
    assert sandbox.twilio("GET", path).content == PICTURE


def test_media_that_hangs_breaks_in_the_middle(sandbox: Sandbox) -> None:
    path = photo(sandbox)["MediaUrl0"].removeprefix(sandbox.url)
    sandbox.fault("media", "hang", ms=10)
    with pytest.raises(requests.exceptions.RequestException):
        sandbox.twilio("GET", path)
    sandbox.fault("media", "slow_media", ms=50)
    assert sandbox.twilio("GET", path).content == PICTURE


def test_a_file_is_never_a_page_of_the_sandbox_itself(sandbox: Sandbox) -> None:
    photo(sandbox, content_type="text/html")
    url = requests.get(f"{sandbox.url}/sandbox/messages", timeout=5).json()["messages"][0]["media"][0]["url"]
    headers = requests.get(sandbox.url + url, timeout=5).headers
    assert (headers["Content-Security-Policy"], headers["X-Content-Type-Options"]) == ("sandbox", "nosniff")
