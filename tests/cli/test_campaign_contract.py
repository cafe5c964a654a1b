"""docs/contract.md holds for campaigns: each example is what is printed, key by key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import campaigns
from tests.cli.campaigner import PHONES, Campaigner, campaigning
from tests.cli.test_contract import PROMISES, kept
from tests.house import SUNITA
from tests.servers import Database

TESTED = """[experiment]
holdout = 0
[goal]
event = "scan"
[[arms]]
name = "other"
share = 50
[arms.words]
en = { body = "Namaste {name}, come." }
hi = { body = "नमस्ते {name}, आइए।" }
"""


@pytest.fixture
def line(database: Database, tmp_path: Path) -> Iterator[Campaigner]:
    with campaigning(database, tmp_path) as made:
        yield made


def test_making_one(line: Campaigner, tmp_path: Path) -> None:
    kept("campaign new", line.data("campaign", "new", tmp_path / "diwali.toml"))
    kept("campaign check", line.data("campaign", "check", tmp_path / "diwali.toml", "--as", "meera"))
    path, phones = line.file(listed="true"), tmp_path / "phones.csv"
    phones.write_text("phone\n+919812345678\n+919000000000\n")
    kept("campaign check", line.data("campaign", "check", path, "--list", phones, "--as", "meera"))
    kept("campaign preview", line.data("campaign", "preview", "hello"))
    line("staff", "phone", "dev", PHONES["ramesh"], "--as", "asha")
    kept("campaign test", line.data("campaign", "test", "hello", "--to", PHONES["ramesh"], "--as", "meera"))
    kept("campaign copy", line.data("campaign", "copy", "hello", tmp_path / "again.toml"))
    where = ("--where", "role = electrician", "--save", "all-of-them")
    assert set(line.data("campaign", "audience", *where)) == {"where", "saved", "size", "saved_as", "doubts"}
    (one,) = line.data("campaign", "audience")["audiences"]
    assert set(one) == {"name", "condition", "saved_by", "saved_at"}
    words = PROMISES["campaign audience"].words
    assert all(f'"{name}"' in words for name in (*one, *line.data("campaign", "audience", "--fields")["fields"][0]))


def test_sending_one(line: Campaigner) -> None:
    path = line.file()
    path.write_text(path.read_text().replace("[[arms]]\n", '[[arms]]\nname = "only"\nshare = 50\n', 1) + TESTED)
    line.whatsapp_says(path)
    kept("campaign check", line.data("campaign", "check", path, "--as", "meera"))
    kept("campaign approve", line.data("campaign", "approve", "hello", "--yes", "--as", "dev"))
    line.home.write("STOP", SUNITA)
    line.home.forward(hours=25)
    kept("campaign audience", line.data("campaign", "audience", "hello"))
    kept("campaign send", line.data("campaign", "send", "hello", "--people", 1, "--as", "meera"))
    assert campaigns.tick(line.house) == 2
    line.home.change(
        "UPDATE outbox SET state = 'failed', error_code = 63024, accepted_at = :at WHERE lane = 'campaign'", at=line.home.at
    )
    kept("campaign status", line.data("campaign", "status", "hello"))
    kept("campaign list", line.data("campaign", "list"))
    for who in PHONES.values():
        kept("campaign why-not", line.data("campaign", "why-not", "hello", "--member", who))
    kept("campaign report", line.data("campaign", "report", "hello"))
    kept("campaign pause", line.data("campaign", "pause", "hello", "--reason", "price", "--as", "ravi"))
    kept("campaign resume", line.data("campaign", "resume", "hello", "--as", "meera"))
    kept("campaign stop", line.data("campaign", "stop", "hello", "--reason", "over", "--yes", "--as", "ravi"))


def test_one_that_begins_later_and_one_that_goes_on(line: Campaigner) -> None:
    line.approved()
    at = ("--at", "2026-01-06 10:00")
    kept("campaign schedule", line.data("campaign", "schedule", "hello", *at, "--people", 2, "--as", "meera"))
    line.sent("drip", trigger='{ on = "enrolled", days = 0 }')
    assert campaigns.tick(line.house) == 2
    shown = line.data("campaign", "status", "drip")
    kept("campaign status", shown)
    assert shown["campaigns"][0]["days"] == [{"day": "2026-01-05", "queued": 2, "left_out": 0}]
    assert shown["campaigns"][0]["trigger"] == "when they joined"
