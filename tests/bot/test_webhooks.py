"""What Twilio, and whoever pretends to be Twilio, may post: verified, stored once, answered sensibly, never a 500."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, text
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.serving import make_server

from tests.house import RAMESH, SUNITA, Home, new_sid

INBOUND = "/twilio/inbound"
PUBLIC = "https://bot.example.com"


@pytest.fixture
def url(at_home: Home) -> Iterator[str]:
    """The web behind a real HTTP server."""
    server = make_server("127.0.0.1", 0, at_home.web.application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def stored(home: Home) -> int:
    return home.count("SELECT count(*) FROM inbox")


def sign(form: Any, path: str = INBOUND, token: str = "primary-token") -> dict[str, str]:
    return {"X-Twilio-Signature": RequestValidator(token).compute_signature(PUBLIC + path, form)}


# ---- whose request it is ----------------------------------------------------------------------------------------------


def test_a_signed_form_over_http_is_stored_and_answered_with_empty_twiml(at_home: Home, url: str) -> None:
    form = at_home.form("नमस्ते 🙏")
    answer = httpx.post(url + INBOUND, data=form, headers=sign(form))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert "<Response/>" in answer.text
    assert at_home.told() == ["enrol.consent"]


def test_unknown_and_blank_parameters_are_part_of_the_signature(at_home: Home, url: str) -> None:
    for more in ({"New": ""}, {"Body": ""}, {"Ünknown": "värde"}, {"X": " leading and trailing "}, {"A": "1", "a": "2"}):
        form = {**at_home.form("hi"), **more}
        assert httpx.post(url + INBOUND, data=form, headers=sign(form)).status_code == 200
        dropped = {name: value for name, value in form.items() if name not in more}
        assert httpx.post(url + INBOUND, data=dropped, headers=sign(form)).status_code == 403


def test_several_values_of_one_name_are_signed_as_twilio_signs_them(at_home: Home) -> None:
    form = MultiDict([*at_home.form("hi").items(), ("Tag", "b"), ("Tag", "a"), ("Tag", "b")])
    assert at_home.post(form).status_code == 200
    assert at_home.told() == ["enrol.consent"]


def test_a_json_body_is_signed_over_its_hash(at_home: Home, url: str) -> None:
    body = json.dumps({**at_home.form("hi"), "Nothing": None}, indent=1).encode()
    path = f"{INBOUND}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    headers = {**sign({}, path), "Content-Type": "application/json"}
    assert httpx.post(url + path, content=body, headers=headers).status_code == 200
    assert httpx.post(url + path, content=body + b" ", headers=headers).status_code == 403
    assert httpx.post(url + INBOUND, content=body, headers=headers).status_code == 403
    assert stored(at_home) == 1


def test_signed_json_that_is_no_message_is_answered_and_forgotten(at_home: Home) -> None:
    for body in ("[]", "null", "{", '{"Body": null}', '{"MessageSid": {"a": 1}}', "\ufeff{}", ""):
        path = f"{INBOUND}?bodySHA256={hashlib.sha256(body.encode()).hexdigest()}"
        answer = at_home.web.post(path, data=body.encode(), headers=sign({}, path), content_type="application/json")
        assert answer.status_code == 200
    assert stored(at_home) == 0


def test_json_that_is_nested_without_end_is_no_500(at_home: Home) -> None:
    for body in ("[" * 5_000, '{"a":' * 5_000, "[" * 100_000 + "]" * 100_000):
        assert at_home.web.post(INBOUND, data=body, content_type="application/json").status_code == 403


def test_json_null_is_not_the_word_none(at_home: Home) -> None:
    body = json.dumps({**at_home.form("x"), "Body": None})
    path = f"{INBOUND}?bodySHA256={hashlib.sha256(body.encode()).hexdigest()}"
    at_home.enrol()
    at_home.web.post(path, data=body, headers=sign({}, path), content_type="application/json")
    assert at_home.told()[-1] == "other.cannot_read"


def test_the_secondary_token_counts_too(at_home: Home) -> None:
    assert at_home.post(at_home.form("hi"), token="secondary-token").status_code == 200


FORGED = (
    {}, {"X-Twilio-Signature": ""}, {"X-Twilio-Signature": "AAAA"}, {"X-Twilio-Signature": "ä" * 28},
    {"X-Twilio-Signature": "x" * 20_000}, {"X-Razorpay-Signature": "0" * 64},
    {"X-Twilio-Signature": "AAAA", "X-Twilio-Webhooks-Signature-Settings": "key=k,algorithm=NONE"},
)  # fmt: skip


def test_what_is_not_signed_is_refused_counted_and_not_stored(at_home: Home) -> None:
    before, refused = at_home.every_row(), 0
    for path in (INBOUND, "/twilio/status?row=1&post=1", "/razorpayx/events"):
        for headers in FORGED:
            assert at_home.web.post(path, data=at_home.form("give me points"), headers=headers).status_code == 403
            refused += 1
    assert at_home.every_row() == before
    assert f"saathi_forged_requests_total {refused}.0" in at_home.web.get("/metrics").get_data(as_text=True)


def test_a_signature_of_another_message_another_path_or_an_empty_token_does_not_do(at_home: Home) -> None:
    form, other = at_home.form("hi"), at_home.form("hi", SUNITA)
    for headers in (sign(other), sign(form, "/twilio/status"), sign(form, token=""), sign(form, token="other")):
        assert at_home.web.post(INBOUND, data=form, headers=headers).status_code == 403
    assert stored(at_home) == 0


def test_the_host_that_was_asked_for_does_not_matter_only_the_one_we_registered(at_home: Home) -> None:
    form = at_home.form("hi")
    evil = RequestValidator("primary-token").compute_signature("https://evil.example" + INBOUND, form)
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Twilio-Signature": evil}
    assert at_home.web.post(INBOUND, data=form, headers=headers).status_code == 403
    assert at_home.web.post(INBOUND, data=form, headers={**headers, **sign(form)}).status_code == 200


# ---- once ---------------------------------------------------------------------------------------------------------------


def test_the_same_message_from_eight_threads_at_once_is_stored_and_answered_once(at_home: Home, url: str) -> None:
    form = at_home.form("hi")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: httpx.post(url + INBOUND, data=form, headers=sign(form)), range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert stored(at_home) == 1
    assert at_home.told() == ["enrol.consent"]
    assert at_home.count("SELECT count(*) FROM contacts") == 1


def test_eight_first_messages_of_one_person_at_once_make_one_contact(at_home: Home, url: str) -> None:
    forms = [at_home.form("hi") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda form: httpx.post(url + INBOUND, data=form, headers=sign(form)), forms))
    assert {answer.status_code for answer in answers} == {200}
    assert at_home.count("SELECT count(*) FROM contacts") == at_home.count("SELECT count(*) FROM conversations") == 1
    assert at_home.count("SELECT count(*) FROM inbox WHERE handled_at IS NOT NULL") == 8


def test_fifty_messages_in_a_second_are_all_answered_in_order_and_once(with_bells: Home) -> None:
    """Eight at a time, as eight threads of a web process take them; what the holder leaves goes to jobs."""
    with_bells.enrol()
    words = ["menu", "points"] * 25
    clients = threading.local()

    def post(body: str) -> int:
        if not hasattr(clients, "web"):
            clients.web = with_bells.web.application.test_client()
        form = with_bells.form(body)
        return int(clients.web.post(INBOUND, data=form, headers=sign(form)).status_code)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(post, words)) == {200}
    while with_bells.work("turns"):
        pass
    assert with_bells.count("SELECT count(*) FROM inbox WHERE handled_at IS NULL") == 0
    heard = with_bells.rows("SELECT event_key FROM journal ORDER BY turn OFFSET 5")
    assert len({row.event_key for row in heard}) == 50
    said = with_bells.rows("SELECT key FROM outbox ORDER BY id OFFSET 5")
    assert [row.key for row in said] == [f"{row.event_key}/{n}" for row, n in zip(heard, said_number(with_bells), strict=True)]
    assert sorted(with_bells.told()[5:]) == ["balance.empty"] * 25 + ["menu.main"] * 25


def said_number(home: Home) -> list[int]:
    """Which effect of its turn each answer was: the words follow the reading of a balance."""
    return [0 if key == "menu.main" else 1 for key in home.told()[5:]]


def test_fifty_messages_one_after_another_are_answered_in_their_order(at_home: Home) -> None:
    at_home.enrol()
    for n in range(50):
        at_home.write("menu" if n % 3 else "points")
    assert at_home.told()[5:] == ["menu.main" if n % 3 else "balance.empty" for n in range(50)]


# ---- what cannot be stored ------------------------------------------------------------------------------------------


def test_without_a_database_twilio_is_told_to_come_again(at_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    form = at_home.form("hi")
    with monkeypatch.context() as patch:
        dead = {"database_url": "postgresql://nobody@127.0.0.1:1/none"}
        patch.setattr(at_home.house, "settings", at_home.house.settings.model_copy(update=dead))
        patch.setattr(at_home.house, "_made", None)
        for path in (INBOUND, "/twilio/status"):
            assert at_home.post(form if path == INBOUND else status_form(), path=path).status_code == 503
        at_home.house.close()
    assert at_home.post(form).status_code == 200
    assert at_home.told() == ["enrol.consent"]


def status_form() -> dict[str, str]:
    return {"MessageSid": new_sid(), "MessageStatus": "delivered", "To": RAMESH, "From": "whatsapp:+14155238886"}


def test_a_message_to_a_number_that_is_not_ours_is_not_taken(at_home: Home) -> None:
    form = {**at_home.form("hi"), "To": "whatsapp:+15550000000"}
    assert at_home.post(form).status_code == 503  # nothing is stored, so nothing may be acknowledged
    assert at_home.count("SELECT count(*) FROM contacts") == 0


def test_keys_that_do_not_open_the_contact_are_no_500(at_home: Home) -> None:
    at_home.write("hi")
    at_home.change("UPDATE contacts SET data_key = :key", key=b"k9:" + b"x" * 60)
    assert at_home.post(at_home.form("hi")).status_code == 503


MALFORMED = (
    {"MessageSid": ""}, {"MessageSid": "SM1' OR '1'='1"}, {"MessageSid": "x" * 5_000}, {"From": ""}, {"From": "\x00"},
    {"From": "whatsapp:"}, {"From": "whatsapp:+91" + "9" * 400}, {"To": ""}, {"From": "whatsapp:+91 98123 45678\nBcc: x"},
)  # fmt: skip


def test_a_malformed_message_is_acknowledged_and_not_stored(at_home: Home) -> None:
    for change in MALFORMED:
        assert at_home.post({**at_home.form("hi"), **change}).status_code == 200
    assert stored(at_home) == 0


def test_bytes_that_are_no_form_are_refused_not_crashed_upon(at_home: Home) -> None:
    for content_type in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "image/png", ""):
        answer = at_home.web.post(INBOUND, data=b"\xff\xfe%zz&&==&\x00", content_type=content_type)
        assert answer.status_code == 403


def test_a_query_that_is_no_text_is_refused_not_crashed_upon(at_home: Home) -> None:
    for path in (INBOUND, "/twilio/status", "/razorpayx/events"):
        answer = at_home.web.post(path, data=at_home.form("hi"), environ_overrides={"QUERY_STRING": "row=\xed\xa0\x80&\xff"})
        assert answer.status_code == 403


def test_more_than_any_message_can_be_is_refused_before_it_is_read(at_home: Home) -> None:
    answer = at_home.web.post(INBOUND, data={"Body": "x" * (9 * 1024 * 1024)})
    assert answer.status_code == 413
    assert at_home.web.get(INBOUND).status_code == 405


def test_garbled_status_callbacks_change_nothing_and_are_no_500(at_home: Home) -> None:
    at_home.enrol()
    before = at_home.every_row()
    for query in ("", "?row=1&post=1", "?row=99999999999999999999&post=-1", "?row=%00&post=x", "?row=1"):
        for more in ({}, {"MessageSid": "\x00"}, {"MessageStatus": "on fire"}, {"ErrorCode": "9" * 40}):
            form = {"MessageSid": "SM" + "0" * 32, "MessageStatus": "", **more}
            assert at_home.post(form, path="/twilio/status" + query).status_code == 204
    assert at_home.every_row() == before


def test_a_hidden_number_is_a_person_like_any_other(at_home: Home) -> None:
    hidden = "whatsapp:IN.4566546130240823"
    at_home.write("hi", hidden, WaId="", ExternalUserId=hidden)
    for words in ("I agree", "Sunita Devi", "Retailer", "110001"):
        at_home.write(words, hidden, WaId="")
    assert "details.ask_shop" in at_home.told(hidden)
    at_home.write("skip", hidden)
    assert at_home.told(hidden)[-1] == "details.ask_mobile"
    with at_home.house.engine.connect() as conn:
        assert conn.execute(text("SELECT mobile_known FROM members")).scalar_one() is False


def test_connections_that_died_in_the_pool_cost_nobody_a_message(at_home: Home, admin: Connection) -> None:
    at_home.enrol()
    before, name = len(at_home.told()), at_home.house.engine.url.database
    admin.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name})
    assert at_home.post(at_home.form("menu")).status_code == 200
    assert at_home.told()[before:] == ["menu.main"]
