"""What is asked, in which state, what is answered, and what it changed: one named outcome each, nothing else moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from ledger import periods
from ledger.lots import expire_due
from ledger.moves import Move, Posting
from ledger.post import post
from ledger.verify import verify
from tests.ledger.books import NOW, Books, new_books

EXPECTED = Path(__file__).with_name("outcomes.txt").read_text(encoding="utf-8")
LATER = NOW + timedelta(days=40)
BOTH = ("campaign/diwali", "month/2026-01")
Do = Callable[[Books], Any]
BALANCES = text("""
    SELECT regexp_replace(id, '^[^/]*/(member/)?', '') AS name, credits - debits AS balance FROM accounts
     WHERE programme_id = :programme AND stripe_of IS NULL AND tracked AND id NOT LIKE '%/allotted/%'
     UNION ALL SELECT regexp_replace(stripe_of, '^[^/]*/(allotment/)?', ''), sum(credits - debits) FROM accounts
     WHERE programme_id = :programme AND stripe_of IS NOT NULL GROUP BY stripe_of
     UNION ALL SELECT split_part(account, '/', 3) || '/lots', sum(remaining) FROM lots
     WHERE programme_id = :programme GROUP BY account
     UNION ALL SELECT 'postings', count(*) FROM postings WHERE programme_id = :programme""")

# In every state member a has 100 points that never expire, b has none, and the programme may still give 900.
STATES: dict[str, tuple[Do, ...]] = {
    "": (),
    "month closed": (lambda b: close(b),),
    "allotted 30, month 25": (lambda b: b.allot("campaign/diwali", 30), lambda b: b.allot("month/2026-01", 25)),
    "h1 holds 40": (lambda b: b.hold("a", 40, h1(b)),),
    "h1 holds all": (lambda b: b.hold("a", 100, h1(b)),),
    "h1 burned": (lambda b: b.hold("a", 40, h1(b)), lambda b: b.burn("a", h1(b))),
    "h1 burned in part": (lambda b: b.hold("a", 40, h1(b)), lambda b: b.part("a", 10, h1(b))),
    "h1 ran out": (lambda b: b.hold("a", 40, h1(b), days=1),),
    "b has 60, past due": (lambda b: b.earn("b", 60, days=30),),
    "b has 60, swept": (lambda b: b.earn("b", 60, days=30), lambda b: sweep(b)),
    "b holds 60, past due": (lambda b: b.earn("b", 60, days=30), lambda b: b.hold("b", 60, h1(b))),
    "30 reversed": (lambda b: b.reverse("a", first(b), 30),),
    "all reversed": (lambda b: b.reverse("a", first(b)),),
    "80 burned": (lambda b: b.hold("a", 80, h1(b)), lambda b: b.burn("a", h1(b))),
    "a owes 80": (
        lambda b: b.hold("a", 80, h1(b)), lambda b: b.burn("a", h1(b)), lambda b: b.reverse("a", first(b), negative=True),
    ),
    "a owes 80, holds 80": (
        lambda b: b.hold("a", 80, h1(b)), lambda b: b.reverse("a", first(b), negative=True),
    ),
    "a gave b 30": (lambda b: b.transfer("a", "b", 30, key=f"{b.programme}/given"),),
}  # fmt: skip
ASKED: tuple[tuple[str, str, Do], ...] = (
    ("earn 50", "", lambda b: b.earn("a", 50)),
    ("earn 100, its key", "", lambda b: b.earn("a", 100, key=used(b))),
    ("earn 60, key of 100", "", lambda b: b.earn("a", 60, key=used(b))),
    ("hold 10, key of earn", "", lambda b: b.hold("a", 10, h9(b), key=used(b))),
    ("earn 100, its key", "month closed", lambda b: b.earn("a", 100, key=used(b))),
    ("earn 60, key of 100", "month closed", lambda b: b.earn("a", 60, key=used(b))),
    ("earn 10", "month closed", lambda b: b.earn("a", 10)),
    ("earn 901", "month closed", lambda b: b.earn("a", 901)),
    ("hold 999", "month closed", lambda b: b.hold("a", 999, h9(b))),
    ("burn unknown hold", "month closed", lambda b: b.burn("a", h9(b))),
    ("transfer 999", "month closed", lambda b: b.transfer("a", "b", 999)),
    ("reverse unknown", "month closed", lambda b: b.reverse("a", 10**9)),
    ("earn 10, next month", "month closed", lambda b: b.earn("a", 10, at=LATER)),
    ("earn 0", "", lambda b: b.earn("a", 0)),
    ("hold -5", "", lambda b: b.hold("a", -5, h9(b))),
    ("earn 2^63", "", lambda b: b.earn("a", 2**63)),
    ("convert at 10^15", "", lambda b: b.convert("a", 10, 10**15)),
    ("part commit 0", "h1 holds 40", lambda b: b.part("a", 0, h1(b))),
    ("reverse 0", "", lambda b: b.reverse("a", first(b), 0)),
    ("adjust 0", "", lambda b: b.adjust("a", 0)),
    ("points into cash", "", lambda b: raw(b, "member/a/available", "cash", "PTS")),
    ("paise into redeemed", "", lambda b: raw(b, "cash", "redeemed", "INR")),
    ("into no account", "", lambda b: raw(b, "issue", "typo", "PTS")),
    ("out of no account", "", lambda b: raw(b, "typo", "redeemed", "PTS")),
    ("earn 5, not opened", "", lambda b: Books(b.engine, "prg_none", b.keys).earn("a", 5)),
    ("earn 5, no campaign", "", lambda b: b.earn("a", 5, through=("campaign/none",))),
    ("earn 5, bad campaign", "", lambda b: b.earn("a", 5, through=("diwali",))),
    ("earn 901", "", lambda b: b.earn("a", 901)),
    ("earn 31 through both", "allotted 30, month 25", lambda b: b.earn("a", 31, through=BOTH)),
    ("earn 26 through both", "allotted 30, month 25", lambda b: b.earn("a", 26, through=BOTH)),
    ("earn 25 through both", "allotted 30, month 25", lambda b: b.earn("a", 25, through=BOTH)),
    ("hold 101", "", lambda b: b.hold("a", 101, h9(b))),
    ("hold 5 as h1", "h1 holds 40", lambda b: b.hold("a", 5, h1(b))),
    ("hold 100", "h1 holds all", lambda b: b.hold("a", 100, h9(b))),
    ("burn", "h1 holds 40", lambda b: b.burn("a", h1(b))),
    ("burn for another", "h1 holds 40", lambda b: b.burn("b", h1(b))),
    ("burn", "h1 burned", lambda b: b.burn("a", h1(b))),
    ("release", "h1 burned", lambda b: b.release("a", h1(b))),
    ("release", "h1 burned in part", lambda b: b.release("a", h1(b))),
    ("part commit 10", "h1 burned in part", lambda b: b.part("a", 10, h1(b))),
    ("part commit 10", "h1 holds 40", lambda b: b.part("a", 10, h1(b))),
    ("part commit 40", "h1 holds 40", lambda b: b.part("a", 40, h1(b))),
    ("part commit 41", "h1 holds 40", lambda b: b.part("a", 41, h1(b))),
    ("burn", "h1 ran out", lambda b: b.burn("a", h1(b), at=LATER)),
    ("part commit 10", "h1 ran out", lambda b: b.part("a", 10, h1(b), at=LATER)),
    ("release", "h1 ran out", lambda b: b.release("a", h1(b), at=LATER)),
    ("hold 60 of b", "b has 60, past due", lambda b: b.hold("b", 60, h9(b), at=LATER)),
    ("hold 60 of b", "b has 60, swept", lambda b: b.hold("b", 60, h9(b), at=LATER)),
    ("sweep", "b has 60, past due", lambda b: sweep(b)),
    ("sweep", "b holds 60, past due", lambda b: sweep(b)),
    ("release of b", "b holds 60, past due", lambda b: b.release("b", h1(b), at=LATER)),
    ("transfer 60 of b", "b has 60, past due", lambda b: b.transfer("b", "a", 60, at=LATER)),
    ("transfer 30", "", lambda b: b.transfer("a", "b", 30)),
    ("transfer 30, its key", "a gave b 30", lambda b: b.transfer("a", "b", 30, key=f"{b.programme}/given")),
    ("transfer 31, key of 30", "a gave b 30", lambda b: b.transfer("a", "b", 31, key=f"{b.programme}/given")),
    ("transfer 101", "", lambda b: b.transfer("a", "b", 101)),
    ("transfer to oneself", "", lambda b: b.transfer("a", "a", 5)),
    ("transfer 30 of b", "a owes 80", lambda b: (b.earn("b", 30), b.transfer("b", "a", 30))[1]),
    ("convert 20 at 50", "", lambda b: b.convert("a", 20, 50)),
    ("convert 101", "", lambda b: b.convert("a", 101, 50)),
    ("reverse", "", lambda b: b.reverse("a", first(b))),
    ("reverse 101", "", lambda b: b.reverse("a", first(b), 101)),
    ("reverse 70", "30 reversed", lambda b: b.reverse("a", first(b), 70)),
    ("reverse 71", "30 reversed", lambda b: b.reverse("a", first(b), 71)),
    ("reverse", "all reversed", lambda b: b.reverse("a", first(b))),
    ("reverse a reversal", "30 reversed", lambda b: b.reverse("a", newest(b))),
    ("reverse a transfer", "a gave b 30", lambda b: b.reverse("a", newest(b) - 1)),
    ("reverse another's", "", lambda b: b.reverse("b", first(b))),
    ("reverse unknown", "", lambda b: b.reverse("a", 10**9)),
    ("reverse b's", "b has 60, swept", lambda b: b.reverse("b", newest(b, "earn"), negative=True)),
    ("reverse", "80 burned", lambda b: b.reverse("a", first(b))),
    ("reverse, may owe", "80 burned", lambda b: b.reverse("a", first(b), negative=True)),
    ("reverse 30 of a burn", "h1 burned", lambda b: b.reverse("a", newest(b), 30)),
    ("reverse 11 of a part", "h1 burned in part", lambda b: b.reverse("a", newest(b), 11)),
    ("hold 1", "a owes 80", lambda b: b.hold("a", 1, h9(b))),
    ("adjust -1", "a owes 80", lambda b: b.adjust("a", -1)),
    ("earn 50", "a owes 80", lambda b: b.earn("a", 50)),
    ("earn 100", "a owes 80", lambda b: b.earn("a", 100)),
    ("earn 60, key of 100", "a owes 80", lambda b: b.earn("a", 60, key=used(b))),
    ("reverse the burn", "a owes 80", lambda b: b.reverse("a", newest(b) - 1)),
    ("release", "a owes 80, holds 80", lambda b: b.release("a", h1(b))),
    ("part commit 50", "a owes 80, holds 80", lambda b: b.part("a", 50, h1(b))),
    ("adjust 7", "", lambda b: b.adjust("a", 7)),
    ("adjust -7", "", lambda b: b.adjust("a", -7)),
    ("adjust -101", "", lambda b: b.adjust("a", -101)),
)


def test_each_has_one_outcome_and_changes_nothing_else(database: Any) -> None:
    rows = [("asked", "state", "outcome", "what changed")]
    for number, (asked, label, do) in enumerate(ASKED):
        books = new_books(database.engine, f"prg_{number}", 1_000)
        books.earn("a", 100, key=used(books))
        for prepare in STATES[label]:
            prepare(books)
        before = balances(books)
        outcome = answer(books, do)
        after = balances(books)
        changed = {name: after[name] - before.get(name, 0) for name in sorted(after) if after[name] != before.get(name, 0)}
        rows.append((asked, label, outcome, " ".join(f"{name} {change:+}" for name, change in changed.items())))
    with database.engine.begin() as conn:
        assert verify(conn) == []
    found = aligned(rows)
    assert found == EXPECTED.strip(), found


def answer(books: Books, do: Do) -> str:
    try:
        found = do(books)
    except (ValueError, RuntimeError, LookupError) as fault:
        return type(fault).__name__
    if isinstance(found, list):
        return f"{len(found)} swept"
    told = {name: value for name, value in asdict(found).items() if name not in ("posting_id", "hold_id", "already")}
    return " ".join([type(found).__name__, *(f"{name} {value}" for name, value in told.items() if value not in (None, ""))])


def balances(books: Books) -> dict[str, int]:
    with books.engine.begin() as conn:
        return {row.name: int(row.balance) for row in conn.execute(BALANCES, {"programme": books.programme})}


def aligned(rows: list[tuple[str, str, str, str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        " | ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]).rstrip() for row in rows
    )


def used(books: Books) -> str:
    return f"{books.programme}/first"


def h1(books: Books) -> str:
    return f"{books.programme}/h1"


def h9(books: Books) -> str:
    return f"{books.programme}/h9"


def first(books: Books) -> int:
    """The posting that gave a the 100."""
    with books.engine.begin() as conn:
        return int(conn.execute(text("SELECT id FROM postings WHERE key = :key"), {"key": used(books)}).scalar_one())


def newest(books: Books, reason: str = "%") -> int:
    with books.engine.begin() as conn:
        select = text(
            "SELECT max(id) FROM postings WHERE programme_id = :programme AND member_id IS NOT NULL AND reason LIKE :reason"
        )
        return int(conn.execute(select, {"programme": books.programme, "reason": reason}).scalar_one())


def close(books: Books) -> None:
    with books.engine.begin() as conn:
        assert isinstance(periods.begin(conn, books.programme, "2026-01", "meera", LATER), periods.Period)


def sweep(books: Books) -> Any:
    with books.engine.begin() as conn:
        return [one for one in expire_due(conn, LATER, 1_000) if one.programme_id == books.programme]


def raw(books: Books, debit: str, credit: str, unit: Any) -> Any:
    move = Move(f"{books.programme}/{debit}", f"{books.programme}/{credit}", unit, 5)
    with books.engine.begin() as conn:
        return post(conn, Posting(f"{books.programme}/raw", books.programme, "test", NOW, (move,)), NOW)
