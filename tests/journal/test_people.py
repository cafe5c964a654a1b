"""One lookup of a person by what they write from: through merges, changed numbers and hidden ones; and no second lookup."""

from __future__ import annotations

from pathlib import Path

import pytest

from base import people
from tests.handlers.several import NEW, settle
from tests.house import RAMESH, SUNITA, Home

HIDDEN, OTHER = "whatsapp:IN.4566546130240823", "whatsapp:IN.7788990011223344"
HOUSE = Path(__file__).resolve().parents[2]


def hidden(home: Home, body: str = "hi") -> None:
    home.write(body, HIDDEN, ExternalUserId=HIDDEN, WaId="")


def linked(home: Home, who: str) -> None:
    """WhatsApp tells number and id in one message."""
    home.forward(minutes=1)
    home.write("hi", who, ExternalUserId=HIDDEN)
    settle(home)


def person(home: Home, *addresses: str) -> str | None:
    with home.house.engine.connect() as conn:
        return people.person(conn, addresses)


def contact_of(home: Home, conversation: str) -> str:
    return str(home.rows("SELECT contact_id FROM conversations WHERE id = :id", id=conversation)[0].contact_id)


def test_nobody_writes_from_there(at_home: Home) -> None:
    at_home.enrol()
    assert person(at_home) is person(at_home, SUNITA) is person(at_home, HIDDEN) is person(at_home, "") is None


@pytest.mark.parametrize("phone_first", [True, False])
def test_whoever_was_known_twice_is_the_older_contact_by_either(at_home: Home, phone_first: bool) -> None:
    (at_home.enrol if phone_first else lambda: hidden(at_home))()
    at_home.forward(minutes=1)
    (at_home.enrol if not phone_first else lambda: hidden(at_home))()
    before = {who: at_home.conversation(who) for who in (RAMESH, HIDDEN)}
    assert person(at_home, RAMESH) != person(at_home, HIDDEN)
    linked(at_home, RAMESH)
    older = before[RAMESH if phone_first else HIDDEN]
    assert person(at_home, RAMESH) == person(at_home, HIDDEN) == older.contact_id
    with at_home.house.engine.connect() as conn:
        both = people.contacts(conn, older.contact_id)
        assert (both[0], set(both)) == (older.contact_id, {one.contact_id for one in before.values()})
        assert [people.living(conn, each) for each in both] == [older.contact_id] * 2
        talks = people.talks(conn, older.contact_id)
        assert (talks[0].id, {talk.id for talk in talks}) == (older.id, {one.id for one in before.values()})
        assert people.talks(conn, older.contact_id, "another-programme") == []


def test_a_number_of_before_leads_to_its_person_until_somebody_else_writes_from_it(at_home: Home) -> None:
    at_home.enrol()
    at_home.write("hi", RAMESH, ExternalUserId=HIDDEN)
    at_home.write("hi", NEW, ExternalUserId=HIDDEN)  # a new number, the same id
    known = at_home.conversation(NEW).contact_id
    assert {person(at_home, who) for who in (RAMESH, NEW, HIDDEN)} == {known}
    at_home.write("hi", RAMESH, ExternalUserId=OTHER)  # the number was given away
    assert person(at_home, RAMESH) == at_home.conversation(RAMESH).contact_id != known
    assert person(at_home, NEW) == person(at_home, HIDDEN) == known


def test_who_was_merged_into_somebody_who_was_merged_is_one_person(at_home: Home) -> None:
    at_home.write("hi", NEW)
    at_home.forward(minutes=1)
    at_home.enrol()
    at_home.forward(minutes=1)
    hidden(at_home)
    ids = [at_home.conversation(who).contact_id for who in (NEW, RAMESH, HIDDEN)]
    linked(at_home, RAMESH)
    linked(at_home, NEW)
    merged = dict(map(tuple, at_home.rows("SELECT id, merged_into FROM contacts")))
    assert [merged[each] for each in ids] == [None, ids[0], ids[0]], "each in one step"
    assert {person(at_home, who) for who in (NEW, RAMESH, HIDDEN)} == {ids[0]}
    with at_home.house.engine.connect() as conn:
        assert sorted(people.contacts(conn, ids[0])) == sorted(ids)
        assert people.living(conn, ids[2]) == ids[0]


@pytest.mark.parametrize(("stop", "start", "field"), [
    ("STOP", "START", "stopped_at"), ("STOP OFFERS", "START OFFERS", "marketing_stopped_at"),
])  # fmt: skip
def test_stop_under_an_address_that_leads_here_by_now_is_taken_back_here(
    at_home: Home, stop: str, start: str, field: str
) -> None:
    at_home.enrol()
    at_home.forward(minutes=1)
    at_home.write("hi", HIDDEN, ExternalUserId=HIDDEN, WaId="")
    at_home.write(stop, HIDDEN, ExternalUserId=HIDDEN, WaId="")
    linked(at_home, RAMESH)
    assert [row[0] is None for row in at_home.rows(f"SELECT {field} FROM conversations")] == [False, False]
    at_home.write(start, RAMESH)
    settle(at_home)
    assert [row[0] for row in at_home.rows(f"SELECT {field} FROM conversations")] == [None, None]

def test_a_conversation_that_begins_later_begins_stopped(at_home: Home) -> None:
    """The address that lives on has never written to this number; the other said STOP to it."""
    at_home.write("hi", NEW)
    at_home.forward(minutes=1)
    at_home.write("STOP", HIDDEN, ExternalUserId=HIDDEN, WaId="")
    living = at_home.conversation(NEW).contact_id
    at_home.change("INSERT INTO senders (id, address, programme_id, rate_per_s) SELECT 'other', 'whatsapp:+15550001111', "
                   "programme_id, 80 FROM senders")  # fmt: skip
    at_home.change("UPDATE conversations SET sender_id = 'other' WHERE contact_id = :id", id=living)
    linked(at_home, NEW)
    assert [row.stopped_at is None for row in at_home.rows(
        "SELECT stopped_at FROM conversations WHERE contact_id = :id ORDER BY sender_id = 'other'", id=living)
    ] == [False, True]  # fmt: skip


def test_nobody_looks_for_a_person_on_their_own() -> None:
    """Beside the inbox, which meets them, and the proof of a number, one place asks `contacts` for addresses."""
    packages = ("base", "bot", "campaigns", "console", "handlers", "journal", "ledger", "loyalty", "payouts", "whatsapp")
    files = [file for package in packages for file in (HOUSE / package).rglob("*.py")]
    assert len(files) > 250
    asking = {file.relative_to(HOUSE).as_posix() for file in files if "ANY(:addresses)" in file.read_text(encoding="utf-8")}
    assert asking == {"base/people.py"}
