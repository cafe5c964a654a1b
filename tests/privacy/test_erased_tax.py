"""Whoever is erased still stands in the statement of deductions until its time is over; the books and years go on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot import erase, retention
from handlers import ownership
from ledger import points
from loyalty import memberships
from payouts import pan, passbook, tax_statement
from payouts.lifecycle import Points
from payouts.tax import quarter_days, tax_year
from tests.cli.test_tax import PAN, Office
from tests.handlers.redeeming import say
from tests.house import DATA_KEYS, RAMESH, SUNITA, Home, home
from tests.privacy.planted import every_cell, seen
from tests.privacy.test_rotation import SECOND, standing, with_keys
from tests.servers import Database


@pytest.fixture
def taxed(database: Database) -> Iterator[Office]:
    """Ramesh gave his PAN and took 25,000 rupees; tax was deducted."""
    with home(database.url) as made:
        made.enrol()
        talk = made.conversation()
        with made.house.engine.begin() as conn:
            points.earn(
                conn, key="much", programme_id="roshni", member_id=talk.member_id, points=40_000, expires_at=None,
                happened_at=made.at, recorded_at=made.at, facts={},
            )  # fmt: skip
            pan.give(conn, made.house.keyring, member_id=talk.member_id, pan=PAN, source="chat", now=made.at)
        office = Office(made.house, made)
        office.ends(office.redeem(25_000, "k1"), Points.BURN, "paid")
        yield office


def lines(house_home: Home) -> list[tuple[str, str, int]]:
    with house_home.house.engine.connect() as conn:
        statement = tax_statement.read(conn, house_home.house.keyring, *quarter_days("2025-26", 4))
    return [(line.pan, line.name, line.tax_paise) for line in statement.lines]


def gone(made: Home, who: str = RAMESH) -> None:
    made.write("delete my data", who)
    made.write("", who, ButtonPayload="erase", ButtonText="x")
    assert say(made, "DELETE", who=who) == "my_data.scheduled"
    made.forward(days=8)
    assert erase.run_due(made.house) == 1


def test_the_statement_names_them_as_before_and_only_until_the_day(taxed: Office) -> None:
    before = lines(taxed.home)
    assert before == [(PAN, "Ramesh Kumar", 250_000)]
    gone(taxed.home)
    assert seen({"pan": PAN, "name": "Ramesh Kumar"}, every_cell(taxed.home)) == []
    assert lines(taxed.home) == before
    taxed.home.forward(days=2_900)
    retention.tidy(taxed.home.house)
    assert lines(taxed.home) == before
    taxed.home.forward(days=30)
    retention.tidy(taxed.home.house)
    ((number, name, tax),) = lines(taxed.home)
    assert PAN not in number and name == "" and tax == 250_000


def test_the_tax_year_of_whoever_comes_back_goes_on_and_they_are_nobodys_double(taxed: Office) -> None:
    gone(taxed.home)
    taxed.home.enrol()
    again = taxed.home.conversation().member_id
    with taxed.house.engine.begin() as conn:
        given = pan.give(conn, taxed.house.keyring, member_id=again, pan=PAN, source="chat", now=taxed.home.at)
        assert given.others == ()
        year = passbook.so_far(conn, passbook.person(conn, again), tax_year(taxed.home.at))
    assert (year.total_paise, year.tax_paise) == (2_500_000, 250_000)


def test_rotation_wraps_what_is_retained_too(taxed: Office) -> None:
    gone(taxed.home)
    with_keys(taxed.home, f"{DATA_KEYS},{SECOND}")
    assert taxed.data("keys", "rotate")["left"] == 0
    assert standing(taxed.home) == {"retention_keys/k2": 1}
    with_keys(taxed.home, SECOND)
    assert lines(taxed.home)[0][0] == PAN


def test_what_was_deducted_before_a_shop_was_sold_stays_its_sellers_when_the_buyer_is_erased(taxed: Office) -> None:
    made, member = taxed.home, taxed.home.conversation().member_id
    made.write("hi", SUNITA)
    made.forward(days=1)
    with made.house.engine.begin() as conn:
        memberships.lock(conn, member)
        to = made.conversation(SUNITA).contact_id
        ownership.hand_over(conn, made.house.keyring, member, to, "Sunita Buyer", by="meera", key="k", now=made.at)
        pan.give(conn, made.house.keyring, member_id=member, pan="ZZZPS9876Q", source="chat", now=made.at)
    before = lines(made)
    assert before == [(PAN, "Ramesh Kumar", 250_000)]
    made.forward(days=1)
    gone(made, SUNITA)
    assert lines(made) == before
