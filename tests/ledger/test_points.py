from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from ledger.points import Burned, Earned, Held, Released, TooFew
from ledger.post import BudgetSpent, HoldReused, HoldSettled, KeyReused, TooMuch, UnknownAccount, UnknownHold
from ledger.reversals import Reversed
from tests.ledger.books import NOW, Books, new_books

MEMBER = "mbr_asha"


def days(count: float) -> datetime:
    return NOW + timedelta(days=count)


def lots(books: Books) -> list[tuple[int, int]]:
    with books.engine.begin() as conn:
        return [(r.points, r.remaining) for r in conn.execute(text("SELECT points, remaining FROM lots ORDER BY id"))]


def test_points_are_earned_held_and_burned(books: Books) -> None:
    first = books.earn(MEMBER, 300)
    assert isinstance(first, Earned) and first.balance == 300
    assert books.earn(MEMBER, 50).balance == 350
    assert books.hold(MEMBER, 200, "h1") == Held("h1", 150)
    assert (books.balance(MEMBER).available, books.balance(MEMBER).held) == (150, 200)
    assert isinstance(books.burn(MEMBER, "h1"), Burned)
    assert (books.balance(MEMBER).available, books.balance(MEMBER).held) == (150, 0)
    assert books.sound()


def test_more_than_there_is_cannot_be_held(books: Books) -> None:
    books.earn(MEMBER, 100)
    assert books.hold(MEMBER, 101, "h1") == TooFew(100)
    assert books.hold("mbr_nobody", 1, "h2") == TooFew(0)
    assert books.hold(MEMBER, 100, "h3") == Held("h3", 0)
    assert books.hold(MEMBER, 1, "h4") == TooFew(0)
    assert books.sound()


def test_a_repeat_gives_the_first_answer_even_after_the_balance_has_moved(books: Books) -> None:
    earned = books.earn(MEMBER, 100, key="e/1")
    held = books.hold(MEMBER, 60, "h1", key="e/2")
    books.earn(MEMBER, 7)
    assert books.earn(MEMBER, 100, key="e/1") == earned
    assert books.hold(MEMBER, 60, "h1", key="e/2") == held
    released = books.release(MEMBER, "h1", key="e/3")
    assert released == Released("h1", 107)
    books.earn(MEMBER, 5)
    assert books.release(MEMBER, "h1", key="e/3") == released
    assert books.hold(MEMBER, 60, "h1", key="e/2") == held
    assert books.balance(MEMBER).available == 112
    assert books.sound()


def test_a_repeat_may_bring_another_time_and_other_facts(books: Books) -> None:
    books.earn(MEMBER, 100)
    books.hold(MEMBER, 100, "h1")
    first = books.burn(MEMBER, "h1", key="callback")
    assert books.burn(MEMBER, "h1", key="callback", at=days(1)) == first


def test_a_key_cannot_ask_for_something_else(books: Books) -> None:
    books.earn(MEMBER, 100, key="e/1")
    with pytest.raises(KeyReused):
        books.earn(MEMBER, 101, key="e/1")
    with pytest.raises(KeyReused):
        books.earn("mbr_other", 100, key="e/1")
    with pytest.raises(KeyReused):
        books.earn(MEMBER, 100, key="e/1", days=30)
    with pytest.raises(KeyReused):
        books.hold(MEMBER, 100, "h1", key="e/1")
    assert books.balance(MEMBER).available == 100
    assert books.balance("mbr_other").available == 0
    assert books.sound()


def test_a_repeat_of_a_refusal_asks_again(books: Books) -> None:
    assert books.hold(MEMBER, 10, "h1", key="e/1") == TooFew(0)
    books.earn(MEMBER, 10)
    assert books.hold(MEMBER, 10, "h1", key="e/1") == Held("h1", 0)


def test_a_hold_is_settled_once(books: Books) -> None:
    books.earn(MEMBER, 100)
    books.hold(MEMBER, 40, "h1")
    burned = books.burn(MEMBER, "h1", key="paid")
    assert books.burn(MEMBER, "h1", key="paid") == burned
    with pytest.raises(HoldSettled):
        books.burn(MEMBER, "h1", key="paid again")
    with pytest.raises(HoldSettled):
        books.release(MEMBER, "h1", key="failed")
    with pytest.raises(KeyReused):
        books.release(MEMBER, "h1", key="paid")
    assert books.balance(MEMBER).available == 60
    assert books.sound()


def test_a_hold_belongs_to_its_member(books: Books) -> None:
    books.earn(MEMBER, 100)
    books.earn("mbr_other", 100)
    books.hold(MEMBER, 40, "h1")
    for hold_id, member in (("h1", "mbr_other"), ("h2", MEMBER)):
        with pytest.raises(UnknownHold):
            books.release(member, hold_id)
        with pytest.raises(UnknownHold):
            books.burn(member, hold_id)
    with pytest.raises(HoldReused):
        books.hold("mbr_other", 40, "h1")
    assert books.balance("mbr_other").available == 100
    assert books.sound()


def test_programmes_do_not_see_each_others_points(books: Books) -> None:
    other = new_books(books.engine, "prg_other")
    books.earn(MEMBER, 100)
    assert other.balance(MEMBER).available == 0
    assert other.hold(MEMBER, 1, "h1") == TooFew(0)
    books.hold(MEMBER, 10, "h2")
    with pytest.raises(UnknownHold):
        other.burn(MEMBER, "h2")
    with pytest.raises(KeyReused):
        books.earn(MEMBER, 5, key="shared")
        other.earn(MEMBER, 5, key="shared")


def test_the_budget_is_a_hard_stop(books: Books) -> None:
    small = new_books(books.engine, "prg_small", budget=100)
    assert small.earn(MEMBER, 101) == BudgetSpent(100)
    assert isinstance(small.earn(MEMBER, 93), Earned)
    assert small.earn(MEMBER, 8, key="e/1") == BudgetSpent(7)
    assert isinstance(small.earn(MEMBER, 7), Earned)
    assert small.earn(MEMBER, 1) == BudgetSpent(0)
    assert small.balance(MEMBER).available == 100
    assert small.sound()


def test_an_earning_that_was_posted_is_not_refused_when_repeated_after_the_budget_is_spent(books: Books) -> None:
    small = new_books(books.engine, "prg_small", budget=100)
    earned = small.earn(MEMBER, 60, key="e/1")
    small.earn(MEMBER, 40)
    assert small.earn(MEMBER, 60, key="e/1") == earned
    with pytest.raises(KeyReused):
        small.earn(MEMBER, 61, key="e/1")
    assert small.sound()


def test_a_programme_that_was_never_opened_is_a_fault_not_a_spent_budget(books: Books) -> None:
    books.programme = "prg_unopened"
    with pytest.raises(UnknownAccount, match="open the programme first"):
        books.earn(MEMBER, 1)


def test_points_given_by_mistake_go_back_to_the_budget(books: Books) -> None:
    books.earn(MEMBER, 50, days=10)
    mistake = books.earn(MEMBER, 100, days=300)
    back = books.reverse(MEMBER, mistake.posting_id, key="fix")
    assert isinstance(back, Reversed) and (back.points, back.balance) == (100, 50)
    assert books.reverse(MEMBER, mistake.posting_id, key="fix") == back
    assert lots(books) == [(50, 50), (100, 0)]
    assert books.reverse(MEMBER, mistake.posting_id, 51) == TooMuch(0)
    assert books.sound()
