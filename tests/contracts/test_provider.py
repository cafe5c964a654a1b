"""What every payout provider's adapter promises, tried on each over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from payouts.cashfree import Cashfree
from payouts.destination import BankAccount, Vpa
from payouts.modes import Mode
from payouts.provider import (
    Failed,
    NotFound,
    Order,
    Page,
    Paid,
    Processing,
    Provider,
    RateLimited,
    Refused,
    Reversed,
    Unbuildable,
    Unknown,
)
from payouts.razorpayx import RazorpayX
from payouts.steps import pay
from tests.payouts.conftest import EARNED, START, World
from tests.payouts.fake_cashfree import FakeCashfree
from tests.payouts.fake_razorpayx import FakeRazorpayX
from tests.servers import Database

ORDER = Order("pay_1", "mbr_1", "pay_1", 12_550)
VPA = Vpa("ramesh@okaxis")
BANK = BankAccount("1121431121541121", "HDFC0001234", "Ramesh Kumar")
WORDS = {  # ours, then RazorpayX's, then Cashfree's
    "paid": ("processed", "SUCCESS"),
    "failed": ("failed", "FAILED"),
    "reversed": ("reversed", "REVERSED"),
    "rejected": ("rejected", "REJECTED"),
    "waiting": ("processing", "PENDING"),
}


@dataclass
class Side:
    """An adapter, and the stand-in of its provider."""

    adapter: Provider
    fake: Any

    def send(self) -> Any:
        return self.adapter.send(self.adapter.build(ORDER, VPA), "pay_1")

    def become(self, word: str, **other: Any) -> None:
        self.fake.become(WORDS[word][self.adapter.name == "cashfree"], **other)


@pytest.fixture(params=["razorpayx", "cashfree"])
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    if request.param == "razorpayx":
        razorpayx = FakeRazorpayX()
        yield Side(RazorpayX("key", "secret-of-the-key", "002281300012871", base_url=razorpayx.url, timeout_s=5), razorpayx)
        razorpayx.close()
    else:
        cashfree = FakeCashfree()
        yield Side(Cashfree("client", "secret-of-the-client", base_url=cashfree.url, timeout_s=5), cashfree)
        cashfree.close()


def test_the_same_order_is_the_same_bytes_for_ever(side: Side) -> None:
    assert side.adapter.build(ORDER, VPA) == side.adapter.build(ORDER, VPA)
    bank = replace(ORDER, mode=Mode.IMPS)
    assert side.adapter.build(bank, BANK) == side.adapter.build(bank, BANK)
    assert b"pay_1" in side.adapter.build(ORDER, VPA)


def test_nothing_is_built_of_what_it_cannot_pay(side: Side) -> None:
    for order, destination in (
        (replace(ORDER, amount_paise=99), VPA), (replace(ORDER, amount_paise=1_00_000_01), VPA), (ORDER, BANK),
        (replace(ORDER, mode=Mode.IMPS, amount_paise=5_00_000_01), BANK), (replace(ORDER, mode=Mode.NEFT), VPA),
    ):  # fmt: skip
        with pytest.raises(Unbuildable):
            side.adapter.build(order, destination)


def test_from_taken_to_paid(side: Side) -> None:
    assert side.adapter.ask("pay_1") == NotFound()
    sent = side.send()
    assert isinstance(sent, Processing) and sent.amount_paise == 12_550
    assert side.adapter.ask("pay_1") == sent
    utr = {"utr": "523223155921"} if side.adapter.name == "razorpayx" else {"transfer_utr": "523223155921"}
    side.become("paid", **utr)
    assert side.adapter.ask("pay_1") == Paid(sent.provider_id, 12_550, "523223155921")


ENDS = [("failed", Failed), ("reversed", Reversed), ("rejected", Failed), ("waiting", Processing)]


@pytest.mark.parametrize(("word", "kind"), ENDS)
def test_the_other_ends(side: Side, word: str, kind: type) -> None:
    side.send()
    side.become(word)
    told = side.adapter.ask("pay_1")
    assert isinstance(told, kind) and told.amount_paise == 12_550


def test_a_bank_account(side: Side) -> None:
    request = side.adapter.build(replace(ORDER, mode=Mode.NEFT), BANK)
    assert isinstance(side.adapter.send(request, "pay_1"), Processing)
    assert b"1121431121541121" in request and b"HDFC0001234" in request


@pytest.mark.parametrize("fault", ["500", "502", "503", "504", "lose", "drop", "taken_500", "302", "408", "409"])
def test_what_may_have_been_taken_is_unknown(side: Side, fault: str) -> None:
    side.fake.faults.append(fault)
    assert isinstance(side.send(), Unknown)


@pytest.mark.parametrize("fault", ["401", "403", "404", "405"])
def test_what_has_not_been_taken_is_put_off(side: Side, fault: str) -> None:
    side.fake.faults.append(fault)
    assert side.send() == Refused(f"http_{fault}", permanent=False)


def test_too_often(side: Side) -> None:
    side.fake.faults.append("429")
    side.fake.ask_faults.append("429")
    assert isinstance(side.send(), RateLimited)
    assert isinstance(side.adapter.ask("pay_1"), RateLimited)


@pytest.mark.parametrize("fault", ["500", "401", "302", "drop"])
def test_a_question_that_is_not_answered_says_nothing(side: Side, fault: str) -> None:
    side.fake.ask_faults.append(fault)
    assert isinstance(side.adapter.ask("pay_1"), Unknown)


def test_a_upi_id_that_is_nobodys_is_refused_for_good(side: Side) -> None:
    request = side.adapter.build(ORDER, Vpa("nobody@okaxis"))
    assert side.adapter.send(request, "pay_1") == Refused("vpa_invalid", permanent=True)


def test_a_repeat_never_makes_a_second_payout(side: Side) -> None:
    first, second = side.send(), side.send()
    assert isinstance(first, Processing)
    assert second == first if side.adapter.repeat_is_safe else isinstance(second, Unknown)
    assert len(getattr(side.fake, "payouts", None) or side.fake.transfers) == 1


def test_nobody_there(side: Side) -> None:
    side.fake.close()
    assert side.send() == Refused("unreachable", permanent=False)
    side.fake = type(side.fake)()  # closed by the fixture


def test_the_list(side: Side) -> None:
    side.send()
    page = side.adapter.listing(START - timedelta(days=900), START + timedelta(days=900), 0)
    assert isinstance(page, Page) and not page.more
    assert all(item.reference_id == "pay_1" for item in page.items)


def test_secrets_do_not_print(side: Side) -> None:
    assert "secret-of-the" not in repr(side.adapter)


@pytest.mark.parametrize("fault", ["drop", "503", "taken_500"])
def test_through_the_steps_money_leaves_once(side: Side, database: Database, fault: str) -> None:
    """The law that matters: after a fault a repeat is posted only where the adapter says that repeats are safe."""
    rest = FakeRazorpayX()
    try:
        world = World(database, rest)
        world.house = replace(world.house, provider=side.adapter)
        side.fake.faults.append(fault)
        payout_id = world.request(500).payout_id
        assert pay(world.house, payout_id).state == "unknown"
        world.ring_until_settled(payout_id, rings=4)
        posts = len(side.fake.posts)
        assert posts > 1 if side.adapter.repeat_is_safe else posts == 1
        if fault != "503" or side.adapter.repeat_is_safe:
            side.become("paid")
            assert world.ring_until_settled(payout_id).state == "paid"
        else:  # it never arrived: only reconciliation's second look may say so
            assert (world.payout(payout_id).state, world.points().held) == ("unknown", 500)
        assert world.points().available == EARNED - 500
        assert world.sound()
    finally:
        rest.close()


def test_the_bytes_are_json_that_names_the_amount(side: Side) -> None:
    told = json.loads(side.adapter.build(ORDER, VPA))
    assert told.get("amount", 0) == 12_550 or told.get("transfer_amount") == 125.5
