"""The one table of acts: who may do what, written down a second time for what moves money, so that neither slips."""

import pytest

from base.permissions import ACTS, PUBLIC_ROUTES, ROLES, may, needed

MONEY = {f"payout.{verb}" for verb in ("approve", "reject", "release", "retry", "clear_alert")} | {"ledger.close", "tax.export"}


def test_every_role_of_the_table_is_there() -> None:
    assert {role for act in ACTS.values() for role in act.roles} <= set(ROLES)
    assert all(act.roles and len(set(act.roles)) == len(act.roles) for act in ACTS.values())


@pytest.mark.parametrize("act", sorted(ACTS))
@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_what_the_table_says_and_an_admin_everything(role: str, act: str) -> None:
    assert may((role,), act) == (role == "admin" or role in ACTS[act].roles)
    assert not may((), act) and may(ROLES, act)
    assert needed(act)


def test_money_is_finance_with_a_fresh_code() -> None:
    assert {name for name, act in ACTS.items() if act.roles == ("finance",)} == {*MONEY, "payout.hold", "payout.reconcile"}
    assert all(ACTS[name].step_up for name in MONEY)


READS = {"privacy.export", "journal.unmask"}  # all we hold of a person; what somebody wrote


def test_support_and_distributors_move_nothing() -> None:
    for name, act in ACTS.items():
        if act.step_up and name not in READS | {"staff.own"}:
            assert not {"support", "distributor"} & set(act.roles), name
    assert {name for name, act in ACTS.items() if "distributor" in act.roles} == {"staff.sign_in", "staff.own", "staff.read"}


def test_an_act_that_is_not_in_the_table_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        may(("admin",), "payout.aprove")


def test_nothing_of_the_console_is_public_but_its_door() -> None:
    assert {route for route in PUBLIC_ROUTES if route.startswith("console")} == {"console.static", "console.sign_in"}
