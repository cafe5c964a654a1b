"""Before the first payout to a destination: asked once, believed for what it says, and never in the way for long."""

from __future__ import annotations

import json
import time
from collections import deque
from dataclasses import replace
from datetime import timedelta

import pytest

from payouts.checking import Asked, Checked, CheckFailed
from payouts.decide import approve
from payouts.destination import BankAccount, Destination, Vpa
from payouts.provider import RateLimited, Refused, Unknown
from payouts.razorpayx import RazorpayX
from payouts.razorpayx_checks import RazorpayXChecks
from sandbox.server import running
from sandbox.settings import Settings as SandboxSettings
from tests.payouts.conftest import EARNED, TOKEN, World


class Checks:
    """Answers what it is told, oldest first; then that the account is Ramesh's."""

    def __init__(self, *answers: Asked) -> None:
        self.answers, self.asked, self.looked = deque(answers), 0, 0

    def _next(self) -> Asked:
        return self.answers.popleft() if self.answers else Checked("fav_1", True, "RAMESH KUMAR")

    def check(self, destination: Destination, member_id: str, reference_id: str) -> Asked:
        self.asked += 1
        return self._next()

    def look(self, provider_id: str) -> Asked:
        self.looked += 1
        return self._next()


def checked(world: World, *answers: Asked) -> Checks:
    checks = Checks(*answers)
    world.house = replace(world.house, checker=checks)
    return checks


def test_a_destination_is_asked_about_once_and_then_paid_at_once(world: World) -> None:
    checks = checked(world)
    assert world.pay(world.request(100, "SM1/0").payout_id).state == "sent"
    assert world.pay(world.request(100, "SM2/0").payout_id).state == "sent"
    assert (checks.asked, checks.looked) == (1, 0)
    kept = world.one("SELECT state, score, CAST(c AS text) AS row FROM destination_checks c")
    assert (kept.state, kept.score) == ("valid", 100)
    assert "RAMESH" not in kept.row
    assert world.sound()


def test_one_that_does_not_exist_returns_the_points_before_anything_left(world: World) -> None:
    checked(world, Checked("fav_1", False, None))
    payout_id = world.request().payout_id
    assert world.pay(payout_id).state == "failed"
    assert (world.told()[-1]["reason"], world.points().available, world.fake.posts) == ("vpa_invalid", EARNED, [])
    assert set(world.money().values()) == {0}


def test_a_bank_account_that_does_not_exist_is_told_as_one(world: World) -> None:
    world.vault.secrets[TOKEN] = json.dumps({"account": "1121431121541121", "ifsc": "HDFC0001234", "name": "Ramesh Kumar"})
    checked(world, Checked("fav_1", False, None))
    world.pay(world.request().payout_id)
    assert world.told()[-1]["reason"] == "account_invalid"


def test_anothers_name_needs_a_person_whatever_the_amount(world: World) -> None:
    checked(world, Checked("fav_1", True, "SURESH BABURAO PATIL"))
    payout_id = world.request().payout_id
    assert world.pay(payout_id).state == "awaiting_approval"
    payout = world.payout(payout_id)
    assert (payout.approvals_needed, payout.reason, world.fake.posts) == (1, "name_differs", [])
    decision = world.decision()
    with world.engine.begin() as conn:
        approve(conn, payout_id, decision)
    assert world.pay(payout_id).state == "sent"


def test_a_shop_may_be_paid_as_the_shop(world: World) -> None:
    checked(world, Checked("fav_1", True, "RAMESH ELECTRICALS"))
    assert world.pay(world.request().payout_id).state == "sent"


@pytest.mark.parametrize("registered", [None, "", "१२३"])
def test_a_name_that_cannot_be_compared_is_no_objection(world: World, registered: str | None) -> None:
    checked(world, Checked("fav_1", True, registered))
    assert world.pay(world.request().payout_id).state == "sent"


def test_an_answer_that_takes_a_while_is_looked_for_and_not_asked_anew(world: World) -> None:
    checks = checked(world, Checked("fav_1", None, None), Checked("fav_1", None, None))
    payout_id = world.request().payout_id
    assert world.pay(payout_id).state == "requested"
    world.ring_until_settled(payout_id, rings=2)
    assert (world.payout(payout_id).state, checks.asked, checks.looked) == ("sent", 1, 2)


def test_a_callback_makes_it_look_at_once_and_is_not_believed_by_itself(world: World) -> None:
    checks = checked(world, Checked("fav_1", None, None))
    payout_id = world.request().payout_id
    world.pay(payout_id)
    raw = {"event": "fund_account.validation.completed", "payload": {"fund_account.validation": {"entity": {"id": "fav_1"}}}}
    world.deliver(json.dumps(raw).encode())
    assert (world.payout(payout_id).next_at, checks.looked) == (world.now, 0)
    assert world.pay(payout_id).state == "sent"
    raw["payload"] = {"fund_account.validation": {"entity": {"id": "fav_unheard_of"}}}
    world.deliver(json.dumps(raw).encode())


@pytest.mark.parametrize(
    "answer", [CheckFailed("provider_failed"), Unknown("http_500"), RateLimited(None), Refused("unreachable", permanent=False)]
)
def test_a_provider_that_cannot_say_is_asked_three_times_and_then_not_waited_for(world: World, answer: Asked) -> None:
    checks = checked(world, *[answer] * 9)
    payout_id = world.request().payout_id
    while world.payout(payout_id).state == "requested":
        world.ring_until_settled(payout_id, rings=1)
    assert (world.payout(payout_id).state, checks.asked) == ("sent", 3)


def test_one_that_never_ends_is_not_waited_for_longer_than_a_day(world: World) -> None:
    checked(world, *[Checked("fav_1", None, None)] * 99)
    payout_id, start = world.request().payout_id, world.now
    while world.payout(payout_id).state == "requested":
        world.ring_until_settled(payout_id, rings=1)
    assert world.payout(payout_id).state == "sent"
    assert world.now - start < timedelta(hours=26)
    assert world.news() == ["PayoutDelayed"]


@pytest.mark.parametrize(("reason", "state"), [("vpa_invalid", "failed"), ("http_400", "sent")])
def test_refused_for_its_shape_is_invalid_and_for_anything_else_no_objection(world: World, reason: str, state: str) -> None:
    checked(world, Refused(reason, permanent=True))
    assert world.pay(world.request().payout_id).state == state


BANK = BankAccount("1121431121541121", "HDFC0001234", "Ramesh Kumar")


def test_razorpayx_as_the_sandbox_speaks_it() -> None:
    with running(SandboxSettings(port=0, payout_ms=0)) as sandbox:
        keys = (sandbox.settings.razorpay_key_id, sandbox.settings.razorpay_key_secret)
        adapter = RazorpayX(*keys, "232323", base_url=f"{sandbox.settings.own_url}/v1")
        checks = RazorpayXChecks(adapter)

        def ended(destination: Destination) -> Asked:
            asked = checks.check(destination, "mbr_1", "pay_1")
            assert isinstance(asked, Checked)
            for _ in range(200):
                time.sleep(0.01)
                found = checks.look(asked.provider_id)
                if not isinstance(found, Checked) or found.exists is not None:
                    return found
            raise AssertionError("the sandbox never ended it")

        assert isinstance(ended(BANK), Checked) and ended(BANK).exists is True
        assert ended(Vpa("invalid@okaxis")).exists is False
        assert ended(Vpa("stranger@okaxis")).registered_name == "SURESH BABURAO PATIL"
        assert ended(Vpa("down@okaxis")) == CheckFailed("provider_failed")
        assert checks.check(Vpa("a_b@okaxis"), "mbr_1", "pay_1") == Refused("vpa_invalid", permanent=True)
        assert isinstance(checks.look("fav_unheard_of"), Refused)
        wrong = RazorpayXChecks(replace(adapter, key_secret="wrong"))
        assert wrong.look("fav_1") == Refused("http_401", permanent=False)
    assert checks.look("fav_1") == Refused("unreachable", permanent=False)
