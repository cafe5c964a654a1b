"""Reading rows in the form that is hashed. Which columns there are is asked of the database, so none can be forgotten.

Postgres writes the JSON: json_strip_nulls leaves no blanks, and what must be escaped is escaped as Python's json does.
A test holds the two together, for the offline verifier makes the same bytes in Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from base import driver
from ledger.merkle import leaf_hash

CHANGING = {"lots": {"remaining"}, "accounts": {"debits", "credits"}}  # recomputed by ledger/verify.py instead
# An account in debt has its debt as its floor; sealed is the floor that it had before and will have again.
SETTLED = {("accounts", "floor"): "CASE WHEN {0} < 0 AND {0} = a.credits - a.debits THEN 0 ELSE {0} END"}
# Infinite times are none that we write; NULL is left out, so that such a row differs from its seal and is named.
PLAIN = {
    "timestamptz": "CASE WHEN isfinite({0}) THEN (extract(epoch FROM {0}) * 1000000)::bigint END",
    "bytea": "encode({0}, 'hex')",
    "jsonb": "encode(sha256(convert_to({0}::text, 'UTF8')), 'hex')",
}
_COLUMNS = text(
    """
    SELECT a.attrelid::regclass::text AS relation, a.attname AS name, t.typname AS type
      FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
     WHERE a.attrelid IN ('postings'::regclass, 'moves'::regclass, 'lots'::regclass, 'accounts'::regclass)
       AND a.attnum > 0 AND NOT a.attisdropped
    """
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row to be sealed, or one read again: its leaf, None where it is gone. `place`, `kept`: what its seal says."""

    id: Any  # a posting's number or an account's name
    leaf: bytes | None
    place: int = 0
    kept: bytes = b""


class Reader:
    """The statements for the tables as they are. One for a sealing or a verification."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._columns: dict[str, dict[str, str]] = {}
        for row in conn.execute(_COLUMNS):
            if row.name not in CHANGING.get(row.relation, ()):
                self._columns.setdefault(row.relation, {})[row.name] = row.type
        posting = f"""
            json_strip_nulls(json_build_object('kind', 'posting',
                'lots', (SELECT json_agg({self._object("lots", "l")} ORDER BY l.id) FROM lots l WHERE l.posting_id = p.id),
                'moves', (SELECT json_agg({self._object("moves", "m")} ORDER BY m.line) FROM moves m
                           WHERE m.posting_id = p.id),
                'posting', {self._object("postings", "p")}))::text"""
        account = f"json_strip_nulls(json_build_object('account', {self._object('accounts', 'a')}, 'kind', 'account'))::text"
        self._fresh = {
            "posting": f"SELECT p.id, {posting} AS form FROM postings p WHERE p.id = ANY (:ids) ORDER BY p.id",
            "account": f"SELECT a.id, {account} AS form FROM accounts a WHERE a.id = ANY (:ids) ORDER BY a.id",
        }
        self._sealed = {
            "posting": f"SELECT s.posting_id AS id, s.place, s.leaf, CASE WHEN p.id IS NOT NULL THEN {posting} END AS form"
            " FROM seal_postings s LEFT JOIN postings p ON p.id = s.posting_id WHERE s.height = :height ORDER BY s.place",
            "account": f"SELECT s.account AS id, s.place, s.leaf, CASE WHEN a.id IS NOT NULL THEN {account} END AS form"
            " FROM seal_accounts s LEFT JOIN accounts a ON a.id = s.account WHERE s.height = :height ORDER BY s.place",
        }
        for statements in (self._fresh, self._sealed):
            statements |= {kind: driver.statement(sql) for kind, sql in statements.items()}

    def forms(self, kind: str, ids: Sequence[Any]) -> dict[Any, str]:
        """The JSON of those that there are, in the order of their ids. `kind`: posting or account."""
        return {row.id: row.form for row in driver.fetch(self._conn, self._fresh[kind], {"ids": list(ids)})}

    def fresh(self, kind: str, ids: Sequence[Any]) -> list[Row]:
        return [Row(id, leaf_hash(form.encode())) for id, form in self.forms(kind, ids).items()]

    def sealed(self, kind: str, height: int) -> list[Row]:
        """A block's, in the order of their places, gone ones too."""
        return [
            Row(row.id, leaf_hash(row.form.encode()) if row.form else None, row.place, row.leaf)
            for row in driver.fetch(self._conn, self._sealed[kind], {"height": height})
        ]

    def _object(self, relation: str, alias: str) -> str:
        """json_build_object(…) of a row, in the order of its keys."""
        pairs = {}
        for name, kind in self._columns[relation].items():
            value = SETTLED.get((relation, name), PLAIN.get(kind, "{0}")).format(f'{alias}."{name}"')
            pairs[f"{name}_sha256" if kind == "jsonb" else name] = value
        listed = ", ".join(f"'{key}', {pairs[key]}" for key in sorted(pairs))
        return f"json_build_object({listed})"
