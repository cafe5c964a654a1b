"""The engine and its rules: the service role, time limits on every connection, transactions begun in few places."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

SERVICE_ROLE = "saathi_service"  # owns nothing, so it cannot drop a trigger or rewrite an append-only row
LOCK_TIMEOUT_MS = 3_000  # longer than any turn we mean to take; a lock loop shows up instead of hanging
STATEMENT_TIMEOUT_MS = 15_000
IDLE_TIMEOUT_MS = 20_000  # a process that dies with a transaction open frees its locks after this at the latest


class BadDatabaseUrl(ValueError):
    """The URL names no Postgres; the message says what to write, without quoting a password."""


def make_engine(
    url: str, *, pool_size: int = 5, role: str | None = SERVICE_ROLE, autocommit: bool = False
) -> Engine:  # fmt: skip
    """An engine whose connections work as the service role, in UTC, under time limits.

    `url` is a SQLAlchemy URL for psycopg 3; `postgres://` and `postgresql://` are accepted and mean the same. Raises
    BadDatabaseUrl.
    """
    limits = {
        "lock_timeout": LOCK_TIMEOUT_MS,
        "statement_timeout": STATEMENT_TIMEOUT_MS,
        "idle_in_transaction_session_timeout": IDLE_TIMEOUT_MS,
        "timezone": "UTC",
    }
    if role:
        limits["role"] = role
    options = " ".join(f"-c {name}={value}" for name, value in limits.items())
    return create_engine(
        psycopg_url(url),
        isolation_level="AUTOCOMMIT" if autocommit else None,
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,  # faults are logged, and parameters name people
        pool_timeout=10,
        connect_args={"options": options, "connect_timeout": 5, "application_name": "saathi"},
    )


T = TypeVar("T")


def again_if_lost(work: Callable[[], T]) -> T:
    """Run `work`; where its pooled connection turns out to be dead, once more on a fresh one.

    After a restart of Postgres every pool holds dead connections, which show at their next use. Only for work that may
    run twice.
    """
    try:
        return work()
    except DBAPIError as fault:
        if not fault.connection_invalidated:
            raise
    return work()


def psycopg_url(url: str) -> str:
    """The same URL with the driver named. Raises BadDatabaseUrl."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            url = "postgresql+psycopg://" + url.removeprefix(prefix)
    try:
        driver = make_url(url).drivername
    except (ArgumentError, ValueError):
        driver = "none"
    if driver != "postgresql+psycopg":
        raise BadDatabaseUrl("DATABASE_URL cannot be used: write postgresql://user:password@host:5432/name")
    return url
