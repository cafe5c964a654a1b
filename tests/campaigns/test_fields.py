"""What a message may say of members: real values, in the form people read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from base.sealing import CannotOpen, Keyring
from campaigns.expression import BadCondition, parse
from campaigns.fields import FIELDS, values
from tests.campaigns.crowd import KEYRING, NOW, Crowd, Person, ago

NAMES = [field.name for field in FIELDS.values() if field.variable]


@pytest.fixture
def crowd(database: Any) -> Crowd:
    return Crowd(database.engine)


def said(crowd: Crowd, *people: Person, names: list[str] = NAMES) -> dict[str, dict[str, str]]:
    with crowd.engine.begin() as conn:
        found = values(conn, KEYRING, crowd.programme.id, [one.id for one in people], names, NOW)
    return {member: dict(told) for member, told in found.items()}


def test_every_field_of_a_member_with_a_history(crowd: Crowd) -> None:
    one = crowd.member("retailer", "MH", "411001", "hi", ago(200), "सुनीता देवी", "24x7 Electricals")
    crowd.earn(one, 120_000, ago(9), datetime(2026, 3, 31, 18, 30, tzinfo=UTC))  # through the whole of 31 March in India
    crowd.earn(one, 3_456, ago(8), datetime(2026, 5, 1, tzinfo=UTC))
    crowd.scan(one, datetime(2026, 3, 1, 20, tzinfo=UTC))  # in India it was the 2nd
    crowd.bill(one, ago(1))
    assert said(crowd, one)[one.id] == {
        "role": "retailer", "state": "MH", "pin_code": "411001", "language": "hi", "kyc": "none", "enrolled": "22-08-2025",
        "last_scan": "02-03-2026", "last_bill": "09-03-2026", "last_payout": "", "balance": "1,23,456", "expiring": "1,20,000",
        "expires_on": "31-03-2026", "name": "सुनीता देवी", "shop": "24x7 Electricals",
    }  # fmt: skip


def test_what_is_not_there_is_empty_and_points_are_nought(crowd: Crowd) -> None:
    one, erased = crowd.member(language=None), crowd.member()
    crowd.erase(erased)
    told = said(crowd, one, erased, names=["name", "shop", "balance", "expiring", "expires_on", "last_scan", "language"])
    assert told[one.id] == {"name": "Ramesh Kumar", "shop": "", "balance": "0", "expiring": "0", "expires_on": "",
                            "last_scan": "", "language": "en"}  # fmt: skip
    assert told[erased.id]["name"] == ""


def test_a_debt_is_said_as_one(crowd: Crowd) -> None:
    one = crowd.member()
    posting = crowd.earn(one, 1_500, ago(5))
    crowd.spend(one, 1_500, ago(4))
    crowd.take_back(one, posting, ago(3))
    assert said(crowd, one, names=["balance"]) == {one.id: {"balance": "-1,500"}}


def test_nothing_is_opened_that_is_not_asked_for(crowd: Crowd) -> None:
    one = crowd.member()
    other = Keyring.parse("k1:" + "B" * 43 + "=")
    with crowd.engine.begin() as conn:
        assert values(conn, other, crowd.programme.id, [one.id], ["role"], NOW) == {one.id: {"role": "electrician"}}
        with pytest.raises(CannotOpen):
            values(conn, other, crowd.programme.id, [one.id], ["name"], NOW)
        assert values(conn, KEYRING, crowd.programme.id, ["mbr_nobody"], ["role"], NOW) == {}
        assert values(conn, KEYRING, crowd.programme.id, [], [], NOW) == {}


@pytest.mark.parametrize("name", ["parent", "earned", "got", "tier", "data_key", "m.details"])
def test_a_field_that_no_message_can_say(crowd: Crowd, name: str) -> None:
    with crowd.engine.begin() as conn, pytest.raises(ValueError, match=f"cannot say {name}"):
        values(conn, KEYRING, crowd.programme.id, [], [name], NOW)


@pytest.mark.parametrize("name", [field.name for field in FIELDS.values() if not field.condition])
def test_nobody_is_chosen_by_what_is_sealed(name: str) -> None:
    with pytest.raises(BadCondition, match="nobody is chosen by it"):
        parse(f"{name} = x")
