"""A campaign from its file to its end, on the command line; each refusal is one line, and nothing is sent by mistake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import campaigns
from tests.cli.campaigner import PHONES, Campaigner, campaigning, lines
from tests.servers import Database


@pytest.fixture
def line(database: Database, tmp_path: Path) -> Iterator[Campaigner]:
    with campaigning(database, tmp_path) as made:
        yield made


def test_a_file_is_begun_checked_and_kept(line: Campaigner, tmp_path: Path) -> None:
    path = tmp_path / "monsoon.toml"
    made = line.data("campaign", "new", path, "--name", 'Say "hello"', "--as", "meera")
    assert made == {"campaign": "monsoon", "file": str(path)}
    refused = line.refusal("campaign", "new", path, "--as", "meera")
    assert refused == f"{path} cannot be written: File exists; choose another name, or remove it first"
    seen = line.data("campaign", "check", path, "--as", "meera")
    assert (seen["state"], seen["made_by"], seen["forecast"]["size"]) == ("draft", "meera", 2)
    assert seen["forecast"]["reach"] + seen["forecast"]["holdout"] == 2
    assert {(one["arm"], one["locale"], one["approval"]) for one in seen["templates"]} == {
        (arm, locale, "unsubmitted") for arm in ("plain", "link") for locale in ("en", "hi")
    }
    arm = seen["detectable"]["arm"]
    assert seen["detectable"] == {"base_rate": 0.05, "arm": arm, "against": 0, "rise": None, "usual": True}
    told = line("campaign", "check", "monsoon", "--as", "meera").stdout
    assert "has no fault, and is kept: draft" in told and "too few people" in told and "--submit" in told
    (listed,) = line.data("campaign", "list")["campaigns"]
    assert (listed["campaign"], listed["name"], listed["state"]) == ("monsoon", 'Say "hello"', "draft")


def test_every_fault_is_one_line_and_nothing_is_kept(line: Campaigner, tmp_path: Path) -> None:
    path = line.file("bad", audience='"rol = electrician"', category='"promo"', saved='"nobody"')
    result = line("campaign", "check", path, "--as", "meera")
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 2)
    assert f"{path}: audience: column 1: there is no field rol; did you mean role?" in result.stderr
    path = line.file("bad", saved='"nobody"')
    assert "saved: no audience is called nobody" in line.refusal("campaign", "check", path, "--as", "meera")
    assert "cannot be read: No such file" in line.refusal("campaign", "check", tmp_path / "none.toml")
    assert line.data("campaign", "list") == {"campaigns": []}
    assert "there is no campaign yet" in line("campaign", "list").stdout
    assert "there is no campaign hello" in line.refusal("campaign", "status", "hello")


def test_a_name_that_means_nothing_is_a_fault(line: Campaigner) -> None:
    path = line.file(audience="'not got \"diwali-2025\" and bought wirs within 90 days'")
    result = line("campaign", "check", path, "--as", "meera")
    assert result.exit_code == 1 and result.stderr.count("\n") == 2
    assert "there is no such campaign" in result.stderr and "the programme's categories are" in result.stderr
    counted = line("campaign", "audience", "--where", 'not got "diwali-2025"')
    assert counted.stdout == "2 people\n" and 'look again: got' in counted.stderr


def test_what_people_would_get_word_for_word(line: Campaigner) -> None:
    line.made()
    (one,) = line.data("campaign", "preview", "hello", "--member", PHONES["ramesh"])["previews"]
    assert one["message"]["body"] == "Namaste Ramesh Kumar, every wire counts double."
    assert (one["message"]["buttons"], one["arm"], one["locale"], one["reason"]) == (["Scan now"], "only", "en", None)
    assert len(line.data("campaign", "preview", "hello")["previews"]) == 2
    line.home.write("STOP")
    told = line("campaign", "preview", "hello", "--member", PHONES["ramesh"]).stdout
    assert "gets nothing now: they said STOP" in told and "│ Namaste Ramesh Kumar" in told and "│ [Scan now]" in told
    assert lines(line.home) == 0


def test_who_is_in_the_audience_and_who_is_left_out(line: Campaigner) -> None:
    line.made()
    line.home.write("STOP")
    seen = line.data("campaign", "audience", "hello")
    assert (seen["size"], seen["reach"], seen["left_out"], seen["cost_paise"]) == (2, 1, {"stopped": 1}, 87)
    told = line("campaign", "audience", "hello").stdout
    assert "in the audience: 2; would get it now: 1" in told and "they said STOP" in told
    assert "cost: ₹0.87, for 1" in told  # of marketing also who has just written
    line.made("about", category='"utility"')
    assert line.data("campaign", "audience", "about")["cost_paise"] == 0
    told = line("campaign", "audience", "about").stdout
    assert "cost: ₹0 if it left now, for 0 who have not written within 24 hours; ₹0.87 at most" in told


def test_saved_audiences(line: Campaigner) -> None:
    where = ("--where", "role = electrician and not last_scan within 30 days")
    kept = line.data("campaign", "audience", *where, "--save", "idle", "--as", "meera")
    assert (kept["size"], kept["saved_as"]) == (2, "idle")
    assert line.data("campaign", "audience", "--saved", "idle", "--where", "role = dealer")["size"] == 0
    (one,) = line.data("campaign", "audience")["audiences"]
    assert (one["name"], one["saved_by"]) == ("idle", "meera")
    assert "did you mean idle" in line.refusal("campaign", "audience", "--saved", "idl")
    assert "column 6: " in line.refusal("campaign", "audience", "--where", "role electrician")
    both = ("campaign", "audience", "--saved", "idle", *where, "--save", "both")
    assert "--save keeps --where alone" in line.misuse(*both)  # what was counted would not be what is kept
    assert "add --where" in line.misuse("campaign", "audience", "--save", "x")
    assert "not both" in line.misuse("campaign", "audience", "hello", "--where", "role = dealer")
    assert "ravi may not do this" in line.refusal("campaign", "audience", *where, "--save", "mine", "--as", "ravi")
    line.approved(saved='"idle"')
    assert "goes by it" in line.refusal("campaign", "audience", "--drop", "idle", "--as", "meera").replace("by the", "by it")
    assert "last_scan" in line("campaign", "audience", "--fields").stdout
    assert {one["field"] for one in line.data("campaign", "audience", "--fields")["fields"]} >= {"role", "name", "got"}


def test_another_colleague_approves_and_only_of_those_who_may(line: Campaigner) -> None:
    line.made()
    assert "meera made hello: somebody else" in line.refusal("campaign", "approve", "hello", "--yes", "--as", "meera")
    assert "ravi may not do this" in line.refusal("campaign", "approve", "hello", "--yes", "--as", "ravi")
    assert "add --yes" in line.refusal("campaign", "approve", "hello", "--as", "dev")
    assert "it must be approved first" in line.refusal("campaign", "send", "hello", "--people", 2, "--as", "meera")
    assert "is approved by dev" in line("campaign", "approve", "hello", "--yes", "--as", "dev").stdout
    assert "only a draft is approved" in line.refusal("campaign", "approve", "hello", "--yes", "--as", "dev")
    changed = line.file("hello", name='"Other words"')
    assert "its words change no more: copy it" in line.refusal("campaign", "check", changed, "--as", "meera")
    acts = line.data("staff", "audit", "--subject", "campaign/roshni/hello")["audit"]
    assert [(act["actor"], act["act"]) for act in acts] == [("dev", "campaign.approve"), ("meera", "campaign.write")]


def test_the_number_of_people_is_said_before_anything_is_sent(line: Campaigner) -> None:
    line.approved()
    assert "add --people 2" in line.refusal("campaign", "send", "hello", "--as", "meera")
    assert "2 people get hello now, not 3" in line.refusal("campaign", "send", "hello", "--people", 3, "--as", "meera")
    assert "Invalid value for '--people'" in line.misuse("campaign", "send", "hello", "--people", -1, "--as", "meera")
    assert line.data("campaign", "send", "hello", "--people", 2, "--as", "meera")["state"] == "sending"
    said = line.refusal("campaign", "send", "hello", "--people", 2, "--as", "dev")
    assert "hello is sending since" in said and "meera said send" in said


def test_nothing_is_sent_whose_words_whatsapp_has_not_approved_or_to_nobody(line: Campaigner) -> None:
    line.approved()
    line.whatsapp_says(line.file(), "rejected")
    refused = line.refusal("campaign", "send", "hello", "--people", 2, "--as", "meera")
    assert "the words of only in en are rejected by WhatsApp" in refused
    line.approved("nobody", audience='"role = distributor"')
    assert "nobody is in the audience" in line.refusal("campaign", "send", "nobody", "--people", 0, "--as", "meera")
    assert "there is no campaign none" in line.refusal("campaign", "send", "none", "--people", 0, "--as", "meera")
    assert lines(line.home) == 0


def test_pause_resume_and_stop(line: Campaigner) -> None:
    line.sent()
    assert "--reason" in line.misuse("campaign", "pause", "hello", "--as", "ravi")
    assert "a reason has 1 to 500" in line.refusal("campaign", "pause", "hello", "--reason", " ", "--as", "ravi")
    assert "is paused" in line("campaign", "pause", "hello", "--reason", "a wrong price", "--as", "ravi").stdout
    assert "there is nothing to pause" in line.refusal("campaign", "pause", "hello", "--reason", "x", "--as", "ravi")
    (shown,) = line.data("campaign", "status")["campaigns"]
    assert (shown["state"], shown["why"]) == ("paused", "a wrong price")
    assert "ravi may not do this" in line.refusal("campaign", "resume", "hello", "--as", "ravi")
    assert line.data("campaign", "resume", "hello", "--as", "meera")["state"] == "sending"
    assert "add --yes" in line.refusal("campaign", "stop", "hello", "--reason", "over", "--as", "ravi")
    assert line.data("campaign", "stop", "hello", "--reason", "over", "--yes", "--as", "ravi")["state"] == "stopped"
    assert "nothing left to stop" in line.refusal("campaign", "stop", "hello", "--reason", "x", "--yes", "--as", "ravi")
    assert line.data("campaign", "status") == {"campaigns": []}
    assert "no campaign is under way" in line("campaign", "status").stdout


def test_a_campaign_that_begins_later(line: Campaigner) -> None:
    line.approved()
    words = ("campaign", "schedule", "hello", "--people", 2, "--as", "meera")
    assert "has gone by" in line.refusal(*words, "--at", "2026-01-01 10:00")
    assert "Invalid value for '--at'" in line.misuse(*words, "--at", "tomorrow")
    made = line.data(*words, "--at", "2026-01-07 10:00")
    assert (made["state"], made["starts_at"]) == ("scheduled", "2026-01-07T04:30:00+00:00")
    assert "scheduled from 2026-01-07 10:00 in India" in line("campaign", "status", "hello").stdout


def test_why_somebody_does_not_get_it(line: Campaigner) -> None:
    line.made(audience='"role = electrician and balance >= 200"')
    told = line.data("campaign", "why-not", "hello", "--member", PHONES["ramesh"])
    assert told["audience"] == "balance is 0, and the audience wants balance >= 200"
    line.made("all")
    line.home.write("STOP")
    words = ("campaign", "why-not", "all", "--member", PHONES["ramesh"])
    assert "would be left out now: stopped, that is, they said STOP" in line(*words).stdout
    assert "would get it now" in line("campaign", "why-not", "all", "--member", PHONES["sunita"]).stdout
    assert "nobody has written from" in line.refusal("campaign", "why-not", "all", "--member", "+919000000000")
    line.data("campaign", "approve", "all", "--yes", "--as", "dev")
    line.data("campaign", "send", "all", "--people", 1, "--as", "meera")
    assert campaigns.tick(line.house) == 2
    (done,) = line.data(*words)["decided"]
    assert (done["outcome"], done["reason"]) == ("left_out", "stopped")
    (done,) = line.data("campaign", "why-not", "all", "--member", PHONES["sunita"])["decided"]
    assert (done["outcome"], done["message"]) == ("queued", "queued")
    assert done["words"] == "queued, arm only, en; the message is queued"


def test_an_old_campaign_is_copied(line: Campaigner, tmp_path: Path) -> None:
    line.made()
    path = tmp_path / "again.toml"
    assert line.data("campaign", "copy", "hello", path, "--as", "meera")["campaign"] == "again"
    assert line.data("campaign", "check", path, "--as", "meera")["state"] == "draft"
    assert "File exists" in line.refusal("campaign", "copy", "hello", path, "--as", "meera")
    assert "add --id with another" in line.refusal("campaign", "copy", "hello", tmp_path / "hello.toml", "--id", "hello")
    assert "no id of a campaign" in line.refusal("campaign", "copy", "hello", tmp_path / "1.toml")


def test_a_file_without_an_ending_is_named_so_that_it_is_one(
    line: Campaigner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert line("campaign", "new", "diwali", "--as", "meera").stdout.endswith("./saathi campaign check ./diwali\n")
    assert line.refusal("campaign", "check", "diwali") == "diwali is a file: ./saathi campaign check ./diwali"
    assert line.data("campaign", "check", "./diwali", "--as", "meera")["campaign"] == "diwali"
    assert line("campaign", "copy", "diwali", "holi", "--as", "meera").stdout.endswith("./saathi campaign check ./holi\n")
    assert line("campaign", "new", "eid.toml", "--as", "meera").stdout.endswith("./saathi campaign check eid.toml\n")


def test_a_list_of_phones(line: Campaigner, tmp_path: Path) -> None:
    path, phones = line.file(listed="true"), tmp_path / "phones.csv"
    line.whatsapp_says(path)
    assert "listed: add --list" in line.refusal("campaign", "check", path, "--as", "meera")
    phones.write_bytes("phone;name\r\n+919812345678;R\r\n+91 98123 45678;R\r\n+919000000000;?\r\n98x;=1+1\r\n".encode("utf-16"))
    seen = line.data("campaign", "check", path, "--list", phones, "--as", "meera")
    assert seen["list"]["rows"] == {"found": 1, "duplicate": 1, "unknown": 1, "formula": 1}
    problems = [(row["line"], row["outcome"]) for row in seen["list"]["problems"]]
    assert problems == [(3, "duplicate"), (4, "unknown"), (5, "formula")]
    assert seen["forecast"]["size"] == 1
    assert line.data("campaign", "check", "hello", "--as", "meera")["forecast"]["size"] == 1
    phones.write_text("phone\n+919898989898\n+919812345678\n")
    told = line("campaign", "check", path, "--list", phones, "--as", "meera").stdout
    assert "list: found 2" in told and "in the audience: 2" in told
    line.data("campaign", "check", "hello", "--list", phones, "--as", "dev")  # who gives the list is one of its makers
    for maker in ("dev", "meera"):  # nor does the one whose words they are, though dev came after them
        assert f"{maker} made hello" in line.refusal("campaign", "approve", "hello", "--yes", "--as", maker)
    both = phones.rename(tmp_path / "both.csv")
    phones.write_bytes(b"\x00\xff\x00")
    assert str(phones) in line.refusal("campaign", "check", path, "--list", phones, "--as", "meera")
    assert line.data("campaign", "check", "hello", "--as", "meera")["forecast"]["size"] == 2
    line.home.write("STOP OFFERS")
    listed = line.data("campaign", "check", "hello", "--list", both, "--as", "meera")["list"]
    assert listed["rows"] == {"found": 1, "opted_out": 1}
    utility = line.file("utility", listed="true", category='"utility"')
    assert line.data("campaign", "check", utility, "--list", both, "--as", "meera")["forecast"]["reach"] == 2
    assert "leave --list out" in line.refusal("campaign", "check", line.file("other"), "--list", phones, "--as", "meera")


