"""`./saathi member language`: staff say in which language somebody is written to, on record."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.employed import employ
from tests.cli.shop import CommandLine
from tests.house import Home, home
from tests.servers import Database

PHONE = "+919812345678"
ORDER = ("member", "language", PHONE)


@pytest.fixture
def at_home(database: Database) -> Iterator[Home]:
    with home(database.url) as made:
        made.enrol()
        employ(made, "asha", "admin")
        employ(made, "ravi", "support")
        employ(made, "meera", "finance")
        yield made


def test_from_the_next_message_on_they_are_answered_in_it(at_home: Home) -> None:
    line = CommandLine(at_home.house)
    page = line.data("member", "show", PHONE, "--as", "ravi")
    assert page["language"] == "en"
    assert f"{page['member']} is written to in hi" in line(*ORDER, "hi", "--as", "ravi").stdout
    assert line(*ORDER, "hi", "--as", "ravi").exit_code == 0  # again: nothing changes
    at_home.write("points")
    assert any("\u0900" <= letter <= "\u097f" for letter in at_home.said()[-1].body)
    assert line.data("member", "show", PHONE, "--as", "ravi")["language"] == "hi"
    (act,) = [one for one in line.data("staff", "audit", "--by", "ravi")["audit"] if one["act"] == "member.language"]
    assert (act["subject"], act["before"], act["after"]) == (page["member"], {"language": "en"}, {"language": "hi"})
    assert line.data("replay", "verify", PHONE)["drifts"] == []
    line("member", "language", page["member"], "en", "--as", "asha")
    at_home.write("menu")
    assert at_home.said()[-1].body.isascii()


def test_who_may_not_and_what_is_no_language_change_nothing(at_home: Home) -> None:
    line = CommandLine(at_home.house)
    assert "needs" in line.refusal(*ORDER, "hi", "--as", "meera")
    assert "nobody has written from" in line.refusal("member", "language", "+919999999999", "hi", "--as", "ravi")
    assert "'mr' is not one of" in line.misuse(*ORDER, "mr", "--as", "ravi")
    assert line.data("member", "show", PHONE, "--as", "ravi")["language"] == "en"
