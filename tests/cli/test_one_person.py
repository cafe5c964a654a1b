"""A person whom we knew by phone and by user id, and who is one by now, is found by either in every verb that takes a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.cli.member import addresses
from bot.parked import parked
from loyalty.programme_rows import current, publish
from tests.cli.employed import employ
from tests.cli.shop import CommandLine
from tests.handlers.several import with_pin
from tests.house import RAMESH, Home, home
from tests.journal.test_people import HIDDEN, hidden, linked
from tests.servers import Database

WAYS = ("+919812345678", "98123 45678", "IN.4566546130240823", "whatsapp:IN.4566546130240823")
STAFF = ("--as", "asha")
WHY = ("--reason", "they rang us up", *STAFF)
LOCKED = """
    INSERT INTO lock_outs (id, contact_id, programme_id, kind, count, at, until)
    SELECT 'loc_' || c.id, c.id, 'roshni', 'photos', 300, CAST(:at AS timestamptz), CAST(:at AS timestamptz) + interval '1 day'
    FROM contacts c"""
PARKED = """
    UPDATE inbox SET parked_at = received_at, handled_at = NULL, fault = 'ValueError' WHERE id IN (
        SELECT min(id) FROM inbox GROUP BY conversation_id)"""


@pytest.fixture(params=["the phone is older", "the user id is older"])
def both(request: pytest.FixtureRequest, database: Database) -> Iterator[Home]:
    """A member with points, money on the way and a PIN; known by user id before or after that, and since then one person."""
    with home(database.url) as made:
        if "phone" not in request.param:
            hidden(made)
            made.forward(minutes=1)
        made.enrol()
        with_pin(made)
        made.forward(minutes=1)
        if "phone" in request.param:
            hidden(made)
        linked(made, RAMESH)
        made.change(LOCKED, at=made.at)
        made.change(PARKED)
        for name, role in (("asha", "support"), ("meera", "finance")):
            employ(made, name, role)
        yield made


READ = [
    ("member", "show"), ("outbox", "list", "--to"), ("journal", "show"), ("payouts", "show", "--member"), ("tax", "show"),
    ("privacy", "consents"), ("ledger", "statement"), ("ledger", "balance"), ("limits", "list"), ("parked", "list", "--to"),
    ("replay", "show"), ("account", "show"),
]  # fmt: skip


@pytest.mark.parametrize("words", READ, ids=" ".join)
def test_what_is_read_is_the_same_by_either(both: Home, words: tuple[str, ...]) -> None:
    line = CommandLine(both.house)
    first, *others = (line.data(*words, who, *STAFF) for who in WAYS)
    assert first == {**first} and all(other == first for other in others)
    held = {"payouts": 1, "lock_outs": 2, "parked": 2, "messages": None, "turns": None, "consents": 1}
    for name, count in held.items():
        if name in first and words[0] != "member":
            assert len(first[name]) == count if count else first[name], (name, first)


def test_the_page_is_the_members(both: Home) -> None:
    (member,) = (row.id for row in both.rows("SELECT id FROM members"))
    for who in WAYS:
        page: Any = CommandLine(both.house).data("member", "show", who, *STAFF)
        assert page["member"] == member and len(page["payouts"]) == 1


@pytest.mark.parametrize("who", WAYS)
def test_what_is_done_is_done_to_them(both: Home, who: str, tmp_path: Path) -> None:
    line = CommandLine(both.house)

    def done(*words: object) -> str:
        result = line(*words, *WHY)
        assert result.exit_code == 0, result.stderr
        return result.stdout

    assert "wrote" in done("privacy", "export", who, "--out", tmp_path / "all.json")
    statement = line.data("ledger", "statement-pdf", who, "--out", tmp_path / "s.pdf", *STAFF)
    assert statement["member"] == both.rows("SELECT id FROM members")[0].id
    assert "is gone" in done("member", "reset-pin", who)
    assert "may again" in done("limits", "clear", who)
    assert both.count("SELECT count(*) FROM lock_outs WHERE cleared_at IS NULL") == 0, "under both contacts"
    assert "is erased on" in done("privacy", "erase", who)
    assert "stays" in done("privacy", "keep", who)


def test_an_erasure_that_was_asked_for_before_the_two_were_one_is_stopped_and_takes_both(database: Database) -> None:
    with home(database.url) as made:
        made.enrol()
        made.forward(minutes=1)
        hidden(made)
        employ(made, "asha", "support")
        employ(made, "ravi", "admin")
        line = CommandLine(made.house)
        assert line("privacy", "erase", WAYS[2], *WHY).exit_code == 0
        linked(made, RAMESH)
        stopped = line("privacy", "keep", WAYS[0], *WHY)
        assert stopped.exit_code == 0, stopped.stderr
        assert line("privacy", "erase", WAYS[3], "--now", "--reason", "a court's order", "--as", "ravi").exit_code == 0
        assert made.count("SELECT count(*) FROM contacts WHERE data_key IS NOT NULL") == 0
        for who in WAYS:
            assert "nobody has written" in line.refusal("member", "show", who, *STAFF)


def test_in_two_programmes_each_verb_asks_which_or_takes_the_last(both: Home) -> None:
    line = CommandLine(both.house)
    with both.house.engine.begin() as conn:
        publish(conn, current(conn, "roshni").programme.model_copy(update={"id": "ujala"}), both.at)
    both.change(
        """INSERT INTO senders (id, address, programme_id, rate_per_s) VALUES ('snd_2', 'whatsapp:+14150000000', 'ujala', 9)"""
    )
    both.change(
        """INSERT INTO conversations (id, sender_id, contact_id, programme_id, member_id, last_inbound_at)
           SELECT 'cnv_2', 'snd_2', v.contact_id, 'ujala', v.member_id, CAST(:at AS timestamptz) - interval '1 hour'
           FROM conversations v WHERE v.member_id IS NOT NULL ORDER BY v.last_inbound_at DESC LIMIT 1""", at=both.at,
    )  # fmt: skip
    for words in (("member", "show"), ("ledger", "balance"), ("ledger", "statement"), ("account", "show")):
        assert "add --programme with one of roshni, ujala" in line.misuse(*words, WAYS[2], *STAFF), words
        assert line(*words, WAYS[2], "--programme", "roshni", *STAFF).exit_code == 0
    assert len(line.data("payouts", "show", "--member", WAYS[2], *STAFF)["payouts"]) == 1
    assert line.data("tax", "show", WAYS[2], *STAFF)["member"]


def test_of_nobody_there_is_nothing(both: Home) -> None:
    line = CommandLine(both.house)
    for words in READ:
        shown = line(*words, "+919800000000", "--json", *STAFF)
        empty = words[0] in ("limits", "parked")
        assert shown.exit_code == (0 if empty else 1), (words, shown.stderr)
        assert "+91981" not in shown.stdout and (not empty or '[]' in shown.stdout)
    with both.house.engine.connect() as conn:
        assert parked(conn, contacts=[]) == [] and len(parked(conn)) == 2
    assert addresses("IN.4566546130240823")[1] == HIDDEN
