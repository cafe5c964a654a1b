"""`./saathi member reset-pin`: a named person of support takes a PIN away, on record, and its owner is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.shop import CommandLine
from tests.handlers.redeeming import FIRST, ready, rules, say
from tests.house import Home, home
from tests.servers import Database

PHONE = "+919812345678"


@pytest.fixture
def at_home(database: Database) -> Iterator[Home]:
    with home(database.url) as made:
        yield made


def test_support_takes_a_pin_away_and_the_member_chooses_a_new_one(at_home: Home) -> None:
    saathi = CommandLine(at_home.house)
    saathi("staff", "add", "asha", "--role", "admin")
    saathi("staff", "add", "ravi", "--role", "support", "--as", "asha")
    saathi("staff", "add", "meera", "--role", "finance", "--as", "asha")
    ready(at_home)
    rules(at_home, pin="always", pin_tries=3)
    order = ("member", "reset-pin", PHONE, "--reason", "called back on the shop's number")
    assert "has no PIN" in saathi.refusal(*order, "--as", "ravi")
    assert say(at_home, "redeem 100", FIRST, "yes", "7395", "7395") == "redeem.on_its_way"
    assert say(at_home, "redeem 100", "yes", "yes", "8264", "8264", "8264") == "pin.locked"
    assert "needs the role support" in saathi.refusal(*order, "--as", "meera")
    assert "--reason" in saathi.misuse("member", "reset-pin", PHONE, "--as", "ravi")
    assert "--as" in saathi.misuse("member", "reset-pin", PHONE, "--reason", "x")
    assert "nobody has written" in saathi.refusal("member", "reset-pin", "+919800000000", "--reason", "x", "--as", "ravi")
    done = saathi(*order, "--as", "ravi")
    assert done.exit_code == 0 and "gone" in done.stdout, done.output
    (act, *_) = saathi.data("staff", "audit", "--by", "ravi")["audit"]
    assert (act["act"], act["reason"]) == ("member.reset_pin", "called back on the shop's number")
    assert "7395" not in str(act) and act["before"]["locked_until"].startswith("2026-01-06")
    at_home.write("menu")
    assert "news.pin_reset" in at_home.told()
    assert say(at_home, "redeem 100", "yes", "yes") == "pin.choose"
    assert "has no PIN" in saathi.refusal(*order, "--as", "ravi")
