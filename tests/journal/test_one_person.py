"""One person whom we knew twice, by phone and by user id, until WhatsApp told us: the older contact lives on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot import turn
from tests.handlers.several import NEW, acting, helps, say, settle, shop
from tests.house import RAMESH, Home

HIDDEN, OTHER = "whatsapp:IN.4566546130240823", "whatsapp:IN.7788990011223344"


def hidden(home: Home, body: str, who: str = HIDDEN, **more: str) -> None:
    home.write(body, who, **({"ExternalUserId": who, "WaId": ""} | more))


def told_by(home: Home, body: str) -> None:
    """The message in which WhatsApp tells both at once."""
    home.write(body, RAMESH, ExternalUserId=HIDDEN)
    settle(home)


def living(home: Home) -> list[Any]:
    sql = "SELECT id, address, external_user_id FROM contacts WHERE merged_into IS NULL ORDER BY created_at, id"
    return list(home.rows(sql))


def test_an_enrolled_phone_and_a_newer_hidden_contact_become_the_older_one(at_home: Home) -> None:
    at_home.enrol()
    member = at_home.conversation().member_id
    at_home.forward(minutes=1)
    hidden(at_home, "hi")
    assert len(living(at_home)) == 2
    told_by(at_home, "points")
    ((contact, address, external),) = living(at_home)
    assert (address, external) == (RAMESH, HIDDEN) and acting(at_home, member) == {RAMESH: "owner"}
    assert at_home.told()[-1] == "balance.empty"
    hidden(at_home, "menu")
    assert at_home.rows("SELECT address FROM contacts WHERE id = :id", id=contact) == [(HIDDEN,)], "answered where they wrote"
    assert at_home.told(HIDDEN)[-1] == "menu.main"
    at_home.write("menu", RAMESH)
    assert at_home.told(RAMESH)[-1] == "menu.main" and len(living(at_home)) == 1


def test_a_hidden_contact_that_is_older_takes_the_account_over_and_asks_no_more_to_join(at_home: Home) -> None:
    hidden(at_home, "hi")
    hidden(at_home, "I agree")  # asked for a name
    at_home.forward(minutes=1)
    at_home.enrol()
    member = at_home.conversation().member_id
    told_by(at_home, "Ramesh Kumar")
    assert len(living(at_home)) == 1 and acting(at_home, member) == {RAMESH: "owner"}
    assert at_home.count("SELECT count(*) FROM members") == 1, "no second account"
    (code,) = at_home.codes()
    told_by(at_home, code)
    assert at_home.told()[-1] == "scan.credited"


def test_two_accounts_of_one_person_stay_two_and_can_be_switched_between(at_home: Home) -> None:
    hidden(at_home, "hi")
    for words in ("I agree", "Ramesh", "Electrician", "411001", "skip"):
        hidden(at_home, words)
    at_home.forward(minutes=1)
    shop(at_home)
    told_by(at_home, "shops")
    assert at_home.told()[-1] == "shops.choose.2", "whether they are one account, our people decide"


def test_what_the_newer_conversation_still_holds_is_answered_and_counts_for_the_same_account(at_home: Home) -> None:
    shop(at_home)
    member = at_home.conversation().member_id
    at_home.forward(minutes=1)
    hidden(at_home, "hi")
    (code,) = at_home.codes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(turn, "run", lambda *_: None)
        hidden(at_home, code)  # stored, and the process dies
    told_by(at_home, "menu")
    assert at_home.count("SELECT count(*) FROM inbox WHERE handled_at IS NULL") == 0
    claimed = at_home.rows("SELECT claimed_by_member FROM coupons WHERE state = 'claimed'")
    assert claimed == [(member,)]
    told_by(at_home, code)
    assert at_home.told()[-1] == "scan.already_yours"
    assert at_home.count("SELECT count(*) FROM postings WHERE key LIKE 'coupon/%'") == 1, "credited once"


def test_a_code_that_was_kept_for_the_newer_one_is_credited_to_the_account_they_have(at_home: Home) -> None:
    at_home.enrol()
    member = at_home.conversation().member_id
    at_home.forward(minutes=1)
    (code,) = at_home.codes()
    hidden(at_home, code)
    assert at_home.told(HIDDEN)[-1] == "enrol.consent"
    told_by(at_home, "menu")
    assert at_home.rows("SELECT claimed_by_member FROM coupons WHERE state = 'claimed'") == [(member,)]


def test_rows_of_both_stay_where_they_are(at_home: Home) -> None:
    at_home.enrol()
    at_home.forward(minutes=1)
    hidden(at_home, "hi")
    count = "SELECT conversation_id, count(*) FROM {} GROUP BY 1 ORDER BY 1"
    before = [dict(map(tuple, at_home.rows(count.format(table)))) for table in ("inbox", "outbox", "journal")]
    told_by(at_home, "menu")
    after = [dict(map(tuple, at_home.rows(count.format(table)))) for table in ("inbox", "outbox", "journal")]
    assert all(then[row] >= now[row] for now, then in zip(before, after, strict=True) for row in now)
    assert {row.address for row in at_home.rows("SELECT address FROM contacts")} == {RAMESH, HIDDEN}


def test_a_username_that_appears_twice_at_once_makes_one_person(at_home: Home) -> None:
    at_home.enrol()
    at_home.forward(minutes=1)
    hidden(at_home, "hi")
    (code,) = at_home.codes()
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(at_home.write, code, who, ExternalUserId=HIDDEN) for who in (RAMESH, HIDDEN, RAMESH, HIDDEN)]
        assert all(job.result(30).status_code == 200 for job in jobs)
    settle(at_home)
    assert len(living(at_home)) == 1
    assert at_home.count("SELECT count(*) FROM postings WHERE key LIKE 'coupon/%'") == 1
    assert at_home.count("SELECT count(*) FROM inbox WHERE handled_at IS NULL OR parked_at IS NOT NULL") == 0


def test_a_first_message_that_comes_twice_at_once_makes_one_person(at_home: Home) -> None:
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(at_home.write, "hi", who, ExternalUserId=HIDDEN) for who in (RAMESH, HIDDEN, RAMESH, HIDDEN)]
        assert all(job.result(30).status_code == 200 for job in jobs)
    settle(at_home)
    told_by(at_home, "hi")
    assert len(living(at_home)) == 1


@pytest.mark.parametrize("met_before", [True, False])
def test_a_number_that_somebody_else_writes_from_now_is_theirs_and_the_account_is_not(at_home: Home, met_before: bool) -> None:
    at_home.enrol()
    at_home.write("points", RAMESH, ExternalUserId=HIDDEN)
    member = at_home.conversation().member_id
    if met_before:
        hidden(at_home, "hi", OTHER)
    at_home.write("points", RAMESH, ExternalUserId=OTHER)
    settle(at_home)
    assert at_home.told(RAMESH)[-1].startswith("enrol."), "a person is their id, and not the number they have at the moment"
    assert acting(at_home, member) == {HIDDEN: "owner"}
    hidden(at_home, "points")
    assert at_home.told(HIDDEN)[-1] == "balance.empty"


def test_a_new_id_from_a_new_number_is_a_new_person(at_home: Home) -> None:
    at_home.enrol()
    at_home.write("points", RAMESH, ExternalUserId=HIDDEN)
    at_home.write("points", NEW, ExternalUserId=OTHER)
    assert at_home.told(NEW)[-1].startswith("enrol.")


def test_a_recovered_message_from_an_address_of_before_finds_its_person(at_home: Home) -> None:
    at_home.enrol()
    at_home.write("hi", RAMESH, ExternalUserId=HIDDEN)
    hidden(at_home, "hi")
    at_home.write("points", RAMESH)  # listed by Twilio's API: without the id
    assert len(living(at_home)) == 1 and at_home.told()[-1] == "balance.empty"


def test_a_helper_who_turns_out_to_be_the_owner_is_the_owner(at_home: Home) -> None:
    member = shop(at_home)
    at_home.forward(minutes=1)
    helps(at_home, who=HIDDEN)
    assert sorted(acting(at_home, member).values()) == ["helper", "owner"]
    told_by(at_home, "points")
    assert acting(at_home, member) == {RAMESH: "owner"}
    assert say(at_home, RAMESH, "helpers") == "helpers.none"


def test_a_redemption_from_the_newer_conversation_is_the_owners(at_home: Home) -> None:
    shop(at_home)
    for code in at_home.codes(3):
        at_home.write(code)
    at_home.forward(minutes=1)
    hidden(at_home, "hi")
    told_by(at_home, "menu")
    for words in ("redeem 100", "ramesh@okaxis", "yes"):
        hidden(at_home, words)
    assert at_home.told(HIDDEN)[-1] == "redeem.on_its_way"
