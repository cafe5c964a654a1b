"""Closing months: in order, once, for ever, and without a gap for what is under way."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ledger import periods, points
from ledger.balance import as_known, as_true
from ledger.lots import expire_due
from ledger.periods import NotOver, OutOfOrder, Period
from ledger.post import PeriodClosed
from ledger.statement import statement
from tests.ledger.books import NOW, Books, new_books

FEBRUARY = datetime(2026, 1, 31, 18, 30, tzinfo=UTC)  # begins then in India
MARCH = datetime(2026, 2, 28, 18, 30, tzinfo=UTC)
A = "mbr_a"


def close(books: Books, month: str, now: datetime, by: str = "meera") -> Period | NotOver | OutOfOrder:
    with books.engine.begin() as conn:
        begun = periods.begin(conn, books.programme, month, by, now)
    if not isinstance(begun, Period):
        return begun
    with books.engine.begin() as conn:
        return periods.finish(conn, books.programme, month, now)


def over(books: Books, marked: str) -> bool:
    with books.engine.begin() as conn:
        return periods.is_over(conn, marked)


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "January", "2026-00", "9999-12", "٢٠٢٦-٠١"])
def test_what_is_no_month_is_said(month: str) -> None:
    with pytest.raises(ValueError, match="YYYY-MM"):
        periods.ends_at(month)


def test_a_month_ends_with_its_last_day_in_india() -> None:
    assert periods.ends_at("2026-01") == FEBRUARY
    assert periods.ends_at("2026-12") == datetime(2026, 12, 31, 18, 30, tzinfo=UTC)


def test_months_close_in_order_once_and_only_when_they_are_over(books: Books) -> None:
    assert close(books, "2026-01", FEBRUARY - timedelta(seconds=1)) == NotOver(FEBRUARY)
    first = close(books, "2026-01", FEBRUARY)
    assert isinstance(first, Period) and first.closed_at == FEBRUARY
    assert close(books, "2026-01", MARCH, by="ravi") == first
    assert close(books, "2026-03", datetime(2026, 5, 1, tzinfo=UTC)) == OutOfOrder("2026-02")
    assert close(books, "2025-12", MARCH) == OutOfOrder("2026-02")
    assert isinstance(close(books, "2026-02", MARCH), Period)


def test_a_month_that_was_begun_is_finished_before_the_next(books: Books) -> None:
    with books.engine.begin() as conn:
        periods.begin(conn, books.programme, "2026-01", "meera", FEBRUARY)
    assert close(books, "2026-02", MARCH) == OutOfOrder("2026-01")
    finished = close(books, "2026-01", MARCH)
    assert isinstance(finished, Period) and (finished.closing_at, finished.closed_at) == (FEBRUARY, MARCH)


def test_nothing_that_happened_in_a_closed_month_is_posted_and_repeats_answer_as_before(books: Books) -> None:
    earned = books.earn(A, 100, key="e")
    other = new_books(books.engine, "prg_other")
    close(books, "2026-01", FEBRUARY)
    just_before = FEBRUARY - timedelta(microseconds=1)
    for refused in (
        lambda: books.earn(A, 1, at=just_before), lambda: books.hold(A, 1, "h1", at=just_before),
        lambda: books.transfer(A, "mbr_b", 1), lambda: books.convert(A, 1, 1), lambda: books.adjust(A, -1),
        lambda: books.reverse(A, earned.posting_id), lambda: books.allot("campaign/x", 5),
    ):  # fmt: skip
        with pytest.raises(PeriodClosed):
            refused()
    assert books.earn(A, 100, key="e") == earned
    assert books.earn(A, 1, at=FEBRUARY).balance == 101
    assert other.earn(A, 1).balance == 1
    assert books.sound() and other.sound()


def test_the_trial_balance_kept_is_of_the_months_end_and_expired_points_are_breakage(books: Books) -> None:
    books.earn(A, 100, days=5)
    books.earn(A, 40)
    with books.engine.begin() as conn:
        expire_due(conn, NOW + timedelta(days=6), 10)
    books.earn(A, 7, at=FEBRUARY)
    period = close(books, "2026-01", FEBRUARY + timedelta(days=2))
    assert isinstance(period, Period)
    kept = {row.account.removeprefix("prg_test/"): row.balance for row in period.trial}
    expected = {"issue": -100_000, "budget": 99_860, "members/available": 40, "expired": 0, "breakage": 100}
    assert kept == expected
    following = close(books, "2026-02", MARCH)
    assert isinstance(following, Period)
    assert {row.account: row.balance for row in following.trial}["prg_test/members/available"] == 47
    assert books.sound()


def test_a_closed_month_cannot_be_opened_again(books: Books) -> None:
    close(books, "2026-01", FEBRUARY)
    for change in (
        "UPDATE periods SET closed_at = NULL, trial = NULL", "UPDATE periods SET trial = '[]'", "DELETE FROM periods",
        "TRUNCATE periods", "UPDATE periods SET ends_at = '2020-01-01Z'",
    ):  # fmt: skip
        with pytest.raises(DBAPIError, match=r"append-only|permission denied"), books.engine.begin() as conn:
            conn.execute(text(change))


def test_a_posting_under_way_when_the_month_closes_is_waited_for(books: Books) -> None:
    """Whoever posts before the closing is seen commits it before the balances are read."""
    with books.engine.connect() as early, early.begin():
        points.earn(
            early, key="early", programme_id=books.programme, member_id=A, points=50, expires_at=None,
            happened_at=NOW, recorded_at=NOW, facts={},
        )  # fmt: skip
        with books.engine.begin() as conn:
            periods.begin(conn, books.programme, "2026-01", "meera", FEBRUARY)
        with books.engine.begin() as conn:
            marked = periods.mark(conn)
        assert not over(books, marked)
        with pytest.raises(PeriodClosed):
            books.hold("mbr_b", 1, "h1", key="late")
    while not over(books, marked):  # transactions in other databases of the server count too, and pass
        time.sleep(0.02)
    with books.engine.begin() as conn:
        period = periods.finish(conn, books.programme, "2026-01", FEBRUARY)
    assert {row.account: row.balance for row in period.trial}["prg_test/members/available"] == 50


def test_two_who_close_at_once_close_it_once(books: Books) -> None:
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda by: close(books, "2026-01", FEBRUARY, by), ["meera", "ravi"]))
    assert all(isinstance(answer, Period) for answer in answers) and answers[0] == answers[1]


def test_balances_as_known_and_as_true_and_statements_agree(books: Books) -> None:
    books.earn(A, 100)
    week = [NOW + timedelta(days=day) for day in range(8)]
    books.earn(A, 30, at=week[1], recorded_at=week[5])  # told of late
    books.hold(A, 50, "h1", at=week[3])
    books.burn(A, "h1", at=week[4])
    with books.engine.begin() as conn:
        known = [as_known(conn, books.programme, A, at) for at in week]
        true = [as_true(conn, books.programme, A, at) for at in week]
        whole = statement(conn, books.programme, A, week[0], week[7])
        parts = [statement(conn, books.programme, A, *span) for span in ((week[0], week[2]), (week[2], week[7]))]
        nobody = statement(conn, books.programme, "mbr_nobody", week[0], week[7])
    assert [(one.available, one.held) for one in known[1:6]] == [(100, 0), (100, 0), (50, 50), (50, 0), (80, 0)]
    assert [(one.available, one.held) for one in true[1:6]] == [(130, 0), (130, 0), (80, 50), (80, 0), (80, 0)]
    assert known[-1] == true[-1]
    told = [(line.kind, line.points, line.held, line.balance) for line in whole.lines]
    assert told == [("earn", 100, 0, 100), ("earn", 30, 0, 130), ("hold", -50, 50, 80), ("burn", 0, -50, 80)]
    assert (whole.opening, whole.closing) == (0, 80)
    assert parts[0].closing == parts[1].opening and parts[0].lines + parts[1].lines == whole.lines
    assert (nobody.opening, nobody.lines, nobody.closing) == (0, (), 0)
    with pytest.raises(ValueError, match="ends after"), books.engine.begin() as conn:
        statement(conn, books.programme, A, week[1], week[0])
