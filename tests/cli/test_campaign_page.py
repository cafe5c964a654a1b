"""Whoever types what docs/campaigns.md says, line by line, gets what it promises: against the sandbox, to the last figure."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot import campaigns, relay
from bot.cli.main import cli
from campaigns.file import read
from sandbox.server import running
from sandbox.settings import Settings as SandboxSettings
from sandbox.world import World
from tests.cli.campaigner import Campaigner, campaigning
from tests.cli.test_content import ACCOUNT, account
from tests.cli.test_docs import assert_real
from tests.readme import ROOT, typed
from tests.servers import Database
from whatsapp.relay import Relay

TOKEN = "primary-token"
PAGE = ROOT / "docs" / "campaigns.md"
SAID = {  # what a command is to print, by how it begins; the longest that fits
    "new": "diwali.toml is written", "audience": "spenders", "audience --where": " people", "audience --fields": "last_scan",
    "audience diwali": "in the audience: 2; would get it now: 2", "check diwali.toml": "diwali has no fault",
    "check diwali --submit": "words of plain in hi: approved", "preview": "│ Namaste Ramesh Kumar",
    "test": "gets arm link in en",
    "approve": "is approved by dev", "send": "diwali goes out", "status": "0 of 2 people", "pause": "diwali is paused",
    "resume": "diwali goes on", "report": "diwali.html is written", "why-not": "the message is ", "list": "diwali",
    "copy": "holi.toml is written",
}  # fmt: skip


@pytest.fixture
def world() -> Iterator[World]:
    with running(SandboxSettings(port=0, account_sid=ACCOUNT, auth_token=TOKEN)) as made:
        yield made


@pytest.fixture
def line(database: Database, tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Campaigner]:
    monkeypatch.chdir(tmp_path)
    with campaigning(database, tmp_path, **account(world, TOKEN)) as made:
        yield made


def test_the_page(line: Campaigner, tmp_path: Path, world: World) -> None:
    told = [one for one in typed(PAGE) if one.startswith(("./saathi campaign ", "./saathi staff phone "))]
    assert len(told) >= 19
    for command in told:
        words = shlex.split(command)[1:]
        result = line(*words)
        assert result.exit_code == 0, (command, result.stderr, result.exception)
        if words[0] == "staff":
            continue
        begins = max((name for name in SAID if " ".join(words[1:]).startswith(name)), key=len)
        assert SAID[begins] in result.stdout, (command, result.stdout)
        if words[1] == "new":  # its reader changes the words; here nobody is held out, so that the figures are sure
            path = tmp_path / "diwali.toml"
            path.write_text(path.read_text().replace("holdout = 10", "holdout = 0"))
        if words[1] == "resume":
            leave(line)
    report = json.loads(line("campaign", "report", "diwali", "--json").stdout)
    assert (report["state"], report["groups"][0]["sent"], report["left_out"]) == ("done", 2, {})
    assert (tmp_path / "diwali.csv").read_text().startswith("by,which,sent") and read(tmp_path / "holi.toml").id == "holi"
    sent = [one.number for one in world.messages.values() if "counts double" in str(one)]
    assert sent.count("+919812345678") == 1 and sent.count("+919898989898") == 3  # hers are two tests and the campaign


def leave(line: Campaigner) -> None:
    """The clock plans, the relay sends, the clock finishes."""
    assert campaigns.tick(line.house) == 2
    sender = Relay(relay.ports(line.house), "rly_page")
    for _ in range(200):
        line.home.forward(seconds=1)  # the sender's rate is kept by the clock
        called = sender.cycle()
        while sender.busy:
            sender.wait(0.2)
            called += sender.cycle()
        if not called:
            break
    sender.close()
    campaigns.tick(line.house)


def test_what_the_help_tells_to_type_is_there() -> None:
    told = CliRunner().invoke(cli, ["campaign", "--help"]).stdout
    lines = [re.split(r"\s{2,}", one.strip())[0] for one in told.splitlines() if one.strip().startswith("./saathi")]
    assert len(lines) == 10
    for command in lines:
        assert_real(shlex.split(command)[1:])


def test_the_shells_line(tmp_path: Path) -> None:
    (shell,) = [one for one in typed(PAGE) if "_SAATHI_COMPLETE" in one]
    assert shlex.split(shell)[0] == "eval"
    env = os.environ | {"_SAATHI_COMPLETE": "bash_source", "SAATHI_ROOT": str(tmp_path)}
    done = subprocess.run(["./saathi"], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "") and "complete" in done.stdout and "saathi" in done.stdout


def test_the_sample_that_the_page_shows_is_whole() -> None:
    assert read(ROOT / "config" / "campaigns" / "sample.toml").id == "wires-monsoon"
