"""The report adds up, whatever became of the messages, and counts people where they belong."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns import report
from campaigns.report import Figures, NoSuchCampaign, Report
from campaigns.spec import Arm, Budget, Campaign, Category, Experiment, Goal, Words
from tests.campaigns.fair import NOW, Fair, fair
from tests.servers import Database

LATER = NOW + timedelta(days=30)
STATES = ("queued", "held", "sending", "uncertain", "unconfirmed", "accepted", "sent", "delivered", "read", "failed", "expired")


def campaign(**more: Any) -> Campaign:
    arms = tuple(Arm(name, 50, {"en": Words("Hello")}) for name in ("a", "b"))
    given: dict[str, Any] = {"goal": Goal("scan", 7), "experiment": Experiment(10), "budget": Budget(paise_per_message=80)}
    return Campaign("diwali", "Diwali", "marketing", arms, **{**given, **more})


def read(made: Fair) -> Report:
    with made.engine.connect() as conn:
        return report.read(conn, made.programme_id, made.id, LATER)


def adds_up(found: Report) -> None:
    for _, _, one in report.lines(found):
        if one is not found.held_out:
            assert one.people == one.waiting + one.dropped + one.sent
        assert one.sent == one.unsure + one.on_the_way + one.delivered + one.failed
        assert one.read <= one.delivered
    counted = report.COUNTS
    for groups in (found.arms, *found.segments.values()):
        for name in counted:
            assert sum(getattr(one, name) for one in groups.values()) == getattr(found.total, name), name
    assert sum(found.total.failed_by_code.values()) == found.total.failed
    for figures in (found.total, *found.arms.values()):
        assert sum(figures.failed_by_code.values()) == figures.failed


def test_every_state_has_its_place_and_all_add_up(database: Database) -> None:
    made = fair(database, campaign())
    for number, state in enumerate(STATES):
        key = made.turn(f"m{number}", "ab"[number % 2], locale="hi" if number % 3 else "en", state="MH" if number % 2 else "UP")
        made.message(key, state, code=63024 if state == "failed" else None, reason="stopped: x" if state == "expired" else None)
    made.turn("nothing", "a")  # its message is not there any more
    made.turn("held", None)
    made.turn("out", "a", left_out="capped")
    found = read(made)
    adds_up(found)
    assert found.total == Figures(
        people=12, waiting=2, dropped=2, unsure=3, on_the_way=2, delivered=2, read=1, failed=1, cost_paise=4 * 80,
        failed_by_code={"63024": 1}, dropped_by_reason={"stopped": 1},
    )  # fmt: skip
    assert (found.total.sent, found.held_out.people, dict(found.left_out)) == (8, 1, {"capped": 1})
    assert set(found.segments) == {"role", "locale", "state"} and set(found.segments["state"]) == {"MH", "UP"}


TURN = st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from(STATES), st.booleans(), st.booleans())


def test_whatever_happened_it_adds_up(database: Database) -> None:
    made = fair(database, campaign())

    @settings(max_examples=15, deadline=None)
    @given(st.lists(TURN, max_size=8), st.sampled_from(["retailer", "dealer"]), st.sampled_from([None, 63016]))
    def law(turns: list[tuple[str | None, str, bool, bool]], role: str, code: int | None) -> None:
        for arm, state, scans, writes in turns:
            name = f"p{next(made.numbers)}"
            key = made.turn(name, arm, role=role)
            if arm is not None:
                made.message(key, state, code=code if state == "failed" else None)
            if scans:
                made.scan(name)
            if writes:
                made.heard(name, NOW + timedelta(hours=2))
        adds_up(read(made))

    law()


def test_somebody_who_replied_clicked_and_opted_out_counts_as_all_of_it_and_once(database: Database) -> None:
    made = fair(database, campaign())
    made.message(made.turn("m1", "a"), "read")
    for minutes in (5, 6, 7):
        made.heard("m1", NOW + timedelta(minutes=minutes), "Commanded")
        made.clicked("m1", NOW + timedelta(minutes=minutes))
    made.consent("m1", False, NOW + timedelta(minutes=7))
    made.consent("m1", False, NOW + timedelta(minutes=8), kind="messages")
    made.scan("m1")
    one = read(made).total
    assert (one.people, one.replied, one.clicked, one.opted_out, one.converted) == (1, 1, 1, 1, 1)


def test_what_was_before_or_long_after_is_not_of_this_campaign(database: Database) -> None:
    made = fair(database, campaign())
    made.message(made.turn("m1", "a"), "delivered")
    made.heard("m1", NOW - timedelta(minutes=5))
    made.heard("m1", NOW + timedelta(hours=49))
    made.heard("m1", NOW + timedelta(hours=1), "PayoutPaid")  # the world's word, not theirs
    made.consent("m1", False, NOW - timedelta(days=1))
    made.consent("m1", True, NOW + timedelta(days=1))
    made.consent("m1", False, NOW + timedelta(days=8))
    one = read(made).total
    assert (one.replied, one.opted_out, one.clicked, one.converted) == (0, 0, 0, 0)


@pytest.mark.parametrize(("category", "paise"), [("utility", 80), ("marketing", 160)])
def test_what_did_not_arrive_costs_nothing_and_inside_the_window_only_a_utility_message_is_free(
    database: Database, category: Category, paise: int
) -> None:
    made = fair(database, replace(campaign(), category=category))
    for name, state, outside in (("m1", "read", True), ("m2", "sent", False), ("m3", "failed", True), ("m4", "queued", True)):
        made.message(made.turn(name, "a"), state, outside=outside)
    assert read(made).total.cost_paise == paise


def test_failures_are_told_by_code_and_arm(database: Database) -> None:
    made = fair(database, campaign())
    for name, arm, code, reason in (
        ("m1", "a", 63049, "policy: 63049"), ("m2", "a", 63049, None), ("m3", "b", 63016, None), ("m4", "b", None, "rejected"),
        ("m5", "b", None, None),
    ):  # fmt: skip
        made.message(made.turn(name, arm), "failed", code=code, reason=reason)
    found = read(made)
    assert found.total.failed_by_code == {"63049": 2, "63016": 1, "rejected": 1, "unknown": 1}
    assert found.arms["a"].failed_by_code == {"63049": 2}
    assert found.arms["b"].failed_by_code == {"63016": 1, "rejected": 1, "unknown": 1}


def test_the_days_until_they_converted_rise(database: Database) -> None:
    made = fair(database, campaign())
    for name, arm, days in (("m1", "a", 0.5), ("m2", "a", 3.5), ("m3", None, 7), ("m4", "b", 9)):
        made.turn(name, arm)
        made.scan(name, days=days)
    assert read(made).by_day == {"a": [1, 1, 1, 2, 2, 2, 2], "b": [0] * 7, None: [0] * 6 + [1]}


def test_a_campaign_that_has_not_begun_has_a_report_of_noughts(database: Database) -> None:
    made = fair(database, campaign())
    found = read(made)
    adds_up(found)
    assert found.total == Figures() and found.arms == {"a": Figures(), "b": Figures()}


def test_a_campaign_without_a_goal_or_holdout_has_a_report(database: Database) -> None:
    made = fair(database, campaign(goal=None, experiment=Experiment(), budget=Budget()))
    made.message(made.turn("m1", "a"), "read")
    found = read(made)
    assert (found.total.read, found.total.converted, found.total.cost_paise, found.by_day) == (1, 0, 0, {})
    assert [by for by, _, _ in report.lines(found)][:3] == ["all", "arm", "arm"]


def test_a_campaign_that_is_not_there(database: Database) -> None:
    made = fair(database, campaign())
    with made.engine.connect() as conn, pytest.raises(NoSuchCampaign):
        report.read(conn, made.programme_id, "holi", LATER)


def test_as_a_table_and_as_json(database: Database) -> None:
    made = fair(database, campaign())
    made.message(made.turn("m1", "a", locale="=1+1"), "failed", code=63016)
    found = read(made)
    lines = list(csv.reader(io.StringIO(report.as_csv(found))))
    assert lines[0][:4] == ["by", "which", "sent", "people"] and {len(line) for line in lines} == {len(lines[0])}
    assert lines[1] == ["all", "", "1", "1", "0", "0", "0", "0", "0", "0", "1", *["0"] * 6, "63016=1", ""]
    assert ["locale", "'=1+1"] in [line[:2] for line in lines]  # a spreadsheet takes it for no formula
    page = json.loads(json.dumps(report.to_json(found)))
    assert page["groups"][0]["sent"] == 1 and page["groups"][0]["failed_by_code"] == {"63016": 1}
