"""Erasing whoever we knew twice, or who had two accounts that were put together: nothing of either is left."""

from __future__ import annotations

from bot import erase
from bot.cli.account_find import person
from handlers import erasures
from loyalty import memberships, merge
from tests.handlers.several import address_of, settle, shop
from tests.house import RAMESH, SUNITA, Home

HIDDEN, ANOTHER = "whatsapp:IN.4566546130240823", "whatsapp:IN.7788990011223344"


def asks(home: Home, who: str = RAMESH) -> None:
    row = home.conversation(who)
    with home.house.engine.begin() as conn:
        erasures.schedule(
            conn, erasure_id=f"era_{who[-4:]}", contact_id=row.contact_id, conversation_id=row.id, asked_by="member",
            reason="asked", now=home.at, days=7,
        )  # fmt: skip


def erased(home: Home, *people: str) -> None:
    for who in people:
        asks(home, who)
    home.forward(days=8)
    assert erase.run_due(home.house) == len(people)


def test_an_account_that_was_merged_goes_with_the_one_it_went_into(at_home: Home) -> None:
    old, new = shop(at_home), shop(at_home, SUNITA, "Sharma Store")
    with at_home.house.engine.begin() as conn:
        memberships.lock(conn, old, new)
        merge.merge(conn, old, new, "meera", at_home.at)
        memberships.end(conn, at_home.conversation(RAMESH).contact_id, new, at_home.at)  # one phone is left
    erased(at_home, SUNITA)
    assert at_home.count("SELECT count(*) FROM members WHERE data_key IS NOT NULL") == 0


def test_of_a_person_known_by_phone_and_by_user_id_both_contacts_go(at_home: Home) -> None:
    shop(at_home)
    at_home.forward(minutes=1)
    at_home.write("hi", HIDDEN, ExternalUserId=HIDDEN, WaId="")
    at_home.write("points", RAMESH, ExternalUserId=HIDDEN)  # one person, says WhatsApp
    settle(at_home)
    assert at_home.count("SELECT count(*) FROM contacts WHERE merged_into IS NOT NULL") == 1
    erased(at_home, RAMESH)
    assert at_home.count("SELECT count(*) FROM contacts WHERE data_key IS NOT NULL") == 0
    rows = at_home.every_row()
    assert HIDDEN not in rows and RAMESH not in rows
    for who in (HIDDEN, RAMESH):  # and whoever writes then is a stranger, not a fault
        assert at_home.write("hi", who, ExternalUserId=HIDDEN).status_code < 300


def test_the_number_of_before_goes_too(at_home: Home) -> None:
    shop(at_home)
    at_home.write("hi", RAMESH, ExternalUserId=HIDDEN)
    at_home.write("hi", HIDDEN, ExternalUserId=HIDDEN, WaId="")  # hides it from now on
    settle(at_home)
    erased(at_home, HIDDEN)
    assert at_home.count("SELECT count(*) FROM contact_addresses") == 0
    assert at_home.write("hi", RAMESH).status_code < 300


def test_a_number_that_somebody_has_today_is_not_looked_up_as_the_one_it_was_before(at_home: Home) -> None:
    """An operator acts on whoever has the number now: its last owner hides theirs."""
    shop(at_home)
    at_home.write("hi", RAMESH, ExternalUserId=HIDDEN)
    at_home.write("hi", HIDDEN, ExternalUserId=HIDDEN, WaId="")
    at_home.forward(days=400)
    at_home.write("hi", RAMESH, ExternalUserId=ANOTHER)
    settle(at_home)
    with at_home.house.engine.connect() as conn:
        found = person(conn, RAMESH.removeprefix("whatsapp:"), None)
    assert address_of(at_home, found.contact_id) == RAMESH
