"""What `check` says that an experiment can show is what its end then decides by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.campaign_draft import Detectable, what_it_can_show
from bot.cli.campaign_draft import _shows
from campaigns import rows
from campaigns.experiment import END_ALPHA, compared
from campaigns.experiment_intervals import detectable
from campaigns.forecast import Forecast
from campaigns.spec import Campaign
from tests.cli.campaigner import Campaigner, campaigning
from tests.servers import Database


@pytest.fixture
def line(database: Database, tmp_path: Path) -> Iterator[Campaigner]:
    with campaigning(database, tmp_path) as made:
        yield made


def shown(line: Campaigner, arms: int, holdout: int) -> tuple[Campaign, Detectable]:
    """Of 4,500 people an arm, a thousand held out."""
    with line.house.engine.begin() as conn:
        row = rows.find(conn, "roshni", "hello")
        assert row is not None
        names = "abc"[:arms]
        made = tuple(replace(row.campaign.arms[0], name=name, share=100 // arms) for name in names)
        experiment = replace(row.campaign.experiment, holdout=holdout)
        row = replace(row, campaign=replace(row.campaign, arms=made, experiment=experiment))
        seen = Forecast(9000, 9000, 1000, {}, 0, 0, 0, {}, dict.fromkeys(names, 4500), None)
        found = what_it_can_show(conn, row, seen, line.home.at)
    assert found is not None
    return row.campaign, found


def test_an_audience_of_those_who_do_not_do_it_says_nothing_of_how_often_it_is_done(line: Campaigner) -> None:
    line.made(audience='"not last_scan within 30 days"', goal='{ event = "scan" }')
    _, found = shown(line, 1, 10)
    assert (found.base_rate, found.usual) == (0.05, True)
    assert found.rise == detectable(1000, 4500, 0.05, END_ALPHA) and found.rise > 0.02
    assert "from 5.0 %, taking that for usual as nobody" in _shows(found)


@pytest.mark.parametrize(("arms", "holdout", "pairs"), [(1, 10, 1), (2, 0, 1), (2, 10, 3), (3, 10, 5)])
def test_every_comparison_has_its_part_of_the_error(line: Campaigner, arms: int, holdout: int, pairs: int) -> None:
    line.made(goal='{ event = "scan" }')
    campaign, found = shown(line, arms, holdout)
    assert len(compared(campaign)) == pairs
    assert found.rise == detectable(found.arm, found.against, 0.05, END_ALPHA / pairs)
