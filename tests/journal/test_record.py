"""The journal replays: every stored entry, given to the flows again, is answered as it was."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy.exc import SQLAlchemyError

from base.sealing import CannotOpen
from bot import turn
from flows.codec import to_json
from flows.entry import converse
from flows.events import EventParked, PayoutFailed, PayoutPaid
from journal import record
from tests.house import RAMESH, SUNITA, Home

PHOTO = {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/x", "MediaContentType0": "image/jpeg"}


def talk(home: Home, who: str = RAMESH) -> None:
    """A long conversation with everything in it, in two languages."""
    first, second = home.codes(2)
    for words in (first, "hello?", "सहमत हूँ", "रमेश", "Retailer", "999999", "411001", "skip", second, second, "STOP",
                  "points", "START", "english", "redeem", "abc", "100", "nonsense", "ramesh@okaxis", "menu", "haan",
                  "resume", "yes", "👍", "xyzzy", "plugh", "qwerty", "help", "cancel", "ACUPA7085R"):  # fmt: skip
        home.write(words, who)
    home.write("", who, **PHOTO)
    home.write("", who, NumMedia="1", MediaUrl0="https://api.twilio.com/x", MediaContentType0="audio/ogg")
    for n, event in enumerate((PayoutPaid("po_1", 100, 10_000, "ra•••@okaxis", ""), EventParked(),
                               PayoutFailed("po_1", 100, 10_000, "ra•••@okaxis", "bank", 100))):  # fmt: skip
        home.happen(who, f"{who}/w{n}", to_json(event))
    home.write("points", who)


def turns(home: Home, who: str = RAMESH) -> list[list[record.Entry]]:
    contact = home.rows("SELECT id, data_key FROM contacts WHERE address = :who", who=who)[0]
    sealer = home.house.keyring.unwrap(contact.data_key, contact.id)
    rows = home.rows(
        "SELECT conversation_id, turn, sealed FROM journal WHERE conversation_id = :id ORDER BY turn",
        id=home.conversation(who).id,
    )
    return [record.read(sealer, row.conversation_id, row.turn, row.sealed) for row in rows]


def test_every_entry_replays_exactly(at_home: Home) -> None:
    talk(at_home)
    seen = 0
    for entries in turns(at_home):
        for entry in entries:
            again = converse(entry.before, entry.known, entry.event)
            assert (again.session, again.effects, again.heard) == (entry.after, entry.effects, entry.heard)
            seen += 1
    assert seen > 40


def test_each_turn_begins_where_the_last_one_ended(at_home: Home) -> None:
    talk(at_home)
    entries = [entry for turn in turns(at_home) for entry in turn]
    for before, after in pairwise(entries):
        assert after.before == before.after


def test_names_in_the_clear_are_the_sealed_ones(at_home: Home) -> None:
    talk(at_home)
    rows = at_home.rows("SELECT * FROM journal ORDER BY turn")
    assert [row.turn for row in rows] == list(range(1, len(rows) + 1))
    for row, entries in zip(rows, turns(at_home), strict=True):
        assert row.event == type(entries[0].event).__name__
        assert row.effects == [type(effect).__name__ for entry in entries for effect in entry.effects]
        assert (row.state_before, row.state_after) == (record.floor(entries[0].before)[1], record.floor(entries[-1].after)[1])


def test_two_people_who_say_the_same_have_journals_of_their_own(at_home: Home) -> None:
    talk(at_home, RAMESH)
    talk(at_home, SUNITA)
    names = "SELECT event, effects FROM journal WHERE conversation_id = :id ORDER BY turn"
    mine, theirs = (at_home.rows(names, id=at_home.conversation(who).id) for who in (RAMESH, SUNITA))
    assert mine == theirs


def test_an_entry_pasted_into_another_turn_does_not_open(at_home: Home) -> None:
    talk(at_home)
    row = at_home.rows("SELECT conversation_id, turn, sealed FROM journal ORDER BY turn")[3]
    contact = at_home.rows("SELECT id, data_key FROM contacts")[0]
    sealer = at_home.house.keyring.unwrap(contact.data_key, contact.id)
    with pytest.raises(CannotOpen):
        record.read(sealer, row.conversation_id, row.turn + 1, row.sealed)


@pytest.mark.parametrize("sql", [
    "UPDATE journal SET event = 'Said'", "DELETE FROM journal", "TRUNCATE journal", "UPDATE consents SET given = true",
    "DELETE FROM consents", "DELETE FROM inbox", "UPDATE inbox SET sealed = ''", "UPDATE inbox SET key = 'x'",
])  # fmt: skip
def test_what_happened_cannot_be_changed_by_the_service(at_home: Home, sql: str) -> None:
    at_home.enrol()
    with pytest.raises(SQLAlchemyError):
        at_home.change(sql)


def test_a_second_holder_of_the_same_turn_fails_and_leaves_nothing(at_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should the lock ever fail us, the conversation's own row still lets only one of two through, whatever the month."""
    at_home.enrol()
    at_home.forward(days=40)
    fetch = turn.driver.fetch

    def late(conn: Any, statement: str, given: Any) -> Any:  # as if it had been read before the other one's commit
        if "j_turn" in given:
            given = given | {"turn": given["turn"] - 1, "j_turn": given["turn"] - 1}
        return fetch(conn, statement, given)

    with monkeypatch.context() as patch:
        patch.setattr(turn.driver, "fetch", late)
        at_home.write("menu")
    assert at_home.count("SELECT count(*) FROM journal") == 5
    assert at_home.rows("SELECT DISTINCT fault FROM inbox WHERE failures > 0") == [("IntegrityError",)]
    assert "menu.main" not in at_home.told()


def test_what_is_stored_is_json_and_carries_no_class_of_python(at_home: Home) -> None:
    talk(at_home)
    for entries in turns(at_home):
        for entry in entries:
            raw: Any = json.dumps(to_json(entry.event))
            assert "object at 0x" not in raw
