"""When to repeat, when to ask, when to stop."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from payouts.lifecycle import State
from payouts.schedule import (
    KEY_LIFE_S,
    Move,
    move,
    wait_asking_s,
    wait_put_off_s,
    wait_unclear_s,
)

COUNTS = st.integers(0, 200)
AGES = st.floats(0, 40 * 24 * 3600)


def test_the_same_request_goes_again_after_1_2_and_5_minutes_then_questions_take_over() -> None:
    age_s, posts, asked_at = 0.0, [0.0], None
    for unanswered in range(1, 6):
        age_s += wait_unclear_s(unanswered=unanswered, asks=0, age_s=age_s, repeat_is_safe=True)
        how = move(State.UNKNOWN, unanswered=unanswered, age_s=age_s, repeat_is_safe=True)
        if how is Move.ASK:
            asked_at = age_s
            break
        posts.append(age_s)
    assert posts == [0, 60, 120, 300]
    assert asked_at == 360


def test_where_repeating_is_not_safe_only_questions_follow_from_5_minutes_on() -> None:
    assert move(State.RESERVED, unanswered=1, age_s=1, repeat_is_safe=False) is Move.ASK
    assert wait_unclear_s(unanswered=1, asks=0, age_s=0, repeat_is_safe=False) == 300


@given(st.sampled_from([State.RESERVED, State.UNKNOWN, State.SENT]), COUNTS, AGES, st.booleans())
def test_nothing_is_posted_that_may_be_taken_and_not_remembered(
    state: State, unanswered: int, age_s: float, repeat_is_safe: bool
) -> None:
    how = move(state, unanswered=unanswered, age_s=age_s, repeat_is_safe=repeat_is_safe)
    if how is Move.SEND:
        assert state is not State.SENT
        assert age_s < KEY_LIFE_S
        assert unanswered == 0 or repeat_is_safe


@given(COUNTS, COUNTS, AGES, st.booleans())
def test_every_wait_is_between_half_a_minute_and_an_hour(
    unanswered: int, asks: int, age_s: float, repeat_is_safe: bool
) -> None:
    assert 30 <= wait_unclear_s(unanswered=unanswered, asks=asks, age_s=age_s, repeat_is_safe=repeat_is_safe) <= 3600
    assert 300 <= wait_asking_s(asks) <= 3600


@given(st.text(max_size=30), COUNTS, st.none() | st.floats(0, 99_999))
def test_standing_back_is_at_least_as_long_as_asked(payout_id: str, tries: int, retry_after_s: float | None) -> None:
    assert wait_put_off_s(payout_id, tries, retry_after_s) >= max(30, retry_after_s or 0)
