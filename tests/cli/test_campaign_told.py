"""What an operator is told beside the figures: in India's time, when it leaves, what would look odd, what was done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import campaigns
from bot.cli import campaign_shown
from campaigns import blanks
from tests.cli.campaigner import PHONES, Campaigner, campaigning
from tests.house import RAMESH, SUNITA
from tests.servers import Database


@pytest.fixture
def line(database: Database, tmp_path: Path) -> Iterator[Campaigner]:
    with campaigning(database, tmp_path) as made:
        yield made


def test_every_verb_says_indias_time(line: Campaigner) -> None:
    line("campaign", "audience", "--where", "role = electrician", "--save", "all-of-them", "--as", "meera")
    assert "at (India)" in (told := line("campaign", "audience").stdout) and "2026-01-05 10:0" in told
    line.approved()
    words = ("campaign", "schedule", "hello", "--people", 2, "--as", "meera")
    assert "2026-01-01 10:00 in India has gone by: it is 2026-01-05 10:0" in line.refusal(*words, "--at", "2026-01-01 10:00")
    assert "is approved since 2026-01-05 10:0" in line.refusal("campaign", "resume", "hello", "--as", "meera")
    assert line(*words, "--at", "2026-01-05 10:30").stdout.startswith("hello begins 2026-01-05 10:30 in India")
    assert "starts (India)" in (told := line("campaign", "list").stdout) and "2026-01-05 10:30" in told
    line.home.forward(hours=1)
    assert campaigns.tick(line.house) == 2
    told = line("campaign", "status", "hello").stdout
    assert "sending since 2026-01-05 11:0" in told and "done about 2026-01-05 11:0" in told and "UTC" not in told
    told = line("campaign", "why-not", "hello", "--member", PHONES["sunita"]).stdout
    assert told.startswith("2026-01-05 11:0") and " in India: queued" in told
    (shown,) = line.data("campaign", "status")["campaigns"]
    assert shown["starts_at"] == "2026-01-05T05:00:00+00:00"  # whoever reads JSON gets UTC


def test_when_it_leaves(line: Campaigner) -> None:
    line.made()
    hours = "leaves between 09:00 and 21:00 in India, on no holiday"
    assert f"{hours}\n" in line("campaign", "audience", "hello").stdout
    assert line.data("campaign", "audience", "hello")["waits_until"] is None
    line.home.forward(hours=11, minutes=30)
    waits = "now it would wait until 2026-01-06 09:00 in India"
    for words in (("check", "hello", "--as", "meera"), ("audience", "hello")):
        assert f"{hours}; {waits}\n" in line("campaign", *words).stdout
    assert line.data("campaign", "audience", "hello")["waits_until"] == "2026-01-06T03:30:00+00:00"
    line.data("campaign", "approve", "hello", "--yes", "--as", "dev")
    told = line("campaign", "send", "hello", "--people", 2, "--as", "meera").stdout
    assert told.splitlines()[1] == f"it {hours}; so it waits until 2026-01-06 09:00 in India"
    line.data("campaign", "pause", "hello", "--reason", "x", "--as", "ravi")
    told = line("campaign", "resume", "hello", "--as", "meera").stdout
    assert told.splitlines()[1] == f"it {hours}; so it waits until 2026-01-06 09:00 in India"
    line.approved("late", schedule="{ start = 2026-01-08T10:00:00, quiet_from = 13:00:00, quiet_until = 14:30:00 }")
    assert "between 14:30 and 13:00 of the next day in India, on no holiday; now it would wait until 2026-01-08 10:00" in (
        line("campaign", "audience", "late").stdout)  # fmt: skip
    told = line("campaign", "schedule", "late", "--at", "2026-01-07 13:30", "--people", 2, "--as", "meera").stdout
    assert told.startswith("late begins 2026-01-07 13:30 in India\n") and "so it waits until 2026-01-07 14:30 in India" in told
    line.approved("later")
    told = line("campaign", "schedule", "later", "--at", "2026-01-07 13:30", "--people", 2, "--as", "meera").stdout
    assert told == f"later begins 2026-01-07 13:30 in India\nit {hours}\n"


def test_nothing_is_sent_to_nobody(line: Campaigner) -> None:
    line.approved()
    for who in (RAMESH, SUNITA):
        line.home.write("STOP", who)
    assert line.data("campaign", "audience", "hello")["left_out"] == {"stopped": 2}
    for people in ((), ("--people", 0), ("--people", 2)):
        said = line.refusal("campaign", "send", "hello", *people, "--as", "meera")
        assert said == "nothing was sent: nobody would get hello now; ./saathi campaign audience hello shows why"
    (row,) = line.data("campaign", "list")["campaigns"]
    assert (row["state"], row["sent_by"]) == ("approved", None)
    assert "later begins" in line("campaign", "schedule", line.approved("later"), "--at", "2026-01-08 10:00", "--people", 0,
                                  "--as", "meera").stdout  # whoever has had enough this week may get it then  # fmt: skip
    line.approved("drip", trigger='{ on = "last_scan", days = 30 }')
    assert line.data("campaign", "send", "drip", "--people", 0, "--as", "meera")["state"] == "sending"


def test_variables_that_are_empty(line: Campaigner) -> None:
    path = line.file()
    data = path.read_text().replace('\nname = "name"', '\nname = "name"\nshop = "shop"\nunsaid = "shop"')
    path.write_text(data.replace("every wire", "of {shop}, every wire"))
    checked = line.data("campaign", "check", path, "--as", "meera")
    assert checked["empty"] == {"looked_at": 2, "variables": {"shop": 2}}
    assert line.data("campaign", "audience", "hello")["empty"] == checked["empty"]
    for words in (("check", "hello", "--as", "meera"), ("audience", "hello")):
        told = line("campaign", *words).stdout
        assert "{shop} is empty for 2 of 2 looked at: they get - for it\n" in told and "{name}" not in told
    words = ("campaign", "preview", "hello", "--member", PHONES["ramesh"])
    told = line(*words).stdout
    assert "Namaste Ramesh Kumar, of -, every wire" in told and "  {shop} is empty for them: they get - for it" in told
    assert line.data(*words)["previews"][0]["empty"] == ["shop"]
    line.made("full")
    assert line.data("campaign", "audience", "full")["empty"] == {"looked_at": 2, "variables": {}}
    assert "is empty" not in line("campaign", "audience", "full").stdout + line("campaign", "preview", "full").stdout


def test_only_the_first_of_a_large_audience_are_looked_at(line: Campaigner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blanks, "LOOKED_AT", 1)
    monkeypatch.setattr(campaign_shown, "LOOKED_AT", 1)
    path = line.file()
    path.write_text(path.read_text().replace('\nname = "name"', '\nname = "shop"'))
    told = line("campaign", "check", path, "--as", "meera").stdout
    assert "{name} is empty for 1 of the first 1 looked at" in told


@pytest.mark.parametrize("there", ["a.csv", "b.html"])
def test_of_two_reports_both_are_written_or_neither(line: Campaigner, tmp_path: Path, there: str) -> None:
    line.made()
    (tmp_path / there).write_text("mine")
    words = ("campaign", "report", "hello", "--csv", tmp_path / "a.csv", "--html", tmp_path / "b.html")
    said = line.refusal(*words)
    assert said == f"{tmp_path / there} cannot be written: File exists; choose another name, or remove it first"
    assert {path.name for path in tmp_path.glob("?.*")} == {there} and (tmp_path / there).read_text() == "mine"
    (tmp_path / there).unlink()
    assert "b.html is written" in line(*words).stdout
    assert (tmp_path / "a.csv").read_text().startswith("by,") and "<h1>" in (tmp_path / "b.html").read_text()


def test_reports_that_have_no_place(line: Campaigner, tmp_path: Path) -> None:
    line.made()
    words = ("campaign", "report", "hello", "--csv", tmp_path / "a.csv", "--html")
    assert line.refusal(*words, tmp_path / "no" / "b.html").endswith("b.html cannot be written: No such file or directory")
    assert "name the same file" in line.misuse(*words, tmp_path / "x" / ".." / "a.csv")
    assert not (tmp_path / "a.csv").exists()


def test_an_end_that_has_gone_by_is_told_with_the_other_faults(line: Campaigner) -> None:
    late = "{ end = 2026-01-05T08:00:00 }"
    path = line.file(schedule=late, category='"promo"')
    result = line("campaign", "check", path, "--as", "meera")
    assert result.exit_code == 1 and result.stderr.count("\n") == 2
    assert f"{path}: category: " in result.stderr and result.stderr.endswith(f"{path}: schedule.end: has gone by\n")
    path = line.file(schedule=late, saved='"nobody"')
    said = line("campaign", "check", path, "--as", "meera").stderr
    assert said.count("schedule.end: has gone by\n") == 1 and "saved: no audience is called nobody" in said
    assert line.refusal("campaign", "check", line.file(schedule=late)) == f"{path}: schedule.end: has gone by"


def test_a_colleagues_phone_that_is_a_members_too(line: Campaigner) -> None:
    member = line.data("campaign", "why-not", line.made(), "--member", PHONES["ramesh"])["member"]
    done = line("staff", "phone", "dev", "98123 45678", "--as", "asha")
    assert (done.exit_code, done.stdout) == (0, "dev's phone is 98123 45678\n")
    told = f"look again: this is also the phone of member {member}: a test goes to them as to a colleague\n"
    assert done.stderr == told
    for phone in ("none", "+919000000000"):
        assert line("staff", "phone", "dev", phone, "--as", "asha").stderr == ""
