"""Changing the key that wraps: every data key is wrapped anew under the last key of DATA_KEYS, what it sealed stays.

The service runs on meanwhile: both keys are on the ring, and a row is changed only where it still is as it was read.
Whoever is killed in between has lost nothing; the next run goes on with what still hangs on an older key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from base import audit
from base.sealing import CannotOpen, Keyring
from bot.wiring import House

# every table with a wrapped data key: id, data_key
TABLES = ("contacts", "members", "staff", "retention_keys", "journal_archives")
ROWS_AT_ONCE = 200  # of one transaction, so that nobody's turn waits long behind it
KEY_ID_MAX = 20

_OLDER = """
    SELECT id, data_key FROM {table}
    WHERE data_key IS NOT NULL AND id > :after AND substring(data_key FROM 1 FOR :length) <> CAST(:prefix AS bytea)
    ORDER BY id LIMIT :most"""
# In the order of ids, and only rows that nobody has changed since they were read.
_SWAP = """
    WITH fresh AS (
             SELECT * FROM unnest(CAST(:ids AS text[]), CAST(:olds AS bytea[]), CAST(:news AS bytea[])) AS f (id, old, new)),
         ours AS (SELECT t.id FROM {table} t JOIN fresh f ON f.id = t.id AND f.old = t.data_key ORDER BY t.id
                  FOR NO KEY UPDATE OF t)
    UPDATE {table} t SET data_key = f.new FROM fresh f WHERE t.id = f.id AND t.id IN (SELECT id FROM ours)
       AND t.data_key = f.old"""
_STANDING = """
    SELECT split_part(encode(substring(data_key FROM 1 FOR :head), 'escape'), ':', 1) AS key, count(*) AS rows
    FROM {table} WHERE data_key IS NOT NULL GROUP BY 1 ORDER BY 1"""
_ALL = "SELECT id, data_key FROM {table} WHERE data_key IS NOT NULL AND id > :after ORDER BY id LIMIT :most"


@dataclass(frozen=True, slots=True)
class Standing:
    """So many data keys of a table are wrapped under this key."""

    table: str
    key: str
    rows: int


@dataclass(frozen=True, slots=True)
class Rotation:
    """`unopened`: rows ("members/mbr_…") whose key no key of the ring opens; they stay as they are."""

    key: str
    rewrapped: int
    unopened: tuple[str, ...]


def rotate(house: House, told: Callable[[str, int], None] = lambda table, rows: None) -> Rotation:
    """Wrap every data key under the newest key. `told` hears the table and how many so far, after every commit."""
    ring = house.keyring
    rewrapped, unopened = 0, []
    for table in TABLES:
        after, done = "", 0
        while rows := _older(house, table, ring, after):
            after = rows[-1].id
            fresh = []
            for row in rows:
                try:
                    fresh.append((row.id, bytes(row.data_key), ring.rewrap(row.data_key, row.id)))
                except CannotOpen:
                    unopened.append(f"{table}/{row.id}")
            done += _swap(house, table, fresh)
            told(table, done)
        rewrapped += done
    with house.engine.begin() as conn:
        now, after_it = house.clock.now(conn), {"key": ring.wrapping, "rewrapped": rewrapped, "unopened": len(unopened)}
        audit.write(conn, actor="system:keys", act="keys.rotate", subject=ring.wrapping, at=now, after=after_it)
    return Rotation(ring.wrapping, rewrapped, tuple(unopened))


def standing(conn: Connection) -> list[Standing]:
    """How many data keys hang on which key."""
    found = []
    for table in TABLES:
        rows = conn.execute(text(_STANDING.format(table=table)), {"head": KEY_ID_MAX + 1})
        found += [Standing(table, row.key, row.rows) for row in rows]
    return found


def unopened(house: House) -> list[str]:
    """Every row whose data key no key of the ring opens."""
    found: list[str] = []
    for table in TABLES:
        after = ""
        while rows := _page(house, _ALL.format(table=table), {"after": after, "most": 10 * ROWS_AT_ONCE}):
            after = rows[-1].id
            found += [f"{table}/{row.id}" for row in rows if not _opens(house.keyring, row)]
    return found


def _opens(ring: Keyring, row: Any) -> bool:
    try:
        ring.unwrap(row.data_key, row.id)
    except CannotOpen:
        return False
    return True


def _older(house: House, table: str, ring: Keyring, after: str) -> Sequence[Any]:
    prefix = f"{ring.wrapping}:".encode()
    asked = {"after": after, "prefix": prefix, "length": len(prefix), "most": ROWS_AT_ONCE}
    return _page(house, _OLDER.format(table=table), asked)


def _page(house: House, sql: str, asked: dict[str, Any]) -> Sequence[Any]:
    with house.engine.connect() as conn:
        return conn.execute(text(sql), asked).all()


def _swap(house: House, table: str, fresh: list[tuple[str, bytes, bytes]]) -> int:
    """How many of them are ours now; one that was erased or changed meanwhile is not."""
    if not fresh:
        return 0
    ids, olds, news = (list(column) for column in zip(*fresh, strict=True))
    with house.engine.begin() as conn:
        given = {"ids": ids, "olds": olds, "news": news}
        return conn.execute(text(_SWAP.format(table=table)), given).rowcount
