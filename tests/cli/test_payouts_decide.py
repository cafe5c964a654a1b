"""`payouts approve|reject|hold|release|retry`: only finance, each with a name, each on record, each refusal one line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot import tasks
from tests.cli.lived import VPA, Lived
from tests.cli.shop import SAMPLE
from tests.house import home
from tests.payouts.fake_razorpayx import FakeRazorpayX
from tests.servers import Database

STAFF = {"meera": "finance", "dev": "finance", "ravi": "support"}


@pytest.fixture
def desk(database: Database, redis_url: str, tmp_path: object) -> Iterator[tuple[Lived, str]]:
    """Ramesh has asked for 60 points, which two people must approve; asha is admin."""
    fake = FakeRazorpayX()
    keys = {"razorpayx_key_id": "key", "razorpayx_key_secret": "secret-of-the-key", "razorpayx_api_base_url": fake.url}
    with home(database.url, redis_url, **keys) as made:
        line = Lived(made.house, made)
        strict = SAMPLE.read_text(encoding="utf-8").replace("approval_above_paise = 10_000_00", "approval_above_paise = 10_00")
        strict = strict.replace("approvals_above_paise = 15_000_00", "approvals_above_paise = 50_00")
        path = made.house.settings.home / "strict.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(strict, encoding="utf-8")
        line("programme", "publish", path)
        line("staff", "add", "asha", "--role", "admin")
        for name, role in STAFF.items():
            line("staff", "add", name, "--role", role, "--as", "asha")
        made.enrol()
        for words in (made.codes()[0], "redeem", "60", VPA, "yes"):
            made.write(words)
        (task,) = made.rows("SELECT id FROM tasks WHERE kind = 'pay'")
        tasks.run(made.house, task.id)
        (payout,) = line.data("payouts", "show", "--state", "awaiting_approval")["payouts"]
        yield line, payout["id"]
    fake.close()


def again(line: Lived) -> str:
    (task,) = line.home.rows("SELECT id FROM tasks WHERE kind = 'pay'")
    tasks.run(line.house, task.id)
    (payout,) = line.data("payouts", "show")["payouts"]
    return str(payout["state"])


def test_two_of_finance_let_a_large_one_out(desk: tuple[Lived, str]) -> None:
    line, payout = desk
    assert "ravi may not do this" in line.refusal("payouts", "approve", payout, "--as", "ravi")
    assert "nobody on the staff" in line.refusal("payouts", "approve", payout, "--as", "nobody")
    assert "--as" in line.misuse("payouts", "approve", payout)
    assert "one more colleague" in line("payouts", "approve", payout, "--as", "meera").stdout
    assert "second colleague" in line.refusal("payouts", "approve", payout, "--as", "meera")
    assert again(line) == "awaiting_approval"
    assert "goes out" in line("payouts", "approve", payout, "--as", "dev", "--reason", "known shop").stdout
    assert again(line) == "sent"
    acts = line.data("staff", "audit", "--subject", payout)["audit"]
    assert [(a["actor"], a["act"], a["reason"]) for a in acts] == [
        ("dev", "payout.approve", "known shop"), ("meera", "payout.approve", ""),
    ]  # fmt: skip
    assert "so only its answer can end it" in line.refusal("payouts", "reject", payout, "--as", "meera", "--reason", "late")


def test_rejecting_tells_the_member_and_returns_the_points(desk: tuple[Lived, str]) -> None:
    line, payout = desk
    assert "--reason" in line.misuse("payouts", "reject", payout, "--as", "meera")
    assert "the points are back" in line("payouts", "reject", payout, "--as", "meera", "--reason", "twice asked").stdout
    (shown,) = line.data("payouts", "show")["payouts"]
    assert (shown["state"], shown["reason"]) == ("failed", "rejected_by_us")
    assert "our people did not release this payment" in line.home.said()[-1].body


def test_holding_back_and_releasing(desk: tuple[Lived, str]) -> None:
    line, payout = desk
    assert "is held back" in line("payouts", "hold", payout, "--as", "meera", "--reason", "asks support").stdout
    assert "held back by meera" in line("payouts", "show").stdout
    for name in ("meera", "dev"):
        line("payouts", "approve", payout, "--as", name)
    assert again(line) == "requested"
    assert "waits for a person" in line.refusal("payouts", "retry", payout, "--as", "dev")
    assert "is released" in line("payouts", "release", payout, "--as", "dev").stdout
    assert again(line) == "sent"
    assert "within seconds" in line("payouts", "retry", payout, "--as", "dev").stdout


def test_what_is_not_there(desk: tuple[Lived, str]) -> None:
    line, _ = desk
    for verb in ("approve", "release", "retry", "clear-alert"):
        assert "there is no payout pay_none" in line.refusal("payouts", verb, "pay_none", "--as", "meera")
    too_long = line.refusal("payouts", "hold", "pay_none", "--as", "meera", "--reason", "x" * 501)
    assert "at most 500" in too_long


def test_one_that_never_began_is_not_sent_because_somebody_looked_at_it(desk: tuple[Lived, str]) -> None:
    line, payout = desk
    line.home.change("UPDATE payouts SET alert = 'paid_though_requested', next_at = NULL")
    assert "look at it, then payouts clear-alert" in line.refusal("payouts", "approve", payout, "--as", "meera")
    assert "held back until `payouts release`" in line("payouts", "clear-alert", payout, "--as", "meera").stdout
    for name in ("meera", "dev"):
        line("payouts", "approve", payout, "--as", name)
    assert again(line) == "requested"
    assert "is released" in line("payouts", "release", payout, "--as", "dev").stdout
    assert again(line) == "sent"
