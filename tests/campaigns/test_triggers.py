"""Campaigns that go on by themselves: to each member once per occasion, on its day, and nothing older than two days."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection

from campaigns import rows, triggers
from campaigns.decide import Waits
from campaigns.rows import Row
from campaigns.send import Batch
from campaigns.spec import Schedule, Trigger
from loyalty.programme_file import parse_programme
from loyalty.programme_rows import publish
from tests.campaigns.stage import PLAIN, SAMPLE, START, P, Street
from tests.servers import Database

DAY = timedelta(days=1)


@pytest.fixture
def street(database: Database) -> Street:
    return Street(database.engine)


def sent(street: Street, on: str, days: int, **changed: object) -> Row:
    return street.sent(PLAIN, trigger=Trigger(on, days), **changed)


def look(street: Street, row: Row, most: int = 100) -> Batch:
    """Once, as if a minute had passed since the last."""
    street.forward(seconds=61)
    return triggers.batch(street.ports(), row, most)


def scanned(street: Street, name: str, at: datetime) -> None:
    street.change("""INSERT INTO coupon_batches (id, programme_id, sku, count, key, created_at)
                     VALUES ('b', :p, 'X', 100, 'A', :now) ON CONFLICT DO NOTHING""", p=P, now=START)
    street.change("""
        INSERT INTO coupons (batch_id, programme_id, sku, key, state, claimed_by_member, claimed_by_contact, claimed_at,
                             claim_key)
        VALUES ('b', :p, 'X', 'A', 'claimed', :member, :contact, :at, :key)""",
        p=P, member=f"mbr_{name}", contact=f"con_{name}", at=at, key=f"{name}/{at}")  # fmt: skip


def got(street: Street) -> list[tuple[str, str]]:
    found = street.all("SELECT member_id, occasion FROM campaign_people WHERE outcome = 'queued' ORDER BY occasion, member_id")
    return [(row.member_id.removeprefix("mbr_"), row.occasion) for row in found]


def test_a_month_after_the_last_scan_and_once(street: Street) -> None:
    street.people("asha", "ravi")
    row = sent(street, "last_scan", 30)
    scanned(street, "asha", START - 40 * DAY)
    scanned(street, "asha", START - 29 * DAY)
    scanned(street, "ravi", START - 28 * DAY)
    assert look(street, row).walked == 0
    street.forward(days=1)
    assert (look(street, row).queued, look(street, row).queued) == (1, 0)
    assert [r.key for r in street.all("SELECT key FROM outbox")] == ["campaign/diwali/mbr_asha/2025-12-07"]
    street.forward(days=1)
    look(street, row)
    assert got(street) == [("asha", "2025-12-07"), ("ravi", "2025-12-08")]


def test_whoever_scanned_this_morning_is_not_told_that_they_have_not(street: Street) -> None:
    street.person("asha")
    row = sent(street, "last_scan", 30)
    scanned(street, "asha", START - 30 * DAY)
    scanned(street, "asha", START - timedelta(minutes=5))
    assert look(street, row).walked == 0


def test_it_comes_again_with_the_next_occasion(street: Street) -> None:
    street.person("asha")
    row = sent(street, "last_scan", 1, category="utility")
    for _ in range(3):
        scanned(street, "asha", street.at)
        street.forward(days=1)
        look(street, row)
    assert [occasion for _, occasion in got(street)] == ["2026-01-05", "2026-01-06", "2026-01-07"]


def test_the_first_scan_is_told_about_and_the_second_is_not(street: Street) -> None:
    street.people("asha", "ravi")
    row = sent(street, "first_scan", 0)
    scanned(street, "ravi", START - 90 * DAY)
    scanned(street, "ravi", START)
    scanned(street, "asha", START)
    assert look(street, row).queued == 1
    assert got(street) == [("asha", "2026-01-05")]


def test_days_after_enrolling_and_after_the_proof_of_identity(street: Street) -> None:
    street.people("asha", "ravi")
    street.change("UPDATE members SET created_at = :at WHERE id = 'mbr_asha'", at=START - 3 * DAY)
    row = sent(street, "enrolled", 3)
    assert (look(street, row).queued, got(street)) == (1, [("asha", "2026-01-02")])
    street.change("""
        INSERT INTO kyc_checks (id, programme_id, member_id, conversation_id, kind, state, sealed, blind_index, masked, source,
                                created_at, decided_at, decided_by)
        VALUES ('k', :p, 'mbr_ravi', 'cnv_ravi', 'pan', 'verified', '', 'x', '', 'typed', :at, :at, 'system:x')""",
        p=P, at=START - 3 * DAY)  # fmt: skip
    second = street.sent(PLAIN, id="kyc-3", trigger=Trigger("kyc", 3))
    look(street, second)
    assert street.outcomes("kyc-3") == {"ravi": "queued"}


def test_before_points_expire_by_the_day_that_messages_say(street: Street) -> None:
    street.people("asha", "ravi")
    points(street, "asha", datetime(2026, 1, 18, 18, 30, tzinfo=UTC))  # midnight in India: the 18th is the last day
    points(street, "ravi", datetime(2026, 1, 20, 18, 30, tzinfo=UTC))
    row = sent(street, "points_expire", -14)
    assert look(street, row).walked == 0
    street.audience = ["mbr_asha", "mbr_ravi"]
    street.forward(days=0)
    early = street.sent(PLAIN, id="early", trigger=Trigger("points_expire", -13))
    look(street, early)
    assert street.outcomes("early") == {"asha": "queued"}


def points(street: Street, name: str, expires: datetime) -> None:
    account = f"{P}/member/mbr_{name}/available"
    street_owner(street, f"""
        INSERT INTO accounts (id, programme_id, unit, floor, tracked, credits, opened_at)
        VALUES ('{account}', '{P}', 'PTS', 0, true, 10, '{START}');
        INSERT INTO postings (key, asked, programme_id, reason, facts, happened_at, recorded_at)
        VALUES ('{name}', '', '{P}', 'earn', '{{}}', '{START}', '{START}');
        INSERT INTO lots (programme_id, account, posting_id, points, remaining, expires_at)
        SELECT '{P}', '{account}', id, 10, 10, '{expires}' FROM postings WHERE key = '{name}'""")


def street_owner(street: Street, sql: str) -> None:
    import psycopg

    url = street.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as conn:
        conn.execute(sql)


class TestLate:
    def test_a_process_that_was_away_catches_up_two_days_and_no_more(self, street: Street) -> None:
        street.people("a1", "a2", "a3", "a4")
        row = sent(street, "last_scan", 30)
        for number in (1, 2, 3, 4):
            scanned(street, f"a{number}", START - (30 - number) * DAY)
        street.forward(days=4)  # the days of a1 to a4 have come; that of a1 is three days ago
        look(street, row)
        assert [name for name, _ in got(street)] == ["a2", "a3", "a4"]

    def test_holidays_lose_nobody(self, street: Street) -> None:
        """Four of them in a row: everybody whose day they were gets it on the first day that is none."""
        closed = "holidays = " + str([f"2026-01-0{day}" for day in (6, 7, 8, 9)]).replace("'", '"')
        with street.engine.begin() as conn:
            publish(conn, parse_programme(SAMPLE.read_bytes().replace(b'holidays = ["2026-11-08"]', closed.encode())), START)
        street.people("a1", "a2", "a3", "a4")
        row = sent(street, "last_scan", 30)
        for number in (1, 2, 3, 4):
            scanned(street, f"a{number}", START - (30 - number) * DAY)
        street.forward(days=4)
        look(street, row)
        assert got(street) == []
        street.forward(days=1)
        look(street, row)
        assert [name for name, _ in got(street)] == ["a1", "a2", "a3", "a4"]

    @pytest.mark.parametrize(("closed", "back"), [((), 2), ((1,), 3), ((1, 2), 4), ((0,), 2), ((2, 3), 4), (range(1, 99), 60)])
    def test_two_days_that_are_no_holidays(self, street: Street, closed: Iterable[int], back: int) -> None:
        row, today = sent(street, "last_scan", 30), date(2026, 6, 1)
        holidays = [today - number * DAY for number in closed]
        assert triggers.days(row, today, holidays) == (today - (back + 30) * DAY, today - 30 * DAY)

    def test_it_does_not_reach_back_behind_the_day_on_which_it_was_sent(self, street: Street) -> None:
        street.people("a1", "a2")
        scanned(street, "a1", START - 31 * DAY)
        scanned(street, "a2", START - 30 * DAY)
        look(street, sent(street, "last_scan", 30))
        assert [name for name, _ in got(street)] == ["a2"]

    def test_quiet_hours_are_waited_for(self, street: Street) -> None:
        street.person("asha")
        row = sent(street, "last_scan", 30)
        scanned(street, "asha", START - 29 * DAY)
        street.at = datetime(2026, 1, 5, 20, 0, tzinfo=UTC)  # 01:30 in India, on the day
        last = look(street, row)
        assert last.waits == Waits("quiet", datetime(2026, 1, 6, 3, 30, tzinfo=UTC))
        assert look(street, row).walked == 0
        street.at = datetime(2026, 1, 6, 3, 31, tzinfo=UTC)
        assert look(street, row).queued == 1

    def test_after_its_end_nothing_goes(self, street: Street) -> None:
        street.person("asha")
        row = sent(street, "last_scan", 30, schedule=Schedule(end=START + timedelta(hours=3)))
        street.forward(hours=4)
        scanned(street, "asha", START - 30 * DAY)
        assert look(street, row).walked == 0


class TestRest:
    def test_a_tier_that_is_raised_is_seen_at_once(self, street: Street) -> None:
        street.people("a1", "a2", wrote=None)
        street.change("UPDATE senders SET people_per_day = 1")
        for name in ("a1", "a2"):
            scanned(street, name, START - 30 * DAY)
        row = sent(street, "last_scan", 30)
        assert look(street, row).waits is not None
        street.change("UPDATE senders SET people_per_day = 2")
        look(street, row)
        assert [name for name, _ in got(street)] == ["a1", "a2"]

    def test_who_pauses_it_does_not_wait_while_scans_are_read(self, street: Street) -> None:
        street.person("asha")
        scanned(street, "asha", START - 30 * DAY)
        row, ports = sent(street, "last_scan", 30), street.ports()

        def among(conn: Connection, row: Row, now: datetime, members: Collection[str]) -> Collection[str]:
            with street.engine.begin() as other:
                assert isinstance(rows.pause(other, P, row.id, by="ravi", at=now, why="the price"), Row)
            return members

        triggers.batch(replace(ports, among=among), row, 100)
        assert (street.row().state, street.outcomes()) == ("paused", {})


class TestPages:
    def test_all_are_reached_page_by_page_and_those_outside_the_audience_block_nobody(self, street: Street) -> None:
        names = [f"p{number:02}" for number in range(20)]
        street.people(*names)
        for name in names:
            scanned(street, name, START - 30 * DAY)
        street.audience = [f"mbr_{name}" for name in names[::2]]
        row = sent(street, "last_scan", 30)
        for _ in range(12):
            look(street, row, most=3)
        assert [name for name, _ in got(street)] == names[::2]

    def test_two_members_of_one_phone_on_the_same_day_get_one(self, street: Street) -> None:
        street.person("asha")
        street.person("shop", contact="con_asha")
        for name in ("asha", "shop"):
            street.change("UPDATE members SET created_at = :at WHERE id = :id", at=START - 3 * DAY, id=f"mbr_{name}")
        look(street, sent(street, "enrolled", 3))
        assert street.outcomes() == {"asha": "queued", "shop": "already"}

    def test_whoever_said_stop_is_left_out_on_the_day(self, street: Street) -> None:
        street.person("asha")
        scanned(street, "asha", START - 30 * DAY)
        street.change("UPDATE conversations SET stopped_at = :now", now=START)
        look(street, sent(street, "last_scan", 30))
        assert street.outcomes() == {"asha": "stopped"}
