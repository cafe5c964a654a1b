"""The tax passbook on the database: by person, once, taken back with the points, and never crossed twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from base.sealing import Keyring
from ledger import chart
from ledger.balance import trial
from payouts import pan, passbook
from payouts.passbook import Person, preview
from payouts.request import Requested, TermsChanged, request
from payouts.tax import SoFar, Split, TaxExceedsCash
from tests.payouts.conftest import CONVERSATION, MEMBER, PROGRAMME, RULES, TOKEN, World

KEYS = Keyring.parse("k1:" + "A" * 43 + "=")
PAN = "ABCPD1234F"
WORTH = 100  # paise a point, so that 100 points are ₹100
SISTER = """
INSERT INTO programmes (id, name, created_at) VALUES ('prg_two', 'Two', :at);
INSERT INTO members (id, programme_id, role, pin_code, state, data_key, details, shop_known, mobile_known, created_at)
    VALUES ('mbr_sister', 'prg_two', 'retailer', '411001', 'MH', :key, '', true, true, :at)
"""


@pytest.fixture
def rich(world: World) -> World:
    """A lakh of points, in November 2026."""
    world.now = datetime(2026, 11, 22, 6, tzinfo=UTC)
    with world.engine.begin() as conn:
        key = {"key": KEYS.wrap_new(MEMBER), "member": MEMBER}
        conn.execute(text("UPDATE members SET data_key = :key WHERE id = :member"), key)
    world.earn("more", 90_000)
    return world


def ask(world: World, rupees: int, key: str, shown_paise: int = 1) -> Any:
    with world.engine.begin() as conn:
        return request(
            conn, key=key, ids=world.ids, now=world.now, programme_id=PROGRAMME, member_id=MEMBER, points=rupees,
            conversation_id=CONVERSATION, token=TOKEN, paise_per_point=WORTH, masked="ra•••@okaxis", rules=RULES,
            shown_paise=shown_paise,
        )  # fmt: skip


def year(world: World, tax_year: str = "2026-27", member_id: str = MEMBER) -> SoFar:
    with world.engine.begin() as conn:
        return passbook.so_far(conn, passbook.person(conn, member_id), tax_year)


def give(world: World, plain: str = PAN, member_id: str = MEMBER, keys: Keyring = KEYS) -> pan.Given:
    with world.engine.begin() as conn:
        return pan.give(conn, keys, member_id=member_id, pan=plain, source="chat", now=world.now)


def owed(world: World) -> int:
    with world.engine.begin() as conn:
        return {row.account: row.balance for row in trial(conn, PROGRAMME)}[chart.tax_payable(PROGRAMME)]


def sister(world: World) -> str:
    with world.engine.begin() as conn:
        for statement in SISTER.split(";"):
            conn.execute(text(statement), {"at": world.now, "key": KEYS.wrap_new("mbr_sister")})
    return "mbr_sister"


def settle(world: World, asked: Requested, status: str, **how: Any) -> None:
    world.pay(asked.payout_id)
    world.webhook(world.fake.become(status, **how))


# ---- one redemption ------------------------------------------------------------------------------------------------------


def test_tax_is_split_off_kept_and_owed_once_paid(rich: World) -> None:
    give(rich)
    asked = ask(rich, 25_000, "SM1/0")
    assert (asked.gross_paise, asked.tax_paise, asked.amount_paise) == (2_500_000, 250_000, 2_250_000)
    assert year(rich) == SoFar(2_500_000, 2_500_000, 250_000)
    assert owed(rich) == 0, "nothing is owed before the money has left"
    settle(rich, asked, "processed", utr="1")
    assert (rich.money()["paid-out"], owed(rich)) == (2_250_000, 250_000)
    assert next(iter(rich.fake.payouts.values()))["amount"] == 2_250_000
    assert rich.points().available == 92_000 - 25_000 and rich.sound()


def test_the_same_key_answers_the_same_and_enters_once(rich: World) -> None:
    first = ask(rich, 25_000, "SM1/0")
    give(rich)  # would be another rate
    assert ask(rich, 25_000, "SM1/0") == first
    assert rich.one("SELECT count(*) AS n FROM tax_entries").n == 1


def test_a_failed_payout_leaves_the_year_and_no_tax(rich: World) -> None:
    asked = ask(rich, 25_000, "SM1/0")
    settle(rich, asked, "failed", reason="beneficiary_bank_rejected")
    assert (year(rich), owed(rich), rich.points().available) == (SoFar(), 0, 92_000)
    assert rich.one("SELECT count(*) AS n, sum(tax_paise) AS tax FROM tax_entries") == (2, 0)
    assert rich.sound()


def test_a_reversed_payout_takes_its_tax_back(rich: World) -> None:
    asked = ask(rich, 25_000, "SM1/0")
    settle(rich, asked, "processed", utr="1")
    rich.advance(days=150)  # in the next tax year: it leaves the year it belongs to; the other points have expired
    rich.webhook(rich.fake.become("reversed"))
    assert (year(rich), year(rich, "2027-28"), owed(rich)) == (SoFar(), SoFar(), 0)
    assert set(rich.money().values()) == {0} and rich.points().available == 25_000 and rich.sound()


def test_a_new_tax_year_begins_at_indias_midnight(rich: World) -> None:
    rich.now = datetime(2026, 3, 31, 18, 29, tzinfo=UTC)
    ask(rich, 15_000, "SM1/0")
    rich.now = datetime(2026, 3, 31, 18, 30, tzinfo=UTC)
    assert ask(rich, 15_000, "SM2/0").tax_paise == 0
    assert (year(rich, "2025-26").total_paise, year(rich).total_paise) == (1_500_000, 1_500_000)


# ---- never less than was shown -------------------------------------------------------------------------------------------


def test_less_than_was_shown_is_never_paid(rich: World) -> None:
    give(rich)
    ask(rich, 15_000, "SM1/0")
    changed = ask(rich, 10_000, "SM2/0", shown_paise=1_000_000)
    assert isinstance(changed, TermsChanged) and isinstance(changed.now.split, Split)
    assert changed.now.split.net_paise == 750_000
    assert rich.points().held == 15_000 and rich.one("SELECT count(*) AS n FROM payouts").n == 1
    assert isinstance(ask(rich, 10_000, "SM2/0", shown_paise=0), TermsChanged), "nothing shown means all of it"
    assert ask(rich, 10_000, "SM2/0", shown_paise=750_000).tax_paise == 250_000


def test_a_redemption_that_its_tax_would_swallow_is_refused(rich: World) -> None:
    ask(rich, 20_000, "SM1/0")
    refused = ask(rich, 100, "SM2/0")
    assert isinstance(refused, TermsChanged) and isinstance(refused.now.split, TaxExceedsCash)
    assert isinstance(ask(rich, -(-refused.now.split.least_paise // WORTH), "SM3/0"), Requested)


def test_the_preview_is_what_is_done_when_nothing_comes_between(rich: World) -> None:
    give(rich)
    with rich.engine.begin() as conn:
        seen = preview(conn, rules=RULES, member_id=MEMBER, benefit_paise=2_500_000, now=rich.now).split
    asked = ask(rich, 25_000, "SM1/0")
    assert isinstance(seen, Split) and (seen.net_paise, seen.tax_paise) == (asked.amount_paise, asked.tax_paise)


def test_two_at_once_cross_the_threshold_once(rich: World) -> None:
    give(rich)
    with ThreadPoolExecutor(6) as pool:
        asked = list(pool.map(lambda n: ask(rich, 6_000, f"SM{n}/0"), range(6)))
    assert year(rich) == SoFar(3_600_000, 3_600_000, 360_000)
    assert sorted(one.tax_paise for one in asked) == [0, 0, 0, 60_000, 60_000, 240_000]


# ---- one person ----------------------------------------------------------------------------------------------------------


def test_one_pan_is_one_year_over_programmes_and_a_later_pan_joins_what_was(rich: World) -> None:
    ask(rich, 15_000, "SM1/0")
    other = sister(rich)
    assert give(rich, member_id=other).others == ()
    assert year(rich, member_id=other) == SoFar()
    assert give(rich).others == (other,)
    assert year(rich, member_id=other) == year(rich) == SoFar(1_500_000, 0, 0)
    with rich.engine.begin() as conn:
        crossing = preview(conn, rules=RULES, member_id=other, benefit_paise=1_000_000, now=rich.now).split
    assert isinstance(crossing, Split) and crossing.tax_paise == 250_000


def test_a_corrected_pan_keeps_the_year_and_leaves_the_other_person(rich: World) -> None:
    give(rich)
    give(rich, "XYZPD1234F")
    ask(rich, 15_000, "SM1/0")
    assert year(rich).total_paise == 1_500_000
    assert year(rich, member_id=sister(rich)) == SoFar()
    give(rich, member_id="mbr_sister")
    assert year(rich, member_id="mbr_sister") == SoFar()
    rows = rich.one("SELECT count(*) AS n, count(replaced_at) AS replaced FROM member_pans WHERE member_id = 'mbr_ramesh'")
    assert (rows.n, rows.replaced) == (2, 1)


def test_the_same_pan_again_changes_nothing_and_after_new_keys_it_is_still_the_same(rich: World) -> None:
    first = give(rich)
    assert give(rich, "abcpd 1234f") == first
    assert rich.one("SELECT count(*) AS n FROM member_pans").n == 1
    other = sister(rich)
    rotated = Keyring({"k0": b"n" * 32, **KEYS.keys})  # somebody put the new key first, against the advice
    assert give(rich, member_id=other, keys=rotated) == pan.Given(first.pan_index, first.masked, (MEMBER,))


def test_a_pan_lies_sealed(rich: World) -> None:
    give(rich)
    row = rich.one("SELECT p.*, m.data_key FROM member_pans p JOIN members m ON m.id = p.member_id")
    assert PAN.encode() not in bytes(row.sealed) and (row.masked, PAN in row.pan_index) == ("AB••••••4F", False)
    assert pan.opened(KEYS, member_id=MEMBER, data_key=row.data_key, sealed=row.sealed) == PAN


def test_what_is_no_pan_and_whoever_is_erased_are_refused(rich: World) -> None:
    with pytest.raises(ValueError, match="no PAN"):
        give(rich, "ABCPD0000F")
    with rich.engine.begin() as conn:
        conn.execute(text("UPDATE members SET data_key = NULL"))
    with pytest.raises(pan.MemberErased):
        give(rich)


# ---- nothing is changed afterwards ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE tax_entries SET tax_paise = 0", "DELETE FROM tax_entries", "TRUNCATE tax_entries",
        "UPDATE payouts SET tax_paise = 0, gross_paise = amount_paise", "UPDATE member_pans SET pan_index = 'x'",
        "DELETE FROM member_pans", "DELETE FROM pans",
    ],
)  # fmt: skip
def test_the_service_cannot_rewrite_the_passbook(rich: World, change: str) -> None:
    give(rich)
    ask(rich, 25_000, "SM1/0")
    with pytest.raises(Exception, match=r"append-only|cannot change|permission denied"), rich.engine.begin() as conn:
        conn.execute(text(change))


def test_a_person_without_a_pan_says_so(rich: World) -> None:
    with rich.engine.begin() as conn:
        assert passbook.person(conn, MEMBER) == Person(MEMBER, None, None)
