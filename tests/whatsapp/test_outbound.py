"""Splitting, the numbered fallback, the window, and what an answer of Twilio's means."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.whatsapp.stage import START
from whatsapp.errors import Kind, kind_of
from whatsapp.outbound import BODY_MAX, Button, Message, fallback_text, from_json, parts, size, split, to_json
from whatsapp.outcome import Accepted, Refused, Uncertain
from whatsapp.verdict import Change, backoff, verdict
from whatsapp.window import Drop, Hold, Send, UseTemplate, decide

BUTTONS = (Button("yes", "Yes"), Button("no", "No"))
WORDS = st.text(st.sampled_from("ab नमस्ते\n\n  🙂👩‍🔧."), max_size=400)


def message(body: str, buttons: tuple[Button, ...] = (), **more: str) -> Message:
    return Message("a.text", "en", body, buttons, **more)


def test_a_short_message_stays_one() -> None:
    assert parts(message("hello", BUTTONS)) == (message("hello", BUTTONS),)


def test_a_long_one_is_split_at_line_ends_with_the_buttons_under_the_last_part() -> None:
    lines = "\n".join(f"line {n} " + "x" * 90 for n in range(40))
    pieces = parts(message(lines, BUTTONS, list_button="Choose"))
    assert [piece.buttons for piece in pieces] == [()] * (len(pieces) - 1) + [BUTTONS]
    assert pieces[-1].list_button == "Choose"
    assert "\n".join(piece.body for piece in pieces) == lines


@settings(max_examples=200, deadline=None)
@given(WORDS, st.integers(1, 40), st.integers(0, 10))
def test_every_part_fits_and_no_letter_is_lost(words: str, times: int, options: int) -> None:
    buttons = tuple(Button(f"b{n}", "title " * 4, "description " * 6) for n in range(options))
    whole = words * times
    pieces = parts(message(whole, buttons))
    assert all(size(fallback_text(piece)) <= BODY_MAX for piece in pieces)
    assert "".join("".join(piece.body for piece in pieces).split()) == "".join(whole.split())


def test_no_piece_of_a_split_is_empty() -> None:
    assert split("\n\n" + "x" * 30 + "\n" * 50 + "y" * 30, 40) == ["x" * 30, "y" * 30]
    assert split("x" * 95, 40) == ["x" * 40, "x" * 40, "x" * 15]
    assert split("", 40) == [""]


def test_the_fallback_numbers_the_options() -> None:
    listed = message("Which?", (Button("a", "Scan", "a photo"), Button("b", "Balance")))
    assert fallback_text(listed) == "Which?\n\n1. Scan – a photo\n2. Balance"


def test_json_and_back() -> None:
    whole = Message("a", "hi", "शब्द", BUTTONS, "Choose", {"points": "1,000"}, {"points": "1000"})
    assert from_json(json.loads(json.dumps(to_json(whole)))) == whole
    assert from_json(to_json(message("x"))) == message("x")


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(("wrote", "lane", "stopped", "template", "answer"), [
    (START - HOUR, "reply", False, False, Send()),
    (START - HOUR, "reply", True, False, Send()),
    (START - HOUR, "notice", True, True, Hold("stopped")),
    (START - HOUR, "campaign", True, True, Drop("stopped")),
    (START - 24 * HOUR, "reply", False, False, Hold("window_closed")),
    (START - 24 * HOUR + timedelta(seconds=60), "reply", False, False, Hold("window_closed")),
    (START - 24 * HOUR + timedelta(seconds=61), "reply", False, False, Send()),
    (None, "notice", False, False, Hold("window_closed")),
    (None, "notice", False, True, UseTemplate()),
    (None, "campaign", False, True, UseTemplate()),
    (None, "campaign", False, False, Drop("window_closed")),
])  # fmt: skip
def test_what_may_leave(wrote: object, lane: str, stopped: bool, template: bool, answer: object) -> None:
    assert decide(START, wrote, lane, stopped, template) == answer


def judged(outcome: object, attempts: int = 1, as_content: bool = False) -> Change:
    return verdict(outcome, attempts=attempts, as_content=as_content, now=START, chance=0.5)


def test_what_an_answer_means() -> None:
    assert judged(Accepted("SM1")) == Change("accepted", sid="SM1")
    assert judged(Uncertain("ReadTimeout")).state == "uncertain"
    assert judged(Refused(Kind.CONTENT, 21655, "")).state == "failed"
    assert judged(Refused(Kind.CONTENT, 21655, ""), as_content=True).reason == "plain"
    assert judged(Refused(Kind.WINDOW, 63016, "")).hold
    assert judged(Refused(Kind.OPERATOR, 20003, "")).state == "queued"
    assert judged(Refused(Kind.UNKNOWN, 99999, "")).state == "failed"
    assert judged(Refused(Kind.RATE, 20429, "")).slow_until == START + timedelta(seconds=1)


def test_waiting_doubles_up_to_two_minutes_and_is_spread() -> None:
    assert [backoff(n, 0.5).total_seconds() for n in (1, 2, 3, 8, 50, 10_000)] == [1, 2, 4, 120, 120, 120]
    assert backoff(3, 0.0).total_seconds() == 2
    assert backoff(3, 0.999).total_seconds() < 6


def test_a_code_nobody_knows_is_permanent_and_unknown() -> None:
    assert kind_of(12345, 400) is Kind.UNKNOWN
    assert kind_of(None, 429) is Kind.RATE
    assert kind_of(429, 429) is Kind.RATE
    assert kind_of(63016, 400) is Kind.WINDOW
    assert kind_of(0, 401) is Kind.OPERATOR
