"""The sealer: chains committed postings into blocks, outside every transaction that posts. One at a time, in small steps.

Which postings: all that are committed and in no block yet. So one that commits late, with an id lower than others that
are sealed, goes into a later block; none is missed and none is sealed twice (the posting is the primary key).

So that not every posting is looked at each time, a block says how far the ids are `swept`: up to there every posting is
sealed or will never be. An id below the highest visible one has been drawn already, so it can only still appear out of
a transaction that was writing to `postings` when that highest id was seen. Those are read from the locks they hold; once
none of them is left, whatever they wrote can be seen. Unlike transaction numbers (xmin against the oldest running
one), this outlives a restore from a dump, freezing and wraparound, a transaction that has no number yet when its id is
drawn, and it does not wait for a long reader. It relies on ids being drawn in order (the sequence's CACHE is 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from base import driver
from ledger import merkle
from ledger.canonical import NO_BLOCK, Header, microseconds, skip_height
from ledger.seal_rows import Reader, Row

LEAVES_MAX = 5_000  # postings of one block: some 0.3 s of work and 10 MB
LOCK = 7_210_409  # any number, the same for every sealer

_ALONE = text("SELECT pg_try_advisory_xact_lock(:lock)")
_TIP = text("SELECT height, hash, swept FROM seal_blocks ORDER BY height DESC LIMIT 1")
_HASH = text("SELECT hash FROM seal_blocks WHERE height = :height")
_NEWEST = text("SELECT coalesce(max(id), 0) FROM postings")
_WRITERS = text(
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND relation = 'postings'::regclass"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND mode = 'RowExclusiveLock'"
)
_UNSEALED = driver.statement(
    "SELECT p.id FROM postings p WHERE p.id > :swept"
    " AND NOT EXISTS (SELECT FROM seal_postings s WHERE s.posting_id = p.id) ORDER BY p.id LIMIT :limit"
)
_LEFT = text(
    "SELECT min(p.id) FROM postings p WHERE p.id > :swept AND p.id <= :newest"
    " AND NOT EXISTS (SELECT FROM seal_postings s WHERE s.posting_id = p.id)"
)
# The accounts these postings touch, and the programmes' own ones, which may wait long for their first posting.
_NEW_ACCOUNTS = driver.statement(
    """
    SELECT id FROM (
        SELECT debit AS id FROM moves WHERE posting_id = ANY (:ids)
         UNION SELECT credit FROM moves WHERE posting_id = ANY (:ids)
         UNION SELECT a.id FROM (SELECT DISTINCT programme_id AS name FROM postings WHERE id = ANY (:ids)) p
                 JOIN accounts a ON (a.id > p.name || '/' AND a.id < p.name || '/member/')
                                 OR (a.id >= p.name || '/member0' AND a.id < p.name || '0')) touched
     WHERE NOT EXISTS (SELECT FROM seal_accounts s WHERE s.account = touched.id) ORDER BY id
    """
)
_SEAL_POSTINGS = text(
    "INSERT INTO seal_postings (posting_id, height, place, leaf) SELECT id, :height, :first + n - 1, leaf"
    "  FROM unnest(CAST(:ids AS bigint[]), CAST(:leaves AS bytea[])) WITH ORDINALITY AS l (id, leaf, n)"
)
_SEAL_ACCOUNTS = text(
    "INSERT INTO seal_accounts (account, height, place, leaf) SELECT id, :height, :first + n - 1, leaf"
    "  FROM unnest(CAST(:ids AS text[]), CAST(:leaves AS bytea[])) WITH ORDINALITY AS l (id, leaf, n)"
)
_BLOCK = text(
    "INSERT INTO seal_blocks (height, previous, skip, root, accounts, postings, swept, sealed_at, hash)"
    " VALUES (:height, :previous, :skip, :root, :accounts, :postings, :swept, :sealed_at, :hash)"
)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A block was added. `postings` of them are in it; `full`: there may be more to seal."""

    height: int
    hash: bytes
    postings: int
    full: bool


@dataclass(frozen=True, slots=True)
class Tip:
    """The newest block; height 0 before the first."""

    height: int = 0
    hash: bytes = NO_BLOCK
    swept: int = 0


def seal_next(conn: Connection, now: datetime, limit: int = LEAVES_MAX) -> Sealed | None:
    """Add one block of at most `limit` postings. None: nothing to seal, or another sealer is at work.

    In a READ COMMITTED transaction of its own: each statement here must see what was committed before it.
    """
    if not conn.execute(_ALONE, {"lock": LOCK}).scalar_one():
        return None
    tip = read_tip(conn)
    newest = conn.execute(_NEWEST).scalar_one()
    writers = _writers(conn)  # after the newest id was seen: whoever comes later draws a higher one
    ids = [row.id for row in driver.fetch(conn, _UNSEALED, {"swept": tip.swept, "limit": limit})]
    if not ids:
        return None
    reader = Reader(conn)
    accounts = reader.fresh("account", [row.id for row in driver.fetch(conn, _NEW_ACCOUNTS, {"ids": ids})])
    postings = reader.fresh("posting", ids)
    height = tip.height + 1
    leaves = _keep(conn, _SEAL_ACCOUNTS, height, 0, accounts) + _keep(conn, _SEAL_POSTINGS, height, len(accounts), postings)
    header = Header(
        height, tip.hash, _skip(conn, tip, height), merkle.root(leaves), len(accounts), len(postings),
        _swept(conn, tip, newest, writers), microseconds(now),
    )  # fmt: skip
    conn.execute(_BLOCK, _row(header) | {"sealed_at": now})
    return Sealed(height, header.hash(), len(postings), full=len(ids) == limit)


def read_tip(conn: Connection) -> Tip:
    row = conn.execute(_TIP).one_or_none()
    return Tip(row.height, row.hash, row.swept) if row else Tip()


def _keep(conn: Connection, insert: Any, height: int, first: int, rows: list[Row]) -> list[bytes]:
    leaves = [row.leaf for row in rows if row.leaf is not None]
    if rows:
        conn.execute(insert, {"height": height, "first": first, "ids": [row.id for row in rows], "leaves": leaves})
    return leaves


def _skip(conn: Connection, tip: Tip, height: int) -> bytes:
    far = skip_height(height)
    if far == tip.height:
        return tip.hash
    return bytes(conn.execute(_HASH, {"height": far}).scalar_one()) if far else NO_BLOCK


def _swept(conn: Connection, tip: Tip, newest: int, writers: set[str]) -> int:
    """How far the ids are done with, this block's leaves being written already."""
    if writers & _writers(conn):
        return tip.swept  # one of them may still commit an id below the newest; the next block looks again
    left = conn.execute(_LEFT, {"swept": tip.swept, "newest": newest}).scalar_one()
    return max(tip.swept, newest if left is None else left - 1)


def _writers(conn: Connection) -> set[str]:
    return set(conn.execute(_WRITERS).scalars())


def _row(header: Header) -> dict[str, Any]:
    columns = {name: getattr(header, name) for name in header.__slots__}
    return columns | {"hash": header.hash()}
