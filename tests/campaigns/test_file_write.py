"""A campaign written as a file reads as the same campaign, whatever stands in its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from base.days import INDIA
from campaigns.file import read
from campaigns.file_write import written
from campaigns.spec import Arm, Budget, Button, Campaign, Experiment, Goal, Schedule, Trigger, Words

SAMPLE = Path(__file__).resolve().parents[2] / "config" / "campaigns" / "sample.toml"
LETTERS = st.characters(exclude_categories=("Cs",), exclude_characters="{}\t\r")
TITLES = st.text(LETTERS, min_size=1, max_size=10).filter(lambda said: said.strip() == said and "\n" not in said)
BODIES = st.text(LETTERS, min_size=1, max_size=60).filter(
    lambda said: said.strip() == said and "\n\n\n" not in said and "    " not in said and "\u2003" not in said
).filter(lambda said: not any(mark.isspace() and mark not in " \n" for mark in said))  # fmt: skip
WORDS = st.builds(
    lambda body, title: Words(f"Hello {body} there", (Button("scan", title),)), BODIES, TITLES
) | BODIES.map(lambda body: Words(f"Hello {body} there", media="https://x.example/a.jpg")) | st.builds(
    lambda body, title: Words(f"Hello {body} there", (), "", "https://x.example/?q=1&r='2'", title), BODIES, TITLES
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.sampled_from([UTC, INDIA]))
CAMPAIGNS = st.builds(
    lambda name, said, audience, start, quiet, most: Campaign(
        "wires", name, "marketing", (Arm("a", 30, {"en": said}), Arm("b-2", 70, {"en": said})),
        f"balance >= {len(audience)}", "saved one", True, "",
        {"my name": "name"}, "high", Schedule(start, None, *quiet), Goal("bill", 9), Budget(None, most, 3), Experiment(5, "s"),
        Trigger("points_expire", -14),
    ),
    TITLES, WORDS, TITLES, MOMENTS | st.none(), st.tuples(st.times(), st.times()).filter(lambda quiet: quiet[0] != quiet[1]),
    st.none() | st.integers(1, 10**9),
)  # fmt: skip


def test_the_sample_comes_back() -> None:
    campaign = read(SAMPLE)
    assert read(written(campaign).encode()) == campaign
    assert 'body = """\nनमस्ते {name}' in written(campaign)


@given(CAMPAIGNS)
def test_whatever_was_read_is_read_again(campaign: Campaign) -> None:
    assert read(written(campaign).encode()) == campaign


def test_what_is_not_said_is_not_written() -> None:
    plain = read(SAMPLE)
    bare = replace(plain, schedule=Schedule(quiet_from=time(22)), budget=Budget(), trigger=None)
    assert "start" not in written(bare).replace("without start", "") and "most_paise" not in written(bare)
