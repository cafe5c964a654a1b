"""Helpers: invited once, limited, removed at once; the shop's points are the shop's, its money its owner's."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from flows.effects import RequestRedemption
from handlers import authority
from handlers.authority import NotTheirs
from handlers.registry import HANDLERS
from handlers.turn import Turn
from loyalty import memberships
from payouts import passbook
from tests.handlers.several import MEENA, PIN, SONU, acting, helps, invited, ready_text, say, settle, shop, with_pin
from tests.handlers.test_tax import in_a_turn
from tests.house import RAMESH, SUNITA, Home


def test_a_helper_agrees_for_themselves_sees_whose_shop_it_is_and_the_owner_is_told(at_home: Home) -> None:
    member = shop(at_home)
    words = invited(at_home)
    assert say(at_home, SONU, words) == "joining.notice"
    assert say(at_home, SONU, "सहमत हूँ") == "joining.accept_helper"
    assert "Gupta Electricals" in at_home.said(SONU)[-1].body and at_home.said(SONU)[-1].locale == "hi"
    assert say(at_home, SONU, "haan") == "joining.helper"
    assert acting(at_home, member) == {RAMESH: "owner", SONU: "helper"}
    assert at_home.told(RAMESH)[-1] == "news.helper_joined" and "Sonu" in at_home.said(RAMESH)[-1].body
    consents = at_home.rows(
        "SELECT c.given, c.locale FROM consents c JOIN contacts k ON k.id = c.contact_id WHERE k.address = :who", who=SONU
    )
    assert consents == [(True, "hi")]


def test_what_a_helper_scans_is_the_shops_and_says_who_did_it(at_home: Home) -> None:
    member = shop(at_home)
    helps(at_home)
    (code,) = at_home.codes()
    assert say(at_home, SONU, code) == "scan.credited"
    claimed = at_home.rows("SELECT claimed_by_member, claimed_by_contact FROM coupons WHERE state = 'claimed'")
    assert claimed == [(member, at_home.conversation(SONU).contact_id)]
    facts = at_home.rows("SELECT facts FROM postings WHERE key LIKE 'coupon/%'")[0].facts
    assert facts["scanned_by"] == at_home.conversation(SONU).contact_id
    assert say(at_home, RAMESH, code) == "scan.already_yours"


def test_the_days_limit_is_told_kindly_and_the_code_is_good_tomorrow(at_home: Home) -> None:
    shop(at_home)
    helps(at_home, "2", "yes")
    codes = at_home.codes(3)
    assert say(at_home, SONU, " ".join(codes)) == "scan.summary"
    assert "limit" in at_home.said(SONU)[-1].body
    assert at_home.count("SELECT count(*) FROM coupons WHERE state = 'claimed'") == 2
    assert say(at_home, SONU, codes[2]) == "scan.over_limit"
    assert say(at_home, SONU, codes[0]) == "scan.over_limit", "what was claimed is not told either, the day is over"
    at_home.forward(days=1)
    assert say(at_home, SONU, codes[2]) == "scan.credited"


def test_whoever_is_not_to_see_the_points_sees_them_nowhere(at_home: Home) -> None:
    shop(at_home)
    helps(at_home, "all", "no")
    assert say(at_home, SONU, "points") == "helpers.no_balance"
    (code,) = at_home.codes()
    assert say(at_home, SONU, code) == "scan.credited"
    assert "You now have ••• points" in at_home.said(SONU)[-1].body
    assert say(at_home, RAMESH, "points") == "balance.now"


def test_a_code_is_good_once_and_for_two_days_and_is_kept_nowhere(at_home: Home) -> None:
    shop(at_home)
    words = invited(at_home)
    assert words.removeprefix("JOIN ").replace("-", "") not in at_home.every_row()
    assert say(at_home, SONU, words, "I agree", "yes") == "joining.helper"
    assert say(at_home, MEENA, words) == "joining.unknown"
    late = invited(at_home)
    at_home.forward(hours=49)
    assert say(at_home, MEENA, late) == "joining.unknown"


def test_guessing_ends_after_five_tries_even_with_the_right_one(at_home: Home) -> None:
    shop(at_home)
    words = invited(at_home)
    for guess in range(5):
        assert say(at_home, MEENA, f"join AAAA-222{guess + 3}") == "joining.unknown"
    assert say(at_home, MEENA, words) == "joining.tries"
    at_home.forward(hours=25)
    assert say(at_home, MEENA, words) == "joining.notice"


@pytest.mark.parametrize("words", ["JOIN {}", "join {}", " Join  {}. ", "जॉइन {}", "JOIN: {}"])
def test_the_ready_text_is_understood_as_people_type_it(at_home: Home, words: str) -> None:
    shop(at_home)
    code = invited(at_home).removeprefix("JOIN ")
    assert say(at_home, SONU, words.format(code.lower().replace("-", " "))) == "joining.notice"


def test_the_owners_own_code_is_not_for_the_owner(at_home: Home) -> None:
    member = shop(at_home)
    assert say(at_home, RAMESH, invited(at_home)) == "joining.yours"
    assert acting(at_home, member) == {RAMESH: "owner"}


def test_who_is_removed_is_told_and_finds_no_way_back(at_home: Home) -> None:
    member = shop(at_home)
    helps(at_home)
    assert say(at_home, RAMESH, "helpers", "Sonu", "yes") == "helpers.removed"
    assert at_home.told(SONU)[-1] == "news.removed_from_shop"
    assert acting(at_home, member) == {RAMESH: "owner"}
    (code,) = at_home.codes()
    assert say(at_home, SONU, code) != "scan.credited"
    assert at_home.count("SELECT count(*) FROM coupons WHERE state = 'claimed'") == 0
    assert at_home.count("SELECT count(*) FROM memberships WHERE until IS NOT NULL") == 1, "that they helped stays on record"
    say(at_home, SONU, invited(at_home), "yes")
    assert at_home.told(SONU)[-2:] == ["joining.helper", "scan.credited"], "a new beginning, and what they sent is not lost"


def test_a_helper_may_have_an_account_of_their_own_and_switches_between_the_two(at_home: Home) -> None:
    theirs = shop(at_home)
    helps(at_home)
    say(at_home, SONU, "my own account", "Sonu Verma", "Electrician", "411001")
    mine = at_home.conversation(SONU).member_id
    assert mine != theirs and acting(at_home, mine) == {SONU: "owner"}
    one, other = at_home.codes(2)
    assert say(at_home, SONU, one) == "scan.credited" and "Shop: Sonu Verma" in at_home.said(SONU)[-1].body
    assert say(at_home, SONU, "switch shop") == "shops.choose.2"
    assert say(at_home, SONU, "Gupta Electricals") == "shops.switched"
    assert say(at_home, SONU, "redeem") == "helpers.owner_only"
    assert say(at_home, SONU, other) == "scan.credited" and "Shop: Gupta Electricals" in at_home.said(SONU)[-1].body
    claimed = at_home.rows("SELECT claimed_by_member AS member FROM coupons ORDER BY serial")
    assert [row.member for row in claimed] == [mine, theirs]
    assert say(at_home, RAMESH, "helpers", "Sonu", "yes") == "helpers.removed"
    assert say(at_home, SONU, "redeem") == "redeem.ask_points", "with the one that is left they go on"


def test_ten_helpers_and_open_invitations_are_all_there_is_room_for(at_home: Home) -> None:
    shop(at_home)
    for _ in range(memberships.HELPERS_MAX):
        invited(at_home)
    assert say(at_home, RAMESH, "add helper", "skip", "all", "yes") == "helpers.full"


def test_a_flow_that_asked_for_a_helper_what_is_the_owners_would_be_stopped(at_home: Home) -> None:
    shop(at_home)
    at_home.enrol(SUNITA)
    helps(at_home)

    def as_helper(turn: Turn) -> None:
        turn.known = type(turn.known)(**{f: getattr(turn.known, f) for f in turn.known.__slots__} | {"acts": "helper"})
        authority.may(turn, RequestRedemption(100, "tok"))

    with pytest.raises(NotTheirs):
        in_a_turn(at_home, as_helper)


def test_two_who_accept_one_code_at_once_one_is_let_in(at_home: Home) -> None:
    member = shop(at_home)
    words = invited(at_home)
    for who in (SONU, MEENA):
        say(at_home, who, words, "I agree")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda who: at_home.write("yes", who), (SONU, MEENA)))
    settle(at_home)
    assert sorted(acting(at_home, member).values()) == ["helper", "owner"]
    assert sorted(at_home.told(who)[-1] for who in (SONU, MEENA)) == ["joining.helper", "joining.unknown"]


def test_a_removal_while_a_scan_is_under_way_comes_after_it_and_one_before_it_leaves_nothing(
    at_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = shop(at_home)
    helps(at_home)
    first, second = at_home.codes(2)
    say(at_home, RAMESH, "helpers", "Sonu")
    inside, real = threading.Event(), memberships.hold_to_count

    def slowly(*given: Any) -> Any:
        held = real(*given)
        inside.set()
        threading.Event().wait(0.3)  # the removal waits for the row meanwhile
        return held

    monkeypatch.setattr(memberships, "hold_to_count", slowly)
    with ThreadPoolExecutor(2) as pool:
        scan = pool.submit(at_home.write, first, SONU)
        assert inside.wait(10)
        pool.submit(at_home.write, "yes", RAMESH).result(20)
        scan.result(20)
    settle(at_home)
    assert at_home.count("SELECT count(*) FROM coupons WHERE claimed_by_member = :m", m=member) == 1
    assert "scan.credited" in at_home.told(SONU)
    say(at_home, SONU, second)
    assert at_home.count("SELECT count(*) FROM coupons WHERE state = 'claimed'") == 1


def test_a_scan_that_finds_its_membership_ended_is_taken_anew_and_credits_nothing(
    at_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = shop(at_home)
    helps(at_home)
    (code,) = at_home.codes()
    contact, real = at_home.conversation(SONU).contact_id, HANDLERS

    def ended_meanwhile(made: Turn, effect: Any, key: str) -> Any:
        at_home.change("UPDATE memberships SET until = :at WHERE contact_id = :c AND until IS NULL", at=at_home.at, c=contact)
        return scan(made, effect, key)

    effect = next(kind for kind in real if kind.__name__ == "ClaimCodes")
    scan = real[effect]
    monkeypatch.setitem(HANDLERS, effect, ended_meanwhile)
    say(at_home, SONU, code)
    assert at_home.count("SELECT count(*) FROM coupons WHERE claimed_by_member = :m", m=member) == 0
    assert at_home.count("SELECT count(*) FROM inbox WHERE failures > 0") == 0, "that is nobody's fault"
    assert "enrol.ask_name" in at_home.told(SONU) or at_home.told(SONU)[-1].startswith("enrol.")


def test_a_shop_that_is_sold_keeps_its_points_and_nothing_of_its_seller(at_home: Home) -> None:
    member = shop(at_home)
    helps(at_home)
    with_pin(at_home)
    say(at_home, RAMESH, "pan", "ABCPD1234F")
    before = at_home.said(RAMESH) and say(at_home, RAMESH, "points")
    assert before == "balance.now"
    assert say(at_home, RAMESH, "sell shop", "yes", "1111") == "handover.wrong_pin"
    assert say(at_home, RAMESH, PIN) == "handover.offered"
    assert not at_home.rows_with(PIN)
    words = ready_text(at_home)
    assert say(at_home, SUNITA, words, "I agree") == "joining.accept_owner"
    assert say(at_home, SUNITA, "yes", "Sunita Sharma") == "joining.owner"
    assert acting(at_home, member) == {SUNITA: "owner"}
    assert at_home.told(RAMESH)[-1] == "news.shop_handed_over" and at_home.told(SONU)[-1] == "news.removed_from_shop"
    assert say(at_home, RAMESH, "redeem").startswith("enrol."), "the seller is a stranger to it"
    assert say(at_home, SUNITA, "points") == "balance.now" and "900" in at_home.said(SUNITA)[-1].body
    assert at_home.count("SELECT count(*) FROM destinations WHERE forgotten_at IS NULL") == 0
    assert at_home.count("SELECT count(*) FROM member_pins WHERE sealed IS NOT NULL") == 0
    assert at_home.count("SELECT count(*) FROM member_pans WHERE replaced_at IS NULL") == 0
    assert say(at_home, SUNITA, "redeem 100") == "redeem.ask_vpa"
    assert at_home.count("SELECT count(*) FROM payouts WHERE member_id = :m", m=member) == 1, "the seller's, under way"


def test_the_tax_of_a_shop_that_was_sold_is_each_owners_own(at_home: Home) -> None:
    member = shop(at_home)
    with_pin(at_home)  # which takes out ₹100
    assert say(at_home, RAMESH, "pan", "ABCPD1234F", "tax") == "tax.year_with_pan"
    assert "₹100" in at_home.said(RAMESH)[-1].body
    at_home.forward(minutes=1)
    say(at_home, RAMESH, "sell shop", "yes", PIN)
    say(at_home, SUNITA, ready_text(at_home), "I agree", "yes", "Sunita Sharma")
    at_home.forward(minutes=1)
    assert say(at_home, SUNITA, "tax") == "tax.year_without_pan"
    assert "₹0" in at_home.said(SUNITA)[-1].body, "the seller's benefits are not hers"
    with at_home.house.engine.begin() as conn:
        conn.execute(text("UPDATE payouts SET settled_at = :at, state = 'failed'"), {"at": at_home.at})
        passbook.take_back(conn, at_home.rows("SELECT id FROM payouts")[0].id, at_home.at)
        mine = passbook.so_far(conn, passbook.person(conn, member), "2025-26")
    assert mine.total_paise == 0, "nor is what comes back of them"
    assert at_home.count("SELECT count(*) FROM account_changes WHERE former_details IS NOT NULL") == 1


def test_without_a_pin_only_our_people_hand_a_shop_over(at_home: Home) -> None:
    shop(at_home)
    assert say(at_home, RAMESH, "sell shop", "yes", PIN) == "handover.no_pin"
