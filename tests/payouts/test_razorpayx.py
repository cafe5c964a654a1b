"""The adapter alone: what it sends, and how it reads what comes back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from payouts.destination import BankAccount, Vpa
from payouts.modes import Mode
from payouts.provider import (
    Disputed,
    Failed,
    NotFound,
    Order,
    Paid,
    Processing,
    RateLimited,
    Refused,
    Reversed,
    Unbuildable,
    Unknown,
)
from payouts.razorpayx import RazorpayX
from payouts.razorpayx_words import outcome_of, refusal_of
from tests.payouts.fake_razorpayx import FakeRazorpayX, error

ORDER = Order("pay_1", "mbr_1", "pay_1", 12_500)
VPA = Vpa("ramesh@okaxis")
ENTITY: dict[str, Any] = {"id": "pout_1", "entity": "payout", "amount": 12_500, "currency": "INR"}


@pytest.fixture
def adapter(fake: FakeRazorpayX) -> Iterator[RazorpayX]:
    yield RazorpayX("key", "secret-of-the-key", "002281300012871", base_url=fake.url + "/", timeout_s=5)


def test_the_request_is_what_the_documentation_asks_for(adapter: RazorpayX) -> None:
    body = json.loads(adapter.build(ORDER, VPA))
    assert body == {
        "account_number": "002281300012871", "amount": 12_500, "currency": "INR", "mode": "UPI", "purpose": "cashback",
        "fund_account": {
            "account_type": "vpa", "vpa": {"address": "ramesh@okaxis"},
            "contact": {"name": "Member mbr_1", "type": "customer", "reference_id": "mbr_1"},
        },
        "queue_if_low_balance": True, "reference_id": "pay_1", "narration": "Loyalty reward",
    }  # fmt: skip
    assert adapter.build(ORDER, VPA) == adapter.build(ORDER, VPA)


@pytest.mark.parametrize(
    ("name", "sent"),
    [("Havells & Co. — Saathi!", "Havells Co Saathi"), ("x" * 40, "x" * 30), ("साथी", "Payout"), ("", "Payout")],
)
def test_the_narration_keeps_to_letters_digits_and_spaces(adapter: RazorpayX, name: str, sent: str) -> None:
    body = json.loads(replace(adapter, narration=name).build(ORDER, VPA))
    assert body["narration"] == sent


BANK = BankAccount("1121431121541121", "HDFC0001234", "Ramesh Kumar")


@pytest.mark.parametrize("mode", [Mode.IMPS, Mode.NEFT])
def test_a_bank_account_is_paid_by_imps_or_neft(adapter: RazorpayX, mode: Mode) -> None:
    body = json.loads(adapter.build(replace(ORDER, mode=mode), BANK))
    assert (body["mode"], body["fund_account"]) == (mode, {
        "account_type": "bank_account",
        "bank_account": {"name": "Ramesh Kumar", "ifsc": "HDFC0001234", "account_number": "1121431121541121"},
        "contact": {"name": "Member mbr_1", "type": "customer", "reference_id": "mbr_1"},
    })  # fmt: skip


def test_each_rail_has_its_limit_and_its_kind_of_destination(adapter: RazorpayX) -> None:
    for order, destination in ((ORDER, BANK), (replace(ORDER, mode=Mode.IMPS), VPA)):
        with pytest.raises(Unbuildable, match="mode_does_not_fit"):
            adapter.build(order, destination)
    over = replace(ORDER, mode=Mode.IMPS, amount_paise=5_00_000_00 + 1)
    with pytest.raises(Unbuildable, match="amount_out_of_range"):
        adapter.build(over, BANK)
    assert json.loads(adapter.build(replace(over, mode=Mode.NEFT), BANK))["amount"] == 5_00_000_01


@pytest.mark.parametrize("amount_paise", [0, 99, 1_00_000_00 + 1])
def test_amounts_that_upi_does_not_take(adapter: RazorpayX, amount_paise: int) -> None:
    with pytest.raises(Unbuildable, match="amount_out_of_range"):
        adapter.build(replace(ORDER, amount_paise=amount_paise), VPA)


@pytest.mark.parametrize("vpa", ["a@", "@b", "a@b\n", "a b@c", "a@b@c", "a_b@okaxis", "a@" + "b" * 99, "plain"])
def test_vpas_that_razorpayx_does_not_take(adapter: RazorpayX, vpa: str) -> None:
    with pytest.raises(Unbuildable, match="vpa_invalid"):
        adapter.build(ORDER, Vpa(vpa))


@pytest.mark.parametrize(
    ("entity", "outcome"),
    [
        ({"status": "queued"}, Processing("pout_1", 12_500, "queued")),
        ({"status": "queued", "status_details": {"reason": "low_balance"}}, Processing("pout_1", 12_500, "low_balance")),
        ({"status": "pending"}, Processing("pout_1", 12_500)),
        ({"status": "processed", "utr": "5232"}, Paid("pout_1", 12_500, "5232")),
        ({"status": "processed", "utr": None}, Paid("pout_1", 12_500, None)),
        ({"status": "processed", "utr": "a b\n"}, Paid("pout_1", 12_500, None)),
        ({"status": "reversed"}, Reversed("pout_1", 12_500, "reversed")),
        ({"status": "failed", "status_details": {"reason": "x_y"}}, Failed("pout_1", 12_500, "x_y")),
        ({"status": "failed", "status_details": {"reason": "a@b is no VPA"}}, Failed("pout_1", 12_500, "failed")),
        ({"status": "rejected", "status_details": []}, Failed("pout_1", 12_500, "rejected")),
        ({"status": "processed", "currency": "USD"}, Disputed("currency_differs")),
        ({"status": "processed", "amount": "12500"}, Unknown("incomplete_payout")),
        ({"status": "processed", "amount": True}, Unknown("incomplete_payout")),
        ({"status": "processed", "amount": 125.0}, Unknown("incomplete_payout")),
        ({"status": "processed", "id": ""}, Unknown("incomplete_payout")),
        ({"status": None}, Unknown("unknown_status")),
        ({"status": []}, Unknown("unknown_status")),
        ({"status": {}}, Unknown("unknown_status")),
        ({"status": "processed", "entity": "refund"}, Unknown("not_a_payout")),
    ],
)
def test_what_an_entity_says(entity: dict[str, Any], outcome: object) -> None:
    assert outcome_of(ENTITY | entity) == outcome


@pytest.mark.parametrize("entity", [None, [], "payout", 7])
def test_what_is_no_entity_settles_nothing(entity: object) -> None:
    assert outcome_of(entity) == Unknown("not_a_payout")


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (400, error("The amount is too high"), Refused("input_validation_failed", permanent=True)),
        (400, error("The VPA is invalid", field="vpa"), Refused("vpa_invalid", permanent=True)),
        (400, error("Low balance", reason="insufficient_funds"), Refused("insufficient_funds", permanent=False)),
        (400, error("Oh", reason="sentence with a@b"), Refused("http_400", permanent=True)),
        (400, "<html>", Unknown("http_400_unreadable")),
        (400, None, Unknown("http_400_unreadable")),
        (401, None, Refused("http_401", permanent=False)),
        (408, None, Unknown("http_408")),
        (500, None, Unknown("http_500")),
        (302, None, Unknown("http_302")),
    ],
)
def test_what_a_refusal_says(status: int, body: object, outcome: object) -> None:
    assert refusal_of(status, body, None) == outcome


@pytest.mark.parametrize(("header", "after"), [("7", 7.0), (None, None), ("soon", None), ("-1", None), ("9" * 9, None)])
def test_how_long_to_stand_back(header: str | None, after: float | None) -> None:
    assert refusal_of(429, None, header) == RateLimited(after)


def test_a_server_that_hangs_is_unknown_and_one_that_is_not_there_has_taken_nothing(
    adapter: RazorpayX, fake: FakeRazorpayX
) -> None:
    request = adapter.build(ORDER, VPA)
    fake.faults.append("hang")
    assert replace(adapter, timeout_s=0.2).send(request, "pay_1") == Unknown("readtimeout")
    fake.close()
    assert adapter.send(request, "pay_1") == Refused("unreachable", permanent=False)


def test_asking(adapter: RazorpayX, fake: FakeRazorpayX) -> None:
    assert adapter.ask("pay_1") == NotFound()
    adapter.send(adapter.build(ORDER, VPA), "pay_1")
    assert isinstance(adapter.ask("pay_1"), Processing)
    fake.ask_faults.extend(["500", "401", "404", "429"])
    assert [type(adapter.ask("pay_1")) for _ in range(4)] == [Unknown, Unknown, Unknown, RateLimited]


def test_a_server_that_ignores_the_filter_does_not_make_a_payout_missing(
    adapter: RazorpayX, fake: FakeRazorpayX
) -> None:
    stranger = ENTITY | {"status": "processed", "reference_id": "someone else's"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fake, "find", lambda _: {"items": [stranger, 7]})
        assert adapter.ask("pay_1") == Unknown("asking_was_not_filtered")


def test_our_fake_answers_as_the_documentation_says(adapter: RazorpayX, fake: FakeRazorpayX) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    contracts = Path(__file__).parents[1] / "contracts"
    adapter.send(adapter.build(ORDER, VPA), "pay_1")
    entity = fake.become("processed") | {"id": "pout_F6891rdxBLZ6AN", "fund_account_id": "fa_F6891pR3KFnaY2"}
    entity["fund_account"] |= {"contact_id": "cont_F681qmU11CfPDl"}
    jsonschema.validate(entity, json.loads((contracts / "razorpayx_payout.json").read_text()))
    jsonschema.validate(error("No"), json.loads((contracts / "razorpayx_error.json").read_text()))
