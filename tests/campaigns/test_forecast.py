"""What is foreseen is what sending then does: the same people, the same reasons, the same money; and looking writes nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from campaigns import preview, rows
from campaigns.audience import Audience
from campaigns.forecast import Forecast, forecast
from campaigns.rows import Row
from campaigns.spec import Arm, Budget, Experiment, Goal, Schedule, Trigger
from tests.campaigns.stage import KEYS, PLAIN, START, P, Street
from tests.servers import Database

WORDS = PLAIN.arms[0].words
TWO = (Arm("a", 50, WORDS), Arm("b", 50, WORDS))


@pytest.fixture
def street(database: Database) -> Street:
    made = Street(database.engine)
    made.people(*"abcdefghijklmnop")
    made.people("late1", "late2", wrote=START - timedelta(days=3))
    made.person("hindi", locale="hi")
    made.person("asked", consented=False)
    for name, column in (("halt", "stopped_at"), ("quiet", "marketing_stopped_at")):
        made.person(name)
        made.change(f"UPDATE conversations SET {column} = :at WHERE id = :id", at=START, id=f"cnv_{name}")
    return made


def seen(street: Street, row: Row) -> Forecast:
    with street.engine.connect() as conn:
        return forecast(conn, row, Audience(P), street.at)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"category": "utility"},
        {"arms": TWO, "experiment": Experiment(30), "goal": Goal("scan")},
        {"budget": Budget(most_messages=5)},
        {"budget": Budget(most_paise=90, paise_per_message=87)},
        {"fallback": "", "arms": (Arm("only", 100, {"hi": WORDS["hi"]}),)},
    ],
    ids=["plain", "utility", "experiment", "messages", "paise", "hindi alone"],
)
def test_it_is_what_sending_does(street: Street, changed: dict[str, Any]) -> None:
    row = street.made(replace(PLAIN, **changed))
    foreseen = seen(street, row)
    assert foreseen.size == len(street.audience) and street.outcomes() == {}
    with street.engine.begin() as conn:
        sent = rows.start(conn, P, row.id, by="asha", at=street.at, size=foreseen.size)
    assert isinstance(sent, Row)
    last = street.plan(sent)
    outcomes = Counter(street.outcomes().values())
    if last.waits is not None and last.waits.what == "budget":  # sending waits to see what those under way cost
        outcomes["budget"] += len(street.audience) - outcomes.total()
        assert foreseen.left_out["budget"] >= 1
        return
    assert (foreseen.reach, foreseen.holdout) == (outcomes.pop("queued", 0), outcomes.pop("holdout", 0))
    assert dict(foreseen.left_out) == dict(outcomes)
    arms = Counter(one.arm for one in street.all("SELECT arm FROM campaign_people WHERE outcome = 'queued'"))
    assert dict(foreseen.arms) == dict(arms)


def test_what_it_costs(street: Street) -> None:
    row = street.made(PLAIN, budget=Budget(paise_per_message=87))
    assert (seen(street, row).templates, seen(street, row).cost_paise) == (19, 19 * 87)
    asked = street.made(replace(PLAIN, id="asked", category="utility"), budget=Budget(paise_per_message=87))
    free = seen(street, asked)  # only those who have not written within 24 hours
    assert (free.templates, free.cost_paise, free.most_paise) == (2, 174, 20 * 87)
    street.forward(hours=30)  # everybody's window has closed
    assert free.most_paise == seen(street, asked).cost_paise


@pytest.mark.parametrize(
    ("budget", "trigger", "most"),
    [
        (Budget(most_paise=900, paise_per_message=87), None, 870),
        (Budget(most_paise=9_000, paise_per_message=87), None, 19 * 87),
        (Budget(paise_per_message=87), Trigger("last_scan", 30), None),  # how often it goes out nobody knows
        (Budget(most_paise=9_000, paise_per_message=87), Trigger("last_scan", 30), 103 * 87),
    ],
)
def test_what_it_costs_at_most(street: Street, budget: Budget, trigger: Trigger | None, most: int | None) -> None:
    assert seen(street, street.made(PLAIN, budget=budget, trigger=trigger)).most_paise == most


def test_at_night_it_counts_on_all_the_same_but_nothing_leaves_after_the_end(street: Street) -> None:
    street.forward(hours=10)  # 21:30 in India
    row = street.made(PLAIN)
    assert seen(street, row).reach == 19
    over = street.made(replace(PLAIN, id="over"), schedule=Schedule(end=street.at + timedelta(hours=2)))
    assert seen(street, over).left_out["too_late"] == 19


def test_it_goes_page_by_page(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.forecast.PAGE", 4)
    row, told = street.made(PLAIN), []
    with street.engine.connect() as conn:
        assert forecast(conn, row, Audience(P), street.at, looked_at=told.append).size == 22
    assert told == [4, 8, 12, 16, 20, 22]


def test_a_preview_has_their_own_values_and_the_reason(street: Street) -> None:
    row = street.made(PLAIN)
    with street.engine.connect() as conn:
        halt, hindi = preview.previews(conn, KEYS, row, ["mbr_halt", "mbr_hindi"], street.at)
    assert (halt.reason, hindi.reason, hindi.locale) == ("stopped", None, "hi")
    assert hindi.message is not None and hindi.message.body == "नमस्ते Hindi Kumar, हर कूपन पर एक दीया।"
    assert street.outcomes() == {} and street.states() == []
