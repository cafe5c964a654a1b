"""The verdict: what an operator reads, and that it says no more than is known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns import experiment, rows
from campaigns.conversions import Cell, Counted
from campaigns.experiment import Verdict, result
from campaigns.spec import Arm, Campaign, Event, Experiment, Goal, Trigger, Words
from tests.campaigns.fair import NOW, fair
from tests.servers import Database

Group = tuple[int, int] | list[Cell]


def campaign(*arms: str, holdout: int = 0, event: Event = "scan", **more: Any) -> Campaign:
    share = 100 // len(arms)
    made = tuple(Arm(name, share, {"en": Words("Hello")}) for name in arms)
    return Campaign("diwali", "Diwali", "marketing", made, goal=Goal(event), experiment=Experiment(holdout), **more)


def verdict(made: Campaign, groups: Mapping[str | None, Group], *, open_people: int = 0, running: bool = False) -> Verdict:
    cells = {
        name: group if isinstance(group, list)
        else [Cell(yes, 0, None, people) for yes, people in ((True, group[0]), (False, group[1] - group[0])) if people]
        for name, group in groups.items()
    }  # fmt: skip
    size = sum(cell.people for group in cells.values() for cell in group)
    counted = Counted(cells, open_people, NOW + timedelta(days=7) if size else None)
    return result(made, counted, running=running, planned_people=size)


def test_what_works_is_said_so_with_how_much_and_how_sure() -> None:
    found = verdict(campaign("a", holdout=50), {"a": (300, 5_000), None: (200, 5_000)})
    assert found.status == "works"
    assert found.words == (
        "It works: of 100 people who got “a”, 6.0 scanned a coupon; of those who got nothing, 4.0. That is 2.0 more of 100; the"
        " truth lies between 1.1 and 2.9 more. Over all 5,000 who got it that makes about 100 people more (between 55 and 145)"
        " who scanned a coupon."
    )
    (one,) = found.comparisons
    assert one.difference is not None and one.difference.value == pytest.approx(0.02)
    assert (one.arm, one.against, one.finding, one.adjusted) == ("a", None, "better", None)


def test_what_does_harm_is_said_so() -> None:
    found = verdict(campaign("a", holdout=50, event="redeem"), {"a": (200, 5_000), None: (300, 5_000)})
    assert found.status == "harms"
    assert found.words.startswith("It does harm: of 100 people who got “a”, 4.0 redeemed; of those who got nothing, 6.0.")
    assert "That is 2.0 fewer of 100; the truth lies between 1.1 and 2.9 fewer." in found.words


def test_chance_is_called_chance_and_how_much_could_have_been_seen() -> None:
    found = verdict(campaign("a", holdout=50), {"a": (205, 5_000), None: (200, 5_000)})
    assert found.status == "no_difference"
    assert found.words.startswith("No difference that could not be chance: ")
    assert "The truth lies between 0.7 fewer and 0.9 more of 100." in found.words
    assert "So many people can show a rise of 1.2 of 100 or more." in found.words


def test_what_is_called_chance_is_not_told_as_a_rise_for_certain() -> None:
    """Between 4 and 5 in a hundred: too likely for the end's 4 %, and outside the plain 95 %."""
    found = verdict(campaign("a", holdout=50), {"a": (241, 5_000), None: (200, 5_000)})
    (one,) = found.comparisons
    assert one.difference is not None and one.difference.low > 0
    assert one.decides is not None and one.decides.low < 0 < one.decides.high
    assert (found.status, one.finding) == ("no_difference", "unclear")
    assert "The truth lies between 0.0 fewer and 1.7 more of 100." in found.words


def test_how_much_could_have_been_seen_goes_by_what_decides() -> None:  # 4 %, shared by three
    found = verdict(campaign("a", "b", holdout=10), {"a": (205, 5_000), "b": (200, 5_000), None: (40, 1_000)})
    assert found.detectable == experiment.detectable(5_000, 1_000, 0.04, experiment.END_ALPHA / 3)


def test_too_few_people_is_said_so() -> None:
    found = verdict(campaign("a", holdout=50), {"a": (4, 12), None: (1, 11)})
    assert found.status == "too_few"
    assert found.words.startswith("Too few people to tell: 4 of 12 who got “a” scanned a coupon, and 1 of 11 of those who got")
    assert "could be seen with so few." in found.words


def test_one_arm_of_nobody_is_too_few() -> None:
    found = verdict(campaign("a", holdout=1), {"a": (100, 200), None: (0, 0)})
    assert (found.status, found.comparisons[0].difference, found.detectable) == ("too_few", None, None)
    assert found.words.endswith("With so few no difference at all could be seen.")


def test_no_conversions_at_all_say_nothing() -> None:
    found = verdict(campaign("a", holdout=50), {"a": (0, 5_000), None: (0, 5_000)})
    assert found.status == "too_few"
    assert "0 of 5,000" in found.words


def test_everybody_converts() -> None:
    found = verdict(campaign("a", holdout=50), {"a": (500, 500), None: (500, 500)})
    assert found.status == "no_difference"
    assert "of 100 people who got “a”, 100.0 scanned a coupon" in found.words


def test_while_people_have_days_left_it_is_too_early() -> None:
    found = verdict(campaign("a", holdout=50), {"a": (60, 1_000), None: (40, 1_000)}, open_people=700)
    assert (found.status, found.running) == ("too_early", True)
    assert found.words == (
        "Too early to tell. 700 people still have days left, the last until 12 January 2026. So far of 100 people who got “a”,"
        " 6.0 scanned a coupon; of those who got nothing, 4.0. Early figures swing: do not decide on them."
    )
    finished = verdict(campaign("a", holdout=50), {"a": (60, 1_000), None: (40, 1_000)})
    assert finished.status == "works" or finished.status == "no_difference"


def test_what_is_plain_early_is_said_early() -> None:
    found = verdict(campaign("a", holdout=50), {"a": (300, 1_000), None: (40, 1_000)}, open_people=700)
    assert found.status == "works"
    assert found.words.startswith("It works already, and that holds however often you look: ")


def test_nobody_yet() -> None:
    found = verdict(campaign("a", holdout=50), {"a": [], None: []}, running=True)
    assert (found.status, found.words) == ("nobody", "Too early to tell: it has gone to nobody yet.")


def test_one_message_for_everybody_has_nothing_to_compare_with() -> None:
    found = verdict(campaign("a"), {"a": (300, 5_000)})
    assert (found.status, found.comparisons, found.ratio_p) == ("nothing_to_compare", (), None)
    assert "nothing to compare with: everybody got the same. Of 100 people 6.0 scanned a coupon" in found.words


def test_a_split_that_is_not_as_planned_is_not_trusted() -> None:
    found = verdict(campaign("a", "b"), {"a": (300, 5_000), "b": (600, 5_600)})
    assert found.status == "uneven"
    assert found.words.startswith("Do not trust this result: people were not split as planned (“a” 5,000 instead of about 5,3")
    assert found.ratio_p is not None and found.ratio_p < 0.001


def test_two_messages_without_a_holdout_are_compared_with_each_other_alone() -> None:
    found = verdict(campaign("a", "b"), {"a": (200, 5_000), "b": (300, 5_000)})
    assert found.status == "differs"
    assert found.words.startswith("“b” does better than “a”: of 100 people who got “b”, 6.0 scanned a coupon; of “a”, 4.0.")
    assert "It works" not in found.words and "Over all" not in found.words
    turned = verdict(campaign("a", "b"), {"a": (300, 5_000), "b": (200, 5_000)})
    assert turned.words.startswith("“a” does better than “b”: of 100 people who got “b”, 4.0 scanned")


def test_several_messages_share_one_error_rate_and_all_are_told() -> None:
    groups: dict[str | None, Group] = {None: (120, 3_000), "a": (180, 3_000), "b": (126, 3_000)}
    found = verdict(campaign("a", "b", holdout=33), groups)
    assert [(one.arm, one.against, one.finding) for one in found.comparisons] == [
        ("a", None, "better"), ("b", None, "unclear"), ("b", "a", "worse"),
    ]  # fmt: skip
    assert "Whether “b” differs from those who got nothing cannot be told." in found.words
    assert "“b” did worse than “a”." in found.words
    alone = verdict(campaign("a", holdout=50), {None: (120, 3_000), "a": (180, 3_000)}).comparisons[0].difference
    shared = found.comparisons[0].difference
    assert alone is not None and shared is not None
    assert shared.low < alone.low and alone.high < shared.high


def test_rupees_are_told_a_head_and_doubt_with_them() -> None:
    lucky = [Cell(True, 1_00_000_00, None, 1), Cell(True, 100_00, None, 299), Cell(False, 0, None, 4_700)]
    plain = [Cell(True, 100_00, None, 200), Cell(False, 0, None, 4_800)]
    found = verdict(campaign("a", holdout=50, event="bill"), {"a": lucky, None: plain})
    assert found.status == "works"
    assert "In rupees: ₹21.98 a head (between -₹17.24 and ₹61.20, so in rupees nothing is certain)." in found.words
    kyc = verdict(campaign("a", holdout=50, event="kyc"), {"a": lucky, None: plain})
    assert kyc.comparisons[0].paise_a_head is None and "rupees" not in kyc.words


def test_the_past_sharpens_what_is_seen() -> None:
    """Those who always scan scan again: with that taken out, a difference shows that the plain counting cannot."""

    def group(regulars: int, others: int) -> list[Cell]:
        return [Cell(True, 0, 1, regulars), Cell(False, 0, 1, 1_000 - regulars), Cell(True, 0, 0, others),
                Cell(False, 0, 0, 1_000 - others)]  # fmt: skip

    found = verdict(campaign("a", holdout=50), {"a": group(930, 60), None: group(900, 40)})
    (one,) = found.comparisons
    assert one.difference is not None and not one.difference.without_zero()
    assert one.adjusted is not None and one.adjusted.without_zero()
    assert one.adjusted.value == pytest.approx(one.difference.value)
    assert (found.status, one.finding) == ("works", "better")
    assert "with what they did before taken into account" in found.words


def test_a_campaign_without_a_goal_has_no_result() -> None:
    with pytest.raises(ValueError, match="diwali has no goal"):
        result(Campaign("diwali", "D", "marketing", ()), Counted({}, 0, None), running=False, planned_people=0)


CELLS = st.lists(
    st.builds(Cell, st.booleans(), st.integers(0, 10**7), st.none() | st.integers(0, 5), st.integers(1, 3_000)), max_size=5
)


@settings(max_examples=150, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=4), CELLS, st.sampled_from([0, 25]), st.booleans(), st.booleans(),
       st.sampled_from(["scan", "kyc", "enrol", "bill", "redeem"]))  # fmt: skip
def test_whatever_happened_there_is_a_verdict_in_words(
    arms: list[list[Cell]], held: list[Cell], holdout: int, running: bool, drips: bool, event: Event
) -> None:
    names = "abcd"[: len(arms)]
    made = campaign(*names, holdout=holdout, event=event, trigger=Trigger("kyc", 3) if drips else None)
    groups: dict[str | None, Group] = dict(zip(names, arms, strict=True))
    found = verdict(made, groups | ({None: held} if holdout else {}), running=running)
    assert found.words.endswith(".") and "nan" not in found.words and "None" not in found.words and "  " not in found.words
    if found.running and found.status in ("works", "harms", "differs"):
        assert "however often you look" in found.words


def test_a_whole_campaign_is_judged_from_its_rows(database: Database) -> None:
    made = fair(database, campaign("a", holdout=50))
    for number in range(40):
        arm = "a" if number % 2 else None
        made.turn(f"m{number}", arm, before=number % 3)
        if arm and number < 30:
            made.scan(f"m{number}", points=10)
    with made.engine.connect() as conn:
        row = rows.find(conn, made.programme_id, made.id)
        assert row is not None
        early, late = experiment.of(conn, row, NOW + timedelta(days=2)), experiment.of(conn, row, NOW + timedelta(days=9))
    assert early is not None and late is not None
    assert (early.status, early.open_people, late.open_people) == ("too_early", 40, 0)
    assert late.status == "too_early" and late.words.startswith("Too early to tell. People are still being added.")
    assert [(arm.name, arm.people, arm.converted, arm.paise_a_head) for arm in late.arms] == [
        (None, 20, 0, 0.0), ("a", 20, 15, 750.0),
    ]  # fmt: skip
    page = json.loads(json.dumps(experiment.to_json(late)))
    assert page["arms"][0]["name"] is None and page["planned"] == [{"arm": None, "part": 0.5}, {"arm": "a", "part": 0.5}]


def test_a_campaign_without_a_goal_is_not_judged(database: Database) -> None:
    made = fair(database, replace(campaign("a"), goal=None))
    with made.engine.connect() as conn:
        row = rows.find(conn, made.programme_id, made.id)
        assert row is not None
        assert experiment.of(conn, row, NOW) is None
