"""Strangers: the notice first, their language, their name; what they sent before they joined is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows import events as ev
from flows.effects import ClaimCodes, Enrol, RecordConsent, Say
from flows.enrol import AskConsent, AskName, Refused
from flows.entry import converse
from flows.kernel import Event
from flows.scan import Kept
from flows.session import Known, Notice, Session
from tests.flows.sessions import CODE, MEMBER, OTHER, STRANGER, at, flows, said, through


@pytest.mark.parametrize("event", [ev.CodesTyped((CODE,)), ev.PhotoSent(("ph_1",))])
def test_a_strangers_code_is_kept_wherever_they_are_in_the_enrolment(event: Event) -> None:
    for before in [[], [ev.Said("no")], [ev.Said("haan")], [ev.Said("haan"), ev.Said("रमेश")], [ev.Said("language")]]:
        turned = through(Session(), STRANGER, *before, event)
        kept = [frame.state for frame in turned.session.frames if isinstance(frame.state, Kept)]
        assert len(kept) == 1, before
        assert kept[0].codes + kept[0].photos
        assert flows(turned.session)[-1] == "enrol", "and the enrolment goes on"
        assert not any(isinstance(effect, ClaimCodes) for effect in turned.effects), "nothing is reserved"


def test_the_same_code_sent_twice_is_kept_once() -> None:
    turned = through(Session(), STRANGER, *[ev.CodesTyped((CODE, OTHER))] * 3)
    assert [f.state for f in turned.session.frames if f.flow == "scan"] == [Kept((CODE, OTHER), ())]


def test_what_was_kept_is_claimed_when_its_owner_became_a_member_elsewhere() -> None:
    session = at(("scan", Kept((CODE,), ())))
    turned = converse(session, MEMBER, ev.CodesTyped((OTHER,)))
    assert ClaimCodes((CODE, OTHER)) in turned.effects


@pytest.mark.parametrize("typed", ["redeem", "balance", "scan", "menu", "back", "cancel", "continue", "start", "namaste"])
def test_a_stranger_is_led_to_the_notice_whatever_they_ask_for(typed: str) -> None:
    turned = converse(Session(), STRANGER, ev.Said(typed))
    if typed == "cancel":
        turned = converse(turned.session, turned.known, ev.Said("ok then"))
    assert said(turned) == ["enrol.consent"]
    assert isinstance(turned.session.frames[-1].state, AskConsent)


def test_after_a_refusal_nothing_is_asked_but_the_notice() -> None:
    turned = through(Session(), STRANGER, ev.Said("hello"), ev.Said("nahi"))
    assert RecordConsent("notice", False, "3", "hi") in turned.effects
    assert isinstance(turned.session.frames[-1].state, Refused)
    for event in (ev.Said("redeem"), ev.Said("110001"), ev.CodesTyped((CODE,)), ev.Tapped("electrician")):
        again = converse(turned.session, turned.known, event)
        assert said(again)[-1] == "enrol.consent"
        assert not any(isinstance(effect, Enrol) for effect in again.effects)


def test_the_language_of_the_answer_becomes_the_members() -> None:
    for typed, locale in [
        ("yes", "en"),
        ("haan", "hi"),
        ("हाँ", "hi"),
        ("I AGREE", "en"),
        ("सहमत हूँ", "hi"),
        ("2", "hi"),
    ]:
        for first in ("en", "hi"):
            turned = through(Session(), Known(first), ev.Said("hello"), ev.Said(typed))
            assert turned.known.locale == locale
            assert turned.known.consented


def test_the_notice_of_the_programme_is_shown_and_its_version_kept() -> None:
    asked = converse(Session(), STRANGER, ev.Said("hello"))
    links = {"link_en": "https://x.in/privacy", "link_hi": "https://x.in/privacy"}  # it has one language
    assert asked.effects == (Say("enrol.consent", links),)
    newer = replace(STRANGER, notice=Notice("4", {"en": "https://x.in/new"}))  # published between question and answer
    agreed = converse(asked.session, newer, ev.Said("yes"))
    assert agreed.effects[0] == RecordConsent("notice", True, "3", "en"), "they agreed to what they were shown"
    back = converse(agreed.session, agreed.known, ev.Said("back"))
    assert back.effects == (Say("enrol.consent", links),)


def test_a_question_asked_by_an_older_version_has_no_links_and_no_hole() -> None:
    turned = converse(at(("enrol", AskConsent("hi", ""))), STRANGER, ev.Said("kya"))
    assert turned.effects == (Say("enrol.consent_bare"),)


@pytest.mark.parametrize("typed", ["salam", "SALAM", "Meenu", "मीनू", "Naya", "Mistry"])
def test_a_word_of_ours_is_a_name_when_it_is_said_twice_or_tapped_or_introduced(typed: str) -> None:
    for answer in (ev.Said(typed), ev.Tapped("yes-word"), ev.Said("haan"), ev.Said(f"my name is {typed}")):
        asked = through(Session(), STRANGER, ev.Said("hi"), ev.Said("haan"), ev.Said(typed))
        assert said(asked)[-1] == "enrol.name_word"
        named = converse(asked.session, asked.known, answer)
        assert named.effects == (Say("enrol.ask_role", {"name": typed}),)


@pytest.mark.parametrize("typed", ["hello", "namaste", "haan", "नहीं", "skip", "stop", "help", "back"])
def test_a_greeting_or_a_command_is_nobodys_name(typed: str) -> None:
    asked = through(Session(), STRANGER, ev.Said("hi"), ev.Said("haan"))
    for _ in range(2):
        asked = converse(asked.session, asked.known, ev.Said(typed))
        assert not any(key in ("enrol.ask_role", "enrol.name_word") for key in said(asked))


@pytest.mark.parametrize("typed", ["options", "balance", "help", "redeem", "scan", "redeem 50"])
def test_amid_the_questions_a_command_is_answered_and_the_question_stands(typed: str) -> None:
    for before in (["hi"], ["hi", "haan"], ["hi", "haan", "रमेश"], ["hi", "haan", "रमेश", "1"]):
        asked = through(Session(), STRANGER, *map(ev.Said, before))
        turned = converse(asked.session, asked.known, ev.Said(typed))
        assert len(said(turned)) == 2 and said(turned)[0] != said(asked)[-1]
        assert turned.effects[-1] == asked.effects[-1]
        assert turned.session.frames == asked.session.frames


def test_whoever_agreed_before_is_not_asked_again() -> None:
    turned = converse(Session(), Known("hi", consented=True), ev.Said("hello"))
    assert isinstance(turned.session.frames[-1].state, AskName)


@pytest.mark.parametrize("profile", ["Ramesh Kumar", "🔥Ramesh🔥", "", "9", "A" * 21, "Help", "x\ny"])
def test_a_profile_name_is_offered_only_when_it_looks_like_one(profile: str) -> None:
    turned = through(Session(), Known("en", profile_name=profile), ev.Said("hello"), ev.Said("yes"))
    offered = said(turned) == ["enrol.ask_name_offer"]
    assert offered == (profile in ("Ramesh Kumar", "🔥Ramesh🔥", "x\ny", "Help"))
