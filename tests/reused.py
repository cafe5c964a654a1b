"""Databases handed from test to test: emptied back to what the migrations left, which costs a fifth of a new copy.

One that cannot be brought back for certain (its tables, functions or grants were changed) is dropped instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psycopg
from sqlalchemy import Connection

from tests import warm
from tests.servers import clone, drop, url_of

USES = 50  # deleted rows leave their room behind: a database that has served this often is slower than a new one

# Whatever alters a table, a function, a grant, an index or a setting writes a row of one of these anew.
CATALOGUES = (
    "pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index", "pg_inherits", "pg_trigger", "pg_proc", "pg_type",
    "pg_namespace", "pg_default_acl", "pg_policy", "pg_rewrite", "pg_extension", "pg_largeobject_metadata",
)  # fmt: skip
_SCHEMA = "SELECT ARRAY[{}], (SELECT count(*) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase" \
          " WHERE d.datname = current_database())".format(
              ", ".join(f"(SELECT count(*) || ':' || sum(xmin::text::bigint) FROM {name})" for name in CATALOGUES))  # fmt: skip
_TABLES = """
    SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"""
_SEQUENCES = "SELECT seqrelid::regclass::text FROM pg_sequence ORDER BY 1"
# The books refuse a change whoever asks and in whatever role: their triggers are taken off for the emptying, and put back.
_GUARDS = """
    SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger WHERE tgenabled = 'A' AND NOT tgisinternal
    ORDER BY 1, 2"""
# A process or thread that a test left behind must write nothing into the next test's database.
_END_OTHERS = """
    SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
      AND pid <> ALL(%s)"""


@dataclass(slots=True)
class Reused:
    """One database, and what it looked like new: its schema, the rows that migrations wrote, its sequences."""

    name: str
    url: str
    own: psycopg.Connection
    schema: object = None
    first: dict[str, str] = field(default_factory=dict)  # table → its rows as JSON
    guards: dict[str, list[str]] = field(default_factory=dict)  # table → triggers that fire in any role
    filled: str = ""  # the statement that names the other tables with rows
    counted: str = ""  # the statement that sets every sequence back
    uses: int = 0

    def look(self) -> None:
        """Remember how it is now."""
        tables = [name for (name,) in self.own.execute(_TABLES)]
        self.filled = self._naming(tables)
        for name in self._filled():
            self.first[name] = self._rows(name)
        self.filled = self._naming([name for name in tables if name not in self.first])
        sets = []
        for (name,) in self.own.execute(_SEQUENCES).fetchall():
            value, called = self.own.execute(f"SELECT last_value, is_called FROM {name}").fetchone() or (1, False)
            sets.append(f"setval('{name}', {value}, {called})")
        self.counted = f"SELECT {', '.join(sets)}"
        for table, trigger in self.own.execute(_GUARDS):
            self.guards.setdefault(table, []).append(trigger)
        self.schema = self.own.execute(_SCHEMA).fetchone()

    def emptied(self) -> bool:
        """Bring it back to that; false where it cannot be, or has served often enough."""
        self.uses += 1
        self.own.execute(_END_OTHERS, (warm.pids(self.name),))
        if self.uses >= USES or self.own.execute(_SCHEMA).fetchone() != self.schema:
            return False
        changed = [name for name, rows in self.first.items() if self._rows(name) != rows]
        touched = [*self._filled(), *changed]
        guards = [(name, trigger) for name in touched for trigger in self.guards.get(name, ())]
        work = ["SET LOCAL session_replication_role = replica"]  # no foreign keys
        work += [f"ALTER TABLE {name} DISABLE TRIGGER {trigger}" for name, trigger in guards]
        work += [f"DELETE FROM {name}" for name in touched]
        work += [f"ALTER TABLE {name} ENABLE ALWAYS TRIGGER {trigger}" for name, trigger in guards]
        with self.own.transaction():
            self.own.execute("; ".join(work))
            for name in changed:
                self.own.execute(
                    f"INSERT INTO {name} OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::{name}, %s)",
                    (self.first[name],),
                )
        self.own.execute(self.counted)
        if guards:
            self.schema = self.own.execute(_SCHEMA).fetchone()
        return True

    def _filled(self) -> list[str]:
        (found,) = self.own.execute(self.filled).fetchone() or ([],)
        return list(found)

    def _rows(self, name: str) -> str:
        (rows,) = self.own.execute(f"SELECT json_agg(t ORDER BY t::text)::text FROM {name} t").fetchone() or ("",)
        return str(rows or "[]")

    @staticmethod
    def _naming(tables: list[str]) -> str:
        cases = ", ".join(f"CASE WHEN EXISTS (SELECT 1 FROM {name}) THEN '{name}' END" for name in tables)
        return f"SELECT array_remove(ARRAY[{cases}], NULL)"


@dataclass(slots=True)
class Pool:
    """The databases of one pytest process; those in `free` are as new."""

    admin: Connection
    template: str
    free: list[Reused] = field(default_factory=list)

    @contextmanager
    def lent(self) -> Iterator[str]:
        """The URL of a database that is as the migrations left it."""
        one = self.free.pop() if self.free else self._new()
        kept = False
        try:
            yield one.url
            with suppress(psycopg.OperationalError):  # the test ended every connection, or the server: nothing is certain then
                kept = one.emptied()
        finally:
            if kept:
                self.free.append(one)
            else:
                self._drop(one)

    def close(self) -> None:
        """Drop what is left."""
        while self.free:
            self._drop(self.free.pop())

    def _new(self) -> Reused:
        name = clone(self.admin, self.template)
        url = url_of(self.admin, name)
        one = Reused(name, url, psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True))
        one.look()
        warm.serve(name)
        return one

    def _drop(self, one: Reused) -> None:
        one.own.close()
        warm.forget(one.name)
        drop(self.admin, one.name)
