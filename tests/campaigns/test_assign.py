"""Arms are drawn once and for ever: sticky, in their shares, the same under the same salt."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from campaigns.assign import arm_of, shares
from campaigns.spec import Arm, Campaign, Experiment, Words

IDS = st.text(min_size=1, max_size=40)
PEOPLE = [f"mbr_{number:05d}" for number in range(20_000)]


def campaign(*split: int, holdout: int = 0, salt: str = "", name: str = "diwali") -> Campaign:
    arms = tuple(Arm("abcdefgh"[at], share, {"en": Words("Hello")}) for at, share in enumerate(split))
    return Campaign(name, name, "marketing", arms, experiment=Experiment(holdout, salt))


@st.composite
def campaigns(draw: st.DrawFn) -> Campaign:
    cuts = sorted(draw(st.lists(st.integers(0, 100), max_size=5)))
    split = [upto - since for since, upto in zip([0, *cuts], [*cuts, 100], strict=True)]
    return campaign(*split, holdout=draw(st.integers(0, 100)), salt=draw(st.text(max_size=10)), name=draw(IDS))


@settings(deadline=None)
@given(campaigns(), IDS)
def test_the_same_member_always_gets_the_same(made: Campaign, member: str) -> None:
    arm = arm_of(made, member)
    assert arm == arm_of(replace(made, name="other words", audience="balance > 5"), member)
    assert arm is None or next(one.share for one in made.arms if one.name == arm) > 0


@settings(deadline=None)
@given(campaigns(), IDS, IDS)
def test_the_same_salt_is_the_same_arm_in_every_campaign(made: Campaign, other: str, member: str) -> None:
    salted = replace(made, experiment=Experiment(made.experiment.holdout, "spring"))
    assert arm_of(salted, member) == arm_of(replace(salted, id=other), member)


@settings(deadline=None)
@given(campaigns(), IDS, st.integers(0, 100))
def test_a_larger_holdout_moves_nobody_from_arm_to_arm(made: Campaign, member: str, holdout: int) -> None:
    small, large = sorted((made.experiment.holdout, holdout))
    first, second = (arm_of(replace(made, experiment=Experiment(share, "x")), member) for share in (small, large))
    assert second == first or second is None


@settings(deadline=None)
@given(campaigns())
def test_the_shares_add_up(made: Campaign) -> None:
    assert sum(shares(made).values()) == pytest.approx(1)


@pytest.mark.parametrize("holdout", [0, 1, 10, 50])
@pytest.mark.parametrize("split", [(100,), (50, 50), (90, 10), (34, 33, 33)])
def test_the_people_come_in_their_shares(split: tuple[int, ...], holdout: int) -> None:
    made = campaign(*split, holdout=holdout)
    drawn = Counter(arm_of(made, member) for member in PEOPLE)
    assert set(drawn) <= set(shares(made))
    for name, share in shares(made).items():
        assert binomtest(drawn[name], len(PEOPLE), share).pvalue > 1e-5, name


def test_nobody_and_everybody_can_be_held_out() -> None:
    assert None not in {arm_of(campaign(50, 50), member) for member in PEOPLE}
    assert {arm_of(campaign(50, 50, holdout=100), member) for member in PEOPLE} == {None}


def test_two_salts_draw_apart() -> None:
    """Who had arm a in one campaign has it in half of the cases in another: no hidden carry-over."""
    one, two = campaign(50, 50, name="one"), campaign(50, 50, name="two")
    same = sum(arm_of(one, member) == arm_of(two, member) for member in PEOPLE)
    assert binomtest(same, len(PEOPLE), 0.5).pvalue > 1e-5


def test_the_draw_is_the_one_it_was() -> None:
    """People stay in their arms over a new version of the program too."""
    assert [arm_of(campaign(40, 40, 20, holdout=20), f"mbr_{n}") for n in range(12)] == DRAWN


DRAWN = ["c", "a", "c", "b", "c", "c", "b", "b", None, None, "c", "b"]


def test_shares_that_do_not_add_up_are_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="add up to 0, not to 100"):
        arm_of(campaign(0), "mbr_1")
