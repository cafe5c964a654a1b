"""Revision 0020 puts right what was merged before it: one step to the living contact, and a STOP that holds there."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from alembic import command
from sqlalchemy import Connection, create_engine, text

from base.db import psycopg_url
from bot import migrate
from tests.servers import drop, url_of

THEN = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def before(admin: Connection) -> Iterator[str]:
    """A database at 0019, by its URL."""
    name = f"saathi_before_{secrets.token_hex(4)}"
    admin.exec_driver_sql(f"CREATE DATABASE {name}")
    url = url_of(admin, name)
    engine = create_engine(psycopg_url(url))
    with engine.begin() as conn:
        config = migrate._config()
        config.attributes["connection"] = conn
        command.upgrade(config, "0019")
    engine.dispose()
    yield url
    drop(admin, name)


def test_chains_become_one_step_and_stop_holds_where_they_write_now(before: str) -> None:
    engine = create_engine(psycopg_url(before))
    with engine.begin() as conn:
        conn.execute(text("INSERT INTO programmes (id, name, created_at) VALUES ('p', 'P', :now)"), {"now": THEN})
        conn.execute(text("INSERT INTO senders (id, address, programme_id, rate_per_s) VALUES ('s', 'whatsapp:+1', 'p', 80)"))
        for name, into in (("a", None), ("b", "a"), ("c", "b"), ("d", "c"), ("e", None)):
            conn.execute(text("""INSERT INTO contacts (id, address, created_at, merged_into) VALUES (:id, :id, :now, :into)"""),
                         {"id": name, "into": into, "now": THEN})  # fmt: skip
            conn.execute(text("""INSERT INTO conversations (id, sender_id, contact_id, programme_id, stopped_at,
                                                            marketing_stopped_at)
                                 VALUES ('v_' || :id, 's', :id, 'p', :stopped, :marketing)"""),
                         {"id": name, "stopped": THEN if name == "d" else None,
                          "marketing": THEN if name == "c" else None})  # fmt: skip
    migrate.upgrade(before)
    with engine.connect() as conn:
        merged = {row.id: row.merged_into for row in conn.execute(text("SELECT id, merged_into FROM contacts"))}
        sql = text("SELECT id FROM conversations WHERE stopped_at = :at AND marketing_stopped_at = :at")
        assert merged == {"a": None, "b": "a", "c": "a", "d": "a", "e": None}
        assert conn.execute(sql, {"at": THEN}).scalars().all() == ["v_a"]
    engine.dispose()
