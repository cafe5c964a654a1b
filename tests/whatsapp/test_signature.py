"""Twilio's signature: its own vectors, and everything that must not pass."""

from __future__ import annotations

import hashlib

import pytest
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import Headers, MultiDict

from whatsapp.signature import check

BASE = "https://bot.example.com"
FORM = MultiDict([
    ("From", "whatsapp:+919812345678"), ("Body", ""), ("NumMedia", "0"), ("ProfileName", "राम"), ("MessageSid", "SM1"),
    ("ReferralNumMedia", "0"),
])  # fmt: skip
SIGNED = "l9AT5QDvUPnuYVAx+hoIGQlmYXg="


def headers(signature: str | None, **more: str) -> Headers:
    return Headers({**({"X-Twilio-Signature": signature} if signature is not None else {}), **more})


def test_the_published_example() -> None:
    form = {
        "CallSid": "CA1234567890ABCDE", "Digits": "1234", "From": "+14158675309", "To": "+18005551212",
        "Caller": "+14158675309",
    }  # fmt: skip
    signed = headers("9pyy2ZSJda9ihJ1NNXPXtY4oV2Y=")
    assert check("https://example.com", "/myapp.php?foo=1&bar=2", signed, form, ["12345"])


def test_a_form_with_a_blank_value_and_devanagari() -> None:
    assert check(BASE, "/tw/in?x=1", headers(SIGNED), FORM, ["12345"])
    assert check(BASE + "/", "/tw/in?x=1", headers(SIGNED), FORM, ["12345"])


def test_the_secondary_token_is_accepted_too_and_an_empty_one_never() -> None:
    assert check(BASE, "/tw/in?x=1", headers(SIGNED), FORM, ["new", "12345"])
    by_nobody = RequestValidator("").compute_signature(BASE + "/tw/in?x=1", FORM)
    assert not check(BASE, "/tw/in?x=1", headers(by_nobody), FORM, ["", "12345"])


@pytest.mark.parametrize("change", [
    {"Body": "10,000 points"}, {"New": ""}, {"MessageSid": "SM2"},
])  # fmt: skip
def test_a_changed_form_is_refused(change: dict[str, str]) -> None:
    form = MultiDict(FORM)
    form.update(change)
    assert not check(BASE, "/tw/in?x=1", headers(SIGNED), form, ["12345"])


def test_a_dropped_blank_parameter_is_refused() -> None:
    form = MultiDict([(name, value) for name, value in FORM.items() if value])
    assert not check(BASE, "/tw/in?x=1", headers(SIGNED), form, ["12345"])


def test_unknown_parameters_and_several_values_of_one_name() -> None:
    form = MultiDict([("Media", "b"), ("Media", "a"), ("Media", "a"), ("Brand.New", " "), ("To", "x")])
    signed = RequestValidator("12345").compute_signature(BASE + "/in", form)
    assert check(BASE, "/in", headers(signed), form, ["12345"])
    form.add("Media", "c")
    assert not check(BASE, "/in", headers(signed), form, ["12345"])


@pytest.mark.parametrize("path", ["/tw/in", "/tw/in?x=2", "/tw/in?x=1&y", "//tw/in?x=1", ""])
def test_another_url_is_refused(path: str) -> None:
    assert not check(BASE, path, headers(SIGNED), FORM, ["12345"])


@pytest.mark.parametrize("signature", [None, "", "x", "=" * 28, "ü" * 28, SIGNED + " ", SIGNED[:-1], "\x00", "🙂" * 28])
def test_a_missing_or_garbled_header_is_refused_without_an_error(signature: str | None) -> None:
    class Given(dict[str, str]):
        pass

    given = Given({} if signature is None else {"X-Twilio-Signature": signature})
    assert not check(BASE, "/tw/in?x=1", given, FORM, ["12345"])


def test_no_token_at_all_lets_nobody_in() -> None:
    assert not check(BASE, "/tw/in?x=1", headers(SIGNED), FORM, [])


def test_half_a_surrogate_pair_is_refused_without_an_error() -> None:
    assert not check(BASE, "/tw/in?x=1", headers(SIGNED), MultiDict([("Body", "\ud83d")]), ["12345"])


def test_json_is_bound_by_its_hash_in_the_query() -> None:
    body = '{"a": "राम"}'
    path = "/in?bodySHA256=" + hashlib.sha256(body.encode()).hexdigest()
    signed = RequestValidator("12345").compute_signature(BASE + path, {})
    assert check(BASE, path, headers(signed), body, ["12345"])
    assert check(BASE, path, headers(signed), body.encode(), ["12345"])
    assert not check(BASE, path, headers(signed), body + " ", ["12345"])
    assert not check(BASE, path, headers(signed), b"\xff\xfe", ["12345"])


def test_json_without_the_hash_is_refused_however_well_the_url_is_signed() -> None:
    signed = RequestValidator("12345").compute_signature(BASE + "/in", {})
    assert not check(BASE, "/in", headers(signed), '{"a": 1}', ["12345"])
    assert not check(BASE, "/in", headers(signed), "", ["12345"])


def test_the_header_names_the_algorithm() -> None:
    signed = RequestValidator("shared").compute_signature(BASE + "/in", FORM, "HMAC_SHA256")
    named = {"X-Twilio-Webhooks-Signature-Settings": "key=k1,algorithm=HMAC_SHA256"}
    assert check(BASE, "/in", headers(signed, **named), FORM, ["shared"])
    assert not check(BASE, "/in", headers(signed), FORM, ["shared"])
    for garbage in ("algorithm=NONE", "algorithm=md5", ",,=,algorithm=x"):
        wrong = {"X-Twilio-Webhooks-Signature-Settings": garbage}
        assert not check(BASE, "/in", headers(signed, **wrong), FORM, ["shared"])
