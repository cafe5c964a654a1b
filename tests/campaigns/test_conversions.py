"""What counts as a conversion: the goal's event, in its days, once, for those who were held out as for the others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from campaigns import conversions
from campaigns.conversions import Cell, Conversion
from campaigns.spec import Arm, Campaign, Event, Experiment, Goal, Trigger, Words
from tests.campaigns.fair import NOW, Fair, fair
from tests.servers import Database

LATER = NOW + timedelta(days=30)


def campaign(event: Event = "scan", **more: Any) -> Campaign:
    arms = tuple(Arm(name, 50, {"en": Words("Hello")}) for name in ("a", "b"))
    return Campaign("diwali", "Diwali", "marketing", arms, goal=Goal(event, 7), experiment=Experiment(10), **more)


def told(made: Fair, at: Any = LATER) -> dict[tuple[str, str], Conversion]:
    with made.engine.connect() as conn:
        return {(one.member_id, one.occasion): one for one in conversions.of(conn, made, at)}


def test_scans_count_in_their_days_and_the_held_out_count_the_same(database: Database) -> None:
    made = fair(database, campaign())
    made.turn("m1", "a")
    made.turn("m2", None)
    made.turn("m3", "b")
    made.turn("m4", "a", left_out="capped")
    for name in ("m1", "m2", "m4"):
        made.scan(name, days=1, points=50)
        made.scan(name, days=2, points=30)
    made.scan("m3", days=-0.001)
    made.scan("m3", days=7.001)
    found = told(made)
    assert set(found) == {("m1", ""), ("m2", ""), ("m3", "")}
    one, held, none = found["m1", ""], found["m2", ""], found["m3", ""]
    assert (one.arm, one.events, one.converted_at) == ("a", 2, NOW + timedelta(days=1))
    assert (held.arm, held.events, held.value_paise) == (None, 2, one.value_paise)
    assert one.value_paise == 80 * 100  # a point of the sample programme is worth a rupee
    assert (none.events, none.converted_at, none.value_paise) == (0, None, 0)


def test_the_last_moment_counts_and_what_is_still_to_come_does_not(database: Database) -> None:
    made = fair(database, campaign())
    made.turn("m1", "a")
    made.scan("m1", days=7)
    assert told(made)["m1", ""].events == 1
    assert told(made, NOW + timedelta(days=3))["m1", ""].events == 0


def test_an_event_counts_for_the_latest_turn_before_it_and_once(database: Database) -> None:
    made = fair(database, campaign(trigger=Trigger("last_scan", 1)))
    made.turn("m1", "a", occasion="2026-01-05")
    made.turn("m1", "a", occasion="2026-01-05b")  # decided in the same batch
    made.turn("m1", "a", occasion="2026-01-08", at=NOW + timedelta(days=3))
    made.scan("m1", days=1)
    made.scan("m1", days=4)
    found = told(made)
    assert [found["m1", day].events for day in ("2026-01-05", "2026-01-05b", "2026-01-08")] == [0, 1, 1]
    with made.engine.connect() as conn:
        counted = conversions.counted(conn, made, LATER)
    assert counted.groups["a"] == [Cell(True, 2 * 50 * 100, None, 1)]


def test_bills_that_earned_points_count_with_their_taxable_value(database: Database) -> None:
    made = fair(database, campaign("bill"))
    for name in ("m1", "m2"):
        made.turn(name, "a")
    made.bill("m1", 500_00, state="credited")
    made.bill("m1", 250_00, state="credited")
    for state in ("read", "review", "refused"):
        made.bill("m2", 900_00, state=state)
    found = told(made)
    assert (found["m1", ""].events, found["m1", ""].value_paise) == (2, 750_00)
    assert (found["m2", ""].events, found["m2", ""].value_paise) == (0, 0)


def test_whoever_a_member_brought_counts_and_somebody_handed_over_does_not(database: Database) -> None:
    made = fair(database, campaign("enrol"))
    made.turn("m1", "a", at=NOW)
    made.member("new", at=NOW + timedelta(days=2))
    made.member("old", at=NOW - timedelta(days=200))
    for child in ("new", "old"):
        handed = NOW + timedelta(days=2)
        made.do("INSERT INTO member_links (parent_id, child_id, since) VALUES ('m1', :c, :at)", c=child, at=handed)
    assert told(made)["m1", ""].events == 1


@pytest.mark.parametrize("event", ["scan", "bill", "redeem", "kyc", "enrol"])
def test_every_goal_can_be_asked_for_before_anybody_did_anything(database: Database, event: Event) -> None:
    made = fair(database, campaign(event))
    with made.engine.connect() as conn:
        empty = conversions.counted(conn, made, LATER)
        assert (empty.groups, empty.open_people, empty.closes_at) == ({"a": [], "b": [], None: []}, 0, None)
    made.turn("m1", "a", before=3)
    made.turn("m2", None, before=0)
    with made.engine.connect() as conn:
        found = conversions.counted(conn, made, NOW)
        goal = made.campaign.goal
        assert goal is not None
        assert conversions.before(conn, made.programme_id, goal, ["m1", "m2"], NOW) == {"m1": 0, "m2": 0}
    assert found.groups == {None: [Cell(False, 0, 0, 1)], "a": [Cell(False, 0, 3, 1)], "b": []}
    assert (found.open_people, found.closes_at) == (2, NOW + timedelta(days=7))


def test_what_was_done_before_is_counted_over_as_many_days(database: Database) -> None:
    made = fair(database, campaign())
    made.member("m1")
    for days in (-8, -6, -1, 1):
        made.scan("m1", days=days)
    goal = made.campaign.goal
    assert goal is not None
    with made.engine.connect() as conn:
        assert conversions.before(conn, made.programme_id, goal, ["m1"], NOW) == {"m1": 2}


def test_without_a_goal_nothing_converts(database: Database) -> None:
    arms = (Arm("a", 100, {"en": Words("Hello")}),)
    made = fair(database, Campaign("plain", "Plain", "utility", arms))
    made.turn("m1", "a")
    assert told(made) == {}
    with made.engine.connect() as conn, pytest.raises(ValueError, match="plain has no goal"):
        conversions.counted(conn, made, LATER)


class TestMerged:
    """A member who had the campaign and was merged into another one acts as that one from then on."""

    @staticmethod
    def merged(made: Fair, one: str, into: str, *, days: float) -> None:
        made.do("INSERT INTO member_merges (from_id, into_id, at, by) VALUES (:one, :into, :at, 'x')",
                one=one, into=into, at=NOW + timedelta(days=days))  # fmt: skip

    def test_what_they_do_as_the_other_counts_since_then(self, database: Database) -> None:
        made = fair(database, campaign())
        made.turn("m1", "a")
        for name in ("m2", "m3"):
            made.member(name)
        self.merged(made, "m1", "m2", days=2)
        self.merged(made, "m2", "m3", days=4)
        for name, days in (("m2", 1.0), ("m3", 3.0)):  # another person's then
            made.scan(name, days=days)
        assert told(made)["m1", ""].events == 0
        for name, days in (("m1", 0.5), ("m2", 3.0), ("m3", 5.0), ("m3", 7.5)):
            made.scan(name, days=days)
        assert (told(made)["m1", ""].events, told(made)["m1", ""].converted_at) == (3, NOW + timedelta(days=0.5))

    def test_nothing_counts_twice(self, database: Database) -> None:
        made = fair(database, campaign())
        for name in ("m1", "m2", "m3"):
            made.turn(name, "a")
        made.member("m4")
        self.merged(made, "m1", "m3", days=1)  # who has the campaign too
        made.scan("m3", days=2)
        assert {name: one.events for (name, _), one in told(made).items()} == {"m1": 0, "m2": 0, "m3": 1}
        self.merged(made, "m2", "m4", days=1)
        self.merged(made, "m3", "m4", days=1)
        made.scan("m4", days=2)
        assert sum(one.events for one in told(made).values()) == 2
