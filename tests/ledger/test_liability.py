"""The liability report: every point that is owed, in one bucket each."""

from __future__ import annotations

from datetime import timedelta

from ledger.balance import trial
from ledger.liability import BUCKETS, Liability, liability
from tests.ledger.books import NOW, Books


def report(books: Books, days: float = 0) -> Liability:
    with books.engine.begin() as conn:
        return liability(conn, books.programme, 25, NOW + timedelta(days=days))


def test_each_point_is_in_the_bucket_of_its_expiry_whether_held_or_not(books: Books) -> None:
    for number, days in enumerate((1, 30, 31, 60, 90, 180, 181, 365, 366, 3_000, None)):
        books.earn("mbr_a", 10 ** (number % 3), days=days)
    books.hold("mbr_a", 5, "h1")
    found = report(books)
    told = {bucket.name: (bucket.available, bucket.held) for bucket in found.buckets}
    assert list(told) == list(BUCKETS)
    assert told == {
        "past_due": (0, 0), "within_30_days": (6, 5), "within_60_days": (101, 0), "within_90_days": (10, 0),
        "within_180_days": (100, 0), "within_365_days": (11, 0), "later": (101, 0), "never": (10, 0),
    }  # fmt: skip
    assert found.points == 344 and found.paise == 344 * 25 == sum(bucket.paise for bucket in found.buckets)
    assert report(books, days=30).buckets[0].available == 6


def test_it_agrees_with_the_members_accounts_less_what_they_owe(books: Books) -> None:
    earned = books.earn("mbr_a", 100)
    books.hold("mbr_a", 70, "h1")
    books.reverse("mbr_a", earned.posting_id, negative=True)
    books.earn("mbr_b", 40)
    found = report(books)
    with books.engine.begin() as conn:
        members = sum(row.balance for row in trial(conn, books.programme) if "/members/" in row.account)
    assert (found.points, found.owed_points) == (110, 70)
    assert found.points - found.owed_points == members


def test_a_programme_without_points_owes_nothing(books: Books) -> None:
    assert report(books).points == 0 and report(books).owed_points == 0
