"""`payouts clear-alert`: a person has looked at a payout that stands still."""

from tests.cli.lived import Lived
from tests.cli.shop import CommandLine


def test_a_payout_that_is_not_there_is_refused_with_the_remedy(saathi: CommandLine) -> None:
    saathi("staff", "add", "asha", "--role", "admin")
    said = saathi.refusal("payouts", "clear-alert", "pay_none", "--as", "asha")
    assert "there is no payout pay_none" in said and "payouts show" in said


def test_a_payout_without_an_alert_is_left_as_it_is(read_only: Lived) -> None:
    (payout,) = read_only.data("payouts", "show")["payouts"]
    read_only("staff", "add", "asha", "--role", "admin")
    assert "carries no alert" in read_only.refusal("payouts", "clear-alert", payout["id"], "--as", "asha")
