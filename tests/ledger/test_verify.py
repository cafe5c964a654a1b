"""Whatever is bent in the rows by someone who may, the check names it."""

from __future__ import annotations

from sqlalchemy import Engine, text

from ledger.verify import verify
from tests.ledger.books import Books

ASHA = "prg_test/member/mbr_a"
BENT = [
    (f"UPDATE accounts SET credits = credits + 1 WHERE id = '{ASHA}/available'", "tracked balance against moves"),
    (f"UPDATE accounts SET credits = credits + 1 WHERE id = '{ASHA}/available'", "lots against the available balance"),
    (f"UPDATE accounts SET credits = credits + 1 WHERE id = '{ASHA}/held'", "holds against the held balance"),
    (f"UPDATE accounts SET credits = credits + 1, debits = debits + 1 WHERE id = '{ASHA}/held'",
     "tracked balance against moves"),
    ("UPDATE moves SET amount = amount + 1 WHERE posting_id = (SELECT held_posting FROM holds WHERE id = 'h1')",
     "points of a hold against its postings"),
    ("DELETE FROM moves WHERE posting_id = (SELECT max(id) FROM postings)", "posting without moves"),
    ("UPDATE lots SET remaining = remaining - 1", "lots against the available balance"),
    ("DELETE FROM hold_lots", "lots of a hold against its points"),
    ("UPDATE holds SET state = 'burned', settled_posting = held_posting", "holds against the held balance"),
    ("UPDATE holds SET state = 'burned', settled_posting = held_posting", "state of a hold against its postings"),
    ("DELETE FROM hold_lots; DELETE FROM holds", "posting of a hold that is gone"),
    ("UPDATE lots SET points = points + 1", "points earned against the lots they opened"),
    ("UPDATE postings SET programme_id = 'prg_else'", "programme of a posting against its accounts"),
    (f"ALTER TABLE accounts DROP CONSTRAINT accounts_floor; UPDATE accounts SET debits = 999 WHERE id = '{ASHA}/held'",
     "floor"),
]  # fmt: skip


def test_what_is_bent_is_named(books: Books, owner: Engine) -> None:
    books.earn("mbr_a", 100)
    books.hold("mbr_a", 40, "h1")
    books.earn("mbr_b", 10)
    assert books.sound()
    for bend, check in BENT:
        with owner.connect() as conn:  # never committed
            for table in ("postings", "moves"):
                conn.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {table}_append_only"))
            conn.execute(text(bend))
            assert check in {difference.check for difference in verify(conn)}, bend
    assert books.sound()
