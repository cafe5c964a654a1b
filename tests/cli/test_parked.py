"""`./saathi parked`: what our code failed at, tried again or let go, by name and on record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from flows.effects import Say
from handlers.registry import HANDLERS
from handlers.turn import Turn
from tests.cli.contract import promises
from tests.cli.employed import employ
from tests.cli.shop import CommandLine
from tests.house import RAMESH, SUNITA, Home, home
from tests.servers import Database

PHONE = "+919812345678"
WHY = ("--as", "asha", "--reason", "mended")


@pytest.fixture
def at_home(database: Database) -> Iterator[Home]:
    with home(database.url) as made:
        made.enrol()
        employ(made, "asha", "support")
        employ(made, "vikram", "finance")
        yield made


@contextmanager
def broken(monkeypatch: pytest.MonkeyPatch, times: int = 10**6) -> Iterator[None]:
    """Saying anything raises, for the first `times` times."""
    tries, real = [], HANDLERS[Say]

    def say(made: Turn, effect: Any, key: str) -> Any:
        tries.append(key)
        if len(tries) <= times:
            raise ValueError("ours")
        return real(made, effect, key)

    with monkeypatch.context() as patch:
        patch.setitem(HANDLERS, Say, say)
        yield


@pytest.fixture
def parked(at_home: Home, monkeypatch: pytest.MonkeyPatch) -> int:
    """The id of a message of Ramesh's that is parked; he has been told once."""
    with broken(monkeypatch, times=3):
        at_home.write("points")
    return at_home.count("SELECT id FROM inbox WHERE parked_at IS NOT NULL")


def test_what_is_parked_is_listed_and_shown_without_its_words(at_home: Home, parked: int) -> None:
    line = CommandLine(at_home.house)
    listed, shown = line.data("parked", "list"), line.data("parked", "show", parked)
    for name, printed in (("parked list", listed), ("parked show", shown)):
        assert promises()[name].differences(printed) == [] and promises()[name].unexplained() == set()
    assert (shown["about"], shown["address"], shown["fault"]) == ("text, 6 letters", "+91••••••5678", "ValueError")
    assert "points" not in line("parked", "show", parked).stdout
    assert line.data("parked", "list", "--to", PHONE)["parked"] == listed["parked"]
    assert line.data("parked", "list", "--to", SUNITA)["parked"] == []
    assert [one["id"] for one in line.data("member", "show", PHONE)["parked"]] == [parked]


def test_retry_answers_with_the_code_of_today_once_and_is_on_record(at_home: Home, parked: int) -> None:
    line = CommandLine(at_home.house)
    assert line("parked", "retry", parked, *WHY).stdout == f"event {parked} is answered\n"
    assert at_home.told()[-1] == "balance.empty"
    assert line("parked", "list").stdout == "nothing is parked\n"
    (act,) = at_home.rows("SELECT actor, subject, reason FROM audit WHERE act = 'parked.retry'")
    assert act == ("asha", f"inbox/{parked}", "mended")
    assert "no event" in line.refusal("parked", "retry", parked, *WHY)
    assert at_home.told().count("balance.empty") == 1


def test_what_fails_again_is_parked_again_and_the_member_is_not_told_twice(
    at_home: Home, parked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = CommandLine(at_home.house)
    with broken(monkeypatch):
        assert "failed again, by ValueError" in line.refusal("parked", "retry", parked, *WHY)
    assert [one["id"] for one in line.data("parked", "list")["parked"]] == [parked]
    assert at_home.told().count("news.parked") == 1


def test_drop_lets_it_go_and_what_comes_after_is_answered(at_home: Home, parked: int) -> None:
    line = CommandLine(at_home.house)
    assert line("parked", "drop", parked, *WHY).exit_code == 0
    assert line.data("parked", "list")["parked"] == []
    at_home.write("menu")
    assert at_home.told()[-1] == "menu.main" and "balance.empty" not in at_home.told()
    assert at_home.count("SELECT count(*) FROM audit WHERE act = 'parked.drop'") == 1


def test_nobody_without_the_role_or_without_a_reason_changes_anything(at_home: Home, parked: int) -> None:
    line = CommandLine(at_home.house)
    for verb in ("retry", "drop"):
        assert "may not do this" in line.refusal("parked", verb, parked, "--as", "vikram", "--reason", "x")
        assert "nobody on the staff" in line.refusal("parked", verb, parked, "--as", "eve", "--reason", "x")
        line.misuse("parked", verb, parked, "--as", "asha")
        line.misuse("parked", verb, 0, *WHY)
        line.misuse("parked", verb, "'; DROP TABLE inbox", *WHY)
        assert "no event" in line.refusal("parked", verb, 2**62, *WHY)
    assert at_home.count("SELECT count(*) FROM inbox WHERE parked_at IS NOT NULL AND handled_at IS NULL") == 1


def test_of_an_erased_person_it_is_shown_as_such_and_can_only_be_dropped(at_home: Home, parked: int) -> None:
    line = CommandLine(at_home.house)
    at_home.change("UPDATE contacts SET data_key = NULL WHERE address = :who", who=RAMESH)
    assert line.data("parked", "show", parked)["about"].startswith("gone")
    assert "drop it" in line.refusal("parked", "retry", parked, *WHY)
    assert line("parked", "drop", parked, *WHY).exit_code == 0
