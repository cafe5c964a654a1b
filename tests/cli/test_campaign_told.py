"""What an operator is told beside the figures: in India's time, when it leaves, what would look odd, what was done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import campaigns
from tests.cli.campaigner import PHONES, Campaigner, campaigning
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
