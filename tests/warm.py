"""Connections that outlive an engine: the next engine for the same database takes them over, with the catalogues and plans
that their server processes know by then. A new process of Postgres's knows nothing and takes twice as long for a turn.

Only what a pool gives back at its end is kept. What was invalidated, broken or closed by hand is gone, as it would be.
"""

from __future__ import annotations

import os
from typing import Any

import psycopg
import sqlalchemy
from sqlalchemy import Engine, event

KEPT = 6  # of one kind for one database
# Whatever a test may have left in the session: settings, role, locks, listening.
_AS_NEW = "RESET ALL; RESET ROLE; UNLISTEN *; SELECT pg_advisory_unlock_all()"

Kind = tuple[str, str, str]  # database, options, isolation
_shelf: dict[Kind, list[psycopg.Connection[Any]]] = {}
_served: set[str] = set()  # databases whose connections are kept


def create_engine(url: str, **given: Any) -> Engine:
    """As SQLAlchemy's, with connections from the shelf where there are some."""
    engine = sqlalchemy.create_engine(url, **given)
    kind = (engine.url.database or "", str(given.get("connect_args")), str(given.get("isolation_level")))
    owner = os.getpid()

    def take(*_: Any) -> psycopg.Connection[Any] | None:
        waiting = _shelf.get(kind, []) if os.getpid() == owner else []
        while waiting:
            one = waiting.pop()
            if _as_new(one):  # also asks whether the server's process still lives: a test may have ended them all
                return one
            one.close()
        return None

    def put(one: psycopg.Connection[Any]) -> None:
        kept = _shelf.setdefault(kind, [])
        if os.getpid() == owner and kind[0] in _served and len(kept) < KEPT and _at_rest(one):
            kept.append(one)
        else:
            one.close()

    event.listen(engine, "do_connect", take)
    engine.dialect.do_close = put  # type: ignore[method-assign]  # only of this engine's own dialect
    engine.dialect.do_terminate = lambda one: one.close()  # type: ignore[method-assign]  # likewise
    return engine


def pids(database: str) -> list[int]:
    """Of the server processes that wait for this database's next engine."""
    return [one.info.backend_pid for kind, own in _shelf.items() if kind[0] == database for one in own if not one.closed]


def serve(database: str) -> None:
    """From now on keep this database's connections."""
    _served.add(database)


def forget(database: str) -> None:
    """Close all of this database's, and keep none any more."""
    _served.discard(database)
    for kind in [kind for kind in _shelf if kind[0] == database]:
        for one in _shelf.pop(kind):
            one.close()


def _at_rest(one: psycopg.Connection[Any]) -> bool:
    """Whatever transaction was open is over: none may wait on the shelf with its locks."""
    if one.closed or one.broken:
        return False
    try:
        one.rollback()
    except psycopg.Error:
        return False
    return True


def _as_new(one: psycopg.Connection[Any]) -> bool:
    if one.closed or one.broken:
        return False
    try:
        was, one.autocommit = one.autocommit, True
        one.execute(_AS_NEW)
        one.autocommit = was
    except psycopg.Error:
        return False
    return True
