"""Holds that end in part, and holds that run out."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from ledger.holds import PartCommitted, expire_holds
from ledger.points import Released
from tests.ledger.books import NOW, Books

MEMBER = "mbr_asha"


def left(books: Books) -> list[tuple[int, int]]:
    with books.engine.begin() as conn:
        rows = conn.execute(text("SELECT points, remaining FROM lots ORDER BY id"))
        return [(row.points, row.remaining) for row in rows]


def sweep(books: Books, days: float, limit: int = 100) -> list[str]:
    with books.engine.begin() as conn:
        return [one.hold_id for one in expire_holds(conn, NOW + timedelta(days=days), limit)]


def test_a_part_burns_what_expires_first_and_the_rest_goes_back_to_its_lots(books: Books) -> None:
    for amount, due in ((10, None), (20, 60), (30, 30)):
        books.earn(MEMBER, amount, days=due)
    books.hold(MEMBER, 55, "h1")
    assert left(books) == [(10, 5), (20, 0), (30, 0)]
    answer = books.part(MEMBER, 35, "h1", key="part")
    assert isinstance(answer, PartCommitted) and (answer.burned, answer.available) == (35, 25)
    assert left(books) == [(10, 10), (20, 15), (30, 0)]
    books.earn(MEMBER, 1)
    assert books.part(MEMBER, 35, "h1", key="part") == answer
    assert books.sound()


def test_what_a_part_returns_after_its_lot_ran_out_lives_thirty_more_days(books: Books) -> None:
    books.earn(MEMBER, 10, days=30)
    books.hold(MEMBER, 10, "h1")
    later = NOW + timedelta(days=40)
    books.part(MEMBER, 4, "h1", at=later)
    found = books.balance(MEMBER, later)
    assert (found.available, found.expiring_at) == (6, later + timedelta(days=30))
    assert books.sound()


def test_a_hold_that_ran_out_is_released_once_and_one_without_an_end_stays(books: Books) -> None:
    books.earn(MEMBER, 100)
    books.hold(MEMBER, 10, "h1", days=2)
    books.hold(MEMBER, 20, "h2", days=3)
    books.hold(MEMBER, 30, "h3")
    assert sweep(books, 1.9) == []
    assert sweep(books, 2) == ["h1"]
    assert sweep(books, 30) == ["h2"]
    assert sweep(books, 3000) == []
    assert (books.balance(MEMBER).available, books.balance(MEMBER).held) == (70, 30)
    with books.engine.begin() as conn:
        reasons = conn.execute(text("SELECT reason FROM postings WHERE key LIKE 'hold-expired/%'")).scalars().all()
    assert reasons == ["hold_expired"] * 2
    assert books.sound()


def test_the_sweep_takes_no_more_than_its_limit_and_passes_over_what_is_settled(books: Books) -> None:
    for number in range(4):
        books.earn(f"mbr_{number}", 10)
        books.hold(f"mbr_{number}", 10, f"h{number}", days=1)
    assert isinstance(books.release("mbr_0", "h0"), Released)
    assert len(sweep(books, 2, limit=2)) == 2
    assert len(sweep(books, 2, limit=2)) == 1
    assert books.sound()


def test_a_burned_part_comes_back_to_lots_that_end_with_the_burned_ones(books: Books) -> None:
    books.earn(MEMBER, 10, days=20)
    books.earn(MEMBER, 10, days=90)
    books.hold(MEMBER, 20, "h1")
    part = books.part(MEMBER, 15, "h1")
    books.reverse(MEMBER, part.posting_id, 12)
    assert books.balance(MEMBER).available == 17
    with books.engine.begin() as conn:
        select = text("SELECT remaining, expires_at FROM lots WHERE remaining > 0 ORDER BY id")
        found = [(row.remaining, (row.expires_at - NOW).days) for row in conn.execute(select)]
    assert found == [(5, 90), (10, 30), (2, 90)]  # the first 10 would be over before the grace
    assert books.sound()
