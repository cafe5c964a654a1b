"""Status callbacks: any order, any number of times, also before the answer to the POST."""

from __future__ import annotations

import itertools
import threading

import pytest
from sqlalchemy import text
from werkzeug.datastructures import MultiDict

from tests.servers import Database
from tests.whatsapp.stage import START, Stage, address, eventually, run
from whatsapp.delivery import Report, callback_url, parse, record
from whatsapp.outcome import Outcome, Post, Uncertain

SID = "SM" + "a" * 32


@pytest.fixture
def stage(database: Database) -> Stage:
    made = Stage(database.engine)
    made.person("asha")
    return made


def tell(
    stage: Stage, status: str, *, sid: str = SID, code: int | None = None, row: int | None = 1, post: int | None = 1
) -> str | None:
    with stage.engine.begin() as conn:
        return record(conn, Report(row, post, sid, status, code), stage.clock)


def sent(stage: Stage, lane: str = "reply") -> None:
    """Row 1, accepted by Twilio as SID."""
    stage.put("asha", "x", lane=lane)
    stage.change(
        "UPDATE outbox SET state = 'accepted', sid = :sid, attempts = 1, posted_at = :now, accepted_at = :now",
        sid=SID, now=stage.at,
    )  # fmt: skip


@pytest.mark.parametrize("order", list(itertools.permutations(("sent", "delivered", "read"))))
def test_the_highest_state_wins_in_any_order_and_repeats_do_no_harm(stage: Stage, order: tuple[str, ...]) -> None:
    sent(stage)
    for status in (*order, *order):
        tell(stage, status)
    assert stage.states() == ["read"]


def test_delivered_stands_against_a_failure_whichever_comes_first(stage: Stage) -> None:
    sent(stage)
    tell(stage, "delivered")
    tell(stage, "undelivered", code=63024)
    assert stage.states() == ["delivered"]
    stage.change("UPDATE outbox SET state = 'accepted'")
    tell(stage, "undelivered", code=63024)
    assert [(row.state, row.reason, row.error_code) for row in stage.rows()] == [
        ("failed", "unreachable: 63024", 63024)
    ]
    tell(stage, "sent")
    assert stage.states() == ["failed"]
    tell(stage, "delivered")
    assert stage.states() == ["delivered"]


def test_a_callback_before_the_answer_to_the_post_finds_its_row(stage: Stage) -> None:
    def tells_first(post: Post) -> Outcome | None:
        tell(stage, "delivered", sid=f"SM{0:032x}")
        return None

    stage.twilio.answer = tells_first
    stage.put("asha", "x")
    run(stage.relay())
    row = stage.rows()[0]
    assert (row.state, row.sid) == ("delivered", stage.twilio.sids[0])
    assert stage.leases() == 0


def test_a_callback_settles_an_uncertain_message(stage: Stage) -> None:
    stage.twilio.answer = lambda _: Uncertain("ReadTimeout")
    stage.put("asha", "x")
    run(stage.relay())
    tell(stage, "sent")
    assert [(row.state, row.sid) for row in stage.rows()] == [("sent", SID)]


def test_a_callback_settles_what_was_unconfirmed_and_it_is_not_told_again(stage: Stage) -> None:
    stage.put("asha", "x")
    stage.change("UPDATE outbox SET state = 'unconfirmed', attempts = 1, posted_at = :now", now=START)
    stage.change("UPDATE conversations SET held = 1")
    tell(stage, "delivered")
    stage.wrote("asha")
    run(stage.relay())
    assert stage.states() == ["delivered"]
    assert stage.twilio.calls == []


def test_a_late_report_about_an_earlier_posting_says_nothing_about_this_one(stage: Stage) -> None:
    sent(stage)
    tell(stage, "failed", code=63016)
    stage.forward(minutes=1)
    stage.wrote("asha")
    tell(stage, "failed", code=63016)  # repeated while it waits to leave again
    assert stage.states() == ["queued"]
    run(stage.relay())
    tell(stage, "failed", code=63016)  # and after it has left
    assert stage.states() == ["accepted"]


@pytest.mark.parametrize("code", [63016, 63018, 63012])
def test_what_failed_only_for_now_is_held_counted_once_and_told_when_they_write(stage: Stage, code: int) -> None:
    sent(stage)
    assert tell(stage, "undelivered", code=code) == "cnv_asha"
    assert tell(stage, "undelivered", code=code) is None
    assert stage.states() == ["held"]
    assert stage.held("asha") == 1
    stage.forward(hours=1)
    stage.wrote("asha")
    run(stage.relay())
    assert stage.twilio.bodies(address("asha")) == ["x"]


def test_where_they_have_written_since_it_leaves_again_at_once(stage: Stage) -> None:
    sent(stage)
    stage.forward(minutes=1)
    stage.wrote("asha")
    assert tell(stage, "failed", code=63016) is None
    assert stage.states() == ["queued"]
    assert stage.held("asha") == 0


def test_a_campaigns_message_is_never_kept_for_later(stage: Stage) -> None:
    sent(stage, lane="campaign")
    tell(stage, "failed", code=63016)
    assert [(row.state, row.reason) for row in stage.rows()] == [("failed", "window_closed: 63016")]


def test_a_report_without_our_row_is_matched_by_its_sid(stage: Stage) -> None:
    sent(stage)
    tell(stage, "delivered", row=None, post=None)
    assert stage.states() == ["delivered"]


@pytest.mark.parametrize(
    ("sid", "row", "post"), [("SM" + "b" * 32, 1, 1), (SID, 2, 1), (SID, 1, 2), ("SMx", None, None)]
)
def test_a_report_about_another_message_changes_nothing(
    stage: Stage, sid: str, row: int | None, post: int | None
) -> None:
    sent(stage)
    tell(stage, "delivered", sid=sid, row=row, post=post)
    assert stage.states() == ["accepted"]


def test_one_sid_never_stands_on_two_rows(stage: Stage) -> None:
    sent(stage)
    stage.put("asha", "y")
    stage.change("UPDATE outbox SET state = 'uncertain', attempts = 1 WHERE id = 2")
    tell(stage, "delivered", row=2)
    assert stage.states() == ["accepted", "uncertain"]


def test_the_urls_row_and_posting_come_back() -> None:
    url = callback_url("https://bot.example.com/", 42, 3)
    assert url == "https://bot.example.com/twilio/status?row=42&post=3"
    arguments = MultiDict([("row", "42"), ("post", "3")])
    form = MultiDict([("MessageSid", SID), ("MessageStatus", "Undelivered"), ("ErrorCode", "63016")])
    assert parse(arguments, form) == Report(42, 3, SID, "undelivered", 63016)


@pytest.mark.parametrize("form", [
    {}, {"MessageSid": SID}, {"MessageStatus": "sent"}, {"MessageSid": "x' OR 1", "MessageStatus": "sent"},
    {"MessageSid": SID, "MessageStatus": "\x00"}, {"MessageSid": SID, "MessageStatus": "receiving"},
])  # fmt: skip
def test_garbage_is_passed_over(stage: Stage, form: dict[str, str]) -> None:
    sent(stage)
    for row in ("1", "", "-1", "9" * 30, "1;drop", "١"):
        with stage.engine.begin() as conn:
            assert record(conn, parse({"row": row, "post": "9" * 30}, form), stage.clock) is None
    assert stage.states() == ["accepted"]


def test_a_report_for_someone_in_a_turn_waits_for_the_turn(stage: Stage) -> None:
    """Held and counted with the conversation locked: the turn saves its own count afterwards, not over ours."""
    sent(stage)
    with stage.engine.begin() as turn:
        turn.execute(text("SELECT 1 FROM turn_begin('cnv_asha')"))
        thread = threading.Thread(target=tell, args=(stage, "failed"), kwargs={"code": 63016})
        thread.start()
        eventually(lambda: stage.value("SELECT count(*) FROM pg_locks WHERE NOT granted") != "0")
        turn.execute(text("UPDATE conversations SET held = 0"))
    thread.join()
    assert stage.held("asha") == 1
