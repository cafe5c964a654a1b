"""Planning waits: for the morning, for the sender's tier, for what is left of the budget; and past the end it is too late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from campaigns import report, rows, send
from campaigns.rows import Refused, Row
from campaigns.spec import Budget, Schedule
from tests.campaigns.stage import PLAIN, START, P, Street
from tests.servers import Database
from tests.whatsapp.stage import run


@pytest.fixture
def street(database: Database) -> Street:
    return Street(database.engine)


class TestPace:
    def test_quiet_hours_are_waited_for_and_nobody_is_decided_about_before(self, street: Street) -> None:
        street.people("asha", "ravi")
        street.at = datetime(2026, 1, 5, 17, 0, tzinfo=UTC)  # 22:30 in India
        row = street.sent()
        last = street.plan(row)
        assert last.waits is not None and last.waits.what == "quiet"
        assert (street.outcomes(), street.row().waits_for) == ({}, "quiet")
        assert street.row().waits_until == datetime(2026, 1, 6, 3, 30, tzinfo=UTC)
        street.change("UPDATE conversations SET stopped_at = :now WHERE id = 'cnv_asha'", now=street.at)
        street.at = datetime(2026, 1, 6, 3, 29, 30, tzinfo=UTC)
        street.plan(row)
        assert street.outcomes() == {"asha": "stopped", "ravi": "queued"}
        assert [r.not_before for r in street.all("SELECT not_before FROM outbox")] == [datetime(2026, 1, 6, 3, 30, tzinfo=UTC)]

    def test_a_holiday_of_the_programme_is_quiet_all_day(self, street: Street) -> None:
        street.person("asha")
        street.at = datetime(2026, 11, 8, 6, 0, tzinfo=UTC)
        last = street.plan(street.sent())
        assert last.waits is not None and last.waits.until == datetime(2026, 11, 9, 3, 30, tzinfo=UTC)

    def test_what_could_leave_only_after_the_end_is_too_late(self, street: Street) -> None:
        street.person("asha")
        street.at = datetime(2026, 1, 5, 16, 0, tzinfo=UTC)
        end = datetime(2026, 1, 6, 3, 0, tzinfo=UTC)
        row = street.sent(PLAIN, schedule=Schedule(end=end, quiet_from=START.time(), quiet_until=START.time()))
        assert street.plan(row).queued == 1  # never quiet
        assert [r.expires_at for r in street.all("SELECT expires_at FROM outbox")] == [end]
        street.plan(street.sent(PLAIN, id="late", schedule=Schedule(end=end, quiet_from=datetime(2026, 1, 1, 20).time())))
        assert street.outcomes("late") == {"asha": "too_late"}


class TestTier:
    def test_so_many_people_are_begun_with_in_a_day_and_the_next_ones_wait(self, street: Street) -> None:
        street.people("a1", "a2", "a3", "a4", "a5", wrote=None)
        street.change("UPDATE senders SET people_per_day = 2")
        row = street.sent()
        assert street.plan(row).waits is not None
        assert list(street.outcomes()) == ["a1", "a2"]
        run(street.relay())
        assert len(street.twilio.accepted) == 2
        street.forward(hours=3)
        assert street.plan(row).walked == 0
        assert street.row().waits_until == START + timedelta(hours=24)
        street.forward(hours=21, minutes=1)
        street.plan(row)
        run(street.relay())
        assert len(street.twilio.accepted) == 4

    def test_whoever_has_just_written_takes_no_place_and_who_was_begun_with_takes_no_second(self, street: Street) -> None:
        street.person("a1", wrote=None)
        street.person("a2", wrote=START)
        street.change("UPDATE senders SET people_per_day = 1")
        assert street.plan(street.sent()).done
        run(street.relay())
        assert street.plan(street.sent(PLAIN, id="again")).done
        assert street.outcomes("again") == {"a1": "queued", "a2": "queued"}

    def test_past_the_end_they_are_left_out(self, street: Street) -> None:
        street.people("a1", "a2", "a3", wrote=None)
        street.change("UPDATE senders SET people_per_day = 1")
        row = street.sent(PLAIN, schedule=Schedule(end=START + timedelta(hours=5)))
        street.plan(row)
        run(street.relay())
        street.plan(row)
        assert street.outcomes() == {"a1": "queued", "a2": "too_late", "a3": "too_late"}


class TestBudget:
    def test_so_many_messages_and_no_more(self, street: Street) -> None:
        street.people("a1", "a2", "a3")
        street.plan(street.sent(PLAIN, budget=Budget(most_messages=2)), most=1)
        assert street.outcomes() == {"a1": "queued", "a2": "queued", "a3": "budget"}

    def test_rupees_stop_before_the_row_that_would_pass_them(self, street: Street) -> None:
        street.people("a1", "a2", "a3", "a4", wrote=None)
        street.person("a0")  # inside the window: it costs nothing, which is known only once it has left
        row = street.sent(PLAIN, category="utility", budget=Budget(most_paise=299, paise_per_message=100))
        assert street.plan(row).waits is not None
        assert list(street.outcomes()) == ["a0", "a1"]
        run(street.relay())
        street.plan(row)
        assert street.outcomes() == {"a0": "queued", "a1": "queued", "a2": "queued"}
        run(street.relay())
        street.plan(row)
        assert street.outcomes() == {"a0": "queued", "a1": "queued", "a2": "queued", "a3": "budget", "a4": "budget"}

    def test_marketing_is_charged_inside_the_24_hours_too(self, street: Street) -> None:
        """WhatsApp's price of a marketing template has no free window: who has just written costs as much."""
        street.people("a1", "a2", "a3")
        row = street.sent(PLAIN, budget=Budget(most_paise=250, paise_per_message=100))
        for _ in range(2):
            street.plan(row)
            run(street.relay())
        assert street.outcomes() == {"a1": "queued", "a2": "queued", "a3": "budget"}
        with street.engine.begin() as conn:
            assert report.read(conn, P, "diwali", street.at).total.cost_paise == 200

    def test_other_campaigns_of_the_sender_cost_this_one_nothing(self, street: Street) -> None:
        street.people("a1", "a2", wrote=None)
        street.plan(street.sent(PLAIN, id="diwali-2"))
        run(street.relay())
        street.plan(street.sent(PLAIN, budget=Budget(most_paise=200, paise_per_message=100)))
        assert street.outcomes() == {"a1": "queued", "a2": "queued"}


class TestPause:
    @pytest.mark.parametrize("verb", [rows.pause, rows.stop])
    def test_who_pauses_or_stops_it_does_not_wait_while_a_long_page_is_read(
        self, street: Street, verb: Callable[..., Row | Refused]
    ) -> None:
        street.people("asha", "ravi")
        row, ports = street.sent(), street.ports()

        def page(conn: Connection, row: Row, now: datetime, after: str, most: int) -> list[str]:
            with street.engine.begin() as other:
                assert isinstance(verb(other, P, row.id, by="ravi", at=now, why="the price"), Row)
            return street.audience

        made = send.batch(replace(ports, page=page), row, 10)
        assert (made.walked, made.done, street.outcomes()) == (0, False, {})
