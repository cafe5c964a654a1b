"""Planning: every member of the audience once, with a message, held out, or with the one reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from campaigns import send
from campaigns.spec import Arm, Experiment, Goal, Words
from tests.campaigns.stage import PLAIN, START, P, Street
from tests.servers import Database
from tests.whatsapp.stage import run
from whatsapp.outbound import fallback_text


@pytest.fixture
def street(database: Database) -> Street:
    return Street(database.engine)


class TestWhoGetsIt:
    def test_everybody_once_in_their_own_language_or_the_fallback(self, street: Street) -> None:
        street.person("asha", locale="hi")
        street.person("ravi", locale="en")
        street.person("sita", locale="ta")
        last = street.plan(street.sent())
        assert (last.done, street.row().planned, street.row().size) == (True, 3, 3)
        assert [one.body for one in street.messages()] == [
            "नमस्ते Asha, हर कूपन पर एक दीया।", "Hello Ravi, a lamp for every coupon.", "Hello Sita, a lamp for every coupon.",
        ]  # fmt: skip
        keys = [row.key for row in street.all("SELECT key, lane FROM outbox ORDER BY id")]
        assert keys == ["campaign/diwali/mbr_asha", "campaign/diwali/mbr_ravi", "campaign/diwali/mbr_sita"]

    def test_planning_again_adds_nothing(self, street: Street) -> None:
        street.people("asha", "ravi")
        row = street.sent()
        street.plan(row)
        street.plan(row)
        assert len(street.messages()) == 2

    @pytest.mark.parametrize(("change", "reason"), [
        ("UPDATE members SET erased_at = :now, data_key = NULL WHERE id = 'mbr_asha'", "erased"),
        ("UPDATE memberships SET until = :now WHERE member_id = 'mbr_asha'", "suspended"),
        ("INSERT INTO lock_outs (id, contact_id, programme_id, kind, count, at, until)"
         " VALUES ('l', 'con_asha', 'roshni', 'wrong_codes', 20, :now, CAST(:now AS timestamptz) + interval '1 hour')",
         "suspended"),
        ("UPDATE contacts SET address = 'merged:con_asha' WHERE id = 'con_asha'", "no_contact"),
        ("UPDATE contacts SET data_key = NULL WHERE id = 'con_asha'", "no_contact"),
        ("UPDATE conversations SET consented_at = NULL WHERE id = 'cnv_asha'", "not_consented"),
        ("UPDATE conversations SET stopped_at = :now WHERE id = 'cnv_asha'", "stopped"),
        ("UPDATE conversations SET marketing_stopped_at = :now WHERE id = 'cnv_asha'", "marketing_stopped"),
    ])  # fmt: skip
    def test_whoever_may_not_be_written_to_is_left_out_with_the_reason(self, street: Street, change: str, reason: str) -> None:
        street.people("asha", "ravi")
        street.change(change, **{"now": START} if ":now" in change else {})
        street.plan(street.sent())
        assert street.outcomes() == {"asha": reason, "ravi": "queued"}

    def test_an_overdue_bill_or_payout_keeps_marketing_back_and_no_utility_message(self, street: Street) -> None:
        street.people("asha", "ravi")
        overdue_bill(street, "asha", START - timedelta(minutes=1))
        overdue_bill(street, "ravi", START + timedelta(hours=1))
        street.plan(street.sent())
        street.plan(street.sent(PLAIN, id="notice", category="utility"))
        assert street.outcomes() == {"asha": "overdue", "ravi": "queued"}
        assert street.outcomes("notice") == {"asha": "queued", "ravi": "queued"}

    def test_no_words_in_their_language_and_no_fallback(self, street: Street) -> None:
        street.person("asha", locale="ta")
        street.person("ravi", locale=None)  # who chose none reads the programme's first
        street.plan(street.sent(PLAIN, fallback=""))
        assert street.outcomes() == {"asha": "no_words", "ravi": "queued"}

    def test_a_key_that_is_not_on_the_ring_stops_nobody_else(self, street: Street) -> None:
        street.people("asha", "ravi")
        street.change("UPDATE contacts SET data_key = 'k9:xx' WHERE id = 'con_asha'")
        street.plan(street.sent())
        assert street.outcomes() == {"asha": "no_contact", "ravi": "queued"}


class TestOnePhone:
    def test_two_members_who_share_a_phone_get_one_message(self, street: Street) -> None:
        street.person("asha")
        street.person("shop", contact="con_asha")
        street.plan(street.sent(), most=1)
        assert street.outcomes() == {"asha": "queued", "shop": "already"}

    def test_also_in_one_batch_and_also_where_the_first_was_held_out(self, street: Street) -> None:
        street.person("asha")
        for number in range(30):
            street.person(f"shop{number}", contact="con_asha")
        street.plan(street.sent(PLAIN, experiment=Experiment(holdout=50)))
        outcomes = list(street.outcomes().values())
        assert len(outcomes) == 31 and outcomes.count("already") == 30

    def test_the_one_of_two_conversations_in_which_they_wrote_last(self, street: Street) -> None:
        street.person("asha", wrote=START - timedelta(hours=3))
        with street.engine.begin() as conn:
            street.contact(conn, "con_new", "cnv_new", wrote=START - timedelta(hours=1), merged_into="con_asha")
        street.plan(street.sent())
        assert [row.conversation_id for row in street.all("SELECT conversation_id FROM outbox")] == ["cnv_new"]

    def test_stop_in_one_of_them_is_stop(self, street: Street) -> None:
        street.person("asha")
        with street.engine.begin() as conn:
            street.contact(conn, "con_new", "cnv_new", wrote=START, merged_into="con_asha")
        street.change("UPDATE conversations SET stopped_at = :now WHERE id = 'cnv_asha'", now=START)
        street.plan(street.sent())
        assert street.outcomes() == {"asha": "stopped"}

    def test_a_helper_gets_nothing(self, street: Street) -> None:
        street.person("asha")
        with street.engine.begin() as conn:
            street.contact(conn, "con_helper", "cnv_helper", wrote=START + timedelta(minutes=1))
            conn.execute(text("""INSERT INTO memberships (contact_id, member_id, programme_id, role, since)
                                 VALUES ('con_helper', 'mbr_asha', 'roshni', 'helper', :now)"""), {"now": START})
        street.plan(street.sent())
        assert [row.contact_id for row in street.all("SELECT contact_id FROM outbox")] == ["con_asha"]


class TestExperiment:
    def test_arms_and_holdout_are_written_down_and_sticky(self, street: Street) -> None:
        names = [f"p{number:03}" for number in range(200)]
        street.people(*names)
        arms = (replace(PLAIN.arms[0], share=50), Arm("b", 50, {"en": Words("Good day {name}, come and see.")}))
        street.plan(street.sent(PLAIN, arms=arms, experiment=Experiment(holdout=20), goal=Goal("scan")), most=33)
        found = street.all("SELECT outcome, arm, balance, before_count, conversation_id FROM campaign_people")
        assert {row.outcome for row in found} == {"queued", "holdout"}
        assert all((row.arm == "") == (row.outcome == "holdout") for row in found)
        assert all((row.balance, row.before_count) == (0, 0) and row.conversation_id for row in found)
        assert len(street.messages()) == sum(row.outcome == "queued" for row in found)


class TestAttention:
    def test_low_priority_leaves_room_for_higher_and_the_week_has_an_end(self, street: Street) -> None:
        street.person("asha")
        for number, (priority, outcome) in enumerate([
            ("low", "queued"), ("low", "attention"), ("normal", "queued"), ("normal", "attention"), ("high", "queued"),
            ("high", "capped"), ("low", "capped"),
        ]):  # fmt: skip
            street.plan(street.sent(PLAIN, id=f"c-{number}", priority=priority))
            assert street.outcomes(f"c-{number}") == {"asha": outcome}, number
        street.plan(street.sent(PLAIN, id="about-you", category="utility"))
        assert street.outcomes("about-you") == {"asha": "queued"}

    def test_what_never_arrived_counts_nothing_and_a_week_later_it_is_forgotten(self, street: Street) -> None:
        street.person("asha")
        street.plan(street.sent(PLAIN, id="one", priority="low"))
        street.change("UPDATE outbox SET state = 'failed'")
        street.plan(street.sent(PLAIN, id="two", priority="low"))
        assert street.outcomes("two") == {"asha": "queued"}
        run(street.relay())
        street.forward(days=6, hours=23)
        street.plan(street.sent(PLAIN, id="three", priority="low"))
        street.forward(hours=2)
        street.plan(street.sent(PLAIN, id="four", priority="low"))
        assert (street.outcomes("three"), street.outcomes("four")) == ({"asha": "attention"}, {"asha": "queued"})

    def test_it_is_the_persons_attention_whichever_of_their_members_it_was_for(self, street: Street) -> None:
        street.person("asha")
        street.person("shop", contact="con_asha")
        street.audience = ["mbr_asha"]
        street.plan(street.sent(PLAIN, id="one", priority="low"))
        street.audience = ["mbr_shop"]
        street.plan(street.sent(PLAIN, id="two", priority="low"))
        assert street.outcomes("two") == {"shop": "attention"}


class TestWords:
    def test_a_newline_in_a_value_is_made_one_line_and_a_long_one_short(self, street: Street) -> None:
        street.person("asha", wrote=None)
        row = street.sent()
        ports = replace(street.ports(), values=lambda *given: {"mbr_asha": {"name": "Asha\n\tDevi   Kumari " + "x" * 200}})
        send.batch(ports, row, 10)
        run(street.relay())
        (post,) = street.twilio.accepted
        assert post.content_sid and post.variables is not None
        assert post.variables["1"].startswith("Asha Devi Kumari xxx") and len(post.variables["1"]) == 60

    def test_a_link_leaves_with_a_token_of_ones_own(self, street: Street) -> None:
        street.people("asha", "ravi", wrote=None)
        words = Words("Hello {name}, see the lamps.", link="https://roshni.example/lamps", link_title="See them")
        street.plan(street.sent(PLAIN, arms=(Arm("a", 100, {"en": words}),)))
        run(street.relay())
        tokens = {row.link_token for row in street.all("SELECT link_token FROM campaign_people")}
        assert len(tokens) == 2 and {post.variables["2"] for post in street.twilio.accepted if post.variables} == tokens
        assert fallback_text(street.messages()[0]).splitlines()[-1].startswith("See them: https://bot.example.com/l/lnk_")

    def test_a_template_taken_back_pauses_the_campaign(self, street: Street) -> None:
        street.people("asha", "ravi")
        row = street.sent()
        street.batch(row, 1)
        street.approve_words(row.campaign, "paused")
        street.batch(row, 1)
        assert (street.row().state, street.row().why, street.row().moved_by) == (
            "paused", "template_not_approved", "system:templates",
        )  # fmt: skip
        run(street.relay())
        assert street.twilio.calls == []


def overdue_bill(street: Street, name: str, promised: datetime) -> None:
    street.change("""
        INSERT INTO claims (id, programme_id, conversation_id, contact_id, member_id, media, state, sealed, doc_type,
                            fingerprints, problems, asks, promised_at, created_at)
        VALUES (:id, :p, :talk, :contact, :member, '{}', 'review', '', 'invoice', '{}', '{}', 0, :promised, :now)""",
        id=f"clm_{name}", p=P, talk=f"cnv_{name}", contact=f"con_{name}", member=f"mbr_{name}", promised=promised,
        now=START)  # fmt: skip
