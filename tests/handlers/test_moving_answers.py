"""What the old phone says to a question about its account counts for that very question, and is never guessed."""

from __future__ import annotations

import pytest

from tests.handlers.several import MEENA, NEW, SONU, acting, invited, say, settle, shop, with_pin
from tests.house import RAMESH, SUNITA, Home

MOBILE = RAMESH.removeprefix("whatsapp:+91")
HIDDEN = "whatsapp:IN.4566546130240823"


def asks(home: Home, who: str = NEW) -> None:
    assert say(home, who, "I have a new number", MOBILE, "Ask my old phone") == "moving.asked"


def tapped(home: Home, number: int, which: int = 0) -> str:
    """Ramesh taps a button of the question that came so-manieth."""
    questions = [one for one in home.said(RAMESH) if one.text_key == "moving.confirm"]
    button = questions[number].buttons[which]
    home.write(button.title, RAMESH, ButtonPayload=button.id, ButtonText=button.title)
    settle(home)
    return home.told(RAMESH)[-1]


def test_of_two_who_ask_the_one_whose_question_was_answered_has_it(at_home: Home) -> None:
    """The owner's own new phone asks first, then a thief who knows the number: the first question's button is tapped."""
    member = shop(at_home)
    asks(at_home, NEW)
    asks(at_home, MEENA)
    assert tapped(at_home, 0) == "moving.gave_away"
    assert acting(at_home, member) == {NEW: "owner"}
    assert at_home.told(MEENA)[-1] == "moving.asked"


def test_no_to_the_one_is_no_answer_to_the_other(at_home: Home) -> None:
    member = shop(at_home)
    asks(at_home, MEENA)
    asks(at_home, NEW)
    assert tapped(at_home, 0, which=1) == "moving.stays"
    assert acting(at_home, member) == {RAMESH: "owner"}
    assert tapped(at_home, 1) in ("moving.confirm", "menu.answered"), "the frame is gone: an old button decides nothing"
    assert acting(at_home, member) == {RAMESH: "owner"}


@pytest.mark.parametrize("words", ["1", "yes", "ok", "हाँ", "mov it"])
def test_what_may_be_meant_for_another_question_moves_nothing(at_home: Home, words: str) -> None:
    member = shop(at_home)
    with_pin(at_home)
    at_home.forward(days=2)
    say(at_home, RAMESH, "redeem 100")
    asks(at_home)
    say(at_home, RAMESH, words)
    assert acting(at_home, member) == {RAMESH: "owner"}


def test_send_it_in_hindi_is_about_the_money(at_home: Home) -> None:
    member = shop(at_home)
    with_pin(at_home)
    at_home.forward(days=2)
    say(at_home, RAMESH, "hindi", "redeem 100", "yes")
    asks(at_home)
    say(at_home, RAMESH, "हाँ भेज दो")
    assert acting(at_home, member) == {RAMESH: "owner"}


def test_an_owner_who_helps_at_anothers_just_now_can_answer_for_their_own_shop(at_home: Home) -> None:
    member = shop(at_home)
    other = shop(at_home, SUNITA, "Sharma Store")
    say(at_home, RAMESH, invited(at_home, owner=SUNITA), "yes")
    asks(at_home)
    assert at_home.told(RAMESH)[-1] == "moving.confirm"
    assert tapped(at_home, 0) == "moving.gave_away"
    assert at_home.count("SELECT count(*) FROM inbox WHERE parked_at IS NOT NULL OR failures > 0") == 0
    assert acting(at_home, member) == {NEW: "owner"}
    assert acting(at_home, other) == {SUNITA: "owner", RAMESH: "helper"}


def test_a_helper_cannot_answer_for_the_shop_they_help(at_home: Home) -> None:
    member = shop(at_home)
    say(at_home, SONU, invited(at_home), "I agree", "yes")
    asks(at_home)
    (move,) = at_home.rows("SELECT id FROM account_moves")
    at_home.write("Yes, move it", SONU, ButtonPayload=f"move-{move.id}", ButtonText="Yes, move it")
    settle(at_home)
    assert acting(at_home, member) == {RAMESH: "owner", SONU: "helper"}


def test_the_new_phone_is_found_to_be_somebody_we_knew_before_the_answer_comes(at_home: Home) -> None:
    shop(at_home)
    at_home.write("hi", HIDDEN, ExternalUserId=HIDDEN, WaId="")  # older, and the one that stays
    settle(at_home)
    at_home.forward(minutes=1)
    asks(at_home)
    at_home.write("hi", NEW, ExternalUserId=HIDDEN)
    settle(at_home)
    assert tapped(at_home, 0) == "moving.gave_away"
    at_home.write("points", NEW, ExternalUserId=HIDDEN)
    settle(at_home)
    assert at_home.told(NEW)[-1].startswith("balance.")


def test_an_account_of_ones_own_buys_no_more_tries_at_anothers(at_home: Home) -> None:
    """Whoever brings over what is theirs by the right PIN has not forgotten the wrong ones."""
    shop(at_home)
    with_pin(at_home)
    for guess in range(3):
        say(at_home, NEW, "I have a new number", SUNITA.removeprefix("whatsapp:+91"), "I know my PIN", f"70{guess}1", "cancel")
    say(at_home, NEW, "I have a new number", MOBILE)
    assert say(at_home, NEW, "I know my PIN", "4826") == "moving.moved"
    tries = at_home.rows("SELECT tries FROM account_tries WHERE subject LIKE 'contact/%'")
    assert [row.tries for row in tries] == [4]
