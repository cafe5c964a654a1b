"""Statements handed straight to the driver, on a connection that SQLAlchemy lends.

SQLAlchemy's own execution costs some 0.15 ms of processor a statement, more than the driver and the server need for most
of ours. What every message and every delivery report runs goes this way; everything else stays with SQLAlchemy, and
so do pools, transactions and the kinds of faults. See docs/decisions/0005-hot-statements.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import Connection, Dialect, text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError

_DIALECT: Dialect = PGDialect_psycopg(paramstyle="pyformat")  # type: ignore[no-untyped-call]  # theirs


def statement(sql: str) -> str:
    """SQL with `:name` parameters in the driver's own notation. Once, at import."""
    return str(text(sql).compile(dialect=_DIALECT))


def fetch(conn: Connection, prepared: str, given: Mapping[str, Any]) -> list[Any]:
    """Run one `statement` in the connection's transaction; its rows have their columns as attributes.

    Raises what SQLAlchemy would: a DBAPIError of the same kind, whose `connection_invalidated` says that the connection
    is dead.
    """
    if not conn.in_transaction():
        conn.begin()  # as its own execution would: else SQLAlchemy knows of nothing that its commit() could commit
    driver: psycopg.Connection[Any] = conn.connection.driver_connection  # type: ignore[assignment]  # psycopg's, by make_engine
    try:
        return execute(driver, prepared, given)
    except psycopg.Error as fault:
        lost = driver.closed
        if lost:
            conn.invalidate(fault)
        raise _as_sqlalchemys(conn, fault, lost) from fault


def execute(driver: psycopg.Connection[Any], prepared: str, given: Mapping[str, Any]) -> list[Any]:
    """The one place that runs them, so that tests can count statements and die at commits."""
    cursor = driver.cursor(row_factory=namedtuple_row)
    cursor.execute(prepared, given)
    return cursor.fetchall() if cursor.description else []


def _as_sqlalchemys(conn: Connection, fault: psycopg.Error, lost: bool) -> BaseException:
    return DBAPIError.instance(
        None, None, fault, psycopg.Error, hide_parameters=True, connection_invalidated=lost, dialect=conn.dialect
    )
