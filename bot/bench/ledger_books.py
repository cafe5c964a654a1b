"""Books for the ledger's benchmark: a programme with a budget that never ends, members, and a past of any size."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, create_engine, text

from base.db import psycopg_url
from ledger import chart
from ledger.budget import open_programme

PROGRAMME = "bench"
BUDGET = 10**15
AT = datetime(2026, 1, 5, tzinfo=UTC)
CHUNK = 500_000  # postings of one transaction of the past
MOVES_OF_A_MEMBER = 100  # in the past; as many lots are open, which is the worst that a balance can meet

# As 12 million transactions a month come: postings, moves and lots in the order of time, every one an earning. The foreign
# keys are looked at once and for all afterwards, by verify.
_POSTINGS = text("""
    INSERT INTO postings (id, key, asked, programme_id, member_id, reason, facts, happened_at, recorded_at)
    OVERRIDING SYSTEM VALUE
    SELECT :base + n, 'past/' || n, decode(md5(n::text), 'hex'), :programme, 'mbr_' || lpad((n % :members)::text, 8, '0'),
           'earn', jsonb_build_object('rule', 'coupon', 'serial', n), :at, :at
      FROM generate_series(CAST(:first AS bigint), :last) AS n""")
_MOVES = text("""
    INSERT INTO moves (posting_id, line, debit, credit, unit, amount, debit_after, credit_after)
    SELECT :base + n, 1, :budget || '/' || lpad((n % :stripes)::text, 2, '0'),
           :programme || '/member/mbr_' || lpad((n % :members)::text, 8, '0') || '/available', 'PTS', 10, NULL, NULL
      FROM generate_series(CAST(:first AS bigint), :last) AS n""")
_LOTS = text("""
    INSERT INTO lots (programme_id, account, posting_id, points, remaining, expires_at)
    SELECT :programme, :programme || '/member/mbr_' || lpad((n % :members)::text, 8, '0') || '/available', :base + n, 10, 10,
           :at + (n % 365 + 30) * interval '1 day'
      FROM generate_series(CAST(:first AS bigint), :last) AS n""")
_MEMBERS = text("""
    INSERT INTO accounts (id, programme_id, unit, floor, tracked, opened_at)
    SELECT :programme || '/member/mbr_' || lpad(n::text, 8, '0') || '/available', :programme, 'PTS', 0, true, :at
      FROM generate_series(0, CAST(:members AS bigint) - 1) AS n ON CONFLICT DO NOTHING""")
_CREDITS = text("""
    UPDATE accounts a SET credits = a.credits + s.points FROM (
        SELECT credit, sum(amount) AS points FROM moves WHERE posting_id > :base GROUP BY credit) s WHERE a.id = s.credit""")
_DEBITS = text("""
    UPDATE accounts a SET debits = a.debits + s.points FROM (
        SELECT debit, sum(amount) AS points FROM moves WHERE posting_id > :base GROUP BY debit) s WHERE a.id = s.debit""")
# Indexes that no constraint stands on: entered row by row in a random order they take longer the more there are.
_INDEXES = text("""
    SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i
    WHERE i.indrelid IN ('moves'::regclass, 'lots'::regclass, 'postings'::regclass)
      AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)""")
_SIZE = text("""
    SELECT sum(pg_total_relation_size(c::regclass)) FROM unnest(ARRAY['postings', 'moves', 'lots', 'accounts']) AS c""")


def owner(database_url: str) -> Engine:
    """Without the service's time limits: loading a month of postings takes longer than any turn may."""
    return create_engine(psycopg_url(database_url))


def open_books(engine: Engine, members: int) -> None:
    """The programme, and so many members whose accounts are open: a rate should not be that of first postings."""
    with engine.begin() as conn:
        conn.execute(text("INSERT INTO programmes (id, name, created_at) VALUES (:id, :id, :at) ON CONFLICT DO NOTHING"),
                     {"id": PROGRAMME, "at": AT})  # fmt: skip
        open_programme(conn, PROGRAMME, BUDGET, AT)
        conn.execute(_MEMBERS, {"programme": PROGRAMME, "members": members, "at": AT})


def members_of(moves: int) -> int:
    return max(moves // MOVES_OF_A_MEMBER, 1_000)


def build_past(engine: Engine, moves: int, told: Callable[[str], None]) -> float:
    """So many earnings, spread evenly over members_of(moves) members, who have accounts; how many seconds it took."""
    began = time.monotonic()
    given = {"programme": PROGRAMME, "budget": chart.budget(PROGRAMME), "stripes": chart.STRIPES, "at": AT,
             "members": members_of(moves)}  # fmt: skip
    with engine.begin() as conn:
        base = int(conn.execute(text("SELECT coalesce(max(id), 0) FROM postings")).scalar_one())
    with _indexes_afterwards(engine):
        for first in range(1, moves + 1, CHUNK):
            last = min(first + CHUNK - 1, moves)
            with engine.begin() as conn:
                conn.execute(text("SET LOCAL session_replication_role = replica"))  # the checks of foreign keys, row by row
                for statement in (_POSTINGS, _MOVES, _LOTS):
                    conn.execute(statement, given | {"base": base, "first": first, "last": last})
            told(f"{last:,} of {moves:,} moves after {time.monotonic() - began:.0f} s")
    with engine.begin() as conn:
        conn.execute(_CREDITS, {"base": base})
        conn.execute(_DEBITS, {"base": base})
        conn.execute(text("SELECT setval(pg_get_serial_sequence('postings', 'id'), (SELECT max(id) FROM postings))"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        for table in ("postings", "moves", "lots", "accounts"):
            conn.execute(text(f"VACUUM (ANALYZE) {table}"))
    return time.monotonic() - began


@contextmanager
def _indexes_afterwards(engine: Engine) -> Iterator[None]:
    with engine.begin() as conn:
        indexes = conn.execute(_INDEXES).all()
        for index in indexes:
            conn.execute(text(f"DROP INDEX {index.name}"))
    yield
    with engine.begin() as conn:
        for index in indexes:
            conn.exec_driver_sql(index.definition)


def bytes_of_books(conn: Connection) -> int:
    """Tables and indexes that a posting adds to or updates."""
    return int(conn.execute(_SIZE).scalar_one())


def postings_of(conn: Connection) -> int:
    return int(conn.execute(text("SELECT count(*) FROM postings")).scalar_one())
