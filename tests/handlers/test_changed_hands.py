"""A shop that was sold, moved or merged: what the one before can still do or see, and what the one after can."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from bot import my_data
from handlers import ownership
from loyalty import kyc, memberships, merge
from loyalty.kyc import Facts, New
from payouts import passbook
from tests.handlers.redeeming import FIRST, rules
from tests.handlers.several import (
    MEENA,
    NEW,
    PIN,
    SONU,
    acting,
    helps,
    invited,
    ready_text,
    say,
    settle,
    shop,
    with_pin,
)
from tests.house import RAMESH, SUNITA, Home

PAN = "ABCPD1234F"


def sold(home: Home) -> None:
    """Ramesh's shop, PIN proved, to Sunita, who is new."""
    say(home, RAMESH, "sell shop", "yes", PIN)
    say(home, SUNITA, ready_text(home), "I agree", "yes", "Sunita Sharma")


def merged(home: Home, member: str, into: str) -> None:
    with home.house.engine.begin() as conn:
        memberships.lock(conn, member, into)
        merge.merge(conn, member, into, "meera", home.at)


def accounts_of(home: Home, who: str) -> list[dict[str, object]]:
    with home.house.engine.connect() as conn:
        found: list[dict[str, object]] = my_data.collect(home.house, conn, home.conversation(who).contact_id)["accounts"]
        return found


def meanwhile(home: Home, member: str, change: Callable[[Connection], object], words: str) -> None:
    """Ramesh writes while the account changes hands in another transaction, which commits first."""
    with ThreadPoolExecutor(1) as pool:
        with home.house.engine.begin() as conn:
            memberships.lock(conn, member)
            change(conn)
            writing = pool.submit(home.write, words, RAMESH)
            for _ in range(500):
                if writing.done() or home.count("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                    break
                time.sleep(0.01)
        writing.result(30)
    settle(home)


def to_meena(home: Home, member: str, how: str) -> Callable[[Connection], object]:
    contact, keyring, now = home.conversation(MEENA).contact_id, home.house.keyring, home.at
    if how == "sold":
        return lambda conn: ownership.hand_over(conn, keyring, member, contact, "Meena", by="handover", key="k", now=now)
    return lambda conn: ownership.move(
        conn, keyring, member, contact, by="old_phone", key="k", now=now, cool_off=timedelta(hours=24)
    )


@pytest.mark.parametrize("how", ["sold", "moved"])
def test_a_pin_that_is_set_while_the_account_goes_is_not_set(at_home: Home, how: str) -> None:
    member = shop(at_home)
    rules(at_home, pin="always", least_points=100)
    for code in at_home.codes(2):
        at_home.write(code)
    say(at_home, MEENA, "hi", "I agree")
    assert say(at_home, RAMESH, "redeem 100", FIRST, "yes", PIN) == "pin.repeat"
    meanwhile(at_home, member, to_meena(at_home, member, how), PIN)
    assert at_home.count("SELECT count(*) FROM member_pins WHERE sealed IS NOT NULL") == 0
    assert at_home.told(RAMESH)[-1].startswith("enrol.")


@pytest.mark.parametrize("how", ["sold", "moved"])
def test_a_place_for_money_that_is_given_while_the_account_goes_is_not_kept(at_home: Home, how: str) -> None:
    member = shop(at_home)
    rules(at_home, least_points=100)
    for code in at_home.codes(2):
        at_home.write(code)
    say(at_home, MEENA, "hi", "I agree")
    say(at_home, RAMESH, "redeem 100")
    meanwhile(at_home, member, to_meena(at_home, member, how), FIRST)
    assert at_home.count("SELECT count(*) FROM destinations") == 0
    assert at_home.count("SELECT count(*) FROM inbox WHERE parked_at IS NOT NULL") == 0


def test_the_sellers_file_tells_nothing_of_the_buyer(at_home: Home) -> None:
    member = shop(at_home)
    with_pin(at_home)
    sold(at_home)
    assert acting(at_home, member) == {SUNITA: "owner"}
    say(at_home, SUNITA, "redeem 100", "buyer@okaxis")
    say(at_home, SUNITA, "pan", PAN)
    (account,) = accounts_of(at_home, RAMESH)
    assert set(account) == {"member", "programme", "you_are", "since", "until"}


def test_nor_does_that_of_a_phone_that_was_switched_off(at_home: Home) -> None:
    member = shop(at_home)
    with_pin(at_home)
    with at_home.house.engine.begin() as conn:
        memberships.end(conn, at_home.conversation(RAMESH).contact_id, member, at_home.at)
    assert "okaxis" not in str(accounts_of(at_home, RAMESH))


def test_what_was_theirs_until_it_was_merged_is_in_their_file(at_home: Home) -> None:
    old = shop(at_home)
    with_pin(at_home)
    new = shop(at_home, SUNITA, "Sharma Store")
    merged(at_home, old, new)
    first, second = accounts_of(at_home, RAMESH)
    assert (first["member"], second["member"]) == (old, new) and len(first["payouts"]) == 1  # type: ignore[arg-type]  # JSON
    assert accounts_of(at_home, SUNITA)[0]["payouts"] == [], "what Ramesh was paid is told to Ramesh"


def test_the_buyer_sees_nothing_of_what_the_seller_was_paid_or_taxed(at_home: Home) -> None:
    shop(at_home)
    with_pin(at_home)
    at_home.forward(minutes=1)
    sold(at_home)
    assert say(at_home, SUNITA, "payouts") == "payouts.none"
    (account,) = accounts_of(at_home, SUNITA)
    assert account["payouts"] == [] and account["tax"] == []
    at_home.forward(minutes=1)
    say(at_home, SUNITA, "redeem 100", "buyer@okaxis")
    at_home.forward(hours=25)
    say(at_home, SUNITA, "redeem 100", "yes", "yes", "5937", "5937")
    (account,) = accounts_of(at_home, SUNITA)
    assert len(account["payouts"]) == len(account["tax"]) == 1, "their own they do see"  # type: ignore[arg-type]  # JSON


def bills_of(home: Home, who: str) -> list[str]:
    with home.house.engine.connect() as conn:
        return [bill["id"] for bill in my_data.collect(home.house, conn, home.conversation(who).contact_id)["bills"]]


def sent(home: Home, who: str, member: str, claim: str) -> str:
    """A bill of this person's for the shop, refused since."""
    home.change(
        """INSERT INTO claims (id, programme_id, member_id, contact_id, conversation_id, state, reason, media, sealed,
                               doc_type, fingerprints, problems, asks, created_at, decided_at)
           VALUES (:id, 'roshni', :member, :contact, :talk, 'refused', 'stale', '{}', '', 'invoice', '{}', '{}', 0, :at,
                   :at)""",
        id=claim, member=member, contact=home.conversation(who).contact_id, talk=home.conversation(who).id, at=home.at,
    )  # fmt: skip
    home.forward(minutes=1)
    return claim


def test_a_buyers_file_has_the_bills_of_their_own_time_and_the_sellers_file_the_sellers(at_home: Home) -> None:
    member = shop(at_home)
    with_pin(at_home)
    helps(at_home)
    first, helped = sent(at_home, RAMESH, member, "clm_1"), sent(at_home, SONU, member, "clm_2")
    assert bills_of(at_home, RAMESH) == [first, helped] and bills_of(at_home, SONU) == [helped]
    sold(at_home)
    at_home.forward(minutes=1)
    assert bills_of(at_home, SUNITA) == []
    assert say(at_home, SUNITA, "my data") == "my_data.held" and "0 bills and 0 payouts" in at_home.said(SUNITA)[-1].body
    assert say(at_home, SUNITA, "cancel", "bills") == "bills.none"
    own = sent(at_home, SUNITA, member, "clm_3")
    assert bills_of(at_home, SUNITA) == [own] and bills_of(at_home, SONU) == [helped]
    assert bills_of(at_home, RAMESH) == [first], "what one sent oneself, and nothing of who came after"
    assert say(at_home, SUNITA, "my data") == "my_data.held" and "1 bills and 0 payouts" in at_home.said(SUNITA)[-1].body


def test_a_new_number_and_a_merge_are_no_sale(at_home: Home) -> None:
    member = shop(at_home)
    with_pin(at_home)
    bill = sent(at_home, RAMESH, member, "clm_1")
    say(at_home, NEW, "I have a new number", RAMESH.removeprefix("whatsapp:+91"), "I know my PIN", PIN)
    assert bills_of(at_home, NEW) == [bill], "sent from the old phone"
    into = shop(at_home, SUNITA, "Sharma Store")
    merged(at_home, member, into)
    assert bills_of(at_home, NEW) == [bill]


def test_a_helper_takes_the_shop_over(at_home: Home) -> None:
    member = shop(at_home)
    with_pin(at_home)
    helps(at_home)
    say(at_home, RAMESH, "sell shop", "yes", PIN)
    assert say(at_home, SONU, ready_text(at_home)) == "joining.accept_owner"
    assert say(at_home, SONU, "yes", "Sonu Verma") == "joining.owner"
    assert acting(at_home, member) == {SONU: "owner"}


def test_an_invitation_of_an_account_that_was_merged_leads_nowhere(at_home: Home) -> None:
    old, new = shop(at_home), shop(at_home, SUNITA, "Sharma Store")
    words = invited(at_home)
    merged(at_home, old, new)
    assert say(at_home, SONU, words) == "joining.unknown"
    assert acting(at_home, old) == {}


def test_the_years_tax_comes_along_into_the_account_merged_into(at_home: Home) -> None:
    old = shop(at_home)
    with_pin(at_home)  # 100 rupees, no PAN
    at_home.forward(minutes=1)
    new = shop(at_home, SUNITA, "Sharma Store")
    say(at_home, SUNITA, "pan", PAN)
    with at_home.house.engine.connect() as conn:
        before = passbook.so_far(conn, passbook.person(conn, old), "2025-26")
    merged(at_home, old, new)
    with at_home.house.engine.connect() as conn:
        assert passbook.so_far(conn, passbook.person(conn, new), "2025-26") == before
    assert before.total_paise == 10_000


def test_a_merge_opens_no_second_days_limit(at_home: Home) -> None:
    old = shop(at_home)
    with_pin(at_home)  # takes 100
    rules(at_home, pin="off", least_points=100, most_points_per_day=150)
    new = shop(at_home, SUNITA, "Sharma Store")
    for code in at_home.codes(3):
        at_home.write(code, SUNITA)
    merged(at_home, old, new)
    assert say(at_home, SUNITA, "redeem 100").startswith("redeem.day_spent")


def test_what_one_gave_before_the_merge_is_no_rival_of_what_they_give_after_it(at_home: Home) -> None:
    old, new, third = shop(at_home), shop(at_home, SUNITA, "Sharma Store"), shop(at_home, MEENA, "Meena Stores")
    people = {old: RAMESH, new: SUNITA, third: MEENA}

    def give(member: str, check: str) -> str:
        with at_home.house.engine.begin() as conn:
            return kyc.put(conn, at_home.house.keyring, New(
                check, "roshni", member, at_home.conversation(people[member]).id, "pan", "AB••••••4F", "typed", Facts(PAN),
                "verified",
            ), at_home.at).state  # fmt: skip

    assert give(old, "kyc_1") == "verified"
    merged(at_home, old, new)
    assert give(new, "kyc_2") == "verified", "the same person"
    assert give(third, "kyc_3") == "review", "somebody else is compared with both"


def test_whoever_has_a_shop_and_helps_in_another_gets_no_second_by_asking_for_their_own(at_home: Home) -> None:
    shop(at_home)
    shop(at_home, SUNITA, "Sharma Store")
    say(at_home, RAMESH, invited(at_home, owner=SUNITA), "yes")
    assert say(at_home, RAMESH, "own shop") == "shops.choose.2"
    assert say(at_home, RAMESH, "Gupta Electricals") == "shops.switched"
    assert say(at_home, RAMESH, "own shop") == "enrol.already"
    assert at_home.count("SELECT count(*) FROM members") == 2


def test_a_helper_of_two_shops_who_has_none_may_begin_their_own(at_home: Home) -> None:
    shop(at_home)
    shop(at_home, SUNITA, "Sharma Store")
    helps(at_home)
    say(at_home, SONU, invited(at_home, owner=SUNITA), "yes")
    assert say(at_home, SONU, "own shop").startswith("enrol.ask_name")
    assert NEW not in acting(at_home, at_home.conversation(SONU).member_id)
