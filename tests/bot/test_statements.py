"""What a text turn may cost: ten statements and two commits, counted over the whole request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from bot.wiring import House
from flows.codec import to_json
from flows.events import PayoutPaid
from tests.house import RAMESH, Home


@contextmanager
def counted(house: House) -> Iterator[dict[str, int]]:
    """Statements and commits meanwhile. A statement that writes outside a transaction is a commit of its own."""
    seen = {"statements": 0, "commits": 0}

    def executed(*_: object) -> None:
        seen["statements"] += 1

    def executed_alone(conn: object, cursor: object, statement: str, *_: object) -> None:
        executed()
        if not statement.lstrip().upper().startswith("SELECT"):
            committed()

    def committed(*_: object) -> None:
        seen["commits"] += 1

    listeners = [
        (house.engine, "before_cursor_execute", executed), (house.engine, "commit", committed),
        (house.autocommit, "before_cursor_execute", executed_alone),
    ]  # fmt: skip
    for listener in listeners:
        event.listen(*listener)
    try:
        yield seen
    finally:
        for listener in listeners:
            event.remove(*listener)


@pytest.mark.parametrize(("words", "key"), [("menu", "menu.main"), ("points", "balance.now"), ("code", "scan.credited")])
def test_a_text_turn_costs_ten_statements_and_two_commits_at_most(at_home: Home, words: str, key: str) -> None:
    at_home.enrol()
    first, second = at_home.codes(2)
    at_home.write(first)
    with counted(at_home.house) as seen:
        at_home.write(second if words == "code" else words)
    assert at_home.told()[-1] == key
    assert seen["statements"] <= 10, seen
    assert seen["commits"] <= 2, seen


def test_a_repeated_webhook_costs_no_second_turn(at_home: Home) -> None:
    form = at_home.form("hi")
    at_home.post(form)
    before = at_home.every_row()
    at_home.post(form)
    assert at_home.every_row() == before


def test_releasing_what_was_held_stays_within_the_measure(at_home: Home) -> None:
    at_home.enrol()
    at_home.write("stop")
    at_home.happen(RAMESH, "w1", to_json(PayoutPaid("po_1", 100, 10_000, "ra•••@okaxis", "UTR1")))
    at_home.write("menu")
    at_home.write("stop")
    at_home.happen(RAMESH, "w2", to_json(PayoutPaid("po_2", 100, 10_000, "ra•••@okaxis", "UTR2")))
    at_home.write("hi")
    at_home.change("UPDATE outbox SET state = 'held', lane = 'notice' WHERE text_key = 'news.paid'")
    at_home.change("UPDATE conversations SET held = 2")
    with counted(at_home.house) as seen:
        at_home.write("points")
    assert at_home.count("SELECT count(*) FROM outbox WHERE state = 'held'") == 0
    assert seen["statements"] <= 11, seen  # the release is one more
    assert seen["commits"] <= 2, seen
