"""Someone who hides their phone, or shows it again, stays who they were, by the id that Twilio gave for that contact."""

from __future__ import annotations

import pytest

from journal import inbox
from tests.house import RAMESH, SENDER, SUNITA, Home

HIDDEN, OTHER = "whatsapp:IN.4566546130240823", "whatsapp:IN.7788990011223344"


def test_a_member_who_hides_the_phone_is_the_same_and_is_answered_at_the_new_address(at_home: Home) -> None:
    at_home.write("hi", ExternalUserId=HIDDEN)
    for words in ("I agree", "Ramesh Kumar", "Electrician", "411001"):
        at_home.write(words, ExternalUserId=HIDDEN)
    before = at_home.conversation()
    at_home.write("menu", HIDDEN, ExternalUserId=HIDDEN, WaId="")
    after = at_home.conversation(HIDDEN)  # by the contact's address as it now is
    assert (after.id, after.member_id) == (before.id, before.member_id)
    assert at_home.told(HIDDEN)[-1] == "menu.main"
    assert at_home.rows("SELECT address, external_user_id FROM contacts") == [(HIDDEN, HIDDEN)]


def test_an_id_that_was_told_later_counts_too(at_home: Home) -> None:
    at_home.enrol()  # before WhatsApp gave people ids
    at_home.write("points", ExternalUserId=HIDDEN)
    at_home.write("menu", HIDDEN, WaId="")
    assert at_home.told(HIDDEN)[-1] == "menu.main"
    assert at_home.count("SELECT count(*) FROM contacts") == 1


def test_whoever_shows_the_phone_again_is_the_same(at_home: Home) -> None:
    at_home.write("hi", HIDDEN, ExternalUserId=HIDDEN, WaId="")
    at_home.write("hi", RAMESH, ExternalUserId=HIDDEN)
    assert at_home.rows("SELECT address, external_user_id FROM contacts") == [(RAMESH, HIDDEN)]
    at_home.write("hi", HIDDEN, ExternalUserId=HIDDEN, WaId="")
    assert at_home.rows("SELECT address FROM contacts") == [(HIDDEN,)]
    assert at_home.count("SELECT count(*) FROM conversations") == 1


def test_somebody_elses_id_is_somebody_else(at_home: Home) -> None:
    at_home.enrol()
    at_home.write("points", ExternalUserId=HIDDEN)
    at_home.write("menu", OTHER, ExternalUserId=OTHER, WaId="")
    assert at_home.conversation(OTHER).member_id is None
    assert at_home.count("SELECT count(*) FROM contacts") == 2


@pytest.mark.parametrize("words", [HIDDEN, f"I am {HIDDEN}", "IN.4566546130240823"])
def test_an_id_in_words_or_in_a_name_is_no_id(at_home: Home, words: str) -> None:
    at_home.write(words, SUNITA, ProfileName=words)
    at_home.write("hi", HIDDEN, ExternalUserId=HIDDEN, WaId="")
    assert at_home.count("SELECT count(*) FROM contacts") == 2


def test_a_phone_is_never_taken_for_an_id_nor_nothing_for_the_same_nothing(at_home: Home) -> None:
    at_home.write("hi", RAMESH, ExternalUserId=SUNITA)  # no id of a person: a phone
    at_home.write("hi", SUNITA, ExternalUserId="")
    at_home.write("hi", OTHER, ExternalUserId="", WaId="")
    assert at_home.count("SELECT count(*) FROM contacts") == 3


def test_the_contact_of_this_very_address_comes_first(at_home: Home) -> None:
    """Two contacts of one person from before their ids were known: neither is overwritten, nobody is mixed up."""
    at_home.write("hi", HIDDEN, ExternalUserId="", WaId="")
    at_home.enrol()
    at_home.write("points", RAMESH, ExternalUserId=HIDDEN)
    at_home.write("hi", HIDDEN, ExternalUserId=HIDDEN, WaId="")
    assert {row.address for row in at_home.rows("SELECT address FROM contacts")} == {RAMESH, HIDDEN}


def test_a_recovered_message_teaches_nothing_and_finds_the_same_contact(at_home: Home) -> None:
    at_home.write("hi", ExternalUserId=HIDDEN)
    known = at_home.conversation().id
    with at_home.house.engine.begin() as conn:
        stored = inbox.put_message(
            conn, sender=SENDER, address=HIDDEN, external="", key="SMrecovered", message={"text": "hi"}, sent_at=None,
            clock=at_home.house.clock, ids=at_home.house.ids, keyring=at_home.house.keyring,
        )  # fmt: skip
    assert stored.conversation_id == known


def test_a_known_face_costs_no_more_than_before(at_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    at_home.write("hi", ExternalUserId=HIDDEN)
    seen: list[str] = []
    fetch = inbox.driver.fetch
    monkeypatch.setattr(inbox.driver, "fetch", lambda conn, sql, given: (seen.append(sql), fetch(conn, sql, given))[1])
    with at_home.house.engine.begin() as conn:
        inbox.put_message(
            conn, sender=SENDER, address=RAMESH, external=HIDDEN, key="SM2", message={"text": "hi"}, sent_at=None,
            clock=at_home.house.clock, ids=at_home.house.ids, keyring=at_home.house.keyring,
        )  # fmt: skip
    assert len(seen) == 2
