"""A relay dies, or a call of it times out: nothing is sent twice, nothing is forgotten."""

from __future__ import annotations

import threading

import pytest

from tests.servers import Database
from tests.whatsapp.stage import SENDER, Stage, address, run
from whatsapp import relay_rows
from whatsapp.outcome import Outcome, Post, Uncertain


@pytest.fixture
def stage(database: Database) -> Stage:
    return Stage(database.engine)


class TestCrash:
    """The relay dies; another one finds the rows."""

    def test_before_the_commit_nothing_was_sent_and_the_row_is_simply_taken(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stage.person("asha")
        stage.put("asha", "x")
        with monkeypatch.context() as patch:
            patch.setattr("whatsapp.relay.Relay._prepared", _die)
            with pytest.raises(Died):
                stage.relay().cycle()
        assert stage.states() == ["queued"]
        run(stage.relay())
        assert len(stage.twilio.calls) == 1

    def test_between_commit_and_call_the_row_becomes_uncertain_and_is_never_sent_by_itself(self, stage: Stage) -> None:
        dead_relay_has_taken(stage, "paid")
        stage.put("asha", "next")
        relay = stage.relay()
        relay.sweep()
        run(relay)
        assert stage.states() == ["sending", "queued"]  # its lease still runs
        stage.forward(seconds=25)
        relay.sweep()
        run(relay)
        assert stage.states() == ["uncertain", "queued"]  # and holds the contact back
        stage.forward(seconds=10)
        run(relay)
        assert stage.states() == ["uncertain", "accepted"]  # half a minute at most
        for _ in range(4):
            stage.forward(minutes=3)
            relay.sweep()
            run(relay)
        assert stage.states() == ["unconfirmed", "accepted"]
        assert stage.twilio.bodies(address("asha")) == ["next"]
        assert stage.held("asha") == 1
        stage.wrote("asha")
        run(relay)
        assert stage.twilio.bodies(address("asha")) == ["next", "paid"]

    def test_after_the_call_the_message_is_found_in_the_list(self, stage: Stage) -> None:
        dead_relay_has_taken(stage, "paid")
        sid = stage.twilio.accept(Post(address("asha"), SENDER, "", body="paid"))
        stage.forward(seconds=45)
        relay = stage.relay()
        for _ in range(3):
            relay.sweep()
            run(relay)
        row = stage.rows()[0]
        assert (row.state, row.sid) == ("delivered", sid)
        assert stage.twilio.calls == []

    def test_a_slow_answer_of_a_relay_given_up_for_dead_is_still_written_down(self, stage: Stage) -> None:
        stage.person("asha")
        stage.put("asha", "x")
        gate = threading.Event()
        stage.twilio.answer = lambda _: gate.wait(5) and None
        slow = stage.relay()
        slow.cycle()
        stage.forward(seconds=25)
        stage.relay().sweep()
        assert stage.states() == ["uncertain"]
        gate.set()
        run(slow)
        assert stage.states() == ["accepted"]

    def test_a_jump_of_the_clock_does_not_make_a_relay_give_up_its_own_calls(self, stage: Stage) -> None:
        stage.person("asha")
        stage.put("asha", "x")
        gate = threading.Event()
        stage.twilio.answer = lambda _: gate.wait(5) and None
        relay = stage.relay()
        relay.cycle()
        stage.forward(hours=25)
        relay.sweep()
        assert stage.states() == ["sending"]
        gate.set()
        run(relay)
        assert stage.states() == ["accepted"]


class TestUncertain:
    """The call timed out: who knows?"""

    def test_an_identical_older_message_of_ours_is_not_taken_for_it(self, stage: Stage) -> None:
        stage.person("asha")
        stage.put("asha", "same words")
        relay = stage.relay()
        run(relay)
        stage.put("asha", "same words")
        stage.twilio.answer = lambda _: Uncertain("ReadTimeout")
        run(relay)
        stage.forward(seconds=21)
        relay.sweep()
        run(relay)
        assert stage.states() == ["accepted", "uncertain"]
        assert stage.rows()[1].reason == "ReadTimeout; listed 1"

    def test_two_uncertain_ones_with_the_same_words_find_one_message_each(self, stage: Stage) -> None:
        stage.person("asha")

        def times_out_after_accepting(post: Post) -> Outcome:
            stage.twilio.accept(post)
            return Uncertain("ReadTimeout")

        stage.twilio.answer = times_out_after_accepting
        relay = stage.relay()
        for _ in range(2):
            stage.put("asha", "same words")
            run(relay)
            stage.forward(seconds=31)
        for _ in range(3):
            stage.forward(minutes=3)
            relay.sweep()
            run(relay)
        assert {row.sid for row in stage.rows()} == set(stage.twilio.sids)
        assert set(stage.states()) == {"delivered"}
        assert len(stage.twilio.calls) == 2

    def test_a_listing_that_fails_does_not_count(self, stage: Stage) -> None:
        stage.person("asha")
        stage.put("asha", "x")
        stage.twilio.answer = lambda _: Uncertain("ReadTimeout")
        relay = stage.relay()
        run(relay)
        stage.twilio.listed = _unreachable
        for _ in range(8):
            stage.forward(minutes=3)
            relay.sweep()
            run(relay)
        assert stage.states() == ["uncertain"]
        del stage.twilio.listed
        for _ in range(2):
            stage.forward(minutes=3)
            relay.sweep()
            run(relay)
        assert stage.states() == ["unconfirmed"]

    def test_a_fault_of_ours_in_the_call_is_uncertain_and_not_sent_again(self, stage: Stage) -> None:
        stage.person("asha")
        stage.put("asha", "x")

        def broken(post: Post) -> Outcome:
            raise RuntimeError("a bug")

        stage.twilio.answer = broken
        relay = stage.relay()
        run(relay)
        stage.forward(minutes=1)
        run(relay)
        assert stage.states() == ["uncertain"]
        assert len(stage.twilio.calls) == 1


class Died(Exception):
    pass


def _die(*given: object) -> None:
    raise Died


def _unreachable(**given: object) -> list[object]:
    raise ConnectionError("no route")


def dead_relay_has_taken(stage: Stage, body: str) -> None:
    """A relay took the row, committed, and was killed before its call."""
    stage.person("asha")
    stage.put("asha", body)
    with stage.engine.begin() as conn:
        assert relay_rows.take(conn, "rly_dead", [stage.rows()[0].id], stage.at)


