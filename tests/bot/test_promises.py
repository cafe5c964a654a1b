"""Promised times: shown, stored, kept track of; and where the money is, on demand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import promises
from tests.handlers.redeeming import FIRST, ready, rules, say
from tests.house import START, Home


def asked_for(home: Home, points: int = 100) -> None:
    ready(home)
    assert say(home, f"redeem {points}", FIRST, "yes") == "redeem.on_its_way"


def test_the_promise_is_shown_and_stored(at_home: Home) -> None:
    asked_for(at_home)
    assert "within 2 hours" in at_home.said()[-2].body and "there by 12:00" in at_home.said()[-1].body
    assert at_home.rows("SELECT promised_at, late_at FROM payouts") == [(START + timedelta(hours=2), None)]


def test_a_promise_past_midnight_names_the_day(at_home: Home) -> None:
    ready(at_home)
    rules(at_home, promise_minutes=1_440)
    say(at_home, "redeem 100", FIRST, "yes")
    assert "within 1 day" in at_home.said()[-2].body and "there by 6 Jan, 10:00" in at_home.said()[-1].body


@pytest.mark.parametrize(("limits", "hours"), [
    ({"payout_approval_above_paise": 9_999}, 24), ({"payout_approval_above_paise": 10_000}, 2),
    ({"payout_approval_above_paise": None, "payout_two_approvals_above_paise": 0}, 24),
    ({"payout_approval_above_paise": None, "payout_two_approvals_above_paise": None}, 2),
    ({"payout_approval_above_paise": 0, "promise_approved_minutes": 4_320}, 72),
    ({"payout_approval_above_paise": 0, "promise_minutes": 2_880}, 48),  # never sooner than what nobody looks at
])  # fmt: skip
def test_what_a_person_must_approve_is_promised_later(at_home: Home, limits: dict[str, int | None], hours: int) -> None:
    ready(at_home)
    rules(at_home, **limits)
    told = say(at_home, "redeem 100", FIRST, "yes")
    waits = limits["payout_approval_above_paise"] in (0, 9_999) or limits.get("payout_two_approvals_above_paise") == 0
    assert told == ("redeem.on_its_way_approval" if waits else "redeem.on_its_way")
    within = {2: "2 hours", 24: "1 day", 48: "2 days", 72: "3 days"}
    assert at_home.said()[-2].values["promise_minutes"] == within[hours]
    assert at_home.rows("SELECT promised_at FROM payouts") == [(START + timedelta(hours=hours),)]
    at_home.forward(hours=hours - 1)
    assert promises.watch(at_home.house) == 0
    at_home.forward(hours=1)
    assert promises.watch(at_home.house) == 1


def test_a_late_payout_is_marked_counted_and_told_once(at_home: Home) -> None:
    asked_for(at_home)
    at_home.forward(minutes=119)
    assert promises.watch(at_home.house) == 0
    at_home.forward(minutes=2)
    counted = at_home.house.metrics.payouts_late.value
    assert [promises.watch(at_home.house) for _ in range(3)] == [1, 0, 0]
    assert at_home.house.metrics.payouts_late.value == counted + 1
    assert at_home.told()[-1] == "news.delayed" and at_home.told().count("news.delayed") == 1
    assert at_home.count("SELECT count(*) FROM payouts WHERE late_at IS NOT NULL AND delay_told_at IS NOT NULL") == 1
    assert say(at_home, "where is my money?") == "payouts.list"
    assert "longer than we promised" in at_home.said()[-1].body


def test_whoever_was_told_of_the_delay_before_is_not_told_again(at_home: Home) -> None:
    asked_for(at_home)
    at_home.change("UPDATE payouts SET delay_told_at = requested_at")
    at_home.forward(hours=3)
    assert promises.watch(at_home.house) == 1
    assert "news.delayed" not in at_home.told()


def test_what_was_paid_in_time_is_never_late(at_home: Home) -> None:
    asked_for(at_home)
    at_home.change("UPDATE payouts SET state = 'failed', settled_at = requested_at")
    at_home.forward(days=3)
    assert promises.watch(at_home.house) == 0


PAID = """UPDATE payouts SET state = 'paid', settled_at = requested_at, provider = 'x', request = 'x',
          reserved_at = requested_at, utr = '600512345678'"""
FAILED = "UPDATE payouts SET state = 'failed', settled_at = requested_at, reason = "


@pytest.mark.parametrize(("change", "shown"), [
    ("SELECT 1", "on its way, there by 12:00"), (PAID, "arrived 10:00, bank reference (UTR) 600512345678"),
    (FAILED + "'beneficiary_vpa_invalid'", "the bank does not know this UPI ID. Your 100 points are back"),
    (FAILED + "'bank_down'", "your bank could not be reached"), (FAILED + "'whatever'", "could not be sent. Your 100"),
    ("UPDATE payouts SET state = 'awaiting_approval'", "one of our people looks at it first"),
])  # fmt: skip
def test_the_status_tells_state_time_reference_and_reason(at_home: Home, change: str, shown: str) -> None:
    assert say_status(at_home) == "payouts.none"
    asked_for(at_home)
    at_home.change(change)
    assert say_status(at_home) == "payouts.list"
    assert shown in at_home.said()[-1].body and "₹100 to ra•••@okaxis" in at_home.said()[-1].body


def say_status(home: Home) -> str:
    if not home.rows("SELECT 1 FROM members"):
        home.enrol()
    return say(home, "status")


@pytest.mark.parametrize("words", [
    "status", "payout", "Where is my money?", "paisa kab aayega", "paise nahi aaye", "पैसा कहाँ है", "पैसे कब मिलेंगे",
    "स्टेटस",
])  # fmt: skip
def test_it_is_asked_in_many_words(at_home: Home, words: str) -> None:
    at_home.enrol()
    assert say(at_home, words) == "payouts.none"


def test_only_ones_own_payouts_are_told(at_home: Home) -> None:
    asked_for(at_home)
    other = "whatsapp:+919898989898"
    at_home.enrol(other)
    assert say(at_home, "status", who=other) == "payouts.none"
