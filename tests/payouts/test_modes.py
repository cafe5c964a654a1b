"""The rails: which one carries an amount, when it is open, and a file of them that cannot be used."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.days import INDIA
from payouts.destination import BankAccount, Vpa
from payouts.modes import BadModes, Mode, NoMode, Rails, parse_rails
from tests.payouts.conftest import TOKEN, World

VPA, BANK = Vpa("ramesh@okaxis"), BankAccount("1121431121541121", "HDFC0001234", "Ramesh Kumar")
SHUT = b"[NEFT]\nopens = 08:00:00\ncloses = 18:30:00\nweekdays = [1, 2, 3, 4, 5, 6]\nholidays = [2026-01-26]\n"


def india(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 1, day, hour, minute, tzinfo=INDIA).astimezone(UTC)


@pytest.mark.parametrize(
    ("destination", "amount_paise", "mode"),
    [
        (VPA, 100, "UPI"), (VPA, 1_00_000_00, "UPI"), (BANK, 100, "IMPS"), (BANK, 5_00_000_00, "IMPS"),
        (BANK, 5_00_000_01, "NEFT"), (VPA, 99, None), (VPA, 1_00_000_01, None), (BANK, 99, None), (BANK, 10**13, None),
    ],
)  # fmt: skip
def test_which_rail(destination: Vpa | BankAccount, amount_paise: int, mode: str | None) -> None:
    if mode is None:
        with pytest.raises(NoMode, match="amount_out_of_range"):
            Rails().choose(destination, amount_paise)
    else:
        assert Rails().choose(destination, amount_paise) == mode


def test_hours_weekdays_and_holidays() -> None:
    rails = parse_rails(SHUT)
    opens = {
        india(23, 12): None,  # a Friday
        india(23, 8): None,
        india(23, 7, 59): india(23, 8),
        india(23, 18, 30): india(24, 8),
        india(24, 19): india(27, 8),  # Saturday evening; Sunday; Monday is Republic Day
        india(26, 12): india(27, 8),
    }
    assert {at: rails.opens_at(Mode.NEFT, at) for at in opens} == opens
    assert rails.opens_at(Mode.UPI, india(25, 3)) is None


def test_a_rail_that_runs_over_midnight() -> None:
    rails = parse_rails(b"[IMPS]\nopens = 20:00:00\ncloses = 06:00:00\nweekdays = [5]\n")  # Friday night
    assert rails.opens_at(Mode.IMPS, india(23, 23)) is None
    assert rails.opens_at(Mode.IMPS, india(24, 5)) is None
    assert rails.opens_at(Mode.IMPS, india(24, 6)) == india(30, 20)
    assert rails.opens_at(Mode.IMPS, india(23, 5)) == india(23, 20)


@given(st.integers(0, 60 * 24 * 40))
def test_a_rail_is_open_at_the_moment_it_is_said_to_open(minutes: int) -> None:
    rails, now = parse_rails(SHUT), india(1, 0) + timedelta(minutes=minutes)
    opens = rails.opens_at(Mode.NEFT, now)
    assert opens is None or (opens > now and rails.opens_at(Mode.NEFT, opens) is None)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"[NEFT]\nmost_paise = 1.5", "NEFT.most_paise"),
        (b"[NEFT]\nmost_paise = 1", "NEFT.most_paise"),
        (b"[NEFT]\nmost = 1", "NEFT.most: is not known"),
        (b"[NEFT]\nopens = '08:00'", "without quotes"),
        (b"[NEFT]\nweekdays = [0]", "1 is Monday"),
        (b"[NEFT]\nweekdays = []", "1 is Monday"),
        (b"[NEFT]\nholidays = ['2026-01-26']", "without quotes"),
        (b"[RTGS]\nmost_paise = 1000", "UPI, IMPS, NEFT only"),
        (b"NEFT = 7", "."),
        (b"\xff", "."),
    ],
)
def test_a_file_that_cannot_be_used_says_where(data: bytes, told: str) -> None:
    with pytest.raises(BadModes, match=told):
        parse_rails(data)


def test_a_rail_that_never_opens_is_a_fault_of_the_file() -> None:
    days = ", ".join(str(datetime(2026, 1, 1).date() + timedelta(days=n)) for n in range(60))
    with pytest.raises(BadModes, match="closed for more than"):
        parse_rails(f"[NEFT]\nholidays = [{days}]".encode()).opens_at(Mode.NEFT, india(2, 3))


def test_the_file_that_is_shipped() -> None:
    shipped = Path(__file__).parents[2] / "config" / "payouts" / "rails.toml"
    assert parse_rails(shipped.read_bytes()) == Rails()


def test_a_bank_account_is_paid_over_its_rail(world: World) -> None:
    world.vault.secrets[TOKEN] = json.dumps({"account": BANK.number, "ifsc": BANK.ifsc, "name": BANK.holder})
    payout_id = world.request().payout_id
    assert (world.pay(payout_id).state, world.payout(payout_id).mode) == ("sent", "IMPS")
    assert world.fake.become("processed")["mode"] == "IMPS"
    assert world.ring_until_settled(payout_id).state == "paid"
    assert world.sound()


def test_a_closed_rail_is_waited_for_and_the_member_hears_of_it(world: World) -> None:
    world.vault.secrets[TOKEN] = json.dumps({"account": BANK.number, "ifsc": BANK.ifsc, "name": BANK.holder})
    rails = parse_rails(b"[IMPS]\nopens = 18:00:00\ncloses = 20:00:00\n")  # it is 15:30 in India
    world.house = replace(world.house, rails=rails)
    payout_id = world.request().payout_id
    world.pay(payout_id)
    assert (world.payout(payout_id).state, world.payout(payout_id).reason) == ("requested", "rail_closed")
    assert world.ring_until_settled(payout_id, rings=1).next_at == india(5, 18)
    assert (world.news(), world.fake.posts, world.points().held) == (["PayoutDelayed"], [], 500)
    world.ring_until_settled(payout_id, rings=1)
    assert (world.payout(payout_id).state, world.payout(payout_id).reason) == ("sent", None)
    assert world.now == india(5, 18)


@pytest.mark.parametrize(("plain", "reason"), [("{}", "account_invalid"), ('{"account": 1}', "account_invalid")])
def test_a_bank_account_that_is_none_returns_the_points(world: World, plain: str, reason: str) -> None:
    world.vault.secrets[TOKEN] = plain
    payout_id = world.request().payout_id
    assert world.pay(payout_id).state == "failed"
    assert (world.payout(payout_id).reason, world.told()[-1]["reason"]) == (reason, "account_invalid")
    assert world.fake.posts == []
