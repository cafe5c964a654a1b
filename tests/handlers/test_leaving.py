"""A helper who leaves by themselves: at once, on record, told to the owner; and never another membership than was shown."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.handlers.several import SONU, acting, helps, invited, say, settle, shop
from tests.house import RAMESH, SUNITA, Home


def test_who_leaves_is_gone_at_once_and_the_owner_is_told(at_home: Home) -> None:
    member = shop(at_home)
    helps(at_home)
    assert say(at_home, SONU, "leave shop") == "leaving.confirm" and "Gupta Electricals" in at_home.said(SONU)[-1].body
    assert acting(at_home, member) == {RAMESH: "owner", SONU: "helper"}, "asked first"
    assert say(at_home, SONU, "yes") == "leaving.left"
    assert acting(at_home, member) == {RAMESH: "owner"}
    assert at_home.told(RAMESH)[-1] == "news.helper_left" and "Sonu" in at_home.said(RAMESH)[-1].body
    assert at_home.count("SELECT count(*) FROM memberships WHERE until IS NOT NULL") == 1, "that they helped stays on record"
    (code,) = at_home.codes()
    assert say(at_home, SONU, code) != "scan.credited"
    assert at_home.count("SELECT count(*) FROM coupons WHERE state = 'claimed'") == 0
    assert say(at_home, RAMESH, "helpers") == "helpers.none"
    say(at_home, SONU, invited(at_home), "yes")
    assert acting(at_home, member) == {RAMESH: "owner", SONU: "helper"}, "and may come back"


@pytest.mark.parametrize("words", ["no", "नहीं", "back", "cancel"])
def test_who_does_not_mean_it_stays(at_home: Home, words: str) -> None:
    member = shop(at_home)
    helps(at_home)
    say(at_home, SONU, "दुकान छोड़नी है", words)
    assert acting(at_home, member) == {RAMESH: "owner", SONU: "helper"} and at_home.told(RAMESH)[-1] == "news.helper_joined"


def test_the_owner_cannot_leave_and_a_stranger_is_asked_to_join(at_home: Home) -> None:
    member = shop(at_home)
    assert say(at_home, RAMESH, "leave shop") == "leaving.owner"
    assert say(at_home, RAMESH, "yes") == "thanks.welcome" and acting(at_home, member) == {RAMESH: "owner"}
    assert say(at_home, SONU, "leave shop").startswith("enrol.")


def test_with_an_account_of_their_own_they_go_on_there(at_home: Home) -> None:
    theirs = shop(at_home)
    helps(at_home)
    say(at_home, SONU, "my own account", "Sonu Verma", "Electrician", "411001")
    assert say(at_home, SONU, "leave shop") == "leaving.owner", "acting for their own just now"
    say(at_home, SONU, "shops", "Gupta Electricals")
    assert say(at_home, SONU, "leave shop", "yes") == "leaving.left_for" and "Sonu Verma" in at_home.said(SONU)[-1].body
    assert acting(at_home, theirs) == {RAMESH: "owner"}
    assert say(at_home, SONU, "points") == "balance.empty" and "Shop:" not in at_home.said(SONU)[-1].body
    assert say(at_home, SONU, "redeem") == "redeem.not_enough", "an owner again"


def test_a_yes_after_another_shop_was_chosen_ends_nothing(at_home: Home) -> None:
    first = shop(at_home)
    second = shop(at_home, SUNITA, "Sharma Store")
    helps(at_home)
    say(at_home, SONU, invited(at_home, owner=SUNITA), "yes")
    say(at_home, SONU, "leave shop")
    assert "Sharma Store" in at_home.said(SONU)[-1].body
    assert say(at_home, SONU, "shops", "Gupta Electricals") == "shops.switched"
    say(at_home, SONU, "yes")
    for member, owner in ((first, RAMESH), (second, SUNITA)):
        assert acting(at_home, member) == {owner: "owner", SONU: "helper"}
    say(at_home, SONU, "leave shop", "yes")
    assert acting(at_home, first) == {RAMESH: "owner"} and acting(at_home, second) == {SUNITA: "owner", SONU: "helper"}
    assert at_home.told(SONU)[-1] == "leaving.left_for" and "Sharma Store" in at_home.said(SONU)[-1].body
    assert at_home.told(RAMESH)[-1] == "news.helper_left" and at_home.told(SUNITA)[-1] == "news.helper_joined"


def test_a_removal_at_the_same_moment_ends_it_once_and_both_are_answered(at_home: Home) -> None:
    member = shop(at_home)
    helps(at_home)
    say(at_home, SONU, "leave shop")
    say(at_home, RAMESH, "helpers", "Sonu")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda who: at_home.write("yes", who), (SONU, RAMESH)))
    settle(at_home)
    assert acting(at_home, member) == {RAMESH: "owner"}
    assert at_home.count("SELECT count(*) FROM memberships WHERE until IS NOT NULL") == 1
    assert at_home.count("SELECT count(*) FROM inbox WHERE failures > 0 OR handled_at IS NULL") == 0
    assert "helpers.removed" in at_home.told(RAMESH)


def test_who_was_made_the_owner_meanwhile_keeps_the_shop(at_home: Home) -> None:
    member = shop(at_home)
    helps(at_home)
    say(at_home, SONU, "leave shop")
    at_home.change(
        """UPDATE memberships SET until = :at WHERE role = 'owner' AND until IS NULL""", at=at_home.at)  # fmt: skip
    at_home.change("UPDATE memberships SET role = 'owner' WHERE role = 'helper'")
    say(at_home, SONU, "yes")
    assert acting(at_home, member) == {SONU: "owner"} and at_home.told(SONU)[-1] == "leaving.owner"
