"""The table of the lifecycle, and what holds for any history whatever."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from payouts.diagram import mermaid
from payouts.lifecycle import FINAL, OPEN, TABLE, UNBEGUN, Cause, Change, Contradiction, News, Points, Stale, State, change

HISTORIES = st.lists(st.sampled_from(Cause), max_size=30)


def walked(causes: list[Cause]) -> list[tuple[State, Change]]:
    state, changes = State.REQUESTED, []
    for cause in causes:
        made = change(state, cause)
        if isinstance(made, Change):
            changes.append((state, made))
            state = made.to
    return changes


@given(HISTORIES)
def test_points_leave_at_most_once_and_return_at_most_once(causes: list[Cause]) -> None:
    moves = [made.points for _, made in walked(causes) if made.points is not Points.STAY]
    assert moves in ([], [Points.BURN], [Points.RELEASE], [Points.BURN, Points.GIVE_BACK])


@given(HISTORIES)
def test_an_end_is_left_only_from_paid_to_reversed(causes: list[Cause]) -> None:
    assert all((state, made.to) == (State.PAID, State.REVERSED) for state, made in walked(causes) if state in FINAL)


@given(HISTORIES)
def test_points_return_only_with_a_final_state(causes: list[Cause]) -> None:
    for _, made in walked(causes):
        assert (made.points is Points.STAY) == (made.to not in FINAL)
        assert (made.news is News.NOTHING) == (made.to not in FINAL)


@given(HISTORIES)
def test_a_payout_is_begun_once_so_it_has_one_request_and_one_key(causes: list[Cause]) -> None:
    assert [made.to for _, made in walked(causes)].count(State.RESERVED) <= 1


@given(HISTORIES, st.integers(0, 30))
def test_hearing_the_same_again_at_once_changes_nothing(causes: list[Cause], where: int) -> None:
    doubled = causes[:where] + [cause for cause in causes[where : where + 1] for _ in range(2)] + causes[where + 1 :]
    assert walked(doubled) == walked(causes)


@given(st.permutations([Cause.TAKEN, Cause.PAID, Cause.REVERSED]))
def test_any_order_of_the_same_callbacks_ends_the_same(causes: list[Cause]) -> None:
    changes = walked([Cause.BEGUN, *causes])
    assert changes[-1][1].to is State.REVERSED
    assert changes[-1][1].points is (Points.GIVE_BACK if changes[-1][0] is State.PAID else Points.RELEASE)


def test_what_cannot_be_is_a_contradiction_and_what_comes_late_is_stale() -> None:
    assert isinstance(change(State.FAILED, Cause.PAID), Contradiction)
    assert isinstance(change(State.PAID, Cause.REFUSED), Contradiction)
    assert isinstance(change(State.REQUESTED, Cause.PAID), Contradiction)
    assert isinstance(change(State.FAILED, Cause.TAKEN, known_to_provider=False), Contradiction)
    assert isinstance(change(State.FAILED, Cause.TAKEN), Stale)
    assert isinstance(change(State.REVERSED, Cause.PAID), Stale)
    assert isinstance(change(State.FAILED, Cause.REVERSED), Stale)


def test_a_person_rejects_only_what_may_not_have_left() -> None:
    assert {state for state, cause in TABLE if cause is Cause.REJECTED} == UNBEGUN | {State.RESERVED}


def test_what_waits_for_approval_leaves_only_by_a_persons_word() -> None:
    assert {cause for state, cause in TABLE if state is State.AWAITING_APPROVAL} == {Cause.APPROVED, Cause.REJECTED}


def test_processing_never_ends_in_a_failure_of_our_own_making() -> None:
    own = {cause for (state, cause), made in TABLE.items() if state is State.SENT and made.to is State.FAILED}
    assert own == {Cause.REFUSED}  # the provider's own word


def test_every_state_in_use_is_reached_and_every_open_state_has_a_way_out() -> None:
    reached = {State.REQUESTED} | {made.to for made in TABLE.values()}
    assert reached == set(State) == OPEN | FINAL
    assert {state for state, _ in TABLE} >= OPEN


def test_the_drawing_in_the_docs_is_the_table() -> None:
    docs = Path(__file__).parents[2] / "docs" / "money.md"
    assert f"```mermaid\n{mermaid()}```" in docs.read_text(encoding="utf-8")
