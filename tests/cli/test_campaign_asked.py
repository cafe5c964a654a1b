"""On a terminal an operator is asked; what they answer counts, and a wrong answer sends nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import campaign_decide, campaign_new, campaign_send
from bot.cli.main import cli
from campaigns.file import read
from tests.cli.campaigner import Campaigner, campaigning
from tests.servers import Database


@pytest.fixture
def line(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Campaigner]:
    for module in (campaign_decide, campaign_new, campaign_send):
        monkeypatch.setattr(module, "somebody_is_there", lambda: True)
    with campaigning(database, tmp_path) as made:
        yield made


def asked(line: Campaigner, answers: str, *words: object) -> Result:
    return CliRunner().invoke(cli, ["campaign", *map(str, words)], obj=line.house, input=answers)


def test_a_new_file(line: Campaigner, tmp_path: Path) -> None:
    done = asked(line, "holi-2027\nHoli\nutility\n", "new", tmp_path / "holi.toml")
    assert done.exit_code == 0, done.output
    campaign = read(tmp_path / "holi.toml")
    assert (campaign.id, campaign.name, campaign.category) == ("holi-2027", "Holi", "utility")
    assert "id [2026-diwali]" in asked(line, "\n\n\n", "new", tmp_path / "2026 diwali").output
    assert not (tmp_path / "2026 diwali").exists()  # no id begins with a digit
    assert asked(line, "", "new", tmp_path / "plain.toml", "--yes").exit_code == 0


def test_approving_shows_the_words_first(line: Campaigner) -> None:
    line.made()
    no = asked(line, "n\n", "approve", "hello", "--as", "dev")
    assert (no.exit_code, no.stderr.splitlines()[-1]) == (1, "nothing was changed")
    yes = asked(line, "y\n", "approve", "hello", "--as", "dev")
    assert yes.exit_code == 0 and "│ Namaste {name}, every wire counts double." in yes.stdout and "│ [Scan now]" in yes.stdout
    assert "hello, marketing, made by meera, for: role = electrician" in yes.stdout and "would get it now: 2" in yes.stdout


def test_words_that_change_while_they_are_read_are_not_approved(line: Campaigner, monkeypatch: pytest.MonkeyPatch) -> None:
    line.made()
    other = line.file(name='"Hello again"')

    def answer(*_: object, **__: object) -> bool:
        line.data("campaign", "check", other, "--as", "meera")
        return True

    monkeypatch.setattr(campaign_decide.click, "confirm", answer)
    result = line("campaign", "approve", "hello", "--as", "dev")
    assert result.exit_code == 1 and "was changed while you read it" in result.stderr
    (row,) = line.data("campaign", "list")["campaigns"]
    assert (row["state"], row["approved_by"], row["name"]) == ("draft", None, "Hello again")


def test_the_number_is_typed_before_anything_leaves(line: Campaigner) -> None:
    line.approved()
    wrong = asked(line, "3\n", "send", "hello", "--as", "meera")
    assert (wrong.exit_code, wrong.stderr.splitlines()[-1]) == (1, "nothing was sent: 3 is not 2")
    assert "in the audience: 2; would get it now: 2" in wrong.stdout and "cost: ₹1.74, for 2" in wrong.stdout
    assert asked(line, "two\n", "send", "hello", "--as", "meera").exit_code == 1
    right = asked(line, "2\n", "send", "hello", "--as", "meera")
    assert right.exit_code == 0 and "hello goes out" in right.stdout


def test_what_the_number_means_of_one_that_goes_on_by_itself(line: Campaigner) -> None:
    line.approved(trigger='{ on = "last_scan", days = 30 }')
    done = asked(line, "3\n", "send", "hello", "--as", "meera")
    assert "could get it from when it is sent, each 30 days after their last scan: 2" in done.stdout
    assert "₹0.87 for each; how many that will be nobody knows" in done.stdout and "at most" not in done.stdout
    assert "type the number of people who could get hello, each 30 days after their last scan:" in done.stderr
    said = line.refusal("campaign", "send", "hello", "--people", 5, "--as", "meera")
    assert "2 people could get hello, each 30 days after their last scan, not 5" in said


def test_an_audience_that_changes_meanwhile_stops_it(line: Campaigner, monkeypatch: pytest.MonkeyPatch) -> None:
    line.approved()

    def answer(*_: object, **__: object) -> int:
        line.home.enrol("whatsapp:+919700000001")
        return 2

    monkeypatch.setattr(campaign_send.click, "prompt", answer)
    result = line("campaign", "send", "hello", "--as", "meera")
    assert "nothing was sent: meanwhile the audience is 3 people, and was 2" in result.stderr
    assert line.data("campaign", "status", "hello")["campaigns"][0]["state"] == "approved"


@pytest.mark.parametrize(("expected", "found", "other"), [(100, 101, False), (100, 102, True), (100, 98, True), (0, 0, False),
                                                          (0, 1, True), (50, 51, True), (50, 50, False)])  # fmt: skip
def test_by_how_much_a_number_may_be_off(expected: int, found: int, other: bool) -> None:
    assert campaign_send.differs(expected, found) is other


def test_sending_and_watching(line: Campaigner, monkeypatch: pytest.MonkeyPatch) -> None:
    line.approved()
    seen = []
    monkeypatch.setattr(campaign_send, "watch", lambda look: seen.append(look()))
    assert line("campaign", "send", "hello", "--people", 2, "--watch", "--as", "meera").exit_code == 0
    assert [(one["campaign"], one["state"], one["size"]) for one in seen] == [("hello", "sending", 2)]


def test_stopping_asks(line: Campaigner) -> None:
    line.sent()
    assert asked(line, "n\n", "stop", "hello", "--reason", "x", "--as", "ravi").exit_code == 1
    assert asked(line, "y\n", "stop", "hello", "--reason", "x", "--as", "ravi").exit_code == 0


def test_twilio_away_when_its_words_are_to_be_submitted(line: Campaigner) -> None:
    refused = line.refusal("campaign", "check", line.file(), "--submit", "--as", "meera")
    assert "Twilio does not take its words" in refused and "./saathi doctor" in refused
