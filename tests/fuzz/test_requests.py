"""Every HTTP route, as a hostile internet asks it: no 5xx, no event that fails, nothing stored of a forger."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.bench.guard_requests import Attacker, Request, answered
from tests.effort import EFFORT
from tests.house import Home, home
from tests.servers import Database, cloned

REQUESTS = 400 * EFFORT


@pytest.fixture(scope="module")
def house(admin, database_template) -> Iterator[Home]:
    with cloned(admin, database_template) as url, home(url) as made:
        yield made


def test_whatever_is_asked_nothing_falls(house: Home) -> None:
    attacker = Attacker(house.web.application, house.house, random.Random(4711))
    tally = attacker.run(REQUESTS)
    assert tally.broken == []
    assert tally.seen_5xx == 0
    assert tally.signed > REQUESTS / 5
    assert tally.statuses[200] > REQUESTS / 20 and tally.statuses[403] > REQUESTS / 50
    assert house.count("SELECT count(*) FROM inbox WHERE failures > 0 OR parked_at IS NOT NULL") == 0
    assert house.count("SELECT count(*) FROM inbox") > REQUESTS / 20


def test_a_forger_leaves_no_trace(database: Database) -> None:
    with home(database.url) as made:
        attacker = Attacker(made.web.application, made.house, random.Random(815))
        before = made.every_row()
        for _ in range(200):
            request = attacker._unsigned()
            assert answered(attacker.app, request) < 500
        assert made.every_row() == before


def test_every_route_that_exists_is_among_those_that_are_attacked(house: Home) -> None:
    attacker = Attacker(house.web.application, house.house, random.Random(1))
    asked = {attacker.request().path.split("?")[0] for _ in range(1_500)}
    for rule, _ in attacker.routes:
        head = rule.split("<")[0]
        assert any(path.startswith(head) for path in asked), rule


@settings(max_examples=60 * EFFORT, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["GET", "POST", "HEAD", "PUT"]),
    path=st.text(max_size=60),
    query=st.text(st.characters(max_codepoint=0x2FF), max_size=60),
    header=st.text(st.characters(blacklist_characters="\r\n\x00", blacklist_categories=["Cs"]), max_size=60),
    body=st.binary(max_size=400),
    kind=st.sampled_from(["application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=b", "x"]),
    route=st.sampled_from(["/twilio/inbound", "/twilio/status", "/razorpayx/events", "/cashfree/events", "/media/", ""]),
)
def test_any_bytes_to_any_path(house: Home, method, path, query, header, body, kind, route) -> None:
    signed = ("X-Twilio-Signature", "X-Razorpay-Signature", "x-webhook-signature", "x-webhook-timestamp")
    headers = {"Content-Type": kind, **dict.fromkeys(signed, header)}
    assert answered(house.web.application, Request(method, route + path, query, headers, body)) < 500
