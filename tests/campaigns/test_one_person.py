"""Several contacts, members, numbers: what one person said or did under any of them counts, and is taken back under one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from campaigns.spec import Trigger
from loyalty import merge
from tests.campaigns.stage import PLAIN, START, Street
from tests.campaigns.test_send import overdue_bill
from tests.campaigns.test_triggers import got, look, scanned
from tests.servers import Database
from tests.whatsapp.stage import run
from whatsapp.errors import kind_of
from whatsapp.outcome import Refused

DAY = timedelta(days=1)


@pytest.fixture
def street(database: Database) -> Street:
    return Street(database.engine)


def merged(street: Street, one: str, into: str) -> None:
    with street.engine.begin() as conn:
        merge.merge(conn, f"mbr_{one}", f"mbr_{into}", "x", street.at)


class TestContacts:
    def test_stop_behind_two_merges_is_seen(self, street: Street) -> None:
        """The database's own function makes them, the older one first."""
        street.person("c", wrote=None)
        with street.engine.begin() as conn:
            for n, name in enumerate(("x", "y"), 1):
                street.contact(conn, f"con_{name}", f"cnv_{name}")
                conn.execute(text("UPDATE contacts SET created_at = :at WHERE id = :id"),
                             {"at": START + n * DAY, "id": f"con_{name}"})  # fmt: skip
            conn.execute(text("UPDATE conversations SET stopped_at = :at WHERE id = 'cnv_y'"), {"at": START})
            for found, other in (("con_x", "con_y"), ("con_c", "con_x")):
                conn.execute(text("""SELECT contact_link(:found, :other, (SELECT address FROM contacts WHERE id = :found),
                                                         'whatsapp:IN.1', :now)"""),
                             {"found": found, "other": other, "now": START})  # fmt: skip
        assert {r.id: r.merged_into for r in street.all("SELECT id, merged_into FROM contacts")} == {
            "con_c": None, "con_x": "con_c", "con_y": "con_c",
        }  # fmt: skip
        assert street.all("SELECT stopped_at FROM conversations WHERE contact_id = 'con_c'") == [(START,)], "told once, here"
        street.plan(street.sent())
        assert street.outcomes() == {"c": "stopped"}


class TestBlocked:
    @pytest.mark.parametrize("code", [21610, 63014])
    def test_who_blocked_us_is_left_out_until_they_write_again(self, street: Street, code: int) -> None:
        street.people("asha", wrote=None)
        street.plan(street.sent(PLAIN, id="first"))
        street.twilio.answer = lambda post: Refused(kind_of(code), code, "")
        run(street.relay())
        street.forward(days=8)
        street.plan(street.sent(PLAIN, id="second"))
        assert street.outcomes("second") == {"asha": "stopped"}
        street.change("UPDATE conversations SET last_inbound_at = :at", at=street.at)
        street.plan(street.sent(PLAIN, id="third"))
        assert street.outcomes("third") == {"asha": "queued"}

    def test_who_could_not_be_reached_once_is_not(self, street: Street) -> None:
        street.people("asha", wrote=None)
        street.plan(street.sent(PLAIN, id="first"))
        street.twilio.answer = lambda post: Refused(kind_of(63024), 63024, "")
        run(street.relay())
        street.forward(days=8)
        street.plan(street.sent(PLAIN, id="second"))
        assert street.outcomes("second") == {"asha": "queued"}


class TestMembers:
    @pytest.mark.parametrize("chain", [False, True])
    def test_a_late_bill_of_what_was_merged_keeps_offers_back(self, street: Street, chain: bool) -> None:
        street.people("a", "b", "c")
        overdue_bill(street, "a", START - timedelta(minutes=1))
        merged(street, "a", "b")
        if chain:
            merged(street, "b", "c")
        last = "c" if chain else "b"
        street.audience = [f"mbr_{last}"]
        street.plan(street.sent())
        assert street.outcomes() == {last: "overdue"}

    def test_who_scanned_as_another_yesterday_is_not_told_that_they_have_not(self, street: Street) -> None:
        street.people("a", "b")
        scanned(street, "b", START - 30 * DAY)
        scanned(street, "a", START - DAY)
        merged(street, "a", "b")
        street.audience = ["mbr_b"]
        look(street, street.sent(PLAIN, trigger=Trigger("last_scan", 30)))
        assert got(street) == []

    @pytest.mark.parametrize(("on", "earlier", "told"), [
        ("last_scan", 90, ["c"]), ("last_scan", 1, []), ("first_scan", 20, ["c"]), ("first_scan", 90, []),
    ])  # fmt: skip
    def test_the_scan_of_one_that_was_merged_is_the_living_ones(
        self, street: Street, on: str, earlier: int, told: list[str]
    ) -> None:
        street.people("a", "b", "c")
        scanned(street, "a", START - 30 * DAY)
        scanned(street, "b", START - earlier * DAY)
        merged(street, "a", "b")
        merged(street, "b", "c")
        street.audience = ["mbr_c"]
        look(street, street.sent(PLAIN, trigger=Trigger(on, 30)))
        assert [name for name, _ in got(street)] == told
