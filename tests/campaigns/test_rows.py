"""The campaigns row: who may move it when, and what pause, resume and stop do to messages that wait."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from base import audit
from campaigns import rows, waiting
from campaigns.rows import Refused, Row
from campaigns.spec import Schedule, Trigger
from tests.campaigns.stage import PLAIN, START, P, Street
from tests.servers import Database
from tests.whatsapp.stage import address, run
from whatsapp.errors import Kind
from whatsapp.outcome import Outcome, Post
from whatsapp.outcome import Refused as TwilioRefused


@pytest.fixture
def street(database: Database) -> Street:
    return Street(database.engine)


def say(street: Street, verb: str, by: str = "asha", **given: object) -> Row | Refused:
    with street.engine.begin() as conn:
        answer = getattr(rows, verb)(conn, P, "diwali", by=by, at=street.at, **given)
    assert isinstance(answer, Row | Refused)
    return answer


class TestMaking:
    def test_the_same_file_again_changes_nothing_and_another_one_replaces_a_draft(self, street: Street) -> None:
        with street.engine.begin() as conn:
            first = rows.create(conn, PLAIN, programme_id=P, sender_id="s", by="asha", at=START)
            street.forward(minutes=1)
            again = rows.create(conn, PLAIN, programme_id=P, sender_id="s", by="ravi", at=street.at)
            other = rows.create(conn, replace(PLAIN, name="Other"), programme_id=P, sender_id="s", by="ravi", at=street.at)
        assert first == again and isinstance(first, Row) and first.campaign == PLAIN
        assert isinstance(other, Row) and (other.campaign.name, other.created_by) == ("Other", "ravi")

    def test_approved_words_change_no_more(self, street: Street) -> None:
        street.made()
        with street.engine.begin() as conn:
            answer = rows.create(conn, replace(PLAIN, name="Other"), programme_id=P, sender_id="s", by="asha", at=START)
        assert isinstance(answer, Refused) and "approved since" in answer.words and "ravi" in answer.words

    def test_whoever_made_it_does_not_approve_it(self, street: Street) -> None:
        with street.engine.begin() as conn:
            rows.create(conn, PLAIN, programme_id=P, sender_id="s", by="asha", at=START)
        assert say(street, "approve", "asha") == Refused("asha made diwali: somebody else approves it")
        assert isinstance(say(street, "approve", "ravi"), Row)

    def test_nor_does_anybody_who_wrote_at_it_before(self, street: Street) -> None:
        with street.engine.begin() as conn:
            for by, name in (("asha", "One"), ("ravi", "Two")):
                row = rows.create(conn, replace(PLAIN, name=name), programme_id=P, sender_id="s", by=by, at=START)
            assert isinstance(row, Row)
            audit.write(conn, actor="dev", act="campaign.write", subject=rows.subject(row), at=START, reason="test")
        for maker in ("asha", "ravi"):
            assert say(street, "approve", maker) == Refused(f"{maker} made diwali: somebody else approves it")
        assert isinstance(say(street, "approve", "dev"), Row)  # who has only tried it has made nothing

    @pytest.mark.parametrize("bad", ["", "a", "A1", "a/b", "a b", "../x", "a" * 60])
    def test_an_id_that_would_break_a_key_is_none(self, street: Street, bad: str) -> None:
        with street.engine.begin() as conn:
            assert isinstance(
                rows.create(conn, replace(PLAIN, id=bad), programme_id=P, sender_id="s", by="asha", at=START), Refused
            )


class TestStarting:
    def test_refusals_come_before_anything_is_sent(self, street: Street) -> None:
        street.made()
        empty, faulty = say(street, "start", size=0), say(street, "start", size=5, faults=("arm a in hi is rejected",))
        assert isinstance(empty, Refused) and "nobody is in the audience" in empty.words
        assert isinstance(faulty, Refused) and "arm a in hi is rejected" in faulty.words
        assert street.row().state == "approved"

    def test_a_draft_is_not_sent_and_an_unknown_one_neither(self, street: Street) -> None:
        assert isinstance(say(street, "start", size=5), Refused)
        with street.engine.begin() as conn:
            rows.create(conn, PLAIN, programme_id=P, sender_id="s", by="asha", at=START)
        answer = say(street, "start", size=5)
        assert isinstance(answer, Refused) and "must be approved" in answer.words

    def test_past_its_end_it_does_not_begin(self, street: Street) -> None:
        street.made(PLAIN, schedule=Schedule(end=START + timedelta(hours=1)))
        street.forward(hours=2)
        assert isinstance(say(street, "start", size=5), Refused)

    def test_a_trigger_may_have_nobody_yet(self, street: Street) -> None:
        street.made(PLAIN, trigger=Trigger("kyc", 3))
        assert isinstance(say(street, "start", size=0), Row)

    def test_a_later_start_is_waited_for(self, street: Street) -> None:
        street.made(PLAIN, schedule=Schedule(start=START + timedelta(hours=1)))
        row = say(street, "start", size=5)
        assert isinstance(row, Row) and row.state == "scheduled"
        with street.engine.begin() as conn:
            begun = rows.begin(conn, row, at=START + timedelta(hours=1), size=4)
        assert (begun.state, begun.size, begun.sent_by) == ("sending", 4, "asha")

    def test_a_scheduled_one_in_which_something_is_wrong_by_then_is_paused(self, street: Street) -> None:
        street.made(PLAIN, schedule=Schedule(start=START + timedelta(hours=1)))
        row = say(street, "start", size=5)
        assert isinstance(row, Row)
        with street.engine.begin() as conn:
            begun = rows.begin(conn, row, at=START + timedelta(hours=1), size=0)
        assert (begun.state, begun.why) == ("paused", "nobody is in its audience")

    def test_of_two_operators_at_once_one_sends_and_the_other_is_told_who(self, street: Street) -> None:
        street.people("asha", "ravi")
        street.made()
        answers: list[Row | Refused] = []

        def send(by: str) -> None:
            answers.append(say(street, "start", by, size=2))

        both = [threading.Thread(target=send, args=(by,)) for by in ("meena", "kiran")]
        for one in both:
            one.start()
        for one in both:
            one.join()
        (won,) = [one for one in answers if isinstance(one, Row)]
        (lost,) = [one for one in answers if isinstance(one, Refused)]
        assert won.sent_by is not None and won.sent_by in lost.words
        street.plan(won)
        assert len(street.messages()) == 2


class TestPausing:
    def test_what_waits_is_kept_back_and_goes_on(self, street: Street) -> None:
        street.people("a1", "a2", "a3")
        row = street.sent()
        street.batch(row, 2)
        assert isinstance(say(street, "pause", why="a typing slip"), Row)
        run(street.relay())
        assert street.twilio.calls == [] and street.batch(row).walked == 0
        assert {r.reason for r in street.all("SELECT reason FROM outbox")} == {"paused"}
        street.forward(hours=1)
        assert isinstance(say(street, "resume"), Row)
        street.plan(row)
        run(street.relay())
        assert sorted(post.to for post in street.twilio.accepted) == sorted(address(f"con_a{n}") for n in (1, 2, 3))

    def test_resumed_at_night_they_leave_in_the_morning(self, street: Street) -> None:
        street.people("a1")
        street.plan(street.sent())
        say(street, "pause", why="x")
        street.forward(hours=11)  # 22:30 in India
        say(street, "resume")
        run(street.relay())
        assert street.twilio.calls == []
        street.forward(hours=11)
        run(street.relay())
        assert len(street.twilio.calls) == 1

    def test_stop_is_for_good(self, street: Street) -> None:
        street.people("a1", "a2", "a3")
        row = street.sent()
        street.batch(row, 1)
        run(street.relay())
        street.batch(row, 1)
        assert isinstance(say(street, "stop", why="wrong prices"), Row)
        run(street.relay())
        assert street.plan(row).walked == 0
        assert [(r.state, r.reason) for r in street.all("SELECT state, reason FROM outbox ORDER BY id")] == [
            ("accepted", None), ("expired", "campaign_stopped"),
        ]  # fmt: skip
        for verb, given in (("pause", {"why": "x"}), ("resume", {}), ("stop", {"why": "x"}), ("start", {"size": 3})):
            assert isinstance(say(street, verb, **given), Refused), verb

    @pytest.mark.parametrize("verb", ["pause", "stop"])
    def test_what_comes_back_from_a_call_after_it_does_not_leave_again(self, street: Street, verb: str) -> None:
        """The message is with Twilio when somebody says pause; Twilio answers that it was too fast."""
        street.people("a1")
        street.plan(street.sent())

        def too_fast(post: Post) -> Outcome:
            say(street, verb, why="x")
            return TwilioRefused(Kind.RETRY, 63012, "")

        street.twilio.answer = too_fast
        relay = street.relay()
        run(relay)
        street.twilio.answer = lambda post: None
        street.forward(minutes=10)
        run(relay)
        assert len(street.twilio.calls) == 1
        with street.engine.begin() as conn:
            assert waiting.tidy(conn, street.at) == 1
        street.forward(minutes=10)
        run(relay)
        assert len(street.twilio.calls) == 1
        if verb == "pause":
            say(street, "resume")
            run(relay)
            assert len(street.twilio.calls) == 2

    def test_pause_resume_and_stop_between_any_two_steps_lose_and_repeat_nothing(self, street: Street) -> None:
        names = [f"a{number}" for number in range(6)]
        street.people(*names)
        row, relay = street.sent(), street.relay()
        for step in range(12):
            if step % 2:
                run(relay)
            else:
                street.batch(row, 1)
            assert isinstance(say(street, "pause", "meena", why=str(step)), Row)
            run(relay)
            assert street.batch(row, 1).walked == 0
            assert isinstance(say(street, "resume", "meena"), Row)
        street.plan(row)
        run(relay)
        assert sorted(post.to for post in street.twilio.accepted) == sorted(address(f"con_{name}") for name in names)

    def test_everything_is_in_the_audit_log(self, street: Street) -> None:
        street.people("a1")
        street.sent()
        say(street, "pause", "meena", why="prices")
        say(street, "resume", "meena")
        say(street, "stop", "meena", why="prices")
        acts = [(r.actor, r.act, r.reason) for r in street.all("SELECT actor, act, reason FROM audit ORDER BY id")]
        assert acts == [
            ("asha", "campaign.write", ""), ("ravi", "campaign.approve", ""), ("asha", "campaign.send", ""),
            ("meena", "campaign.pause", "prices"), ("meena", "campaign.resume", ""), ("meena", "campaign.stop", "prices"),
        ]  # fmt: skip

    def test_one_that_is_through_is_done_and_only_then(self, street: Street) -> None:
        street.people("a1")
        row = street.sent()
        with street.engine.begin() as conn:
            assert isinstance(rows.finish(conn, P, "diwali", at=START), Refused)
        street.plan(row)
        with street.engine.begin() as conn:
            assert isinstance(rows.finish(conn, P, "diwali", at=START), Refused)
        run(street.relay())
        with street.engine.begin() as conn:
            done = rows.finish(conn, P, "diwali", at=START)
        assert isinstance(done, Row) and done.state == "done" and done.ended_at == START
