"""The last look before a planned message leaves: what changed since it was planned keeps it back, and loses nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from campaigns import rows
from campaigns.rows import Row
from campaigns.spec import Schedule
from loyalty.programme_file import parse_programme
from loyalty.programme_rows import publish
from tests.campaigns.stage import PLAIN, SAMPLE, START, P, Street
from tests.campaigns.test_send import overdue_bill
from tests.servers import Database
from tests.whatsapp.stage import address, run
from whatsapp import delivery
from whatsapp.delivery import Report
from whatsapp.errors import Kind, kind_of
from whatsapp.outcome import Refused

NIGHT = datetime(2026, 1, 5, 17, 30, tzinfo=UTC)  # 23:00 in India
MORNING = datetime(2026, 1, 6, 3, 30, tzinfo=UTC)  # 9:00


@pytest.fixture
def street(database: Database) -> Street:
    return Street(database.engine)


def pause(street: Street, campaign: str = "diwali") -> None:
    with street.engine.begin() as conn:
        assert isinstance(rows.pause(conn, P, campaign, by="asha", at=street.at, why="the price"), Row)


def resume(street: Street, campaign: str = "diwali") -> None:
    with street.engine.begin() as conn:
        assert isinstance(rows.resume(conn, P, campaign, by="asha", at=street.at), Row)


def told(street: Street, code: int, *, of: int = 0) -> None:
    """Twilio reports that a message failed."""
    one = street.all("SELECT id, attempts, sid FROM outbox ORDER BY id")[of]
    with street.engine.begin() as conn:
        delivery.record(conn, Report(one.id, one.attempts, one.sid or "SM" + "f" * 32, "failed", code), street.clock)


class TestTheHour:
    def test_what_was_planned_in_the_evening_waits_for_the_morning_though_no_clock_turned(self, street: Street) -> None:
        street.person("asha", wrote=None)
        street.at = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)
        street.plan(street.sent())
        street.at = NIGHT
        run(street.relay())
        assert (street.twilio.calls, street.states()) == ([], ["queued"])
        street.at = MORNING - timedelta(seconds=1)
        run(street.relay())
        assert street.twilio.calls == []
        street.at = MORNING
        run(street.relay())
        assert len(street.twilio.calls) == 1

    @pytest.mark.parametrize(("since", "until", "leaves"), [(1, 8, 0), (12, 23, 1), (5, 5, 1), (23, 1, 1), (11, 12, 0)])
    def test_the_files_own_hours_count(self, street: Street, since: int, until: int, leaves: int) -> None:
        """At half past eleven in India, planned in a file's allowed hours or not."""
        street.person("asha", wrote=None)
        hours = [datetime(2026, 1, 1, hour).time() for hour in (since, until)]
        street.plan(street.sent(PLAIN, schedule=Schedule(quiet_from=hours[0], quiet_until=hours[1])))
        if since == 1:
            street.at -= timedelta(hours=5)
            street.change("UPDATE outbox SET not_before = :at", at=street.at)
        run(street.relay())
        assert len(street.twilio.calls) == leaves

    def test_a_holiday_published_meanwhile_keeps_it_back_all_day(self, street: Street) -> None:
        street.person("asha", wrote=None)
        street.plan(street.sent())
        data = SAMPLE.read_bytes().replace(b'holidays = ["2026-11-08"]', b'holidays = ["2026-01-05"]')
        with street.engine.begin() as conn:
            publish(conn, parse_programme(data), START)
        run(street.relay())
        assert street.twilio.calls == []
        street.forward(days=1)
        run(street.relay())
        assert len(street.twilio.calls) == 1


class TestThePerson:
    def test_who_waits_for_a_late_answer_gets_no_offer_when_it_goes_on(self, street: Street) -> None:
        street.people("asha", "ravi", wrote=None)
        street.plan(street.sent())
        pause(street)
        overdue_bill(street, "asha", START + timedelta(days=1))
        street.forward(days=3)
        resume(street)
        run(street.relay())
        assert [post.to for post in street.twilio.calls] == [address("con_ravi")]
        assert [r.reason for r in street.all("SELECT reason FROM outbox WHERE state = 'expired'")] == ["overdue"]

    def test_a_utility_message_does_not_mind_what_is_late(self, street: Street) -> None:
        street.person("asha", wrote=None)
        street.plan(street.sent(PLAIN, category="utility"))
        overdue_bill(street, "asha", START - timedelta(minutes=1))
        run(street.relay())
        assert len(street.twilio.calls) == 1

    @pytest.mark.parametrize(("hours", "calls"), [(1, 0), (-1, 1)])
    def test_who_is_locked_out_just_now_gets_nothing(self, street: Street, hours: int, calls: int) -> None:
        street.person("asha", wrote=None)
        street.plan(street.sent(PLAIN, category="utility"))
        street.change("""INSERT INTO lock_outs (id, contact_id, programme_id, kind, count, at, until)
                         VALUES ('l', 'con_asha', :p, 'wrong_codes', 20, :now, :until)""",
                      p=P, now=START - timedelta(hours=2), until=START + timedelta(hours=hours))  # fmt: skip
        run(street.relay())
        assert len(street.twilio.calls) == calls


class TestTheTemplate:
    def test_taken_back_nobody_who_waits_is_lost(self, street: Street) -> None:
        street.people("asha", "ravi", wrote=None)
        row = street.sent()
        street.plan(row)
        street.approve_words(row.campaign, "paused")
        run(street.relay())
        assert (street.states(), street.twilio.calls) == (["queued", "queued"], [])
        street.approve_words(row.campaign)
        street.forward(seconds=11)
        run(street.relay())
        assert len(street.twilio.accepted) == 2

    def test_taken_back_it_takes_no_others_place(self, street: Street) -> None:
        names = [f"p{number:02}" for number in range(40)]
        street.people(*names, wrote=None)
        first = street.sent(PLAIN, id="first")
        street.plan(first)
        street.person("zoe", wrote=None)
        street.audience = ["mbr_zoe"]
        street.plan(street.sent(PLAIN, id="second"))
        street.approve_words(first.campaign, "paused")
        relay = street.relay()
        for _ in range(10):
            relay.cycle()
        run(relay)
        assert [post.to for post in street.twilio.calls] == [address("con_zoe")]

    @pytest.mark.parametrize(("code", "status"), [(63040, "rejected"), (63041, "paused"), (63042, "disabled")])
    def test_the_first_report_of_it_is_heard(self, street: Street, code: int, status: str) -> None:
        street.people("asha", "ravi", wrote=None)
        row = street.sent()
        street.plan(row, most=1)
        run(street.relay())
        told(street, code)
        found = {one.locale: one.approval for one in street.all("SELECT locale, approval FROM content_resources")}
        assert found == {"en": status, "hi": "approved"}

    def test_and_so_is_the_first_refusal(self, street: Street) -> None:
        street.people("asha", wrote=None)
        street.plan(street.sent())
        street.twilio.answer = lambda post: Refused(kind_of(63041), 63041, "")
        run(street.relay())
        found = {one.locale: one.approval for one in street.all("SELECT locale, approval FROM content_resources")}
        assert found == {"en": "paused", "hi": "approved"}


class TestTooManyPeople:
    def test_told_afterwards_they_get_it_later_and_the_senders_campaigns_wait(self, street: Street) -> None:
        street.people("asha", "ravi", wrote=None)
        street.plan(street.sent())
        run(street.relay())
        told(street, 63018)
        told(street, 63018, of=1)
        assert street.states() == ["queued", "queued"]
        assert [r.accepted_at for r in street.all("SELECT accepted_at FROM outbox")] == [None, None]
        street.person("sita", wrote=None)
        street.audience = ["mbr_sita"]
        last = street.plan(street.sent(PLAIN, id="other"))
        assert last.waits is not None and last.waits.what == "tier"
        street.forward(minutes=59)
        run(street.relay())
        assert len(street.twilio.calls) == 2
        street.forward(minutes=2)
        street.plan(street.row("other"))
        run(street.relay())
        assert len(street.twilio.calls) == 5 and set(street.states()) == {"accepted"}

    def test_it_holds_back_no_answer(self, street: Street) -> None:
        street.person("asha", wrote=None)
        street.plan(street.sent())
        run(street.relay())
        told(street, 63018)
        sender = street.all("SELECT rate_free_at, campaigns_after FROM senders")[0]
        assert sender.rate_free_at < START + timedelta(seconds=1) and sender.campaigns_after == START + timedelta(hours=1)

    def test_told_twice_it_is_one_failure(self, street: Street) -> None:
        street.person("asha", wrote=None)
        street.plan(street.sent())
        run(street.relay())
        (one,) = street.all("SELECT id, attempts, sid FROM outbox")
        for _ in range(2):
            with street.engine.begin() as conn:
                delivery.record(conn, Report(one.id, one.attempts, one.sid, "undelivered", 63018), street.clock)
            street.forward(minutes=10)
        (row,) = street.all("SELECT state, not_before FROM outbox")
        assert (row.state, row.not_before) == ("queued", START + timedelta(hours=1))

    def test_what_the_channel_never_takes_ends_after_some_tries(self, street: Street) -> None:
        street.person("asha", wrote=None)
        street.plan(street.sent(PLAIN, schedule=Schedule(quiet_from=START.time(), quiet_until=START.time())))
        for _ in range(8):
            run(street.relay())
            if street.states() == ["accepted"]:
                told(street, 63012)
            street.forward(hours=2)
        assert (len(street.twilio.calls), street.states()) == (delivery.POSTINGS_MAX, ["failed"])


class TestAnotherCampaign:
    def test_a_paused_ones_row_that_was_tried_before_keeps_nobody_waiting(self, street: Street) -> None:
        street.person("asha", wrote=None)
        street.plan(street.sent(PLAIN, id="first"))
        street.twilio.answer = lambda post: Refused(Kind.RATE, 20429, "")
        relay = street.relay()
        run(relay)
        street.twilio.answer = lambda post: None
        pause(street, "first")
        street.forward(minutes=5)
        street.plan(street.sent(PLAIN, id="second"))
        run(relay)
        assert len(street.twilio.accepted) == 1

    def test_a_paused_one_keeps_no_place_of_the_tier(self, street: Street) -> None:
        street.people("a1", "a2", wrote=None)
        street.change("UPDATE senders SET people_per_day = 1")
        street.audience = ["mbr_a1"]
        street.plan(street.sent(PLAIN, id="first"))
        street.audience = ["mbr_a2"]
        second = street.sent(PLAIN, id="second")
        assert street.plan(second).waits is not None
        pause(street, "first")
        assert street.plan(second).done
