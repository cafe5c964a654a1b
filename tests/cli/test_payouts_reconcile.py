"""`payouts reconcile` and the nightly run: exit 1 only where a person is needed, and one run a night."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from bot import alarms, reconcile, tasks
from tests.cli.contract import promises
from tests.cli.lived import UTR, VPA, Lived
from tests.house import NOWHERE, home
from tests.payouts.fake_razorpayx import FakeRazorpayX
from tests.servers import Database


@dataclass(frozen=True)
class Desk(Lived):
    """Ramesh's 60 points are on their way; an hour has passed."""

    fake: FakeRazorpayX


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    fake = FakeRazorpayX()
    keys = {"razorpayx_key_id": "key", "razorpayx_key_secret": "secret-of-the-key", "razorpayx_api_base_url": fake.url}
    with home(database.url, NOWHERE, **keys) as made:
        made.enrol()
        for words in (made.codes()[0], "redeem", "60", VPA, "yes"):
            made.write(words)
        (task,) = made.rows("SELECT id FROM tasks WHERE kind = 'pay'")
        tasks.run(made.house, task.id)
        made.forward(hours=1)
        yield Desk(made.house, made, fake)
    fake.close()


def test_what_the_provider_settles_is_settled_and_told(desk: Desk) -> None:
    assert "nothing has been compared yet" in desk.refusal("payouts", "reconcile", "--last")
    desk.fake.become("processed", utr=UTR)
    printed = desk.data("payouts", "reconcile")
    promise = promises()["payouts reconcile"]
    assert promise.differences(printed) == [] and promise.unexplained() == set()
    assert [(d["cause"], d["settled"]) for d in printed["differences"]] == [("callback_missed", True)]
    assert desk.home.told()[-1] == "news.paid"
    assert "no difference" in desk("payouts", "reconcile").stdout


def test_what_needs_a_person_is_exit_1_and_stays_to_be_read(desk: Desk) -> None:
    desk.fake.become("processed", amount=1)
    result = desk("payouts", "reconcile", "--json")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "1 differences need a person" in result.stderr
    again = desk("payouts", "reconcile", "--last")
    assert again.exit_code == 1 and "amount_differs" in again.stdout and "finance" in again.stdout
    (payout,) = desk.data("payouts", "show", "--alerts")["payouts"]
    assert payout["alert"].startswith("amount_differs")


def test_a_provider_that_does_not_answer_is_one_line(desk: Desk) -> None:
    desk.fake.list_faults.append("503")
    assert "it goes on where it stopped" in desk.refusal("payouts", "reconcile")


def test_the_night_has_one_run_at_its_hour(desk: Desk) -> None:
    house = desk.house  # it is 11:00 in India
    house.settings = house.settings.model_copy(update={"reconcile_hour": 12})
    assert reconcile.nightly(house) == 0
    desk.home.forward(hours=1, minutes=1)
    assert reconcile.nightly(house) > 0
    runs = "SELECT count(*) FROM reconciliations WHERE ended_at IS NOT NULL"
    assert (desk.home.count(runs), reconcile.nightly(house)) == (1, 0)
    desk.home.forward(hours=11)  # past midnight, before its hour
    assert (reconcile.nightly(house), desk.home.count(runs)) == (0, 1)
    desk.home.forward(hours=13)
    reconcile.nightly(house)
    assert desk.home.count(runs) == 2


def test_an_account_that_has_run_dry_is_named(desk: Desk) -> None:
    desk.fake.become("queued", reason="low_balance")
    (task,) = desk.home.rows("SELECT id FROM tasks WHERE kind = 'pay'")
    tasks.run(desk.house, task.id)
    assert (alarms.look(desk.house), alarms.look(desk.house)) == (1, 0)
    assert "ALARM" in desk("payouts", "show", "--alerts").stdout
    (alarm,) = desk.data("payouts", "show", "--alerts")["alarms"]
    assert (alarm["cause"], alarm["payouts"], alarm["amount_paise"]) == ("low_balance", 1, 6_000)
