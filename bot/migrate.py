"""Bring a database to the newest revision, as its owner, one migrator at a time."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from base.db import psycopg_url

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
LOCK = 7_210_417  # any number, the same for every migrator


def upgrade(url: str) -> None:
    """Run what is missing. Idempotent; two at once wait for each other."""
    engine = create_engine(psycopg_url(url))
    try:
        with engine.begin() as conn:
            conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            config = _config()
            config.attributes["connection"] = conn
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def is_current(conn: Connection) -> bool:
    """Whether the database stands at the newest revision."""
    return MigrationContext.configure(conn).get_current_revision() == newest()


def newest() -> str:
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config
