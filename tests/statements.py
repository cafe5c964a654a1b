"""Counting at the driver, where every statement passes, whoever wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest


@dataclass
class Seen:
    statements: list[str] = field(default_factory=list)
    commits: int = 0


@contextmanager
def counted() -> Iterator[Seen]:
    """Statements and commits meanwhile. A statement that writes outside a transaction is a commit of its own."""
    seen = Seen()
    execute, commit = psycopg.Cursor.execute, psycopg.Connection.commit

    def executing(cursor: psycopg.Cursor[Any], query: Any, *given: Any, **more: Any) -> Any:
        seen.statements.append(str(query))
        seen.commits += bool(cursor.connection.autocommit and writes(str(query)))
        return execute(cursor, query, *given, **more)

    def committing(connection: psycopg.Connection[Any]) -> None:
        seen.commits += connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE
        commit(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", executing)
        patch.setattr(psycopg.Connection, "commit", committing)
        yield seen


def writes(statement: str) -> bool:
    return not statement.lstrip().upper().startswith("SELECT")
