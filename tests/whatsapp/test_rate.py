"""No second takes more than the sender's rate, whoever asks and however irregularly; and little of the rate is wasted."""

from __future__ import annotations

import random
from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from tests.servers import Database
from tests.whatsapp.stage import START, Stage, run
from whatsapp import rate

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Row:
    id: int
    sender_id: str = "s"


@pytest.fixture
def stage(database: Database) -> Stage:
    return Stage(database.engine)


def asked(stage: Stage, at: datetime, wanted: int) -> list[datetime]:
    with stage.engine.begin() as conn:
        return sorted(rate.moments(conn, [Row(n) for n in range(wanted)], at).values())


def busiest(gone: list[datetime]) -> int:
    """The most that left within any second, wherever it begins."""
    return max(bisect_left(gone, began + SECOND) - place for place, began in enumerate(gone))


@pytest.mark.parametrize("per_s", [1, 7, 80, 1_000])
@pytest.mark.parametrize("seed", range(3))
def test_no_second_is_above_the_rate(stage: Stage, per_s: int, seed: int) -> None:
    chance = random.Random(f"{per_s}/{seed}")
    stage.person("asha", rate_per_s=per_s)
    at, gone = START, list[datetime]()
    for _ in range(150):
        at += timedelta(milliseconds=chance.choice([1, 15, 30, 60, 200, 400, 3_000]))
        leave = asked(stage, at, chance.choice([1, 2, 24, 500]))
        assert all(at <= one <= at + rate.AHEAD for one in leave)
        assert not gone or not leave or gone[-1] < leave[0]
        gone += leave
    assert 0 < busiest(gone) <= per_s


@pytest.mark.parametrize(("per_s", "late_ms"), [(80, 0), (80, 40), (80, 75), (30, 60), (1_000, 75)])
def test_more_than_97_percent_of_the_rate_is_used(stage: Stage, per_s: int, late_ms: int) -> None:
    chance = random.Random(late_ms)
    stage.person("asha", rate_per_s=per_s)
    at, gone = START, list[datetime]()
    while at < START + 6 * SECOND:
        gone += asked(stage, at, 500)
        at += timedelta(milliseconds=25 + chance.uniform(0, late_ms))
    assert busiest(gone) <= per_s
    assert sum(START + SECOND <= one < START + 6 * SECOND for one in gone) > 0.97 * per_s * 5 - 1


def test_the_first_one_after_a_pause_leaves_at_once(stage: Stage) -> None:
    stage.person("asha", rate_per_s=1)
    assert asked(stage, START, 1) == [START]
    assert asked(stage, START + 0.5 * SECOND, 1) == []
    assert asked(stage, START + 1.1 * SECOND, 1) == [START + 1.1 * SECOND]


def test_each_sender_has_its_own_rate(stage: Stage) -> None:
    stage.person("asha", rate_per_s=1)
    stage.change("INSERT INTO senders (id, address, programme_id, rate_per_s) VALUES ('t', 'whatsapp:+1', 'p', 16)")
    mixed = [Row(1, "s"), Row(2, "t"), Row(3, "s"), Row(4, "t"), Row(5, "t"), Row(6, "t")]
    with stage.engine.begin() as conn:
        found = rate.moments(conn, mixed, START)
    assert found == {1: START, 2: START, 4: START + 0.064 * SECOND, 5: START + 0.128 * SECOND}


def test_who_was_told_to_be_slower_waits(stage: Stage) -> None:
    stage.person("asha", rate_per_s=80)
    with stage.engine.begin() as conn:
        rate.back_off(conn, "s", START + 2 * SECOND)
        rate.back_off(conn, "s", START + SECOND)  # never shorter
    assert asked(stage, START + 1.5 * SECOND, 9) == []
    assert asked(stage, START + 1.95 * SECOND, 1) == [START + 2 * SECOND]


def test_several_relays_share_one_rate(stage: Stage) -> None:
    for n in range(60):
        stage.person(f"p{n}", rate_per_s=16)
        stage.put(f"p{n}", "x")
    relays = [stage.relay() for _ in range(3)]
    sent = []
    for _ in range(20):  # two seconds, a tenth at a time
        run(*relays)
        sent.append(len(stage.twilio.calls))
        stage.forward(seconds=0.1)
    assert sent[9] <= 16 + 4  # those of the last look leave within the next one
    assert 28 <= sent[-1] <= 32 + 4
