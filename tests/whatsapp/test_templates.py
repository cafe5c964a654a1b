"""Outside the 24-hour window only what WhatsApp has approved leaves; everything else waits with its reason."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.servers import Database
from tests.templates import template_faults
from tests.whatsapp.stage import START, Stage, run
from whatsapp.content.approval import Approval, Standing, read, standing, submit, template_name
from whatsapp.content.spec import Spec, spec
from whatsapp.content.sync import ContentMap, sync
from whatsapp.errors import Kind
from whatsapp.outbound import Button, Message
from whatsapp.outcome import Outcome, Post, Refused

BODY = "Your {amount} has arrived at {vpa}, thank you."
PAID, ASK = spec("news.paid", "en", BODY, ()), spec("ask", "en", "Shall we?", (Button("no", "No"),))
UTILITY = {"news.paid": "UTILITY"}
VALUES = {"amount": "₹100", "vpa": "ra•••@okaxis"}
NEWS = Message("news.paid", "en", "Your ₹100 has arrived at ra•••@okaxis, thank you.", values=VALUES)
DAY_AGO = START - timedelta(hours=25)


class Meta:
    """Twilio's Content API with WhatsApp's staff behind it."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.said: dict[str, Approval] = {}
        self.submissions: list[tuple[str, str, str]] = []
        self.dies_after_submitting = False

    def contents(self) -> dict[str, str]:
        return dict(self.names)

    def create_content(self, name: str, locale: str, samples: object, types: object) -> str:
        self.names[name] = f"HX{len(self.names):032x}"
        return self.names[name]

    def approval(self, sid: str) -> Approval:
        return self.said.get(sid, Approval("unsubmitted"))

    def submit(self, sid: str, name: str, category: str) -> Approval:
        self.submissions.append((sid, name, category))
        self.said[sid] = Approval("pending")
        if self.dies_after_submitting:
            raise ConnectionError("gone after submitting")
        return Approval("received")


@pytest.fixture
def stage(database: Database) -> Stage:
    made = Stage(database.engine, contents=ContentMap([PAID, ASK]))
    made.person("asha", wrote=DAY_AGO)
    return made


@pytest.fixture
def meta(stage: Stage) -> Meta:
    made = Meta()
    sync(stage.engine, made, [PAID, ASK], stage.clock)
    return made


def ruled(stage: Stage, meta: Meta, status: str, reason: str = "") -> list[Standing]:
    """WhatsApp decides about the news, and we hear of it."""
    submit(stage.engine, meta, [PAID], UTILITY, stage.clock)
    meta.said[meta.names[PAID.name]] = Approval(status, reason)
    return read(stage.engine, meta, [PAID], stage.clock)


def told(stage: Stage, message: Message = NEWS, lane: str = "notice", **given: object) -> tuple[str, str | None]:
    with stage.engine.begin() as conn:
        stage.put_messages(conn, "asha", [message], lane, **given)
    run(stage.relay())
    row = stage.rows()[-1]
    return row.state, row.reason


def test_approved_news_leaves_as_its_template(stage: Stage, meta: Meta) -> None:
    ruled(stage, meta, "approved")
    assert told(stage) == ("accepted", None)
    sent = stage.twilio.accepted[0]
    assert (sent.content_sid, sent.body) == (meta.names[PAID.name], "")
    assert sent.variables == {"1": "₹100", "2": "ra•••@okaxis"}
    assert stage.held("asha") == 0


def test_inside_the_window_the_same_news_is_plain_words(stage: Stage, meta: Meta) -> None:
    ruled(stage, meta, "approved")
    stage.wrote("asha")
    assert told(stage) == ("accepted", None)
    assert (stage.twilio.accepted[0].content_sid, stage.twilio.accepted[0].body) == ("", NEWS.body)


@pytest.mark.parametrize("status", ["unsubmitted", "received", "pending", "rejected", "paused", "disabled", "a new word"])
def test_what_is_not_approved_waits_with_its_reason(stage: Stage, meta: Meta, status: str) -> None:
    ruled(stage, meta, status)
    assert told(stage) == ("held", "window_closed")
    assert stage.twilio.calls == [] and stage.held("asha") == 1


def test_an_approval_taken_back_is_seen_by_a_relay_that_has_used_it(stage: Stage, meta: Meta) -> None:
    ruled(stage, meta, "approved")
    relay = stage.relay()
    for expected in ("accepted", "held"):
        with stage.engine.begin() as conn:
            stage.put_messages(conn, "asha", [NEWS], "notice")
        run(relay)
        assert stage.states()[-1] == expected
        ruled(stage, meta, "paused")


def test_stop_is_stronger_than_a_template(stage: Stage, meta: Meta) -> None:
    ruled(stage, meta, "approved")
    stage.change("UPDATE conversations SET stopped_at = :now", now=START)
    assert told(stage) == ("held", "stopped")
    assert told(stage, lane="campaign") == ("expired", "stopped")
    assert stage.twilio.calls == []


def test_news_past_its_time_is_not_sent_at_all(stage: Stage, meta: Meta) -> None:
    ruled(stage, meta, "approved")
    assert told(stage, expires_at=START - timedelta(hours=1)) == ("expired", "too_late")


@pytest.mark.parametrize("message", [
    Message("news.paid", "en", "Words of an older release: ₹100", values=VALUES),
    Message("news.paid", "hi", NEWS.body, values=VALUES),
    Message("news.paid", "en", NEWS.body, values={"amount": "₹100"}),
    Message("ask", "en", "Shall we?", (Button("no", "No"),)),
])  # fmt: skip
def test_words_that_are_not_the_templates_wait(stage: Stage, meta: Meta, message: Message) -> None:
    ruled(stage, meta, "approved")
    assert told(stage, message) == ("held", "window_closed")


@pytest.mark.parametrize(("kind", "code", "reason"), [
    (Kind.CONTENT, 63013, "window_closed"), (Kind.WINDOW, 63016, "window_closed: 63016"),
    (Kind.WINDOW, 63041, "window_closed: 63041"),
])  # fmt: skip
def test_a_template_that_twilio_refuses_is_not_tried_for_ever(
    stage: Stage, meta: Meta, kind: Kind, code: int, reason: str
) -> None:
    ruled(stage, meta, "approved")
    stage.twilio.answer = lambda _: Refused(kind, code, "no")
    assert told(stage) == ("held", reason)
    assert len(stage.twilio.calls) == 1


def test_a_callback_may_say_later_that_the_template_was_taken_back(stage: Stage, meta: Meta) -> None:
    from whatsapp import delivery

    ruled(stage, meta, "approved")
    told(stage)
    row = stage.rows()[0]
    with stage.engine.begin() as conn:
        report = delivery.Report(row.id, 1, stage.twilio.sids[0], "undelivered", 63041)
        assert delivery.record(conn, report, stage.clock) == "cnv_asha"
    assert (stage.rows()[0].state, stage.rows()[0].reason) == ("held", "window_closed: 63041")


def test_a_template_keeps_the_order_of_what_waits(stage: Stage, meta: Meta) -> None:
    """What was held stays held; it is told first when the person writes."""
    told(stage)
    ruled(stage, meta, "approved")
    told(stage)
    assert stage.states() == ["held", "accepted"]
    stage.wrote("asha")
    run(stage.relay())
    assert stage.states() == ["accepted", "accepted"]


def test_a_slow_sender_sends_templates_slowly_too(stage: Stage, meta: Meta) -> None:
    ruled(stage, meta, "approved")
    stage.change("UPDATE senders SET rate_free_at = :until", until=START + timedelta(hours=1))
    with stage.engine.begin() as conn:
        stage.put_messages(conn, "asha", [NEWS], "notice")
    relay = stage.relay()
    for _ in range(3):
        relay.cycle()
    assert (stage.states(), stage.twilio.calls) == (["queued"], [])


class TestAsking:
    def test_each_is_submitted_once_under_a_name_of_its_own(self, stage: Stage, meta: Meta) -> None:
        first = submit(stage.engine, meta, [PAID], UTILITY, stage.clock)
        again = submit(stage.engine, meta, [PAID], UTILITY, stage.clock)
        assert [one.approval for one in (*first, *again)] == [Approval("pending")] * 2
        assert meta.submissions == [(meta.names[PAID.name], f"saathi_news_paid_{PAID.hash[:12]}", "UTILITY")]

    def test_a_crash_after_submitting_is_found_out(self, stage: Stage, meta: Meta) -> None:
        meta.dies_after_submitting = True
        with pytest.raises(ConnectionError):
            submit(stage.engine, meta, [PAID], UTILITY, stage.clock)
        assert [one.approval.status for one in submit(stage.engine, meta, [PAID], UTILITY, stage.clock)] == ["pending"]
        assert len(meta.submissions) == 1

    def test_what_is_not_made_yet_is_not_submitted(self, stage: Stage) -> None:
        meta = Meta()
        assert [one.sid for one in submit(stage.engine, meta, [PAID], UTILITY, stage.clock)] == [None]
        assert meta.submissions == []

    def test_a_rejection_keeps_its_reason(self, stage: Stage, meta: Meta) -> None:
        ruled(stage, meta, "rejected", "INVALID_FORMAT")
        with stage.engine.connect() as conn:
            assert [one.approval for one in standing(conn, [PAID])] == [Approval("rejected", "INVALID_FORMAT")]

    def test_changed_words_and_another_account_need_approval_anew(self, stage: Stage, meta: Meta) -> None:
        ruled(stage, meta, "approved")
        elsewhere = Meta()
        elsewhere.names["other"] = "HX" + "e" * 32
        sync(stage.engine, elsewhere, [PAID], stage.clock)
        changed = spec("news.paid", "en", "Hello. " + BODY, ())
        with stage.engine.connect() as conn:
            assert [one.approval.status for one in standing(conn, [PAID, changed])] == ["unsubmitted"] * 2
        assert told(stage) == ("held", "window_closed")


def template(body: str, *, list_button: str = "") -> Spec:
    return spec("t", "en", body, (Button("a", "A"),) if list_button else (), list_button)


@pytest.mark.parametrize(("made", "why"), [
    (template("Sent to {vpa}."), "ends"), (template("यह {vpa}।"), "ends"), (template("It is {vpa} !"), "ends"),
    (template("One\ntwo {vpa} three"), "more than one line"), (template("Choose", list_button="Open"), "sessions only"),
])  # fmt: skip
def test_what_whatsapp_would_reject_is_named(made: Spec, why: str) -> None:
    assert why in "; ".join(template_faults(made))
    assert not template_faults(PAID)


def test_a_templates_name_is_one_that_whatsapp_takes() -> None:
    made = template_name(spec("Scan.Line-é." + "x" * 600, "en", "Hello", ()))
    assert len(made) <= 512 and made.isascii() and made == made.lower() and made.replace("_", "").isalnum()


def test_outcomes_are_of_posts(stage: Stage, meta: Meta) -> None:
    """One message each: a template never doubles as words."""
    ruled(stage, meta, "approved")
    seen: list[Post] = []

    def keep(post: Post) -> Outcome | None:
        seen.append(post)
        return None

    stage.twilio.answer = keep
    told(stage)
    run(stage.relay(), stage.relay())
    assert [bool(post.content_sid) and not post.body for post in seen] == [True]
