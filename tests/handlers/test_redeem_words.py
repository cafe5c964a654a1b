"""Redeeming in people's own words: UPI ids among words and at the last question, numbers beside the word."""

from __future__ import annotations

import pytest

from handlers.secrets import _vpa_given
from tests.house import Home


@pytest.mark.parametrize(("words", "vpa"), [
    ("Ramesh@okaxis", "ramesh@okaxis"), ("my upi id is ramesh@okaxis", "ramesh@okaxis"),
    ("nahi, ramesh@okaxis pe bhejo", "ramesh@okaxis"), ("UPI: ramesh@okaxis.", "ramesh@okaxis"),
    ("नहीं, ramesh@okaxis पर भेज दो", "ramesh@okaxis"), ("(ramesh@okaxis)", "ramesh@okaxis"), ("ram_esh@paytm", "ram_esh@paytm"),
    ("ramesh kumar@okaxis", None), ("ramesh@ok axis", None), ("ramesh @okaxis", None), ("a1@ybl ya b1@ybl", None),
    ("ramesh@gmail.com", None), ("my id is ramesh@gmail.com", None), ("ramesh@okaxis@ybl", None),
    ("send to bhai@okaxis suresh", None),
])  # fmt: skip
def test_a_upi_id_among_words_is_taken_only_where_nothing_beside_it_could_be_half_of_it(words: str, vpa: str | None) -> None:
    assert _vpa_given(words) == vpa


def test_another_upi_id_at_the_last_question_is_the_new_one(at_home: Home) -> None:
    ready(at_home)
    for words in ("redeem 100", "ramesh@okaxis", "nahi, suresh@ybl par bhejo"):
        at_home.write(words)
    assert at_home.told()[-2:] == ["redeem.confirm", "redeem.confirm"]
    assert at_home.said()[-1].values["masked"] == "su•••@ybl"
    at_home.write("haan")
    assert at_home.said()[-1].values["masked"] == "su•••@ybl"
    assert at_home.rows("SELECT masked FROM payouts") == [("su•••@ybl",)]


@pytest.mark.parametrize(("words", "key"), [
    ("maybe", "redeem.confirm"), ("kya?", "redeem.confirm"), ("menyuu", "menu.resumable"),
    ("ram_esh@paytm", "redeem.vpa_refused"), ("suresh@gmail.com", "redeem.vpa_malformed"),
    ("ACUPA7085R", "redeem.vpa_malformed"), ("234123412346", "secret.aadhaar_refused"), ("points", "redeem.confirm"),
    ("no", "redeem.cancelled"),
])  # fmt: skip
def test_other_words_at_the_last_question_are_what_they_are(at_home: Home, words: str, key: str) -> None:
    ready(at_home)
    for typed in ("redeem 100", "ramesh@okaxis", words):
        at_home.write(typed)
    assert at_home.told()[-1] == key
    assert at_home.count("SELECT count(*) FROM payouts") == 0


def test_a_second_tap_on_yes_pays_once_and_tells_how_things_stand(at_home: Home) -> None:
    ready(at_home)
    for words in ("redeem 100", "ramesh@okaxis"):
        at_home.write(words)
    button = at_home.said()[-1].buttons[0]
    for _ in range(3):
        at_home.write(button.title, ButtonPayload=button.id, ButtonText=button.title)
    assert at_home.told()[-5:] == ["redeem.on_its_way", "redeem.answered", "balance.now", "redeem.answered", "balance.now"]
    assert at_home.count("SELECT count(*) FROM payouts") == 1


def test_a_yes_typed_twice_pays_once_and_tells_what_is_under_way(at_home: Home) -> None:
    ready(at_home)
    for words in ("redeem 100", "ramesh@okaxis", "yes", "yes", "haan ji", "ok"):
        at_home.write(words)
    assert at_home.told()[-4:] == ["redeem.on_its_way", "redeem.under_way", "redeem.under_way", "thanks.welcome"]
    assert "₹100" in at_home.said()[-2].body and "ra•••@okaxis" in at_home.said()[-2].body
    assert at_home.count("SELECT count(*) FROM payouts") == 1


def ready(home: Home) -> None:
    """A member with a coupon's points."""
    home.enrol()
    home.write(home.codes()[0])
