"""What waits for the person to write: outside the session window, after STOP."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.servers import Database
from tests.whatsapp.stage import START, Stage, address, run
from whatsapp import relay_rows


@pytest.fixture
def stage(database: Database) -> Stage:
    return Stage(database.engine)


def test_outside_the_window_a_message_is_held_and_told_first_when_the_person_writes(stage: Stage) -> None:
    stage.person("asha", wrote=START - timedelta(hours=24))
    stage.put("asha", "paid", lane="notice")
    run(stage.relay())
    assert [(row.state, row.reason) for row in stage.rows()] == [("held", "window_closed")]
    assert stage.held("asha") == 1
    assert stage.twilio.calls == []
    stage.wrote("asha")
    stage.put("asha", "answer")
    run(stage.relay())
    assert stage.twilio.bodies(address("asha")) == ["paid", "answer"]
    assert stage.held("asha") == 0


def test_a_person_who_never_wrote_gets_no_free_form(stage: Stage) -> None:
    stage.person("asha", wrote=None)
    stage.put("asha", "hello", lane="notice")
    run(stage.relay())
    assert stage.states() == ["held"]


def test_after_stop_replies_go_on_notices_wait_and_campaigns_are_dropped(stage: Stage) -> None:
    stage.person("asha")
    stage.change("UPDATE conversations SET stopped_at = :now", now=START)
    for lane in ("reply", "notice", "campaign"):
        stage.put("asha", lane, lane=lane)
    run(stage.relay())
    assert stage.twilio.bodies(address("asha")) == ["reply"]
    assert [(row.state, row.reason) for row in stage.rows()[1:]] == [("held", "stopped"), ("expired", "stopped")]
    stage.wrote("asha")  # still stopped: the news is told all the same, as an answer
    run(stage.relay())
    assert stage.twilio.bodies(address("asha")) == ["reply", "notice"]


def test_whoever_stopped_marketing_still_hears_about_money(stage: Stage) -> None:
    stage.person("asha")
    stage.change("UPDATE conversations SET marketing_stopped_at = :now", now=START)
    stage.put("asha", "paid", lane="notice")
    stage.put("asha", "offer", lane="campaign")
    run(stage.relay())
    assert stage.states() == ["accepted", "expired"]


def test_a_person_who_writes_while_a_message_is_put_on_the_shelf_is_seen(stage: Stage) -> None:
    """The relay decided on what it had read; the conversation's lock shows it what happened since."""
    stage.person("asha", wrote=START - timedelta(days=2))
    stage.put("asha", "paid", lane="notice")
    with stage.engine.begin() as turn:
        turn.execute(text("SELECT 1 FROM conversations WHERE id = 'cnv_asha' FOR NO KEY UPDATE"))
        stage.relay().cycle()
        assert stage.states() == ["queued"]  # the turn has the conversation: nothing is decided
        turn.execute(text("UPDATE conversations SET last_inbound_at = :now"), {"now": START})
    run(stage.relay())
    assert stage.states() == ["accepted"]


def test_shelving_rings_for_an_event_that_came_meanwhile(stage: Stage) -> None:
    stage.person("asha", wrote=None)
    stage.put("asha", "paid", lane="notice")
    stage.change(
        """INSERT INTO inbox (key, conversation_id, kind, sealed, received_at)
           VALUES ('SM1', 'cnv_asha', 'message', 'x', :now)""",
        now=START,
    )
    run(stage.relay())
    assert stage.rung == ["cnv_asha"]


def test_taking_a_row_never_makes_a_turn_find_its_conversation_taken(stage: Stage) -> None:
    stage.person("asha")
    stage.put("asha", "x")
    with stage.engine.begin() as conn:
        row = stage.rows()[0]
        assert relay_rows.take(conn, "rly", [row.id], START)
        with stage.engine.begin() as turn:
            assert turn.execute(text("SELECT * FROM turn_begin('cnv_asha')")).one_or_none() is not None


