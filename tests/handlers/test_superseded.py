"""News that newer news has made untrue is told no more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import turn
from flows.codec import to_json
from flows.events import PayoutDelayed, PayoutFailed, PayoutPaid, PayoutReversed
from flows.kernel import Event
from tests.house import RAMESH, Home

SAME = ("po_1", 100, 10_000, "ra•••@okaxis")
ENDINGS = [PayoutPaid(*SAME, "UTR1"), PayoutFailed(*SAME, "bank", 100), PayoutReversed(*SAME, 100)]


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda event: type(event).__name__)
def test_a_held_delay_is_dropped_when_the_payout_has_ended(at_home: Home, ending: Event) -> None:
    at_home.enrol()
    at_home.write("stop")
    happens(at_home, "po_1/delayed", PayoutDelayed("po_1", 10_000, "ra•••@okaxis"))
    happens(at_home, "po_2/delayed", PayoutDelayed("po_2", 20_000, "ra•••@okaxis"))
    assert at_home.conversation().held == 2
    happens(at_home, "po_1/ended", ending)
    assert at_home.conversation().held == 2
    assert at_home.rows("SELECT key, state, reason FROM outbox WHERE text_key = 'news.delayed' ORDER BY id") == [
        ("po_1/delayed/0", "expired", "superseded"), ("po_2/delayed/0", "held", "stopped"),
    ]  # fmt: skip
    at_home.forward(hours=1)
    at_home.write("start")
    released = "SELECT text_key FROM outbox WHERE state = 'queued' AND not_before = :now ORDER BY id"
    queued = [row.text_key for row in at_home.rows(released, now=at_home.at)]
    assert queued[0] == "news.delayed"  # po_2's
    assert len([key for key in queued if key.startswith("news.")]) == 2
    assert at_home.conversation().held == 0


def test_a_delay_that_has_left_already_stays_as_it_is(at_home: Home) -> None:
    at_home.enrol()
    happens(at_home, "po_1/delayed", PayoutDelayed("po_1", 10_000, "ra•••@okaxis"))
    at_home.change("UPDATE outbox SET state = 'delivered', settled_at = :now WHERE text_key = 'news.delayed'", now=at_home.at)
    at_home.at += timedelta(minutes=5)
    happens(at_home, "po_1/paid", ENDINGS[0])
    assert at_home.rows("SELECT state FROM outbox WHERE text_key = 'news.delayed'") == [("delivered",)]
    assert at_home.told()[-1] == "news.paid"


def happens(home: Home, key: str, event: Event) -> None:
    turn.run(home.house, home.happen(RAMESH, key, to_json(event)))
