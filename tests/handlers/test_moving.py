"""A new number: by the PIN or by a word from the old phone, and never by knowing a number."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.payout_tasks import tell
from flows.events import PayoutDelayed
from tests.handlers.redeeming import FIRST, rules
from tests.handlers.several import MEENA, NEW, PIN, SONU, acting, helps, say, settle, shop, with_pin
from tests.house import RAMESH, SUNITA, Home

MOBILE = RAMESH.removeprefix("whatsapp:+91")
HIDDEN = "whatsapp:IN.4566546130240823"


def with_number(home: Home, who: str = NEW, mobile: str = MOBILE) -> str:
    return say(home, who, "I have a new number", mobile)


def test_the_pin_brings_the_account_over_and_both_phones_are_told(at_home: Home) -> None:
    member = shop(at_home)
    with_pin(at_home)
    assert with_number(at_home) == "moving.ask_proof"
    assert say(at_home, NEW, "I know my PIN", PIN) == "moving.moved"
    assert not at_home.rows_with(PIN) and "Gupta Electricals" in at_home.said(NEW)[-1].body
    assert acting(at_home, member) == {NEW: "owner"}
    assert at_home.told(RAMESH)[-1] == "news.number_moved_away" and "+91••••••3333" in at_home.said(RAMESH)[-1].body
    assert say(at_home, RAMESH, "points").startswith("enrol."), "the old phone acts for nobody"
    assert say(at_home, NEW, "points") == "balance.now"
    assert say(at_home, NEW, "redeem 100") == "redeem.only_cooling", "what was saved waits, and so does what is new"


def test_what_is_given_right_after_a_move_waits_even_where_no_money_ever_went_out(at_home: Home) -> None:
    shop(at_home)
    rules(at_home, pin="off", least_points=100)
    for code in at_home.codes(3):
        at_home.write(code)
    with_number(at_home)
    assert say(at_home, NEW, "Ask my old phone") == "moving.asked"
    assert say(at_home, RAMESH, "Yes, move it") == "moving.gave_away"
    assert at_home.told(NEW)[-1] == "news.number_moved_here"
    assert say(at_home, NEW, "redeem 100", FIRST) == "redeem.cooling"


@pytest.mark.parametrize("mobile", [MOBILE, "9876500000"])
def test_every_answer_to_a_number_is_the_same_whether_it_is_a_members_or_not(at_home: Home, mobile: str) -> None:
    shop(at_home)
    with_pin(at_home)
    assert with_number(at_home, mobile=mobile) == "moving.ask_proof"
    assert say(at_home, NEW, "I know my PIN", "1111") == "moving.ask_proof"
    assert at_home.told(NEW)[-2] == "moving.unproved"
    assert say(at_home, NEW, "Ask my old phone") == "moving.asked"
    assert not at_home.rows_with("1111") and at_home.rows_with("411001"), "what is kept in the open is found"


def test_five_tries_a_day_and_the_right_pin_does_not_open_it_then(at_home: Home) -> None:
    member = shop(at_home)
    with_pin(at_home)
    with_number(at_home)
    for guess in range(5):
        say(at_home, NEW, "I know my PIN", f"70{guess}1")
    assert say(at_home, NEW, "I know my PIN", PIN) == "moving.tries"
    assert with_number(at_home, MEENA) == "moving.ask_proof"
    assert say(at_home, MEENA, "I know my PIN", PIN) == "moving.ask_proof", "tried at too often, whoever tries now"
    assert acting(at_home, member) == {RAMESH: "owner"}
    assert say(at_home, RAMESH, "redeem 100", "yes", "yes", PIN) == "redeem.on_its_way", "nobody locks money from outside"
    at_home.forward(hours=25)
    with_number(at_home, MEENA)
    assert say(at_home, MEENA, "I know my PIN", PIN) == "moving.moved"


def test_a_bare_yes_on_the_old_phone_moves_nothing_a_no_ends_it_and_a_day_later_it_is_over(at_home: Home) -> None:
    member = shop(at_home)
    with_number(at_home)
    say(at_home, NEW, "Ask my old phone")
    assert at_home.told(RAMESH)[-1] == "moving.confirm" and "+91••••••3333" in at_home.said(RAMESH)[-1].body
    assert say(at_home, RAMESH, "yes") == "moving.confirm"
    assert say(at_home, RAMESH, "no") == "moving.stays"
    with_number(at_home)
    say(at_home, NEW, "Ask my old phone")
    at_home.forward(hours=24)
    assert say(at_home, RAMESH, "move it") == "moving.over"
    assert acting(at_home, member) == {RAMESH: "owner"}


def test_two_who_ask_and_are_both_agreed_to_at_once_one_has_it(at_home: Home) -> None:
    member = shop(at_home)
    with_pin(at_home)
    for who in (NEW, MEENA):
        with_number(at_home, who)
        say(at_home, who, "I know my PIN")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda who: at_home.write(PIN, who), (NEW, MEENA)))
    settle(at_home)
    assert list(acting(at_home, member).values()) == ["owner"]
    assert sorted(at_home.told(who)[-1] for who in (NEW, MEENA)) == ["moving.ask_proof", "moving.moved"]


def test_a_redemption_that_waits_while_the_account_moves_asks_as_a_stranger(at_home: Home) -> None:
    shop(at_home)
    with_pin(at_home)
    say(at_home, RAMESH, "redeem 100", "yes")
    with_number(at_home)
    say(at_home, NEW, "I know my PIN", PIN)
    before = at_home.count("SELECT count(*) FROM payouts")
    assert say(at_home, RAMESH, PIN).startswith("enrol.")
    assert at_home.count("SELECT count(*) FROM payouts") == before
    assert at_home.count("SELECT count(*) FROM inbox WHERE parked_at IS NOT NULL") == 0


def test_helpers_stay_where_the_shop_is_and_a_helper_may_bring_an_account_of_their_own(at_home: Home) -> None:
    member = shop(at_home)
    with_pin(at_home)
    helps(at_home)
    shop(at_home, SUNITA, "Sharma Store")
    with_number(at_home)
    say(at_home, NEW, "I know my PIN", PIN)
    assert acting(at_home, member) == {SONU: "helper", NEW: "owner"}
    with_number(at_home, SONU, SUNITA.removeprefix("whatsapp:+91"))
    say(at_home, SONU, "Ask my old phone")
    assert say(at_home, SUNITA, "move it") == "moving.gave_away"
    assert say(at_home, SONU, "shops") == "shops.choose.2"


def test_news_of_money_under_way_goes_to_the_phone_that_the_account_has_now(at_home: Home) -> None:
    shop(at_home)
    with_pin(at_home)
    (payout,) = at_home.rows("SELECT id, conversation_id FROM payouts")
    with_number(at_home)
    at_home.forward(minutes=1)
    say(at_home, NEW, "I know my PIN", PIN)
    with at_home.house.engine.begin() as conn:
        news = PayoutDelayed(payout.id, 10_000, "ra•••@okaxis")
        tell(at_home.house)(conn, payout.conversation_id, f"{payout.id}/delayed", news, at_home.at)
    settle(at_home)
    assert at_home.told(NEW)[-1] == "news.delayed" and "news.delayed" not in at_home.told(RAMESH)


def test_an_owner_keeps_the_account_they_have(at_home: Home) -> None:
    shop(at_home)
    assert say(at_home, RAMESH, "number changed") == "moving.member"


def test_from_a_phone_that_hides_its_number_it_goes_as_well(at_home: Home) -> None:
    member = shop(at_home)
    with_pin(at_home)
    for words in ("I have a new number", MOBILE, "I know my PIN", PIN):
        at_home.write(words, HIDDEN, ExternalUserId=HIDDEN, WaId="")
        settle(at_home)
    assert at_home.told(HIDDEN)[-1] == "moving.moved"
    assert acting(at_home, member) == {HIDDEN: "owner"}
