"""The member's page: one screen, what has not arrived stays on it, and nobody's name commands a terminal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.member_page import LISTS, NEWEST
from tests.cli.shop import CommandLine
from tests.house import SUNITA, Home, home
from tests.servers import Database
from tests.statements import counted

PHONE = "+919812345678"


@pytest.fixture
def at_home(database: Database) -> Iterator[Home]:
    with home(database.url) as made:
        yield made


def test_an_old_message_that_never_arrived_is_not_pushed_off_the_page_by_newer_ones(at_home: Home) -> None:
    at_home.enrol()
    for _ in range(15):
        at_home.write("menu")
    at_home.change("UPDATE outbox SET state = 'delivered', sid = 'SM' || id")
    first = at_home.count("SELECT min(id) FROM outbox")
    at_home.change("UPDATE outbox SET state = 'failed', reason = 'unreachable: 63024' WHERE id = :id", id=first)
    messages = CommandLine(at_home.house).data("member", "show", PHONE)["messages"]
    assert len(messages) == NEWEST + 1 and (messages[-1]["id"], messages[-1]["state"]) == (first, "failed")
    assert [one["id"] for one in messages] == sorted((one["id"] for one in messages), reverse=True)


def test_a_shop_may_be_called_anything_and_a_terminal_shows_it_as_letters(at_home: Home) -> None:
    at_home.enrol()
    (row,) = at_home.rows("SELECT id, data_key FROM members")
    sealer = at_home.house.keyring.unwrap(row.data_key, row.id)
    hostile = '{"name": "R", "shop": "\\u001b[2J\\u001b]0;root\\u0007[red]<b>Kumar {x} %s\\u202e", "mobile": ""}'
    at_home.change("UPDATE members SET details = :it", it=sealer.seal(hostile.encode(), f"members/{row.id}"))
    shown = CommandLine(at_home.house)("member", "show", PHONE).stdout
    assert "[red]<b>Kumar {x} %s" in shown and not {"\x1b", "\x07", "\u202e"} & set(shown)


def test_scans_are_told_only_where_they_are_counted(at_home: Home) -> None:
    at_home.enrol()
    at_home.write(at_home.codes()[0])
    line = CommandLine(at_home.house)
    (shop,) = line.data("member", "show", PHONE)["shops"]
    assert (shop["scans_per_day"], shop["scanned_today"]) == (None, None)
    assert "scanned today" not in line("member", "show", PHONE).stdout


def test_a_member_is_found_by_the_id_that_other_verbs_name(at_home: Home) -> None:
    at_home.enrol()
    line = CommandLine(at_home.house)
    page = line.data("member", "show", PHONE)
    assert line.data("member", "show", page["member"]) == page
    assert "there is no member mbr_x" in line.refusal("member", "show", "mbr_x")
    at_home.change("UPDATE conversations SET member_id = NULL")
    assert "nobody writes for mbr_" in line.refusal("member", "show", page["member"])


def test_the_screen_says_what_there_is_and_leaves_out_what_is_not(at_home: Home) -> None:
    at_home.enrol()
    at_home.write(at_home.codes()[0])
    screen = CommandLine(at_home.house)("member", "show", PHONE).stdout
    assert "points, newest first:" in screen and "sku WIRE-2.5-90" in screen and "Ramesh Kumar" not in screen
    assert "parked" not in screen and "money out" not in screen and "None" not in screen
    at_home.write("hello", SUNITA)
    assert "messages, newest first:" in CommandLine(at_home.house)("member", "show", SUNITA).stdout


def test_the_page_costs_the_same_however_much_has_happened(at_home: Home) -> None:
    line = CommandLine(at_home.house)
    at_home.enrol()
    costs = []
    for _ in range(2):
        with counted() as seen:
            page = line.data("member", "show", PHONE)
        costs.append(len(seen.statements))
        for code in at_home.codes(12):
            at_home.write(code)
    assert costs[0] == costs[1] <= 30
    assert all(len(page[name]) <= NEWEST or name == "messages" for name in LISTS)
