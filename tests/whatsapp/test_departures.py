"""At each of a sender's moments the one leaves that matters most, however late it came; and nobody is left behind."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.servers import Database
from tests.whatsapp.stage import SENDER, START, Stage, run
from whatsapp.departures import PASSED, Departure, Departures
from whatsapp.outcome import Accepted, Outcome, Uncertain
from whatsapp.relay_rows import Taken


@pytest.fixture
def stage(database: Database) -> Stage:
    return Stage(database.engine)


def departure(number: int, lane: str, sender: str = "s", at: datetime = START) -> Departure:
    row = Taken(number, f"k{number}", f"c{number}", sender, "con", lane, b"", None, 1, "whatsapp:+91", SENDER, None, at)
    return Departure(row, None, None, None)


def test_an_answer_passes_the_messages_of_a_broadcast_that_were_taken_before_it() -> None:
    departures, sent = Departures(), list[int]()

    def send(one: Departure) -> Outcome:
        sent.append(one.row.id)
        return Accepted(f"SM{one.row.id}")

    joining = [(1, "campaign"), (2, "campaign"), (3, "notice"), (4, "campaign"), (6, "reply"), (5, "reply")]
    for number, lane in joining[:2]:
        departures.join(departure(number, lane))
    assert departures.leave("s", 0.0, send).row.id == 1
    for number, lane in joining[2:]:
        departures.join(departure(number, lane))
    departures.join(departure(7, "campaign", sender="t"))
    called = [departures.leave(sender, 0.0, send) for sender in "tsssss"]
    assert sent == [1, 7, 5, 6, 3, 2, 4] == [1, *(one.row.id for one in called)]


def test_nobody_is_passed_for_long() -> None:
    """However many answers come: what was taken may leave after a STOP, and keeps its contact's next message back."""
    departures, left = Departures(), list[int]()
    for number, lane in ((1, "campaign"), (2, "notice")):
        departures.join(departure(number, lane))
    for number in range(10, 60):
        departures.join(departure(number, "reply", at=START + (number - 10) * timedelta(milliseconds=12)))
        left.append(departures.leave("s", 0.0, lambda one: Accepted("SM")).row.id)
    assert left.index(2) in range(8, 11) and left.index(1) in range(16, 20)


def test_a_call_that_breaks_off_is_uncertain_and_the_next_one_goes() -> None:
    def breaks(one: Departure) -> Outcome:
        raise RuntimeError(one.row.key)

    departures = Departures()
    for number in (1, 2):
        departures.join(departure(number, "reply"))
    assert departures.leave("s", 0.0, breaks).outcome == Uncertain("RuntimeError")
    assert departures.leave("s", 0.0, lambda one: Accepted("SM2")).row.id == 2


def test_nobody_is_left_behind(stage: Stage) -> None:
    for name in ("a", "b", "c", "d", "e", "f", "g"):
        stage.person(name, rate_per_s=20)
        stage.put(name, name, lane="reply" if name == "g" else "campaign")
    relay = stage.relay(workers=16)
    relay.cycle()
    stage.put("a", "an answer too")
    for _ in range(10):
        stage.forward(milliseconds=100)
        run(relay)
    assert sorted(post.body for post in stage.twilio.calls) == ["a", "an answer too", "b", "c", "d", "e", "f", "g"]
    assert {row.state for row in stage.rows()} == {"accepted"}


def test_those_pass_who_are_taken_first(stage: Stage) -> None:
    for lane in PASSED:
        stage.person(lane, rate_per_s=5)
    for lane in sorted(PASSED, key=PASSED.__getitem__, reverse=True):
        stage.put(lane, lane, lane=lane)
    relay = stage.relay()
    for _ in PASSED:
        run(relay)
        stage.forward(seconds=1)
    assert [post.body for post in stage.twilio.calls] == sorted(PASSED, key=PASSED.__getitem__)
