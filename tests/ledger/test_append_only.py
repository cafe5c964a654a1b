"""The books cannot be rewritten: not by the service, nor by the owner of the tables."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from ledger.moves import Move, Posting
from ledger.post import Posted, Short, UnknownAccount, post
from tests.ledger.books import NOW, Books, new_books

CHANGES = [
    "UPDATE {} SET {} = {}",
    "DELETE FROM {}",
    "TRUNCATE {} CASCADE",
]


def test_the_owner_cannot_change_what_is_posted(books: Books, owner: Engine) -> None:
    books.earn("mbr_a", 10)
    tables, preludes = (
        [("postings", "reason"), ("moves", "amount")],
        ["SELECT 1", "SET session_replication_role = replica"],
    )
    for (table, column), change, prelude in product(tables, CHANGES, preludes):
        with owner.connect() as conn, pytest.raises(DBAPIError, match=r"append-only|permission denied to set"):
            conn.execute(text(prelude))
            conn.execute(text(change.format(table, column, column)))


def test_the_service_can_only_read_the_tables(books: Books) -> None:
    tables = {
        "accounts": "credits", "postings": "reason", "moves": "amount", "lots": "remaining", "holds": "state",
        "hold_lots": "points",
    }  # fmt: skip
    for (table, column), change in product(tables.items(), [*CHANGES, "INSERT INTO {} DEFAULT VALUES"]):
        with books.engine.connect() as conn, pytest.raises(DBAPIError, match="permission denied"):
            conn.execute(text(change.format(table, column, column)))


def test_the_service_cannot_take_the_ledger_apart(books: Books) -> None:
    for statement in (
        "DROP TRIGGER moves_append_only ON moves",
        "ALTER TABLE postings DISABLE TRIGGER ALL",
        "SELECT ledger_credit('prg_test/cash', 1, 'prg_test', false, '2026-01-05Z')",
        "SELECT ledger_undo('{}', '{}', '{}')",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    ):
        with books.engine.connect() as conn, pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
            conn.execute(text(statement))


def test_a_move_of_mixed_units_cannot_be_written(books: Books) -> None:
    for unit in ("PTS", "INR"):
        mixed = Move("prg_test/cash", "prg_test/redeemed", unit, 5)
        with books.engine.begin() as conn, pytest.raises(UnknownAccount):
            post(conn, Posting(f"mixed/{unit}", "prg_test", "test", NOW, (mixed,)), NOW)
    assert books.sound()


def test_an_account_that_was_never_opened_cannot_be_used(books: Books) -> None:
    with books.engine.begin() as conn:
        taken = Posting("k1", "prg_test", "test", NOW, (Move("prg_test/typo", "prg_test/redeemed", "PTS", 5),))
        assert post(conn, taken, NOW) == Short("prg_test/typo", 0)
    with books.engine.begin() as conn, pytest.raises(UnknownAccount, match="prg_test/typo"):
        given = Posting("k2", "prg_test", "test", NOW, (Move("prg_test/issue", "prg_test/typo", "PTS", 5),))
        post(conn, given, NOW)
    assert books.sound()


def test_money_moves_in_several_steps_of_one_posting(books: Books) -> None:
    steps = (
        Move("prg_test/cash", "prg_test/payout-clearing", "INR", 12_345),
        Move("prg_test/payout-clearing", "prg_test/paid-out", "INR", 12_345),
        Move("prg_test/issue", "prg_test/redeemed", "PTS", 1),
    )
    with books.engine.begin() as conn:
        posting = Posting("k", "prg_test", "test", NOW, steps)
        first = post(conn, posting, NOW)
        again = post(conn, posting, NOW)
    assert isinstance(first, Posted) and not first.already
    assert isinstance(again, Posted) and again.already and again.posting_id == first.posting_id
    assert books.sound()


def test_a_posting_refused_at_its_last_move_leaves_nothing(books: Books) -> None:
    books.earn("mbr_a", 10)
    books.earn("mbr_b", 1)
    steps = (
        Move("prg_test/member/mbr_a/available", "prg_test/redeemed", "PTS", 10),
        Move("prg_test/issue", "prg_test/member/mbr_a/available", "PTS", 4),
        Move("prg_test/member/mbr_b/available", "prg_test/redeemed", "PTS", 2),
    )
    with books.engine.begin() as conn:
        assert post(conn, Posting("k", "prg_test", "test", NOW, steps), NOW) == Short(
            "prg_test/member/mbr_b/available", 1
        )
    assert books.balance("mbr_a").available == 10
    assert books.sound()


def test_another_programmes_accounts_are_out_of_reach(books: Books) -> None:
    new_books(books.engine, "prg_other")
    with pytest.raises(ValueError, match="another programme"):
        Posting("k", "prg_test", "test", NOW, (Move("prg_other/issue", "prg_test/redeemed", "PTS", 1),))
