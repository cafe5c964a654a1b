"""The relay's laws: order per contact, nothing twice, nothing lost, whatever dies when."""

from __future__ import annotations

import random
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from tests.servers import Database
from tests.whatsapp.stage import SENDER, START, FakeTwilio, Stage, address, eventually, run
from whatsapp import relay_rows
from whatsapp.errors import Kind
from whatsapp.outbound import Button, Message
from whatsapp.outcome import Accepted, Outcome, Post, Refused


@pytest.fixture
def stage(database: Database) -> Stage:
    return Stage(database.engine)


def test_a_row_leaves_once_with_our_row_in_its_callback_url(stage: Stage) -> None:
    stage.person("asha")
    stage.put("asha", "Namaste")
    relay = stage.relay()
    run(relay)
    run(relay)
    row = stage.rows()[0]
    assert stage.twilio.accepted == [
        Post(address("asha"), SENDER, f"https://bot.example.com/twilio/status?row={row.id}&post=1", body="Namaste")
    ]
    assert (row.state, row.sid, row.attempts) == ("accepted", stage.twilio.sids[0], 1)
    assert stage.leases() == 0


def test_order_holds_for_every_contact_whatever_the_latencies_and_however_many_relays(stage: Stage) -> None:
    chance = random.Random(7)
    people = [f"p{n}" for n in range(6)]
    for person in people:
        stage.person(person)
    for n in range(8):
        for person in people:
            stage.put(person, f"{n}")

    def slow(post: Post) -> Outcome | None:
        time.sleep(chance.random() * 0.01)
        return None

    stage.twilio.answer = slow
    run(stage.relay(), stage.relay())
    for person in people:
        assert stage.twilio.bodies(address(person)) == [str(n) for n in range(8)]
    assert set(stage.states()) == {"accepted"}
    assert stage.leases() == 0


def test_relays_in_threads_never_send_a_row_twice(stage: Stage) -> None:
    for n in range(30):
        stage.person(f"p{n}")
        stage.put(f"p{n}", "a", "b")
    relays = [stage.relay(workers=4) for _ in range(3)]
    threads = [threading.Thread(target=run, args=(relay,)) for relay in relays]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run(*relays)
    assert len(stage.twilio.calls) == 60
    assert set(stage.states()) == {"accepted"}


def test_a_row_is_committed_as_sending_before_twilio_is_called(stage: Stage) -> None:
    seen = []
    stage.person("asha")
    stage.put("asha", "x")
    stage.twilio.answer = lambda _: seen.extend(stage.states())
    run(stage.relay())
    assert seen == ["sending"]


def test_answers_go_before_notices_and_notices_before_campaigns(stage: Stage) -> None:
    for person, lane in (("c", "campaign"), ("n", "notice"), ("r", "reply")):
        stage.person(person)
        stage.put(person, lane, lane=lane)
    run(stage.relay(workers=1))
    assert [post.body for post in stage.twilio.accepted] == ["reply", "notice", "campaign"]


def test_a_waiting_campaign_never_keeps_back_an_answer_to_the_same_person(stage: Stage) -> None:
    stage.person("asha")
    stage.put("asha", "offer", lane="campaign")
    stage.put("asha", "answer")
    run(stage.relay())
    assert stage.twilio.bodies(address("asha")) == ["answer", "offer"]


def test_a_notice_that_was_first_is_told_first(stage: Stage) -> None:
    stage.person("asha")
    stage.put("asha", "paid", lane="notice")
    stage.put("asha", "balance")
    run(stage.relay())
    assert stage.twilio.bodies(address("asha")) == ["paid", "balance"]


def test_not_before_and_expires_at_are_honoured(stage: Stage) -> None:
    stage.person("asha")
    stage.put("asha", "later", not_before=START + timedelta(minutes=5))
    stage.put("asha", "too late", expires_at=START)
    stage.put("asha", "now")
    run(stage.relay())
    assert stage.twilio.bodies(address("asha")) == ["now"]
    assert stage.states() == ["queued", "expired", "accepted"]
    stage.forward(minutes=5)
    run(stage.relay())
    assert stage.twilio.bodies(address("asha")) == ["now", "later"]


def test_a_refusal_that_passes_is_tried_again_later_and_keeps_its_place(stage: Stage) -> None:
    stage.person("asha")
    stage.put("asha", "first", "second")
    stage.twilio.answer = lambda _: Refused(Kind.RETRY, 63012, "inside")
    run(stage.relay())
    assert [(row.state, row.reason) for row in stage.rows()] == [("queued", "retry: 63012"), ("queued", None)]
    assert len(stage.twilio.calls) == 1  # the second waits for the first
    stage.twilio.answer = lambda _: None
    run(stage.relay())
    assert stage.twilio.accepted == []
    stage.forward(seconds=1)
    run(stage.relay())
    assert stage.twilio.bodies(address("asha")) == ["first", "second"]


def test_a_permanent_refusal_fails_and_the_next_row_goes_on(stage: Stage) -> None:
    stage.person("asha")
    stage.put("asha", "first", "second")
    stage.twilio.answer = lambda post: Refused(Kind.UNREACHABLE, 63024, "nobody") if post.body == "first" else None
    run(stage.relay())
    assert [(row.state, row.reason, row.error_code) for row in stage.rows()] == [
        ("failed", "unreachable: 63024", 63024), ("accepted", None, None),
    ]  # fmt: skip


def test_too_fast_slows_the_whole_sender_down(stage: Stage) -> None:
    for person in ("asha", "bala"):
        stage.person(person)
        stage.put(person, "x")
    stage.twilio.answer = lambda _: Refused(Kind.RATE, 63018, "slow down")
    relay = stage.relay(workers=1)
    run(relay)
    assert len(stage.twilio.calls) == 1
    assert stage.states().count("queued") == 2
    stage.twilio.answer = lambda _: None
    run(relay)
    assert len(stage.twilio.calls) == 1
    stage.forward(seconds=2)
    run(stage.relay())
    assert stage.states() == ["accepted", "accepted"]


def test_buttons_go_out_as_numbered_words_where_no_resource_was_made(stage: Stage) -> None:
    stage.person("asha")
    message = Message("redeem.confirm", "en", "Send it?", (Button("yes", "Yes"), Button("no", "No")))
    with stage.engine.begin() as conn:
        stage.put_messages(conn, "asha", [message])
    run(stage.relay())
    assert stage.twilio.bodies(address("asha")) == ["Send it?\n\n1. Yes\n2. No"]


def test_words_of_an_erased_person_are_never_sent(stage: Stage) -> None:
    stage.person("asha")
    stage.put("asha", "x")
    stage.change("UPDATE contacts SET data_key = NULL")
    run(stage.relay())
    assert stage.states() == ["failed"]
    assert stage.twilio.calls == []


def test_a_database_that_goes_away_loses_no_answer(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.person("asha")
    stage.put("asha", "x")
    relay = stage.relay()
    relay.cycle()
    eventually(lambda: len(stage.twilio.accepted) == 1)
    relay.wait(1)
    with monkeypatch.context() as patch:
        patch.setattr(relay_rows, "record", _goes_away)
        with pytest.raises(OperationalError):
            relay.cycle()
    assert stage.states() == ["sending"]
    run(relay)
    assert stage.states() == ["accepted"]
    assert len(stage.twilio.calls) == 1


def _goes_away(*given: object) -> None:
    raise OperationalError("x", {}, Exception("server closed the connection"))


def test_closing_waits_for_calls_that_are_out_and_gives_up_leases(stage: Stage) -> None:
    stage.person("asha")
    stage.put("asha", "first", "second")
    stage.twilio.answer = lambda _: time.sleep(0.05)
    relay = stage.relay()
    relay.cycle()
    relay.close()
    assert stage.states() == ["accepted", "queued"]
    assert stage.leases() == 0


def test_the_fake_keeps_the_order_in_which_it_accepted() -> None:
    twilio = FakeTwilio()
    assert isinstance(twilio.send(Post("a", "b", "c", body="1")), Accepted)
    assert twilio.bodies("a") == ["1"]
