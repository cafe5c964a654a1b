"""The clock process and campaigns: what is scheduled begins, what is sent is planned a minute ahead, one fault pauses one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from psycopg.errors import LockNotAvailable, QueryCanceled
from sqlalchemy.exc import OperationalError
from twilio.base.exceptions import TwilioRestException

from bot import campaigns, clock
from bot.wiring import House
from campaigns import rows, send
from campaigns.rows import Row
from campaigns.send import Batch, Ports
from campaigns.spec import Schedule, Trigger
from tests.campaigns.stage import BASE, PLAIN, START, P, Street
from tests.house import settings_of
from tests.servers import Database
from tests.whatsapp.stage import run
from tests.whatsapp.test_templates import Meta
from whatsapp.content.approval import Approval


@pytest.fixture
def street(database: Database) -> Street:
    return Street(database.engine)


@pytest.fixture
def house(street: Street, database: Database) -> Iterator[House]:
    made = House(settings_of(database.url), street.clock)
    yield made
    made.close()


def test_it_is_one_of_the_clocks_timers_and_nothing_to_do_is_nothing() -> None:
    assert {"campaigns", "campaign templates"} <= {timer.name for timer in clock.TIMERS}


def test_a_campaign_is_planned_from_the_audience_of_its_file_sent_and_done(street: Street, house: House) -> None:
    street.people("asha", "ravi", wrote=None)
    street.person("sita", state="UP")
    street.sent(PLAIN, audience="state = MH")
    assert campaigns.tick(house) == 2
    assert [one.body for one in street.messages()] == [f"Hello {n} Kumar, a lamp for every coupon." for n in ("Asha", "Ravi")]
    assert street.row().state == "sending"
    run(street.relay())
    campaigns.tick(house)
    assert (street.row().state, len(street.twilio.accepted)) == ("done", 2)


def test_no_more_than_a_minute_of_the_senders_work_lies_ready(street: Street, house: House) -> None:
    street.people(*(f"p{number:02}" for number in range(10)))
    street.change("UPDATE senders SET rate_per_s = 1")
    street.sent()
    with patch.object(campaigns, "BATCH", 2):
        assert campaigns.tick(house, ahead_s=5) == 5
        assert campaigns.tick(house, ahead_s=5) == 0
        street.change("UPDATE outbox SET state = 'accepted', accepted_at = :now WHERE key LIKE '%p00'", now=START)
        assert campaigns.tick(house, ahead_s=5) == 1


def test_what_is_scheduled_begins_at_its_time_and_not_before(street: Street, house: House) -> None:
    street.person("asha")
    row = street.sent(PLAIN, schedule=Schedule(start=START + timedelta(hours=2)))
    assert row.state == "scheduled"
    assert (campaigns.tick(house), street.row().state) == (0, "scheduled")
    street.forward(hours=2)
    assert (campaigns.tick(house), street.row().state, street.row().size) == (1, "sending", 1)


@pytest.mark.parametrize(("status", "word"), [("rejected", "rejected"), ("pending", "pending")])
def test_scheduled_words_that_are_not_approved_by_then_pause_it(
    street: Street, house: House, status: str, word: str
) -> None:  # fmt: skip
    street.person("asha")
    row = street.sent(PLAIN, schedule=Schedule(start=START + timedelta(hours=2)))
    street.approve_words(row.campaign, status)
    street.forward(hours=2)
    assert campaigns.tick(house) == 0
    assert street.row().state == "paused" and word in street.row().why


def test_one_that_breaks_is_paused_and_holds_up_no_other(street: Street, house: House) -> None:
    street.person("asha")
    street.sent(PLAIN, id="broken", saved="is-gone", priority="high")
    street.sent(PLAIN, id="whole")
    assert campaigns.tick(house) == 1
    assert (street.row("broken").state, street.row("broken").why) == ("paused", "fault")
    assert street.outcomes("whole") == {"asha": "queued"}


@pytest.mark.parametrize("most", [2, 3])  # the last batch tells whether the audience is through
def test_words_taken_back_pause_it_also_where_everybody_is_planned(street: Street, house: House, most: int) -> None:
    street.people("asha", "ravi", wrote=None)
    row = street.sent()
    street.batch(row, most)
    street.approve_words(row.campaign, "paused")
    run(street.relay())
    campaigns.tick(house)
    assert (street.row().state, street.row().why, street.row().moved_by) == (
        "paused", "template_not_approved", "system:templates",
    )  # fmt: skip
    street.approve_words(row.campaign)
    with street.engine.begin() as conn:
        rows.resume(conn, P, "diwali", by="asha", at=street.at)
    campaigns.tick(house)
    street.forward(seconds=11)
    run(street.relay())
    campaigns.tick(house)
    assert (street.row().state, len(street.twilio.accepted)) == ("done", 2)


def test_words_taken_back_when_all_have_left_change_nothing(street: Street, house: House) -> None:
    street.person("asha", wrote=None)
    row = street.sent()
    street.plan(row)
    run(street.relay())
    street.approve_words(row.campaign, "paused")
    campaigns.tick(house)
    assert street.row().state == "done"


class TestFaultsOutside:
    @staticmethod
    def broken(fault: BaseException) -> Callable[..., Batch]:
        real = send.batch

        def batch(ports: Ports, row: Row, most: int) -> Batch:
            if row.id == "broken":
                raise OperationalError("", {}, fault)
            return real(ports, row, most)

        return batch

    def test_a_fault_of_the_database_holds_up_no_other_and_is_told(self, street: Street, house: House) -> None:
        street.person("asha")
        street.sent(PLAIN, id="broken", priority="high")
        street.sent(PLAIN, id="whole")
        with patch.object(send, "batch", self.broken(LockNotAvailable())), pytest.raises(OperationalError):
            campaigns.tick(house)
        assert (street.row("broken").state, street.outcomes("whole")) == ("sending", {"asha": "queued"})
        campaigns.tick(house)
        assert street.outcomes("broken") == {"asha": "queued"}

    def test_an_audience_that_takes_too_long_pauses_its_campaign(self, street: Street, house: House) -> None:
        street.person("asha")
        street.sent(PLAIN, id="broken", priority="high")
        street.sent(PLAIN, id="whole")
        with patch.object(send, "batch", self.broken(QueryCanceled())):
            campaigns.tick(house)
        assert (street.row("broken").state, street.row("broken").why) == ("paused", "too_slow")
        assert street.outcomes("whole") == {"asha": "queued"}


def test_what_waits_is_put_off_while_whatsapp_takes_nobody_new(street: Street, house: House) -> None:
    street.person("asha", wrote=None)
    street.sent()
    campaigns.tick(house)
    street.change("UPDATE senders SET campaigns_after = :at", at=START + timedelta(hours=1))
    campaigns.tick(house)
    assert [r.not_before for r in street.all("SELECT not_before FROM outbox")] == [START + timedelta(hours=1)]


def test_a_member_whose_name_does_not_open_gets_it_without_and_keeps_nobody_waiting(street: Street, house: House) -> None:
    street.people("asha", "ravi")
    street.change("UPDATE members SET details = 'x' WHERE id = 'mbr_asha'")
    street.sent()
    campaigns.tick(house)
    assert [one.body for one in street.messages()] == [
        "Hello -, a lamp for every coupon.", "Hello Ravi Kumar, a lamp for every coupon.",
    ]  # fmt: skip


def test_what_a_slow_sender_left_over_does_not_leave_at_night(street: Street, house: House) -> None:
    street.person("asha", wrote=None)
    street.at = datetime(2026, 1, 5, 15, 29, 0, tzinfo=UTC)  # 20:59 in India
    street.sent()
    campaigns.tick(house)
    street.forward(seconds=57)  # nobody relayed meanwhile
    campaigns.tick(house)
    street.forward(hours=1)
    run(street.relay())
    assert street.twilio.calls == []
    street.at = datetime(2026, 1, 6, 3, 31, tzinfo=UTC)
    run(street.relay())
    assert len(street.twilio.calls) == 1


def test_a_drip_finds_whose_day_it_is_in_its_audience_and_ends(street: Street, house: House) -> None:
    street.people("asha", "ravi")
    street.person("sita", state="UP")
    street.change("UPDATE members SET created_at = :at WHERE id <> 'mbr_ravi'", at=START - timedelta(days=3))
    end = START + timedelta(hours=5)
    street.sent(PLAIN, trigger=Trigger("enrolled", 3), audience="state = MH", schedule=Schedule(end=end))
    campaigns.tick(house)
    assert street.outcomes() == {"asha": "queued"}
    run(street.relay())
    street.at = end
    campaigns.tick(house)
    assert street.row().state == "done"


class TestTemplates:
    def test_every_arm_and_language_is_made_and_submitted_once(self, street: Street, house: House) -> None:
        meta = Meta()
        house.__dict__["twilio"] = meta
        made = campaigns.make(house, PLAIN)
        again = campaigns.make(house, PLAIN)
        assert [one.approval.status for one in made] == [one.approval.status for one in again] == ["pending", "pending"]
        assert {category for _, _, category in meta.submissions} == {"MARKETING"} and len(meta.submissions) == 2

    def test_the_clock_hears_what_whatsapp_says_later(self, street: Street, house: House) -> None:
        meta = Meta()
        with street.engine.begin() as conn:
            made = rows.create(conn, PLAIN, programme_id=P, sender_id="s", by="asha", at=START)
        assert isinstance(made, Row)
        house.__dict__["twilio"] = meta
        campaigns.make(house, PLAIN)
        for sid in meta.names.values():
            meta.said[sid] = Approval("approved")
        campaigns.read_templates(house)
        assert [row.approval for row in street.all("SELECT approval FROM content_resources")] == ["approved", "approved"]

    def test_one_that_is_gone_at_twilio_keeps_no_other_from_being_heard(self, street: Street, house: House) -> None:
        meta = Meta()
        house.__dict__["twilio"] = meta
        older, newer = replace(PLAIN, id="older"), replace(PLAIN, id="newer")
        with street.engine.begin() as conn:
            for hours, one in enumerate((older, newer)):
                rows.create(conn, one, programme_id=P, sender_id="s", by="asha", at=START + timedelta(hours=hours))
        for one in (older, newer):
            campaigns.make(house, one)
        gone = {r.sid for r in street.all("SELECT sid FROM content_resources WHERE text_key LIKE 'campaign/newer%'")}
        meta.said = {sid: Approval("approved") for sid in meta.names.values()}
        real = meta.approval

        def approval(sid: str) -> Approval:
            if sid in gone:
                raise TwilioRestException(404, "x", "gone", 20404)
            return real(sid)

        with patch.object(meta, "approval", approval), pytest.raises(TwilioRestException):
            campaigns.read_templates(house)
        found = street.all("SELECT text_key, approval FROM content_resources")
        assert {one.text_key.split("/")[1] for one in found if one.approval == "approved"} == {"older"}

    def test_the_relay_finds_approved_words_alone(self, street: Street, house: House) -> None:
        row = street.made()
        with street.engine.connect() as conn:
            found = campaigns.spec_of(house, conn, "campaign/diwali/a", "hi")
            unknown = (("campaign/diwali/b", "hi"), ("campaign/diwali/a", "ta"), ("news.paid", "en"), ("campaign/x", "en"))
            strange = [campaigns.spec_of(house, conn, key, locale) for key, locale in unknown]
        assert found is not None and found.body == row.campaign.arms[0].words["hi"].body
        assert strange == [None] * 4 and house.settings.base_url == BASE
        with street.engine.begin() as conn:
            rows.create(conn, replace(PLAIN, id="draft"), programme_id=P, sender_id="s", by="asha", at=START)
        with street.engine.connect() as conn:
            assert campaigns.spec_of(house, conn, "campaign/draft/a", "en") is None
