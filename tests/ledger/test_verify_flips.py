"""One flipped bit in any column of any row that the books rest on is found, and the place it stands in is named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from ledger.lots import expire_due
from ledger.verify import Difference, verify
from ledger.verify_seals import verify_seals
from tests.ledger.books import NOW, Books
from tests.ledger.test_seal import seal

# Which words of a difference's `where` name the row; the key of the row is what stands in the braces.
TABLES = {
    "postings": "{id}", "moves": "{posting_id}", "lots": "{posting_id}|{account}", "accounts": "{id}",
    "seal_blocks": "block {height}| {height}", "seal_postings": "posting {posting_id}|block {height}",
    "seal_accounts": "account {account}|block {height}",
}  # fmt: skip
BITS = (1, 1 << 13)
FLIPS = {
    "int8": ["{c} # " + str(bit) for bit in BITS], "int4": ["{c} # " + str(bit) for bit in BITS],
    "int2": ["({c} # " + str(bit) + "::int2)::int2" for bit in BITS],
    "text": ["left({c}, -1) || chr(ascii(right({c}, 1)) # 1)", "chr(ascii({c}) # 16) || substr({c}, 2)"],
    "bool": ["NOT {c}"], "timestamptz": ["{c} + interval '1 microsecond'", "'infinity'"],
    "jsonb": ["replace({c}::text, 'test', 'tesu')::jsonb", "{c} || '{{\"a\": null}}'"],
    "bytea": ["set_byte({c}, 0, get_byte({c}, 0) # 1)", "set_byte({c}, 31, get_byte({c}, 31) # 128)", "substr({c}, 2)"],
}  # fmt: skip
FROM_NULL = {"int8": "1", "int4": "1", "text": "'x'", "timestamptz": "'2026-01-05Z'", "bool": "true"}


@pytest.fixture
def lived(books: Books) -> Books:
    """Every column is filled somewhere: stripes, untracked accounts, holds, a correction, a lot out of a lot."""
    books.earn("mbr_a", 100, days=3)
    second = books.earn("mbr_a", 50, days=90)
    books.earn("mbr_b", 7)
    books.hold("mbr_a", 40, "h1")
    books.hold("mbr_a", 20, "h2")
    books.burn("mbr_a", "h2")
    seal(books, limit=4)
    with books.engine.begin() as conn:
        assert len(expire_due(conn, NOW + timedelta(days=4), 10)) == 1
    books.release("mbr_a", "h1", at=NOW + timedelta(days=5))
    books.reverse("mbr_a", second.posting_id, 30)
    seal(books, limit=4)
    return books


def found_in(conn: Connection) -> list[Difference]:
    return verify(conn) + verify_seals(conn).differences


def columns(conn: Connection, table: str) -> Iterator[tuple[str, str]]:
    query = text(
        "SELECT a.attname, t.typname FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
        " WHERE attrelid = CAST(:table AS regclass) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
    )
    yield from ((row[0], row[1]) for row in conn.execute(query, {"table": table}).all())


def disarm(conn: Connection, table: str) -> None:
    """As whoever holds the whole database could: no triggers, no keys, no checks."""
    conn.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
    query = text("SELECT conname FROM pg_constraint WHERE conrelid = CAST(:table AS regclass) AND contype = 'c'")
    for name in conn.execute(query, {"table": table}).scalars().all():
        conn.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
    if table in ("postings", "lots"):
        conn.execute(text(f"ALTER TABLE {table} ALTER COLUMN id DROP IDENTITY"))


def rows(conn: Connection, table: str, column: str) -> list[Any]:
    """The first and the last that hold something there, else any."""
    filled = conn.execute(text(f"SELECT ctid, * FROM {table} WHERE {column} IS NOT NULL ORDER BY ctid")).mappings().all()
    found = filled or conn.execute(text(f"SELECT ctid, * FROM {table} ORDER BY ctid")).mappings().all()
    return [found[0], found[-1]]


@pytest.mark.parametrize("table", TABLES)
def test_one_flipped_bit_is_found_and_named(lived: Books, owner: Engine, table: str) -> None:
    with owner.connect() as conn:  # never committed
        assert found_in(conn) == []
        disarm(conn, table)
        for column, kind in columns(conn, table):
            flipped = 0
            found = rows(conn, table, column)
            for row, new in zip(cycle(found), FLIPS[kind] if found[0][column] is not None else [FROM_NULL[kind]]):
                if bent(conn, table, column, new, row["ctid"]):
                    flipped += 1
                    names = TABLES[table].format(**row).split("|")
                    differences = found_in(conn)
                    named = {f"{one.where} {one.expected}" for one in differences}  # of a moved block: where it was expected
                    assert any(name in where for where in named for name in names), (column, new, differences)
                conn.execute(text("ROLLBACK TO SAVEPOINT before"))
            assert flipped > 0, column


def bent(conn: Connection, table: str, column: str, new: str, ctid: str) -> bool:
    """Whether it could be done and changed anything: an index may refuse a second row of the same key."""
    conn.execute(text("SAVEPOINT before"))
    value = new.format(c=f'"{column}"').replace(":", r"\:")
    change = text(f'UPDATE {table} SET "{column}" = {value} WHERE ctid = :ctid AND "{column}" IS DISTINCT FROM {value}')
    try:
        return conn.execute(change, {"ctid": ctid}).rowcount == 1
    except IntegrityError:
        return False


@pytest.mark.parametrize("table", TABLES)
def test_a_row_that_is_gone_is_found(lived: Books, owner: Engine, table: str) -> None:
    with owner.connect() as conn:
        disarm(conn, table)
        for (ctid,) in conn.execute(text(f"SELECT ctid FROM {table}")).all():
            conn.execute(text("SAVEPOINT before"))
            conn.execute(text(f"DELETE FROM {table} WHERE ctid = :ctid"), {"ctid": ctid})
            assert found_in(conn) != [], ctid
            conn.execute(text("ROLLBACK TO SAVEPOINT before"))


def test_a_row_that_was_slipped_in_is_found(lived: Books, owner: Engine) -> None:
    slips = {
        "lots": "INSERT INTO lots (id, programme_id, account, posting_id, points, remaining) VALUES"
        " (999, 'prg_test', 'prg_test/member/mbr_b/available', (SELECT min(id) FROM postings), 5, 0)",
        "moves": "INSERT INTO moves VALUES ((SELECT max(id) FROM postings), 9, 'prg_test/cash', 'prg_test/paid-out', 'INR', 1)",
        "postings": "INSERT INTO postings OVERRIDING SYSTEM VALUE SELECT 0, 'x', asked, programme_id, member_id, 'budget',"
        " corrects, facts, happened_at, recorded_at FROM postings LIMIT 1",
        "seal_postings": "INSERT INTO seal_postings SELECT 9999, 1, 999, leaf FROM seal_postings LIMIT 1",
    }
    for table, slip in slips.items():
        with owner.connect() as conn:
            disarm(conn, table)
            conn.execute(text(slip))
            assert found_in(conn) != [], table


def test_a_past_rewritten_with_its_seals_is_found_by_a_head_kept_elsewhere(lived: Books, owner: Engine) -> None:
    """Whoever owns everything can seal a new past; only a hash that left the house then tells. Here: the head changed."""
    with owner.begin() as conn:
        head = verify_seals(conn).head
        for table in ("seal_blocks", "seal_postings", "seal_accounts", "postings"):
            conn.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
            if table != "postings":
                conn.execute(text(f"DELETE FROM {table}"))
        conn.execute(text("UPDATE postings SET facts = '{}'"))
    seal(lived)
    with lived.engine.begin() as conn:
        chain = verify_seals(conn, expect=head)
    assert chain.head != head
    assert [one.check for one in chain.differences] == ["head kept elsewhere"]
