"""Where money may go: saved ones, the wait after a change, bank accounts, forgetting; and what is kept of each."""

from __future__ import annotations

import json

import pytest

from bot import promises
from handlers import secrets
from tests.handlers.redeeming import FIRST, SECOND, ready, rules, say, second_phone
from tests.house import RAMESH, SUNITA, Home

ACCOUNT = "50100234567821"


def tokens(home: Home) -> list[str]:
    return [row.token for row in home.rows("SELECT token FROM destinations ORDER BY saved_at, token")]


def test_the_first_destination_is_paid_at_once_and_a_changed_one_waits(at_home: Home) -> None:
    ready(at_home)
    assert say(at_home, "redeem 100", FIRST, "yes") == "redeem.on_its_way"
    assert say(at_home, "redeem 100", SECOND) == "redeem.offer.one"
    cooling = at_home.said()[-2]
    assert cooling.text_key == "redeem.cooling" and "6 Jan, 10:00" in cooling.body and "su•••@ybl" in cooling.body
    assert say(at_home, "yes", "yes") == "redeem.on_its_way", "the old one can be used meanwhile"
    assert at_home.rows("SELECT DISTINCT masked FROM payouts") == [("ra•••@okaxis",)]
    at_home.forward(hours=24)
    assert say(at_home, "redeem 100") == "redeem.offer.two"
    at_home.write("su•••@ybl")
    assert say(at_home, "yes") == "redeem.on_its_way"
    assert at_home.count("SELECT count(*) FROM payouts WHERE masked = 'su•••@ybl'") == 1


def test_typing_it_again_neither_shortens_the_wait_nor_makes_a_second_one(at_home: Home) -> None:
    ready(at_home)
    say(at_home, "redeem 100", FIRST, "yes", "redeem 100", SECOND)
    at_home.forward(hours=20)
    say(at_home, "redeem 100", SECOND.upper())
    assert "6 Jan, 10:00" in at_home.said()[-2].body
    assert at_home.count("SELECT count(*) FROM destinations") == 2
    assert at_home.count("SELECT count(*) FROM secrets") == 2
    assert say(at_home, FIRST) == "redeem.confirm", "a known one is used at once however it is given"


def test_forgetting_everything_does_not_make_the_next_one_the_first(at_home: Home) -> None:
    ready(at_home)
    say(at_home, "redeem 100", FIRST, "yes", "redeem 100", "remove", "yes")
    assert at_home.told()[-2:] == ["redeem.forgotten", "redeem.ask_vpa"]
    assert say(at_home, SECOND) == "redeem.cooling"
    assert at_home.count("SELECT count(*) FROM payouts") == 1


def test_a_forgotten_destination_is_erased_once_no_payout_needs_it(at_home: Home) -> None:
    ready(at_home)
    say(at_home, "redeem 100", FIRST, "yes")
    say(at_home, "redeem 100", "remove", "yes")
    assert at_home.count("SELECT count(*) FROM secrets") == 1, "a payout has yet to be made of it"
    assert promises.tidy(at_home.house) == 0
    at_home.change("UPDATE payouts SET state = 'failed', settled_at = requested_at, reason = 'x'")
    assert promises.tidy(at_home.house) == 1
    assert at_home.count("SELECT count(*) FROM secrets") == 0


def test_what_was_typed_and_never_used_is_erased_after_a_day(at_home: Home) -> None:
    ready(at_home)
    say(at_home, "redeem 100", FIRST, "no")
    assert promises.tidy(at_home.house) == 0
    at_home.forward(hours=25)
    assert promises.tidy(at_home.house) == 1


def test_a_confirmation_that_stood_over_an_erased_destination_sends_nothing(at_home: Home) -> None:
    ready(at_home)
    say(at_home, "redeem 100", FIRST)
    at_home.forward(hours=25)
    promises.tidy(at_home.house)
    say(at_home, "yes")
    assert at_home.told()[-2:] == ["redeem.gone", "redeem.ask_vpa"]
    assert at_home.count("SELECT count(*) FROM payouts") == 0


def test_a_button_cannot_name_another_members_destination(at_home: Home) -> None:
    ready(at_home)
    ready(at_home, who=SUNITA)
    say(at_home, "redeem 100", FIRST, "yes")
    say(at_home, "redeem 100", "sunita@ybl", who=SUNITA)
    theirs = tokens(at_home)[0]
    at_home.write("x", SUNITA, ButtonPayload=f"yes-100-{theirs}-10000")
    at_home.write("x", SUNITA, ButtonPayload=f"to-{theirs}")
    assert at_home.told(SUNITA)[-1] == "redeem.confirm"
    assert at_home.count("SELECT count(*) FROM payouts") == 1


def test_a_bank_account_is_asked_for_piece_by_piece_and_kept_as_one_secret(at_home: Home) -> None:
    ready(at_home)
    say(at_home, "redeem 100", "bank account", "5010 0234-567821", "hdfc0001234", "Ramesh Kumar")
    assert at_home.told()[-4:] == ["redeem.ask_account", "redeem.ask_ifsc", "redeem.ask_holder", "redeem.confirm"]
    assert at_home.said()[-1].values["masked"] == "HDFC ••••7821"
    assert at_home.rows("SELECT kind, last4 FROM secrets") == [("bank", "7821")]
    with at_home.house.engine.connect() as conn:
        plain = secrets.open_secret(conn, at_home.house.keyring, tokens(at_home)[0]).plain
    assert json.loads(plain) == {"account": ACCOUNT, "ifsc": "HDFC0001234", "name": "Ramesh Kumar"}
    assert say(at_home, "yes") == "redeem.on_its_way"
    assert ACCOUNT not in at_home.every_row()


@pytest.mark.parametrize(("words", "key"), [
    ("12345678", "redeem.account_malformed"), ("1" * 19, "redeem.account_malformed"), ("000000000", "redeem.account_malformed"),
    ("50100234567821 HDFC0001234", "redeem.account_malformed"), ("my account", "redeem.account_malformed"),
    ("५०१००२३४५६७८२१", "redeem.ask_ifsc"), ("498572631893", "redeem.account_struck"), ("ramesh@okaxis", "redeem.confirm"),
    ("UPI", "redeem.ask_vpa"), ("ACUPA7085R", "redeem.account_malformed"), ("back", "redeem.ask_vpa"),
])  # fmt: skip
def test_what_is_no_account_number_is_told_kindly(at_home: Home, words: str, key: str) -> None:
    ready(at_home, 1)
    assert say(at_home, "redeem 100", "bank", words) == key


def test_an_account_number_that_nobody_asked_for_is_just_a_number(at_home: Home) -> None:
    ready(at_home, 1)
    assert say(at_home, "redeem", ACCOUNT) == "redeem.ask_points"
    assert at_home.count("SELECT count(*) FROM secrets") == 0


def test_limits_of_a_day_and_a_month_are_of_indias_calendar(at_home: Home) -> None:
    ready(at_home)
    rules(at_home, most_points_per_day=300, most_points_per_month=400)
    assert say(at_home, "redeem 200", FIRST, "yes") == "redeem.on_its_way"
    assert say(at_home, "redeem 200") == "redeem.above_day"
    assert "100" in at_home.said()[-1].body and "300" in at_home.said()[-1].body
    assert say(at_home, "100", "yes", "yes") == "redeem.on_its_way"
    assert say(at_home, "redeem") == "redeem.day_spent"
    at_home.forward(hours=13, minutes=59)  # 23:59 of the same day
    assert say(at_home, "redeem") == "redeem.day_spent"
    at_home.forward(minutes=2)
    assert say(at_home, "redeem 200") == "redeem.above_month"
    assert say(at_home, "100", "yes", "yes", "redeem") == "redeem.month_spent"
    at_home.change("UPDATE payouts SET state = 'failed', settled_at = requested_at WHERE points = 200")
    assert say(at_home, "redeem") == "redeem.ask_points", "what failed does not count"


def test_the_limit_holds_where_two_phones_ask_at_once(at_home: Home) -> None:
    ready(at_home)
    rules(at_home, most_points_per_day=100)
    at_home.enrol(SUNITA)
    second_phone(at_home)
    for who in (RAMESH, SUNITA):
        say(at_home, "redeem 100", f"x{who[-4:]}@okaxis", who=who)
    assert say(at_home, "yes") == "redeem.on_its_way"
    assert say(at_home, "yes", who=SUNITA) == "redeem.day_spent"
    assert at_home.count("SELECT count(*) FROM payouts") == 1
