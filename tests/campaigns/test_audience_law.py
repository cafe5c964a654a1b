"""The SQL of an audience comes to what plain Python comes to; who converted is who the report counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from campaigns import audience, conversions
from campaigns.audience import Audience
from campaigns.condition import Condition
from campaigns.expression import parse
from campaigns.spec import Campaign, Event, Goal
from tests.campaigns.asked import chosen
from tests.campaigns.crowd import NOW, Crowd, Person, ago
from tests.campaigns.phrases import conditions
from tests.campaigns.plain import holds
from tests.effort import EFFORT


@pytest.fixture
def crowd(database: Any) -> Crowd:
    return Crowd(database.engine)


def thirty_six(crowd: Crowd) -> list[Person]:
    """Members of all kinds, with histories that differ in everything a condition may ask about."""
    roles = ("electrician", "retailer", "dealer", "distributor")
    states, pins = ("UP", "MH", "OD"), ("201301", "411001", "751001")
    crowd.campaign("diwali-2026")
    crowd.campaign("holi.1")
    made: list[Person] = []
    for n in range(36):
        one = crowd.member(roles[n % 4], states[n % 3], pins[n % 3], ("hi", "en", None)[n % 3], ago(400 - 11 * n))
        made.append(one)
        for k in range(n % 4):  # a fourth of them never scanned
            crowd.scan(one, ago(1 + 13 * k + n), ("wires", "fans", "lighting")[(n + k) % 3])
        if n % 5 < 3:
            crowd.earn(one, 20 * n + 1, ago(n), ends(n))
        if n % 7 == 0:
            crowd.earn(one, 100, ago(60), None)
        if n % 7 == 3:  # all of it was spent, and then taken back
            posting = crowd.earn(one, 40, ago(50))
            crowd.spend(one, total(one), ago(40))
            crowd.take_back(one, posting, ago(30))
            one.earned.pop()
            one.lots, one.owed = [], 40
        if n % 6 == 1:
            crowd.bill(one, ago(2 * n))
        if n % 6 == 2:
            crowd.pay(one, ago(n))
        if n % 4:
            crowd.below(one, made[n - n % 4])
        if n % 3 == 1:
            crowd.reached(one, "diwali-2026", ago(20), ("delivered", "failed", "unconfirmed")[n % 9 // 3],
                          ago(19) if n % 2 and n % 9 // 3 != 1 else None)  # fmt: skip
        know(crowd, one, n)
    return made


def ends(n: int) -> datetime | None:
    return (None, NOW + timedelta(days=n), ago(1), NOW + timedelta(days=5, seconds=n % 2))[n % 4]


def total(one: Person) -> int:
    return sum(points for points, until in one.lots if until is None or until > ago(40))


def know(crowd: Crowd, one: Person, n: int) -> None:
    """What they proved: electricians a PAN, the others a GSTIN and a PAN."""
    state = ("verified", "checking", "rejected", "none", "old")[n % 5]
    if state == "none":
        return
    for kind in ("pan",) if one.role == "electrician" else ("gstin", "pan"):
        if state == "old":
            crowd.check(one, kind, "verified", ago(1_096))
        else:
            crowd.check(one, kind, state, ago(3))
    one.kyc = {"checking": "pending", "old": "expired"}.get(state, state)


def test_sql_comes_to_what_plain_python_comes_to(crowd: Crowd) -> None:
    people = thirty_six(crowd)
    tried: list[int] = []

    @settings(max_examples=150 * EFFORT, deadline=None)
    @given(conditions((people[0].id, people[4].id, people[5].id)))
    def law(condition: Condition) -> None:
        wanted = [one.id for one in people if holds(condition, one)]
        assert chosen(crowd, condition) == wanted, condition
        tried.append(len(wanted))
        with crowd.engine.begin() as conn:
            one = people[len(tried) % len(people)]
            told = audience.why_not(conn, Audience(crowd.programme.id, condition), one.id, NOW)
            assert (told is None) == (one.id in wanted), (condition, told)

    law()
    assert len(set(tried)) > 10  # it was no test of empty sets


@pytest.mark.parametrize("event", ["scan", "bill", "redeem", "kyc", "enrol"])
def test_converted_is_what_the_report_counts(crowd: Crowd, event: Event) -> None:
    crowd.campaign("holi", goal={"event": event, "within_days": 7})
    did, late, before, never, merged, unreached = (crowd.member(enrolled=ago(100)) for _ in range(6))
    for one in (did, late, before, never, merged):
        crowd.reached(one, "holi", ago(20))
    act(crowd, event, did, ago(14))
    act(crowd, event, late, ago(12))
    act(crowd, event, before, ago(21))
    act(crowd, event, merged, ago(15))
    act(crowd, event, unreached, ago(15))
    lives_on = crowd.member("dealer", enrolled=ago(90))
    crowd.merge(merged, lives_on)
    assert set(chosen(crowd, "converted holi")) == {did.id, lives_on.id}
    assert never.id in chosen(crowd, "got holi and not converted holi")
    run = Run("holi", crowd.programme.id, Campaign("holi", "", "marketing", (), goal=Goal(event, 7)))
    with crowd.engine.begin() as conn:
        counted = {one.member_id for one in conversions.of(conn, run, NOW) if one.converted_at is not None}
    assert counted == {did.id, merged.id}


def test_converted_of_a_campaign_without_a_goal_is_nobody(crowd: Crowd) -> None:
    one = crowd.member()
    crowd.campaign("holi", goal=None)
    crowd.reached(one, "holi", ago(20))
    assert chosen(crowd, "converted holi or converted diwali") == []
    with crowd.engine.begin() as conn:
        told = audience.doubts(conn, Audience(crowd.programme.id, parse("converted holi or converted diwali")))
    assert told == ["converted holi: that campaign has no goal", "converted diwali: there is no such campaign"]


def act(crowd: Crowd, event: Event, one: Person, at: datetime) -> None:
    """They do it."""
    match event:
        case "scan":
            crowd.scan(one, at)
        case "bill":
            crowd.bill(one, at, credited=True)
        case "redeem":
            crowd.pay(one, at)
        case "kyc":
            crowd.check(one, "pan", "verified", at)
        case "enrol":
            crowd.below(crowd.member("dealer", enrolled=at), one)


@dataclass(frozen=True)
class Run:
    id: str
    programme_id: str
    campaign: Campaign
