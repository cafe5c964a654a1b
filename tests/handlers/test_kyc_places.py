"""Where a member's money goes, checked by the bank before there is any: what it says, and what goes to a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from bot import tasks
from payouts.checking import Asked, Checked
from payouts.provider import Refused
from tests.handlers.redeeming import knowing, say
from tests.handlers.test_kyc import checks, needs
from tests.handlers.test_tax import rich
from tests.house import Home


@pytest.fixture
def home(at_home: Home) -> Home:
    at_home.enrol()  # Ramesh Kumar, an electrician
    return at_home


class Bank:
    """Answers what it is told."""

    def __init__(self, *answers: Asked) -> None:
        self.answers = list(answers)

    def check(self, destination: object, member_id: str, reference_id: str) -> Asked:
        return self.answers.pop(0)

    def look(self, provider_id: str) -> Asked:
        return self.answers.pop(0)


def asked(home: Home, *answers: Asked, rounds: int = 1) -> None:
    """The destination's check, done as often as a worker would."""
    home.house.__dict__["checker"] = Bank(*answers) if answers else None
    for _ in range(rounds):
        task: Sequence[Any] = home.rows("SELECT id FROM tasks WHERE kind = 'kyc_destination' AND state = 'ready'")
        home.change("UPDATE tasks SET due_at = :now WHERE state = 'ready'", now=home.at)
        tasks.run(home.house, task[0].id)


@pytest.mark.parametrize(("answer", "state", "told"), [
    (Checked("fav_1", True, "RAMESH KUMAR"), ("verified", None), "news.kyc_approved"),
    (Checked("fav_1", True, "MR RAMESH K"), ("verified", None), "news.kyc_approved"),
    (Checked("fav_1", True, "SURESH PATIL"), ("review", "name_differs"), "news.kyc_review"),
    (Checked("fav_1", True, None), ("review", "unavailable"), "news.kyc_review"),
    (Checked("fav_1", False, None), ("ask_again", "not_found"), "news.kyc_asked_again"),
    (Refused("vpa_invalid", permanent=True), ("ask_again", "not_found"), "news.kyc_asked_again"),
    (Refused("merchant_off", permanent=True), ("review", "unavailable"), "news.kyc_review"),
])  # fmt: skip
def test_a_destination_is_judged_by_what_the_bank_says(home: Home, answer: Asked, state: object, told: str) -> None:
    knowing(home, needs("destination"))
    assert say(home, "kyc", "ramesh@okaxis") == "kyc.status"
    assert checks(home, "destination") == [("checking", None)]
    asked(home, answer)
    assert checks(home, "destination") == [state] and home.told()[-1] == told


def test_without_anybody_to_ask_one_of_our_people_looks(home: Home) -> None:
    knowing(home, needs("destination"))
    say(home, "kyc", "ramesh@okaxis")
    asked(home)
    assert checks(home, "destination") == [("review", "unavailable")]
    assert home.rows("SELECT why FROM kyc_reviews WHERE state = 'open'") == [("unavailable",)]


def test_a_bank_that_takes_its_time_is_looked_at_again(home: Home) -> None:
    knowing(home, needs("destination"))
    say(home, "kyc", "ramesh@okaxis")
    asked(home, Checked("fav_1", None, None), Checked("fav_1", True, "RAMESH KUMAR"), rounds=2)
    assert checks(home, "destination") == [("verified", None)]


def test_money_goes_only_to_the_destination_that_was_verified(home: Home) -> None:
    knowing(home, needs("destination", above_paise=1_000_00))
    rich(home)
    say(home, "redeem", "2000", "ramesh@okaxis")
    assert say(home, "yes") == "kyc.checking" and home.count("SELECT count(*) FROM payouts") == 0
    asked(home, Checked("fav_1", True, "RAMESH KUMAR"))
    assert home.told()[-1] == "news.kyc_approved"
    assert say(home, "continue") == "redeem.confirm"
    assert say(home, "yes") == "redeem.on_its_way"
    say(home, "redeem", "2000", "other", "wife@ybl")
    assert home.told()[-2] == "redeem.cooling"
    home.forward(hours=25)
    say(home, "cancel", "redeem", "2000", "wife@ybl")
    assert say(home, "yes") == "kyc.checking", "another place is checked anew"
    assert home.count("SELECT count(*) FROM payouts") == 1


def test_the_offered_destination_is_taken_without_typing_and_a_new_one_replaces_it(home: Home) -> None:
    knowing(home, needs("destination"))
    rich(home)
    say(home, "redeem", "100", "ramesh@okaxis", "cancel")
    assert say(home, "kyc") == "kyc.offer_place"
    say(home, "yes")
    asked(home, Checked("fav_1", False, None))
    assert say(home, "kyc", "other", "ramesh@ybl") == "kyc.status"
    asked(home, Checked("fav_2", True, "Ramesh Kumar"))
    assert checks(home, "destination") == [("verified", None)]
    assert home.count("SELECT count(*) FROM kyc_checks WHERE state = 'replaced'") == 1
