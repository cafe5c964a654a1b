"""A member's tax year and the statement of deductions: whole, masked or named, and equal to the books."""

from __future__ import annotations

import csv
import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from handlers import ownership
from ledger import chart, points
from ledger.balance import trial
from payouts import books, pan
from payouts.lifecycle import Points
from payouts.request import Requested, request
from payouts.rows import lock
from tests.cli.contract import promises
from tests.cli.shop import CommandLine
from tests.house import SUNITA, Home, home
from tests.servers import Database

PHONE, PAN = "+919812345678", "ABCPD1234F"


@dataclass(frozen=True)
class Office(CommandLine):
    home: Home

    def redeem(self, rupees: int, key: str) -> str:
        """A redemption asked for; tax is taken as it comes."""
        conversation = self.home.conversation()
        with self.house.engine.begin() as conn:
            asked = request(
                conn, key=key, ids=self.house.ids, now=self.home.at, programme_id="roshni",
                member_id=conversation.member_id, conversation_id=conversation.id, token="sec_1", points=rupees,
                paise_per_point=100, masked="ra•••@okaxis", rules=self.house.tax_rules, shown_paise=1,
            )  # fmt: skip
        assert isinstance(asked, Requested)
        return asked.payout_id

    def ends(self, payout_id: str, how: Points, state: str) -> None:
        """As the provider's answer leaves it, books and row."""
        with self.house.engine.begin() as conn:
            payout = lock(conn, payout_id)
            if how is Points.BURN:
                books.commit_money(conn, payout, self.home.at)
            books.settle(conn, payout, how, self.home.at)
            values = {"state": state, "at": self.home.at, "id": payout_id}
            sent = "provider = 'razorpayx', request = coalesce(request, 'x'), reserved_at = :at"
            conn.execute(text(f"UPDATE payouts SET state = :state, settled_at = :at, {sent} WHERE id = :id"), values)

    def owed(self) -> int:
        with self.house.engine.begin() as conn:
            return {row.account: row.balance for row in trial(conn, "roshni")}[chart.tax_payable("roshni")]


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    with home(database.url) as made:
        made.at = datetime(2026, 11, 22, 6, tzinfo=UTC)
        made.enrol()
        member = made.conversation().member_id
        _rename(made, member, '=HYPERLINK("http://x")')  # the chat asks for letters; other doors may not
        with made.house.engine.begin() as conn:
            points.earn(
                conn, key="rich", programme_id="roshni", member_id=member, points=200_000, expires_at=None,
                happened_at=made.at, recorded_at=made.at, facts={},
            )  # fmt: skip
        line = Office(made.house, made)
        for name, role in (("asha", "admin"), ("finn", "finance"), ("sunil", "support")):
            assert line("staff", "add", name, "--role", role, *(["--as", "asha"] if name != "asha" else [])).exit_code == 0
        yield line


def _rename(made: Home, member: str, name: str) -> None:
    (row,) = made.rows("SELECT data_key, details FROM members WHERE id = :id", id=member)
    sealer, place = made.house.keyring.unwrap(row.data_key, member), f"members/{member}"
    details = json.loads(sealer.open(row.details, place)) | {"name": name}
    made.change("UPDATE members SET details = :d WHERE id = :id", d=sealer.seal(json.dumps(details).encode(), place), id=member)


def exported(office: Office, tmp_path: Path, quarter: int = 3, name: str = "q.csv") -> tuple[Any, list[Any]]:
    out = tmp_path / name
    told = office.data("tax", "export", "--year", "2026-27", "--quarter", quarter, "--out", out, "--as", "finn")
    with out.open(encoding="utf-8-sig", newline="") as file:
        return told, list(csv.DictReader(file))


def test_the_statement_is_what_the_books_owe(office: Office, tmp_path: Path) -> None:
    for words in ("pan", PAN):
        office.home.write(words)
    assert office.home.told()[-1] == "tax.pan_saved"
    paid = [office.redeem(15_000, "SM1/0"), office.redeem(10_000, "SM2/0")]
    for one in paid:
        office.ends(one, Points.BURN, "paid")
    told, rows = exported(office, tmp_path)
    assert promises()["tax export"].differences(told) == []
    assert told["tax_paise"] == office.owed() == 250_000
    (row,) = rows  # the first was below the threshold: no deduction
    assert (row["pan"], row["tax_rupees"], row["taxed_rupees"], row["rate_percent"]) == (PAN, "2500.00", "25000.00", "10.00")
    assert (row["deducted_on"], row["payout"], row["without_pan"]) == ("2026-11-22", paid[1], "no")
    assert row["name"] == """'=HYPERLINK("http://x")""", "a name is no formula"
    assert stat.S_IMODE((tmp_path / "q.csv").stat().st_mode) == 0o600


def test_what_is_on_its_way_is_not_in_it_and_says_so(office: Office, tmp_path: Path) -> None:
    office.redeem(25_000, "SM1/0")
    told, rows = exported(office, tmp_path)
    assert (rows, told["pending"], office.owed()) == ([], {"payouts": 1, "tax_paise": 500_000}, 0)


def test_a_return_within_the_quarter_leaves_no_line_and_later_a_line_below_nothing(office: Office, tmp_path: Path) -> None:
    first, second = office.redeem(25_000, "SM1/0"), office.redeem(10_000, "SM2/0")
    for one in (first, second):
        office.ends(one, Points.BURN, "paid")
    office.ends(first, Points.GIVE_BACK, "reversed")
    told, rows = exported(office, tmp_path)
    assert [row["payout"] for row in rows] == [second] and told["tax_paise"] == office.owed() == 200_000
    assert rows[0]["pan"] == "PANNOTAVBL" and told["without_pan"] == 1
    office.home.forward(days=60)
    office.ends(second, Points.GIVE_BACK, "reversed")
    later, (line,) = exported(office, tmp_path, quarter=4, name="q4.csv")
    assert (line["tax_rupees"], line["returns_payout_of"]) == ("-2000.00", "2026-11-22")
    assert told["tax_paise"] + later["tax_paise"] == office.owed() == 0


def test_a_deduction_of_a_shop_that_was_sold_names_its_owner_of_then(office: Office, tmp_path: Path) -> None:
    office.ends(office.redeem(25_000, "one"), Points.BURN, "paid")
    office.home.write("pan")
    office.home.write(PAN)
    office.home.forward(minutes=1)
    office.home.enrol(SUNITA)
    member, buyer = office.home.conversation().member_id, office.home.conversation(SUNITA).contact_id
    with office.house.engine.begin() as conn:
        ownership.hand_over(
            conn, office.house.keyring, member, buyer, "Sunita Sharma", by="handover", key="sold", now=office.home.at
        )
        pan.give(conn, office.house.keyring, member_id=member, pan="ABCPS1234F", source="chat", now=office.home.at)
    _, rows = exported(office, tmp_path)
    assert len(rows) == 1 and "Sunita" not in rows[0]["name"] and rows[0]["pan"] != "ABCPS1234F"


def test_only_finance_opens_pans_and_everyone_sees_that_they_did(office: Office, tmp_path: Path) -> None:
    verb = ("tax", "export", "--year", "2026-27", "--quarter", "3", "--out", tmp_path / "q.csv", "--as")
    assert "needs the role finance" in office.refusal(*verb, "sunil")
    assert "nobody on the staff" in office.refusal(*verb, "ghost")
    assert not (tmp_path / "q.csv").exists()
    assert office(*verb, "finn").exit_code == 0
    (act,) = [act for act in office.data("staff", "audit")["audit"] if act["act"] == "tax.export"]
    assert (act["actor"], act["subject"]) == ("finn", "2026-27/Q3")


def test_a_statement_is_never_written_over_and_never_half(office: Office, tmp_path: Path) -> None:
    (tmp_path / "q.csv").write_text("filed")
    verb = ("tax", "export", "--year", "2026-27", "--quarter", "3", "--as", "finn", "--out")
    assert "is there already" in office.refusal(*verb, tmp_path / "q.csv")
    assert (tmp_path / "q.csv").read_text() == "filed"
    assert "cannot be written" in office.refusal(*verb, tmp_path / "nowhere" / "q.csv")


@pytest.mark.parametrize("year", ["2026", "2026-28", "26-27", "२०२६-२७", "2026-027"])
def test_what_is_no_tax_year_is_misuse(office: Office, tmp_path: Path, year: str) -> None:
    verb = ("tax", "export", "--year", year, "--quarter", "3", "--as", "finn", "--out", tmp_path / "q.csv")
    assert "is no tax year" in office.misuse(*verb)


def test_the_members_year_is_shown_masked(office: Office) -> None:
    for words in ("pan", PAN):
        office.home.write(words)
    office.redeem(25_000, "SM1/0")
    page = office.data("tax", "show", PHONE)
    assert promises()["tax show"].differences(page) == [] and promises()["tax show"].unexplained() == set()
    assert (page["pan"], page["total_paise"], page["tax_paise"], page["rate_bp"]) == ("AB••••••4F", 2_500_000, 250_000, 1_000)
    words = office("tax", "show", PHONE).stdout
    assert PAN not in words and "₹2,500" in words and "10%" in words
    assert office.data("tax", "show", PHONE, "--year", "2025-26")["entries"] == []
    assert "nobody has written from" in office.refusal("tax", "show", "+919000000000")
