"""What a text turn may cost: ten statements and two commits, counted over the whole request."""

from __future__ import annotations

import pytest

from flows.codec import to_json
from flows.events import PayoutPaid
from tests.house import RAMESH, Home
from tests.statements import counted


@pytest.mark.parametrize(("words", "key"), [("menu", "menu.main"), ("points", "balance.now"), ("code", "scan.credited")])
def test_a_text_turn_costs_ten_statements_and_two_commits_at_most(at_home: Home, words: str, key: str) -> None:
    at_home.enrol()
    first, second = at_home.codes(2)
    at_home.write(first)
    with counted() as seen:
        at_home.write(second if words == "code" else words)
    assert at_home.told()[-1] == key
    assert len(seen.statements) <= 10, seen
    assert seen.commits <= 2, seen


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
    with counted() as seen:
        at_home.write("points")
    assert at_home.count("SELECT count(*) FROM outbox WHERE state = 'held'") == 0
    assert len(seen.statements) <= 11, seen  # the release is one more
    assert seen.commits <= 2, seen
