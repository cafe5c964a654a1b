"""From the plan to the phone: what a person says meanwhile counts, and what Twilio answers is final where it must be."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from campaigns.spec import Button, Words
from tests.campaigns.stage import PLAIN, START, Street
from tests.servers import Database
from tests.whatsapp.stage import address, run
from whatsapp import outbox
from whatsapp.errors import Kind, kind_of
from whatsapp.outbound import Message
from whatsapp.outcome import Outcome, Post, Refused, Uncertain


@pytest.fixture
def street(database: Database) -> Street:
    made = Street(database.engine)
    made.people("asha", "ravi", wrote=None)
    return made


class TestMeanwhile:
    @pytest.mark.parametrize("change", [
        "UPDATE conversations SET stopped_at = :now WHERE id = 'cnv_asha'",
        "UPDATE conversations SET marketing_stopped_at = :now WHERE id = 'cnv_asha'",
        "UPDATE memberships SET until = :now WHERE member_id = 'mbr_asha'",
    ])  # fmt: skip
    def test_whoever_says_stop_or_loses_the_account_between_planning_and_sending_gets_nothing(
        self, street: Street, change: str
    ) -> None:
        street.plan(street.sent())
        street.change(change, now=START)
        run(street.relay())
        assert [post.to for post in street.twilio.calls] == [address("con_ravi")]
        assert sorted((row.state, row.reason or "") for row in street.all("SELECT state, reason FROM outbox")) == [
            ("accepted", ""), ("expired", "stopped"),
        ]  # fmt: skip

    def test_stop_in_another_conversation_of_theirs_counts_too(self, street: Street) -> None:
        street.plan(street.sent())
        with street.engine.begin() as conn:
            street.contact(conn, "con_new", "cnv_new", merged_into="con_asha")
        street.change("UPDATE conversations SET stopped_at = :now WHERE id = 'cnv_new'", now=START)
        run(street.relay())
        assert [post.to for post in street.twilio.calls] == [address("con_ravi")]

    def test_no_marketing_keeps_no_utility_message_back(self, street: Street) -> None:
        street.plan(street.sent(PLAIN, category="utility"))
        street.change("UPDATE conversations SET marketing_stopped_at = :now", now=START)
        run(street.relay())
        assert len(street.twilio.calls) == 2

    def test_the_shop_went_to_another_owner(self, street: Street) -> None:
        street.plan(street.sent())
        street.change("UPDATE memberships SET until = :now WHERE member_id = 'mbr_asha'", now=START)
        with street.engine.begin() as conn:
            conn.execute(text("""INSERT INTO memberships (contact_id, member_id, programme_id, role, since)
                                 VALUES ('con_ravi', 'mbr_asha', 'roshni', 'owner', :now)"""), {"now": START})
        run(street.relay())
        assert [post.to for post in street.twilio.calls] == [address("con_ravi")]


class TestAnswers:
    @pytest.mark.parametrize("code", [63016, 63024, 63049, 63003, 63014, 63032, 21211, 63041])
    def test_these_are_final(self, street: Street, code: int) -> None:
        street.plan(street.sent())
        street.twilio.answer = lambda post: Refused(kind_of(code), code, "")
        relay = street.relay()
        run(relay)
        street.forward(days=2)
        street.change("UPDATE conversations SET last_inbound_at = :now", now=street.at)
        with street.engine.begin() as conn:
            for name in ("asha", "ravi"):
                outbox.release_held(conn, f"cnv_{name}", street.at)
        run(relay)
        assert len(street.twilio.calls) == 2
        assert [(r.state, r.error_code) for r in street.all("SELECT state, error_code FROM outbox")] == [("failed", code)] * 2

    @pytest.mark.parametrize("code", [63018, 20429])
    def test_too_fast_slows_the_whole_sender_and_everybody_gets_it_once(self, street: Street, code: int) -> None:
        street.plan(street.sent())
        left = [3]

        def too_fast(post: Post) -> Outcome | None:
            left[0] -= 1
            return Refused(Kind.RATE, code, "") if left[0] >= 0 else None

        street.twilio.answer = too_fast
        relay = street.relay()
        run(relay)
        calls = len(street.twilio.calls)
        run(relay)
        assert len(street.twilio.calls) == calls  # nobody tries before the time is up
        for _ in range(20):
            street.forward(seconds=30)
            run(relay)
        assert sorted(post.to for post in street.twilio.accepted) == sorted([address("con_asha"), address("con_ravi")])

    def test_minutes_of_timeouts_repeat_nothing(self, street: Street) -> None:
        """Twilio may have taken them, or not; either way nobody gets it twice, also not when they write later."""
        street.plan(street.sent())
        street.twilio.answer = lambda post: Uncertain("ReadTimeout")
        relay = street.relay()
        run(relay)
        for _ in range(8):
            street.forward(minutes=3)
            relay.sweep()
            run(relay)
        street.twilio.answer = lambda post: None
        with street.engine.begin() as conn:
            outbox.release_held(conn, "cnv_asha", street.at)
        run(relay)
        assert len(street.twilio.calls) == 2
        found = {(row.state, row.reason) for row in street.all("SELECT state, reason FROM outbox")}
        assert found == {("failed", "unconfirmed: ReadTimeout")}

    def test_found_in_the_list_it_counts_as_sent(self, street: Street) -> None:
        street.plan(street.sent())

        def taken_without_an_answer(post: Post) -> Outcome:
            street.twilio.accept(Post(post.to, post.sender, "", body=street_words(post)))
            return Uncertain("ReadTimeout")

        street.twilio.answer = taken_without_an_answer
        relay = street.relay()
        run(relay)
        for _ in range(3):
            street.forward(seconds=40)
            relay.sweep()
            run(relay)
        assert street.states() == ["delivered", "delivered"]


def street_words(post: Post) -> str:
    assert post.variables is not None
    return f"Hello {post.variables['1']}, a lamp for every coupon."


class TestOrder:
    def test_replies_first_whatever_waits(self, street: Street) -> None:
        names = [f"p{number:02}" for number in range(40)]
        street.people(*names)
        street.plan(street.sent())
        with street.engine.begin() as conn:
            key = conn.execute(text("SELECT data_key FROM contacts WHERE id = 'con_p39'")).scalar_one()
            from tests.campaigns.stage import KEYS

            reply = outbox.Row("ev/1", "cnv_p39", "s", "con_p39", "reply", Message("t", "en", "your answer"), START, START)
            outbox.put(conn, KEYS.unwrap(key, "con_p39"), [reply])
        relay = street.relay()
        relay.cycle()
        while relay.busy:
            relay.wait(0.2)
            relay.cycle(take=False)
        assert "your answer" in [post.body for post in street.twilio.calls]
        assert len(street.twilio.calls) <= 8

    def test_a_broadcast_never_takes_every_worker(self, street: Street) -> None:
        street.people(*(f"p{number:02}" for number in range(40)))
        street.plan(street.sent())
        relay = street.relay()
        assert relay.cycle() == 7  # of eight
        while relay.busy:
            relay.wait(0.2)
            relay.cycle(take=False)


class TestShapes:
    def test_buttons_are_commands_and_a_picture_stands_above_the_words(self, street: Street) -> None:
        buttons = Words("Hello {name}, scan one now.", buttons=(Button("scan", "Scan"), Button("balance", "My points")))
        street.plan(street.sent(PLAIN, arms=(PLAIN.arms[0].__class__("a", 100, {"en": buttons}),)))
        (first, _) = street.messages()
        assert [one.id for one in first.buttons] == ["cmd.scan", "cmd.balance"]
        run(street.relay())
        assert all(post.content_sid for post in street.twilio.accepted)

    def test_who_has_just_written_gets_the_approved_template_too_and_is_not_begun_with(self, street: Street) -> None:
        street.person("sita", wrote=START)
        street.plan(street.sent())
        run(street.relay())
        assert all(post.content_sid for post in street.twilio.accepted) and len(street.twilio.accepted) == 3
        found = street.all("SELECT contact_id FROM outbox WHERE outside_window ORDER BY contact_id")
        assert [row.contact_id for row in found] == ["con_asha", "con_ravi"]
