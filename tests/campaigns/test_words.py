"""What WhatsApp would refuse is named before anything is made; what leaves is always what was approved."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns import reasons, stored, words
from campaigns.reasons import Facts
from campaigns.spec import Arm, Budget, Button, Campaign, Experiment, Goal, Schedule, Trigger, Words
from tests.campaigns.stage import BASE, PLAIN, START
from whatsapp.content.spec import BadSpec, variables
from whatsapp.outbound import from_json, size, to_json


def with_words(said: Words, **changed: object) -> Campaign:
    return replace(PLAIN, arms=(Arm("a", 100, {"en": said}),), **changed)  # type: ignore[arg-type]  # fields of any type


@pytest.mark.parametrize(("said", "fault"), [
    (Words("x" * 1_100), "longer than 1024"),
    (Words("Hello {nmae}, come."), "{nmae} is no variable"),
    (Words("{name}, come."), "begins with a placeholder"),
    (Words("Come, {name}"), "ends with a placeholder"),
    (Words("Come {name}{name} now."), "side by side"),
    (Words("Hello {name}, " + "x" * 980 + "."), "with long values"),
    (Words("Come.", buttons=(Button("scan", "x" * 21),)), "longer than 20"),
    (Words("Come.", buttons=(Button("scan", "Scan"),), link="https://a.example/b", link_title="See"), "exclude each other"),
    (Words("Come.", media="https://a.example/b.jpg", link="https://a.example/b", link_title="See"), "exclude each other"),
    (Words("Come.", link="https://a.example/b"), "title of its button"),
    (Words(""), "it has no words"),
])  # fmt: skip
def test_what_whatsapp_would_refuse_is_named(said: Words, fault: str) -> None:
    found = list(words.faults(with_words(said), BASE))
    assert any(fault in one and "campaign/diwali/a (en)" in one for one in found), found


def test_all_faults_are_named_at_once() -> None:
    campaign = with_words(Words("x" * 1_100 + "{nmae}{name}"))
    found = " ".join(words.faults(campaign, BASE))
    assert all(one in found for one in ("longer than 1024", "{nmae} is no variable", "side by side", "ends with"))


def test_good_words_have_no_fault() -> None:
    assert list(words.faults(PLAIN, BASE)) == []
    with pytest.raises(BadSpec):
        words.specs(with_words(Words("x" * 1_100)), BASE)


@given(value=st.text(max_size=300))
def test_whatever_a_value_is_the_message_is_what_was_approved_and_fits(value: str) -> None:
    said = Words("Hello {name}, " + "x" * 880 + " {name} now.")
    campaign = with_words(said)
    (made,) = words.specs(campaign, BASE)
    message = words.message(campaign, "a", "en", {"name": value}, BASE, "")
    given_values = variables(made, message)
    assert given_values is not None and size(message.body) <= 1_024
    assert "\n" not in given_values["1"] and given_values["1"].strip()
    assert from_json(to_json(message)) == message


def test_a_message_with_a_link_survives_its_store_and_fits_its_template() -> None:
    campaign = with_words(Words("See, {name}, what is new.", link="https://a.example/b", link_title="See"))
    (made,) = words.specs(campaign, BASE)
    message = words.message(campaign, "a", "en", {"name": "Asha"}, BASE, "lnk_1")
    assert from_json(to_json(message)) == message
    assert variables(made, message) == {"1": "Asha", "2": "lnk_1"}
    assert made.types == {"twilio/call-to-action": {
        "body": "See, {{1}}, what is new.", "actions": [{"type": "URL", "title": "See", "url": f"{BASE}/l/{{{{2}}}}"}],
    }}  # fmt: skip
    assert variables(made, replace(message, link="https://evil.example/l/lnk_1")) is None


def test_a_stored_campaign_is_read_as_it_was() -> None:
    whole = replace(
        with_words(Words("Hello {name}, come.", (Button("scan", "Scan"),), link="https://a.example/b", link_title="See")),
        goal=Goal("scan", 5), trigger=Trigger("kyc", 3), budget=Budget(5, 500, 87), experiment=Experiment(10, "s"),
        schedule=Schedule(START, None), listed=True, saved="x", audience="state = MH", priority="high",
    )  # fmt: skip
    assert stored.from_json(stored.to_json(whole)) == whole
    assert stored.hash_of(whole) != stored.hash_of(replace(whole, name="other"))


class TestReasons:
    def test_the_first_of_the_order_counts(self) -> None:
        every = Facts(**dict.fromkeys(reasons.REASONS, True))
        left = list(reasons.REASONS)
        while left:
            facts = Facts(**dict.fromkeys(left, True))
            assert reasons.why_not(facts, "marketing") == left.pop(0)
        assert reasons.why_not(Facts(), "marketing") is None
        assert reasons.why_not(every, "utility") == "erased"

    def test_utility_asks_no_opt_in(self) -> None:
        facts = Facts(marketing_stopped=True, overdue=True, capped=True, attention=True)
        assert reasons.why_not(facts, "utility") is None
        assert reasons.why_not(replace(facts, stopped=True), "utility") == "stopped"

    def test_each_has_words(self) -> None:
        assert all(reasons.words(one) for one in reasons.REASONS)
        assert reasons.REASONS == (
            "erased", "suspended", "no_contact", "not_consented", "stopped", "marketing_stopped", "overdue", "no_words",
            "template_not_approved", "already", "capped", "attention", "budget", "too_late",
        )  # fmt: skip
