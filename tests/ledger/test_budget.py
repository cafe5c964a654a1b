from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from ledger.budget import Budget, open_programme, read_budget, set_budget
from ledger.points import Earned
from ledger.post import BudgetSpent, KeyReused
from tests.ledger.books import NOW, Books, new_books

SQL = Path(__file__).resolve().parents[2] / "migrations" / "sql"


def change(books: Books, key: str, points: int) -> Any:
    with books.engine.begin() as conn:
        return set_budget(
            conn, key=key, programme_id=books.programme, budget_points=points, happened_at=NOW, recorded_at=NOW
        )


def stripes(books: Books) -> list[int]:
    with books.engine.begin() as conn:
        select = text("SELECT credits - debits FROM accounts WHERE stripe_of = :budget ORDER BY id")
        return list(conn.execute(select, {"budget": f"{books.programme}/budget"}).scalars())


def test_a_budget_is_spread_evenly_to_the_point(books: Books) -> None:
    change(books, "k1", 1_003)
    assert stripes(books) == [63] * 11 + [62] * 5


def test_opening_again_changes_nothing(books: Books) -> None:
    change(books, "k1", 500)
    with books.engine.begin() as conn:
        assert open_programme(conn, books.programme, 100_000, NOW) == Budget(500, 500)
        assert open_programme(conn, books.programme, 7, NOW) == Budget(500, 500)
    assert books.sound()


def test_a_budget_can_grow_and_shrink_to_what_is_given_out(books: Books) -> None:
    books.earn("mbr_a", 300)
    assert change(books, "k1", 1_000) == Budget(1_000, 700)
    assert change(books, "k2", 299) == BudgetSpent(300)
    assert change(books, "k3", 300) == Budget(300, 0)
    assert books.earn("mbr_a", 1) == BudgetSpent(0)
    assert change(books, "k4", 301) == Budget(301, 1)
    assert isinstance(books.earn("mbr_a", 1), Earned)
    assert books.sound()


def test_a_change_repeated_is_made_once_and_a_key_means_one_budget(books: Books) -> None:
    assert change(books, "k1", 500) == Budget(500, 500)
    change(books, "k2", 400)
    assert change(books, "k1", 500) == Budget(400, 400)
    with pytest.raises(KeyReused):
        change(books, "k1", 600)
    books.earn("mbr_a", 400)
    assert change(books, "k2", 400) == Budget(400, 0)
    assert books.sound()


def test_setting_the_budget_it_has_is_recorded_too(books: Books) -> None:
    assert change(books, "k1", 100_000) == Budget(100_000, 100_000)
    with pytest.raises(KeyReused):
        change(books, "k1", 1)
    assert books.sound()


def test_one_earning_may_need_several_stripes_and_leaves_no_crumb(books: Books) -> None:
    small = new_books(books.engine, "prg_small", budget=100)
    answer = small.earn("mbr_a", 95, key="k")
    assert isinstance(answer, Earned) and answer.balance == 95
    assert small.earn("mbr_a", 95, key="k") == answer
    assert sum(stripes(small)) == 5
    assert isinstance(small.earn("mbr_b", 5), Earned)
    assert small.sound()


def test_a_programme_opened_before_an_account_was_known_gets_it_from_the_migration(books: Books, owner: Engine) -> None:
    later = ("drawn", "transfers", "converted", "breakage", "adjustments", "tax-payable", "coop-issue")
    opening = (SQL / "0008_tables.sql").read_text(encoding="utf-8").split(";")[-2]
    with owner.begin() as conn:
        before = conn.execute(text("SELECT * FROM accounts ORDER BY id")).all()
        ids = [f"{books.programme}/{name}" for name in later]
        assert conn.execute(text("DELETE FROM accounts WHERE id = ANY(:ids)"), {"ids": ids}).rowcount == len(later)
        for _ in range(2):
            conn.execute(text(opening))
        assert conn.execute(text("SELECT * FROM accounts ORDER BY id")).all() == before


def test_a_programme_without_any_budget_gives_nothing(books: Books) -> None:
    empty = new_books(books.engine, "prg_empty", budget=0)
    assert empty.earn("mbr_a", 1) == BudgetSpent(0)
    assert empty.sound()


def test_a_programme_that_was_not_opened_has_no_budget(books: Books) -> None:
    with books.engine.begin() as conn:
        assert read_budget(conn, "prg_unopened") == Budget(0, 0)
