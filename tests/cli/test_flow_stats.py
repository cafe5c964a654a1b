"""`./saathi flows stats`: what people did, counted from conversations that took place."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from bot import archive
from tests.cli.contract import promises
from tests.cli.lived import Lived
from tests.cli.shop import CommandLine
from tests.house import RAMESH, SUNITA, Home, home
from tests.servers import Database

DAY = ("--from", "2026-01-01", "--to", "2026-01-31")
MARCH = datetime(2026, 2, 28, 18, 30, tzinfo=UTC)  # midnight in India
THIRD = "whatsapp:+919700000001"


def edges_of(page: dict[str, Any]) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {(edge["flow"], edge["from"], edge["to"]): edge for edge in page["edges"]}


def talked(made: Home) -> None:
    """Ramesh joins within 40 seconds a question; Sunita is asked for her name, twice, and never heard of again."""
    for words in ("hi", "I agree", "Ramesh Kumar", "Electrician", "411001"):
        made.write(words)
        made.forward(seconds=40)
    made.write("hi", SUNITA)
    made.write("I agree", SUNITA)
    made.write("12345", SUNITA)  # no name
    made.write("abracadabra sim sala bim")  # in vain
    made.forward(hours=25)


def test_counts_times_questions_again_who_left_and_what_was_not_understood(database: Database, tmp_path: Path) -> None:
    with home(database.url) as made:
        line = CommandLine(made.house)
        talked(made)
        page = line.data("flows", "stats", *DAY)
        found = edges_of(page)
        assert promises()["flows stats"].differences(page) == [] and promises()["flows stats"].unexplained() == set()
        assert found["enrol", "AskName", "AskRole"]["count"] == 1
        assert found["enrol", "AskName", "AskRole"]["median_s"] == 40
        assert found["enrol", "AskName", "AskName"]["count"] >= 1
        assert sum(edge["left"] for edge in page["edges"] if edge["to"] == "AskName") == 1
        assert page["turns"] == made.count("SELECT count(*) FROM journal") and page["unread"] == 0
        assert page["unknown"] == [] and {"flow": "", "state": "", "count": 1} in page["not_understood"]
        only = line.data("flows", "stats", *DAY, "--flow", "scan")
        assert all(edge["flow"] == "scan" for edge in only["edges"])
        picture = tmp_path / "flows.svg"
        assert f"drawn into {picture}" in line("flows", "stats", *DAY, "--svg", picture).stdout
        texts = [element.text for element in ElementTree.parse(picture).iter("{http://www.w3.org/2000/svg}text")]
        assert "1 · 40 s" in texts and "enrol" in texts


def test_words_of_fewer_than_three_people_stay_theirs(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with home(database.url) as made:
        for who in (RAMESH, SUNITA, THIRD):
            made.enrol(who)
        for who in (RAMESH, SUNITA, THIRD):
            made.write("xyzzy plugh", who)
        made.write("seth gopaldas ka bhatija")
        page = CommandLine(made.house).data("flows", "stats", *DAY)
        assert page["unknown"] == [{"words": "xyzzy plugh", "count": 3, "people": 3}]
        assert sum(one["count"] for one in page["not_understood"]) == 4


def test_what_nobody_can_read_any_more_is_counted_and_breaks_nothing(database: Database) -> None:
    with home(database.url) as made:
        made.enrol()
        made.enrol(SUNITA)
        made.change("UPDATE contacts SET data_key = NULL WHERE address = :who", who=SUNITA)
        page = CommandLine(made.house).data("flows", "stats", *DAY)
        assert (page["turns"], page["unread"]) == (10, 5)
        assert edges_of(page)["enrol", "AskName", "AskRole"]["count"] == 1


def test_a_period_of_nothing_and_one_that_ends_before_it_begins(read_only: Lived) -> None:
    page = read_only.data("flows", "stats", "--from", "2020-01-01", "--to", "2020-01-02")
    assert (page["turns"], page["edges"], page["unknown"]) == (0, [], [])
    assert "is after" in read_only.refusal("flows", "stats", "--from", "2020-01-02", "--to", "2020-01-01")


def test_the_months_that_are_left_out_are_named(database: Database) -> None:
    with home(database.url) as made:
        archive.months_ahead(made.house)
        made.enrol()
        made.forward(days=60)
        made.write("points")
        line, asked = CommandLine(made.house), ("flows", "stats", "--from", "2026-01-01", "--to", "2026-03-31")
        before = line.data(*asked)
        assert (before["archived"], before["archived_months"], line(*asked).stderr) == ([], 0, "")
        list(archive.archive(made.house, MARCH, "asha"))
        page, told = line.data(*asked), line(*asked)
        assert promises()["flows stats"].differences(page) == [] and promises()["flows stats"].unexplained() == set()
        assert page["archived"] == ["2026-01", "2026-02"] and page["archived_months"] == 2
        assert page["turns"] == 1 < before["turns"]
        assert told.stderr == "not counted, because archived: 2026-01, 2026-02\n" and "archived" not in told.stdout
        assert line.data("flows", "stats", "--from", "2026-03-01", "--to", "2026-03-31")["archived"] == []
