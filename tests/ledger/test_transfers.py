"""Points that go elsewhere: to another member, into co-op credit, and back out of a debt."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from ledger import chart
from ledger.balance import as_true, movements, trial
from ledger.budget import Budget, read_budget
from ledger.post import BudgetSpent
from tests.ledger.books import NOW, Books

A, B = "mbr_a", "mbr_b"


def test_transferred_points_keep_their_expiry(books: Books) -> None:
    books.earn(A, 10, days=30)
    books.earn(A, 20, days=60)
    books.earn(A, 30)
    books.transfer(A, B, 25)
    found = books.balance(B)
    assert (found.available, found.expiring_points, found.expiring_at) == (25, 10, NOW + timedelta(days=30))
    assert books.balance(A).available == 35
    assert books.balance(B, NOW + timedelta(days=30)).available == 15
    assert books.balance(B, NOW + timedelta(days=60)).available == 0
    assert books.sound()


def test_each_members_history_tells_a_transfer(books: Books) -> None:
    books.earn(A, 10)
    books.transfer(A, B, 4)
    with books.engine.begin() as conn:
        (out,), (received,) = movements(conn, books.programme, A, 1), movements(conn, books.programme, B, 1)
        assert {row.account: row.balance for row in trial(conn, books.programme)}["prg_test/transfers"] == 0
    assert (out.kind, out.points, out.facts["to"]) == ("transfer_out", -4, B)
    assert (received.kind, received.points, received.facts["from"]) == ("transfer_in", 4, A)
    assert received.facts["transfer"] == out.posting_id


def test_a_conversion_moves_both_units_in_one_posting(books: Books) -> None:
    books.earn(A, 100)
    first = books.convert(A, 30, 25, key="c")
    books.earn(A, 1)
    assert books.convert(A, 30, 25, key="c") == first
    with books.engine.begin() as conn:
        rows = {row.account: (row.unit, row.balance) for row in trial(conn, books.programme)}
        assert as_true(conn, books.programme, A, NOW).coop_paise == 750
    assert rows["prg_test/members/coop"] == ("CPC", 750) and rows["prg_test/coop-issue"] == ("CPC", -750)
    assert rows["prg_test/converted"] == ("PTS", 30)
    assert books.sound()


def test_an_earning_comes_out_of_every_allotment_and_its_reversal_goes_back_to_each(books: Books) -> None:
    books.allot("campaign/diwali", 1_000)
    books.allot("month/2026-01", 500)
    earned = books.earn(A, 300, through=("month/2026-01", "campaign/diwali"))
    books.reverse(A, earned.posting_id, 120)
    with books.engine.begin() as conn:
        assert read_budget(conn, books.programme, "campaign/diwali") == Budget(1_000, 820)
        assert read_budget(conn, books.programme, "month/2026-01") == Budget(500, 320)
        assert read_budget(conn, books.programme) == Budget(100_000, 99_820)
        assert sum(row.balance for row in trial(conn, books.programme)) == 0
    assert books.allot("campaign/diwali", 179) == BudgetSpent(180, "campaign/diwali")
    assert books.sound()


def test_budgets_have_the_names_they_are_asked_by(books: Books) -> None:
    assert chart.campaign_budget("p", "diwali") == "p/allotment/campaign/diwali"
    assert chart.month_budget("p", "2026-11") == "p/allotment/month/2026-11"


def test_lots_of_a_debtor_stay_empty_until_the_debt_is_filled(books: Books) -> None:
    given = books.earn(A, 100)
    books.hold(A, 100, "h1")
    books.burn(A, "h1")
    books.reverse(A, given.posting_id, negative=True)
    assert (books.balance(A).available, books.balance(A).owed) == (0, 100)
    for amount, balance in ((60, -40), (30, -10), (50, 40)):
        assert books.earn(A, amount).balance == balance
    with books.engine.begin() as conn:
        found = [(row.points, row.remaining) for row in conn.execute(text("SELECT * FROM lots ORDER BY id"))]
        floor = text("SELECT floor FROM accounts WHERE id = 'prg_test/member/mbr_a/available'")
        assert conn.execute(floor).scalar_one() == 0
    assert found == [(100, 0), (60, 0), (30, 0), (50, 40)]
    assert books.sound()
