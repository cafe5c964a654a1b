"""What the bot sends through Twilio's Messages resource."""

import time

import pytest
import requests

from tests.sandbox.fakes import PHONE, Sandbox, fits, wait_for

MESSAGES = "/2010-04-01/Accounts/{account}/Messages.json"
LONG = "ख" * 1601


def test_an_accepted_message_is_queued_and_described_as_twilio_does(sandbox: Sandbox) -> None:
    sandbox.write()
    sent = sandbox.send(Body="नमस्ते 🙏")
    assert sent.status_code == 201
    fits("twilio_message", sent.json())
    assert (sent.json()["status"], sent.json()["direction"], sent.json()["body"]) == (
        "queued",
        "outbound-api",
        "नमस्ते 🙏",
    )
    fetched = sandbox.twilio("GET", sent.json()["uri"])
    fits("twilio_message", fetched.json())


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"To": "whatsapp:+91"}, 400, 21211),
        ({"To": "whatsapp:919812345678"}, 400, 21211),
        ({"To": "whatsapp:+91981234567८"}, 400, 21211),  # a Devanagari digit
        ({"To": None}, 400, 21604),
        ({"From": None}, 400, 21603),
        ({"From": "whatsapp:+14155550000"}, 400, 63007),
        ({"To": "+919812345678"}, 400, 21910),
        ({"Body": ""}, 400, 21619),
        ({"Body": "   "}, 400, 21619),
        ({"Body": LONG}, 400, 21617),
        ({"Body": None, "ContentSid": "HX" + "0" * 32}, 400, 21655),
        ({"Body": None, "ContentSid": "nonsense"}, 400, 21655),
        ({"MediaUrl": "file:///etc/passwd"}, 400, 21620),
        ({"StatusCallback": "https://bad_host.example.com/x"}, 400, 21609),
        ({"StatusCallback": "not a url"}, 400, 21609),
    ],
)
def test_refuses_what_twilio_refuses(sandbox: Sandbox, form: dict[str, str | None], status: int, code: int) -> None:
    refused = sandbox.send(**{"Body": "hello", **form})
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    fits("twilio_error", refused.json())
    assert sandbox.world.messages == {}


def test_a_picture_beside_the_words_is_shown_and_counted(sandbox: Sandbox) -> None:
    sandbox.write()
    sent = sandbox.send(Body="look", MediaUrl="https://bot.example.com/media/pic_1.abc")
    assert sent.status_code == 201 and sent.json()["num_media"] == "1" and sent.json()["sid"].startswith("MM")
    fits("twilio_message", sent.json())
    shown = next(message.view() for message in sandbox.world.messages.values() if not message.inbound)
    assert shown["media"] == [
        {"url": "https://bot.example.com/media/pic_1.abc", "content_type": "image/jpeg", "filename": ""}
    ]


def test_1600_characters_are_accepted(sandbox: Sandbox) -> None:
    assert sandbox.send(Body="ख" * 1600).status_code == 201


@pytest.mark.parametrize("auth", [("AC" + "0" * 32, "wrong"), None, ("", "")])
def test_wrong_credentials_are_401_with_twilios_body(sandbox: Sandbox, auth: tuple[str, str] | None) -> None:
    refused = sandbox.twilio("POST", MESSAGES, data={"Body": "x"}, auth=auth)
    assert (refused.status_code, refused.json()["code"]) == (401, 20003)
    fits("twilio_error", refused.json())


def test_another_accounts_path_is_404(sandbox: Sandbox) -> None:
    assert sandbox.twilio("GET", f"/2010-04-01/Accounts/AC{'9' * 32}/Messages.json").json()["code"] == 20404


def test_free_form_outside_the_window_is_accepted_and_fails_in_the_callback(sandbox: Sandbox) -> None:
    sent = sandbox.send(Body="hello").json()
    assert sent["status"] == "queued"
    assert sent["error_code"] is None
    failed = wait_for(lambda: sandbox.bot.on("/twilio/status"))[0].form
    assert (failed["MessageStatus"], failed["ErrorCode"]) == ("undelivered", "63016")
    assert sandbox.twilio("GET", sent["uri"]).json()["error_code"] == 63016


def test_the_window_closes_24_hours_after_the_last_message(sandbox: Sandbox) -> None:
    sandbox.write()
    sandbox.post("/clock", advance_s=24 * 3600 - 60)
    open_sid = sandbox.send(Body="in time").json()["sid"]
    sandbox.post("/clock", advance_s=61)
    late_sid = sandbox.send(Body="too late").json()["sid"]
    assert wait_for(lambda: sandbox.bot.statuses(late_sid)) == ["undelivered"]
    wait_for(lambda: sandbox.bot.statuses(open_sid) == ["sent", "delivered", "read"])


def test_lists_newest_first_by_recipient_sender_and_date(sandbox: Sandbox) -> None:
    sandbox.write("one")
    sandbox.write("other", phone="+919800000001")
    sandbox.post("/clock", advance_s=3600)
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(sandbox.world.dial.now() - 60))
    sandbox.write("two")
    ours = {"To": sandbox.world.settings.sender}
    page = sandbox.twilio("GET", MESSAGES, params=ours).json()
    fits("twilio_message_page", page)
    assert [m["body"] for m in page["messages"]] == ["two", "other", "one"]
    assert [m["direction"] for m in page["messages"]] == ["inbound"] * 3
    recent = sandbox.twilio("GET", MESSAGES, params={**ours, "DateSent>": since}).json()["messages"]
    assert [m["body"] for m in recent] == ["two"]
    theirs = sandbox.twilio("GET", MESSAGES, params={**ours, "From": f"whatsapp:{PHONE}"}).json()["messages"]
    assert [m["body"] for m in theirs] == ["two", "one"]
    before = sandbox.twilio("GET", MESSAGES, params={**ours, "DateSent<": since}).json()["messages"]
    assert [m["body"] for m in before] == ["other", "one"]
    assert sandbox.twilio("GET", MESSAGES, params={"DateSent>": "yesterday"}).json()["code"] == 20001


def test_paging_neither_repeats_nor_skips_while_messages_arrive(sandbox: Sandbox) -> None:
    for number in range(7):
        sandbox.write(str(number))
    page = sandbox.twilio("GET", MESSAGES, params={"To": sandbox.world.settings.sender, "PageSize": "3"}).json()
    seen = [m["body"] for m in page["messages"]]
    while page["next_page_uri"]:
        sandbox.write("late")
        page = sandbox.twilio("GET", page["next_page_uri"]).json()
        fits("twilio_message_page", page)
        seen += [m["body"] for m in page["messages"]]
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


def test_a_deleted_message_is_gone(sandbox: Sandbox) -> None:
    sandbox.write()
    uri = sandbox.send(Body="secret").json()["uri"]
    assert sandbox.twilio("DELETE", uri).status_code == 204
    assert sandbox.twilio("GET", uri).status_code == 404
    assert sandbox.twilio("DELETE", uri).json()["code"] == 20404


def test_a_hidden_phone_is_reached_by_its_user_id(sandbox: Sandbox) -> None:
    requests.put(f"{sandbox.url}/sandbox/phones/{PHONE}", json={"hidden": True}, timeout=5)
    address = sandbox.write()["from"]
    assert address.startswith("whatsapp:IN.")
    sid = sandbox.send(To=address, Body="hello").json()["sid"]
    wait_for(lambda: sandbox.bot.statuses(sid) == ["sent", "delivered", "read"])
    assert sandbox.send(To="whatsapp:IN.nobody", Body="hello").json()["code"] == 21211


def test_the_account_can_be_fetched(sandbox: Sandbox) -> None:
    fits("twilio_account", sandbox.twilio("GET", "/2010-04-01/Accounts/{account}.json").json())
    assert sandbox.twilio("GET", "/2010-04-01/Accounts/{account}.json", auth=("x", "y")).status_code == 401


def test_typing_turns_the_members_messages_blue_until_the_answer(sandbox: Sandbox) -> None:
    sid = sandbox.write()["sid"]
    asked = {"channel": "whatsapp", "messageId": sid}
    assert sandbox.twilio("POST", "/v2/Indicators/Typing.json", data=asked).json() == {"success": True}
    phones = requests.get(f"{sandbox.url}/sandbox/phones", timeout=5).json()["phones"]
    assert phones[0]["typing"] is True
    sandbox.send(Body="answer")
    assert requests.get(f"{sandbox.url}/sandbox/phones", timeout=5).json()["phones"][0]["typing"] is False
    assert requests.get(f"{sandbox.url}/sandbox/messages", timeout=5).json()["messages"][0]["ticks"] == 3
    unknown = sandbox.twilio("POST", "/v2/Indicators/Typing.json", data={"channel": "whatsapp", "messageId": "SM1"})
    assert unknown.json()["code"] == 20404
