"""The inbox stores once, before anything is done."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from base.sealing import CannotOpen
from flows.codec import to_json
from flows.events import EventParked
from journal import inbox
from tests.house import RAMESH, SENDER, SUNITA, Home


def put(home: Home, key: str, who: str = RAMESH, sender: str = SENDER, **message: str) -> inbox.Stored:
    with home.house.engine.begin() as conn:
        return inbox.put_message(
            conn, sender=sender, address=who, external="", key=key, message={"text": "hi", **message}, sent_at=None,
            clock=home.house.clock, ids=home.house.ids, keyring=home.house.keyring,
        )  # fmt: skip


def test_the_same_key_is_stored_once_and_the_first_words_stay(at_home: Home) -> None:
    first, again = put(at_home, "SM1", text="first"), put(at_home, "SM1", text="second")
    assert (first.new, again.new, first.conversation_id) == (True, False, again.conversation_id)
    contact = at_home.rows("SELECT id, data_key FROM contacts")[0]
    row = at_home.rows("SELECT key, sealed FROM inbox")[0]
    assert inbox.opened(at_home.house.keyring.unwrap(contact.data_key, contact.id), row.key, row.sealed)["text"] == "first"


def test_the_same_key_of_another_person_does_not_take_it_over(at_home: Home) -> None:
    put(at_home, "SM1", RAMESH)
    assert put(at_home, "SM1", SUNITA).new is False
    assert at_home.count("SELECT count(*) FROM inbox") == 1


def test_first_messages_of_one_person_at_once_make_one_contact(at_home: Home) -> None:
    with ThreadPoolExecutor(8) as pool:
        stored = list(pool.map(lambda n: put(at_home, f"SM{n}"), range(8)))
    assert len({one.conversation_id for one in stored}) == 1
    assert at_home.count("SELECT count(*) FROM contacts") == 1
    assert at_home.count("SELECT count(*) FROM inbox") == 8


def test_an_unknown_sender_leaves_nothing(at_home: Home) -> None:
    with pytest.raises(inbox.UnknownSender):
        put(at_home, "SM1", sender="whatsapp:+15550000000")
    assert at_home.count("SELECT count(*) FROM contacts") == 0


def test_a_row_pasted_over_another_does_not_open(at_home: Home) -> None:
    put(at_home, "SM1")
    row = at_home.rows("SELECT sealed FROM inbox")[0]
    contact = at_home.rows("SELECT id, data_key FROM contacts")[0]
    with pytest.raises(CannotOpen):
        inbox.opened(at_home.house.keyring.unwrap(contact.data_key, contact.id), "SM2", row.sealed)


def test_a_happening_is_stored_once(at_home: Home) -> None:
    conversation = put(at_home, "SM1").conversation_id
    for expected in (True, False):
        with at_home.house.engine.begin() as conn:
            stored = inbox.put_happening(conn, conversation, "w1", to_json(EventParked()), at_home.at, at_home.house.keyring)
        assert stored is expected
