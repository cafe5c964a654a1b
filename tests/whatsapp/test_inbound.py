"""What Twilio's form may hold, and what becomes of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whatsapp.inbound import Inbound, Malformed, Media, clean, from_json, from_listing, is_message, parse, to_json

SID = "SM" + "0" * 31 + "1"
CORE = {"MessageSid": SID, "From": "whatsapp:+919812345678", "To": "whatsapp:+14155238886", "NumMedia": "0"}


def parsed(**more: str) -> Inbound:
    message = parse({**CORE, **more})
    assert isinstance(message, Inbound), message
    return message


def test_a_text() -> None:
    message = parsed(Body="नमस्ते", ProfileName="Asha", WaId="919812345678", Forwarded="true", Unheard="of")
    assert (message.sid, message.sender, message.address) == (SID, CORE["To"], CORE["From"])
    assert (message.kind, message.text, message.profile_name, message.forwarded) == ("text", "नमस्ते", "Asha", True)


def test_a_hidden_phone_is_a_user_id() -> None:
    hidden = "whatsapp:IN.4566546130240823"
    message = parsed(From=hidden, ExternalUserId=hidden, WaId="", Body="hi")
    assert (message.address, message.external_user_id, message.wa_id) == (hidden, hidden, "")


def test_a_quick_reply_and_a_lists_row() -> None:
    tapped = parsed(
        Body="Konfirmasi", ButtonText="Konfirmasi", ButtonPayload="yes-500", MessageType="interactive",
        OriginalRepliedMessageSid="MM" + "2" * 32,
    )  # fmt: skip
    assert (tapped.kind, tapped.button_id, tapped.button_title) == ("button", "yes-500", "Konfirmasi")
    assert tapped.replied_to_sid == "MM" + "2" * 32
    picked = parsed(Body="Balance", ListId="balance", ListTitle="Balance", MessageType="interactive")
    assert (picked.kind, picked.button_id, picked.button_title) == ("button", "balance", "Balance")


@pytest.mark.parametrize(("content_type", "declared", "kind"), [
    ("image/jpeg", "image", "media:image"), ("image/webp", "sticker", "sticker"), ("image/webp", "", "media:image"),
    ("application/pdf", "document", "media:document"), ("text/plain", "", "media:document"),
    ("audio/ogg; codecs=opus", "audio", "audio"), ("video/mp4", "video", "video"),
    ("text/vcard", "contacts", "contact"), ("", "", "media:document"), ("IMAGE/JPEG", "", "media:image"),
])  # fmt: skip
def test_kinds_of_media(content_type: str, declared: str, kind: str) -> None:
    message = parsed(NumMedia="1", MediaUrl0="https://a/1", MediaContentType0=content_type, MessageType=declared)
    assert message.kind == kind
    assert message.media == (Media("https://a/1", content_type.partition(";")[0].strip().lower()),)


@pytest.mark.parametrize(("more", "kind"), [
    ({"Body": ""}, "empty"), ({}, "empty"), ({"Body": " \n\t"}, "empty"), ({"Body": "🙂"}, "text"),
    ({"Latitude": "19.07", "Longitude": "72.87", "Body": ""}, "location"), ({"MessageType": "contacts"}, "contact"),
    ({"MessageType": "order"}, "unknown"), ({"InteractiveData": "{}"}, "interactive"), ({"Body": "\x00\x07"}, "empty"),
])  # fmt: skip
def test_other_kinds(more: dict[str, str], kind: str) -> None:
    assert parsed(**more).kind == kind


@pytest.mark.parametrize("count", ["", "x", "-1", "1e3", "٣", "0x1", " ", "999999999999999", "None"])
def test_a_number_of_media_that_is_none_does_no_harm(count: str) -> None:
    assert len(parsed(NumMedia=count, MediaUrl0="https://a/1", MediaContentType0="image/png").media) <= 10


def test_media_named_but_not_there_are_passed_over() -> None:
    message = parsed(NumMedia="3", MediaUrl1="https://a/1", MediaContentType1="image/png")
    assert message.media == (Media("https://a/1", "image/png"),)


def test_a_megabyte_of_text_is_cut_and_controls_go() -> None:
    message = parsed(Body="a\x00b\x1b[31m\r\nc" + "x" * 1_000_000)
    assert message.text.startswith("ab[31m\ncxx")
    assert len(message.text) == 4_096


def test_words_are_composed_and_joiners_stay() -> None:
    assert clean("e\u0301") == "é"
    assert clean("क्\u200dष") == "क्\u200dष"
    assert clean("👩‍🔧") == "👩‍🔧"
    assert clean("half \ud83d") == "half "


def test_a_name_cannot_turn_the_writing_around_it_around() -> None:
    assert parsed(ProfileName="\u202eevil\n\u2066name ").profile_name == "evil name"
    assert len(parsed(ProfileName="x" * 500).profile_name) == 120


@pytest.mark.parametrize("change", [
    {"MessageSid": ""}, {"MessageSid": "1"}, {"MessageSid": "SM" + "x" * 41}, {"MessageSid": "SM12345678; DROP"},
    {"From": ""}, {"To": ""}, {"From": "whatsapp:"}, {"From": "whatsapp:+91 98"}, {"From": "whatsapp:" + "9" * 200},
    {"From": "<script>"}, {"To": "whatsapp:राम"},
])  # fmt: skip
def test_what_could_not_be_answered_is_malformed(change: dict[str, str]) -> None:
    assert isinstance(parse({**CORE, **change}), Malformed)


def test_the_old_names_of_the_sid_do() -> None:
    form = {name: value for name, value in CORE.items() if name != "MessageSid"}
    assert isinstance(parse({**form, "SmsMessageSid": SID}), Inbound)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(
    st.sampled_from(["Body", "From", "To", "MessageSid", "NumMedia", "MediaUrl0", "MediaContentType0", "ListId",
                     "ButtonPayload", "ProfileName", "MessageType", "Latitude", "WaId", "ExternalUserId"]),
    st.text(st.characters(), max_size=60),
))  # fmt: skip
def test_no_form_raises_and_what_comes_out_can_be_stored(form: dict[str, str]) -> None:
    message = parse({**CORE, **form})
    if isinstance(message, Inbound):
        stored = json.dumps(to_json(message), ensure_ascii=False)
        assert "\\u0000" not in stored and "\x00" not in stored
        assert from_json(json.loads(stored.encode())) == message


def test_words_can_be_struck_out_on_the_way_to_the_store() -> None:
    assert from_json(to_json(parsed(Body="2341 2341 2346"), text="▮▮▮▮")).text == "▮▮▮▮"


def test_what_an_older_version_stored_is_still_read() -> None:
    old = {"sid": SID, "sender": "whatsapp:+1", "address": "whatsapp:+2", "kind": "text", "gone": 1}
    assert from_json(old).text == ""


def test_a_message_from_the_list_has_its_words_and_media_only() -> None:
    raw = {
        "sid": SID, "from": CORE["From"], "to": CORE["To"], "body": "Yes\x00", "num_media": "1",
        "media": [{"url": "https://a/1", "content_type": "image/jpeg"}], "sent_at": datetime(2026, 1, 1, tzinfo=UTC),
    }  # fmt: skip
    message = from_listing(raw)
    assert (message.kind, message.text, message.button_id, message.recovered) == ("media:image", "Yes", "", True)
    assert "sent_at" not in to_json(message)
    assert not is_message({**raw, "from": None})
    with pytest.raises(ValueError, match="From"):
        from_listing({**raw, "from": None})
