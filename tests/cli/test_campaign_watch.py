"""Watching a campaign, completing its name in the shell, and a test of it on a colleague's phone."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import click
import pytest
from click.shell_completion import BashComplete
from rich.console import Console
from sqlalchemy import text

from bot import campaigns, local
from bot.cli import campaign_live
from bot.cli.campaign_complete import CAMPAIGN, CAMPAIGN_OR_FILE, SAVED
from bot.cli.campaign_shown import in_one_line, picture, trigger_words
from bot.cli.main import cli
from campaigns.spec import Trigger
from tests.cli.campaigner import PHONES, Campaigner, campaigning, lines
from tests.house import SUNITA
from tests.readme import ROOT
from tests.servers import Database


@pytest.fixture
def line(database: Database, tmp_path: Path) -> Iterator[Campaigner]:
    with campaigning(database, tmp_path) as made:
        yield made


def shown(**changed: Any) -> dict[str, Any]:
    steps = dict.fromkeys(("waiting", "leaving", "accepted", "sent", "delivered", "read", "failed", "expired"), 0)
    plain: dict[str, Any] = {
        "campaign": "hello", "name": "Hello", "state": "sending", "made_by": "meera", "approved_by": "dev", "starts_at": None,
        "began_at": None, "ended_at": None, "why": None, "trigger": None, "size": 200, "walked": 100, "waits_for": None,
        "waits_until": None, "queued": 90, "holdout": 4, "left_out": {"stopped": 6}, "messages": steps | {"waiting": 2},
        "failed": {}, "expired": {}, "per_second": 78.5, "eta": None, "days": [],
    }  # fmt: skip
    return plain | changed


def test_off_a_terminal_one_line_whenever_something_changed(capsys: pytest.CaptureFixture[str]) -> None:
    done = shown(state="done", messages=shown()["messages"] | {"waiting": 0, "delivered": 90})
    looks = iter([shown(), shown(), done])
    assert campaign_live.watch(lambda: next(looks), every_s=0.001) is done
    said = capsys.readouterr().out
    assert said == (
        "hello sending: walked 100 of 200; waiting 2; 78.5/s\nhello done: walked 100 of 200; delivered 90; 78.5/s\n"
    )  # fmt: skip


def test_on_a_terminal_it_is_drawn_until_it_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr(campaign_live.sys, "stdout", screen)
    monkeypatch.setattr(campaign_live, "console", lambda: Console(file=screen, force_terminal=True, width=100))
    failed = shown(failed={"63024": 3, "63049": 9}, messages=shown()["messages"] | {"failed": 12})
    looks = iter([shown(), failed, shown(state="paused", why="a wrong price")])
    assert campaign_live.watch(lambda: next(looks), every_s=0.001)["state"] == "paused"
    drawn = screen.getvalue()
    assert "63049 9, 63024 3" in drawn and "paused" in drawn and "a wrong price" in drawn and "\x1b[" in drawn


def test_ctrl_c_ends_the_watching_alone(capsys: pytest.CaptureFixture[str]) -> None:
    looks = iter([shown()])

    def look() -> dict[str, Any]:
        for one in looks:
            return one
        raise KeyboardInterrupt

    assert campaign_live.watch(look, every_s=0.001)["state"] == "sending"
    assert "the campaign goes on" in capsys.readouterr().err


def test_no_colour_where_nobody_looks(line: Campaigner) -> None:
    line.sent()
    for words in (("status", "hello"), ("list",), ("audience", "hello"), ("preview", "hello")):
        printed = line("campaign", *words).stdout
        assert printed and "\x1b" not in printed
    assert "--watch is for people" in line.misuse("campaign", "status", "--watch")
    assert "--watch is for people" in line.misuse("campaign", "status", "hello", "--watch", "--json")


def test_a_picture_says_what_it_waits_for_and_what_it_goes_by() -> None:
    page = Console(file=StringIO(), width=150)
    page.print(picture(shown(waits_for="tier", days=[{"day": "2026-01-05", "queued": 3, "left_out": 1}], trigger="at x")))
    said = page.file.getvalue()  # type: ignore[attr-defined]  # a StringIO
    assert "for WhatsApp's limit of people a day" in said and "2026-01-05" in said and "to each member at x" in said
    assert "left out: 6" in said and "to compare: 4" in said
    assert in_one_line(shown(size=0, walked=0)).startswith("hello sending: walked 0 of 0; waiting 2")


@pytest.mark.parametrize(
    ("trigger", "words"),
    [
        (Trigger("kyc", 3), "3 days after their KYC was verified"),
        (Trigger("last_scan", 1), "1 day after their last scan"),
        (Trigger("points_expire", -14), "14 days before points of theirs run out"),
        (Trigger("first_scan"), "at their first scan"),
        (Trigger("enrolled"), "when they joined"),
        (None, None),
    ],
)
def test_a_trigger_in_words(trigger: Trigger | None, words: str | None) -> None:
    assert trigger_words(trigger) == words


def test_how_far_it_is(line: Campaigner) -> None:
    line.sent()
    assert campaigns.tick(line.house) == 2
    at = line.home.at
    line.home.change(
        "UPDATE outbox SET state = 'failed', error_code = 63024, accepted_at = :at WHERE lane = 'campaign' AND id = "
        "(SELECT min(id) FROM outbox WHERE lane = 'campaign')", at=at - timedelta(seconds=10),
    )  # fmt: skip
    (one,) = line.data("campaign", "status", "hello")["campaigns"]
    assert (one["walked"], one["size"], one["queued"], one["failed"]) == (2, 2, 2, {"63024": 1})
    assert (one["messages"]["waiting"], one["messages"]["failed"], one["per_second"]) == (1, 1, 0.1)
    assert one["eta"] == (at + timedelta(seconds=10)).isoformat()


def test_the_shell_completes_campaigns_and_saved_audiences(line: Campaigner) -> None:
    line.made("hello")
    line.made("holi")
    line.data("campaign", "audience", "--where", "role = dealer", "--save", "dealers")
    context = click.Context(cli, obj=line.house)
    param = click.Argument(["campaign"])
    assert [one.value for one in CAMPAIGN.shell_complete(context, param, "ho")] == ["holi"]
    assert {one.value for one in CAMPAIGN.shell_complete(context, param, "")} == {"hello", "holi"}
    assert [(one.value, one.help) for one in SAVED.shell_complete(context, param, "d")] == [("dealers", "role = dealer")]


def test_where_a_file_would_do_as_well_bash_still_completes_campaigns(line: Campaigner) -> None:
    line.made("hello")
    line.made("holi")
    found = CAMPAIGN_OR_FILE.shell_complete(click.Context(cli, obj=line.house), click.Argument(["campaign"]), "h")
    shell = BashComplete(cli, {}, "saathi", "_SAATHI_COMPLETE")
    told = "\n".join(map(shell.format_completion, found))
    script = f"{shell.source()}\nenv() {{ printf '%s' {shlex.quote(told)}; }}\ncompopt() {{ echo \"$@\"; }}\n"
    script += 'COMP_WORDS=(saathi campaign check h); COMP_CWORD=3; _saathi_completion saathi; printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert sorted(done.stdout.split("\n")) == ["", "-o default", "hello", "holi"]  # files too, where no campaign fits


def test_completing_starts_no_server_and_says_nothing_where_there_is_none(tmp_path: Path) -> None:
    words = {"_SAATHI_COMPLETE": "bash_complete", "COMP_WORDS": "saathi campaign status ", "COMP_CWORD": "3"}
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | words | {"SAATHI_ROOT": str(tmp_path)}
    done = subprocess.run([sys.executable, "-m", "bot"], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")
    assert all(server.pid is None for server in local.status(tmp_path))


def test_a_colleague_gets_it_marked_as_a_test_and_it_counts_nowhere(line: Campaigner) -> None:
    line.made()
    for name, phone in (("dev", PHONES["ramesh"]), ("meera", PHONES["sunita"]), ("ravi", "+919000000001")):
        assert line("staff", "phone", name, phone, "--as", "asha").exit_code == 0
    words = ("campaign", "test", "hello", "--as", "meera", "--to")
    assert "ravi may not do this" in line.refusal("campaign", "test", "hello", "--to", PHONES["ramesh"], "--as", "ravi")
    assert line.data(*words, PHONES["ramesh"])["sent"] == [{"phone": PHONES["ramesh"], "arm": "only", "locale": "en"}]
    mark, said = line.home.said()[-2:]
    assert mark.body.startswith("TEST of Hello (hello), arm only, asked for by meera")
    assert said.body == "Namaste Ramesh Kumar, every wire counts double." and said.buttons[0].title == "Scan now"
    assert line("campaign", "test", "hello", "--to", "9898989898", "--locale", "hi", "--as", "meera").exit_code == 0
    assert line.home.said(SUNITA)[-1].body == "नमस्ते Ramesh Kumar, हर तार दोगुना।"
    assert lines(line.home) == 0 and line.data("campaign", "audience", "hello")["reach"] == 2
    assert "never written to this number" in line.refusal(*words, "+919000000001")
    assert "has no words in ta" in line.refusal(*words, PHONES["ramesh"], "--locale", "ta")
    assert "has no arm b" in line.refusal(*words, PHONES["ramesh"], "--arm", "b")
    before = len(line.home.said())
    line.home.write("STOP", SUNITA)
    assert "said STOP" in line.refusal(*words, PHONES["ramesh"], "--to", PHONES["sunita"])
    line.home.forward(hours=25)
    assert "has not written within 24 hours" in line.refusal(*words, PHONES["ramesh"])
    assert len(line.home.said()) == before
    with line.house.engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM campaign_people")).scalar_one() == 0


class TestOnlyToColleagues:
    """Words that nobody has approved go to no member, whoever asks for it."""

    def test_a_members_phone_is_refused_and_so_is_a_former_colleagues(self, line: Campaigner) -> None:
        line.made()
        line("staff", "phone", "dev", PHONES["ramesh"], "--as", "asha")
        words = ("campaign", "test", "hello", "--as", "meera", "--to", PHONES["ramesh"])
        assert f"{PHONES['sunita']} is no colleague's phone" in line.refusal(*words, "--to", PHONES["sunita"])
        before = len(line.home.said())
        line("staff", "off", "dev", "--as", "asha")
        assert "is no colleague's phone" in line.refusal(*words)
        assert len(line.home.said()) == before

    def test_the_audit_says_who_asked_and_to_whom(self, line: Campaigner) -> None:
        line.made()
        line("staff", "phone", "dev", PHONES["ramesh"], "--as", "asha")
        line.data("campaign", "test", "hello", "--as", "meera", "--to", PHONES["ramesh"])
        acts = line.data("staff", "audit", "--by", "meera", "--as", "asha")["audit"]
        (told,) = [act for act in acts if act["reason"] == "test"]
        assert (told["after"], told["subject"]) == ({"tested": ["dev"]}, "campaign/roshni/hello")

    def test_a_colleague_who_wants_no_offers_gets_none(self, line: Campaigner) -> None:
        line.made()
        line("staff", "phone", "dev", PHONES["ramesh"], "--as", "asha")
        line.home.write("STOP OFFERS")
        assert "START OFFERS first" in line.refusal("campaign", "test", "hello", "--as", "meera", "--to", PHONES["ramesh"])
