from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text

from ledger.lots import expire_due
from ledger.points import Held, Released, TooFew
from tests.ledger.books import NOW, Books

MEMBER = "mbr_asha"


def days(count: float) -> datetime:
    return NOW + timedelta(days=count)


def lots(books: Books) -> list[tuple[int, int]]:
    with books.engine.begin() as conn:
        return [(r.points, r.remaining) for r in conn.execute(text("SELECT points, remaining FROM lots ORDER BY id"))]


def expire(books: Books, at: datetime, limit: int = 100) -> list[int]:
    with books.engine.begin() as conn:
        return [swept.lot_id for swept in expire_due(conn, at, limit)]


def test_the_earliest_expiry_is_spent_first_and_points_without_one_last(books: Books) -> None:
    for amount, due in ((10, None), (20, 60), (30, 30), (40, 60)):
        books.earn(MEMBER, amount, days=due)
    books.hold(MEMBER, 45, "h1")
    assert lots(books) == [(10, 10), (20, 5), (30, 0), (40, 40)]
    books.hold(MEMBER, 50, "h2")
    assert lots(books) == [(10, 5), (20, 0), (30, 0), (40, 0)]
    assert books.sound()


def test_a_release_restores_the_same_lots(books: Books) -> None:
    for amount, due in ((10, 30), (20, 60), (30, None)):
        books.earn(MEMBER, amount, days=due)
    before = lots(books)
    books.hold(MEMBER, 35, "h1")
    assert lots(books) == [(10, 0), (20, 0), (30, 25)]
    assert books.release(MEMBER, "h1") == Released("h1", 60)
    assert lots(books) == before
    assert books.sound()


def test_points_past_due_are_neither_shown_nor_spent_before_the_sweep(books: Books) -> None:
    books.earn(MEMBER, 10, days=30)
    books.earn(MEMBER, 5)
    at = days(30)
    assert books.balance(MEMBER, days(29.9)).available == 15
    assert books.balance(MEMBER, at).available == 5
    assert books.hold(MEMBER, 6, "h1", at=at) == TooFew(5)
    assert isinstance(books.hold(MEMBER, 5, "h2", at=at), Held)
    assert books.sound()


def test_the_sweep_expires_what_is_due_once(books: Books) -> None:
    for amount, due in ((10, 30), (20, 60), (30, None)):
        books.earn(MEMBER, amount, days=due)
    assert expire(books, days(29)) == []
    assert len(expire(books, days(30))) == 1
    assert expire(books, days(30)) == []
    assert books.balance(MEMBER, days(30)).available == 50
    assert len(expire(books, days(3000))) == 1
    assert books.balance(MEMBER, days(3000)).available == 30
    assert books.sound()


def test_the_sweep_takes_no_more_than_its_limit_and_leaves_held_points(books: Books) -> None:
    for number in range(5):
        books.earn(f"mbr_{number}", 10, days=1)
    books.hold("mbr_0", 4, "h1")
    assert len(expire(books, days(2), limit=3)) == 3
    assert len(expire(books, days(2), limit=3)) == 2
    assert books.balance("mbr_0", days(2)).held == 4
    assert books.sound()


def test_a_lot_that_ran_out_while_held_lives_thirty_more_days(books: Books) -> None:
    books.earn(MEMBER, 10, days=30)
    books.earn(MEMBER, 10, days=90)
    books.hold(MEMBER, 14, "h1")
    expire(books, days(40))
    books.release(MEMBER, "h1", at=days(40))
    after = books.balance(MEMBER, days(40))
    assert (after.available, after.expiring_points, after.expiring_at) == (20, 10, days(70))
    assert books.balance(MEMBER, days(70)).available == 10
    assert len(expire(books, days(70))) == 1
    assert books.sound()


def test_part_of_a_lot_may_expire_while_the_rest_is_held(books: Books) -> None:
    books.earn(MEMBER, 10, days=30)
    books.hold(MEMBER, 4, "h1")
    assert len(expire(books, days(31))) == 1
    assert books.balance(MEMBER, days(31)).available == 0
    books.release(MEMBER, "h1", at=days(31))
    assert books.balance(MEMBER, days(31)).available == 4
    assert len(expire(books, days(61))) == 1
    assert books.balance(MEMBER, days(61)).available == 0
    assert books.sound()


def test_a_release_by_a_slower_clock_does_not_refill_a_lot_that_was_swept(books: Books) -> None:
    books.earn(MEMBER, 100, days=30)
    books.hold(MEMBER, 95, "h1")
    assert len(expire(books, days(30))) == 1
    books.release(MEMBER, "h1", at=days(29.9))
    assert lots(books) == [(100, 0), (95, 95)]
    assert books.sound() and len(expire(books, days(90))) == 1
