"""One Postgres and one Valkey for all pytest processes of this checkout: started once, shared, ended by the last out.

DATABASE_URL and REDIS_URL name other servers to use instead (Postgres 15 or newer, as a role that may create databases
and roles; Redis 6.2 or newer, whose databases from 1 on are emptied).
docs/operations.md shows a whole run on Debian's Postgres 15.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import redis
from sqlalchemy import Connection, Engine, create_engine, make_url, text

from bot import local, processes
from bot.local_place import locate

REPOSITORY = Path(__file__).parents[1]
SCHEMA_SOURCES = ("migrations", "bot/migrate.py", "base/db.py")
TEMPLATE_LOCK = 7_242_501  # any number, as long as all of us take the same one
WATCH_EVERY_S = 3.0


@dataclass(frozen=True, slots=True)
class Database:
    """A migrated database of the test's own. `url` logs in as the owner, `engine` works as the service does."""

    url: str
    engine: Engine


class SharedServers:
    """The servers as one pytest process sees them: `enter` when it starts, `leave` when it ends."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._me = f"{os.getpid()}-{psutil.Process().create_time()}"
        self._servers: local.Servers | None = None

    def enter(self) -> None:
        """Say that this process may use the servers; nothing is started yet."""
        with self._locked():
            (self._home / "users" / self._me).touch()

    def leave(self) -> None:
        """Say that it is done; the last one stops what runs."""
        with self._locked():
            (self._home / "users" / self._me).unlink(missing_ok=True)
            self.stop_if_unused()

    def database_url(self) -> str:
        """Any database on the Postgres server, as one who may create others."""
        return os.environ.get("DATABASE_URL") or self._embedded().database_url

    def redis_url(self) -> str:
        """A Redis database that no other process of ours uses, taken for this process's whole life."""
        url = os.environ.get("REDIS_URL") or self._embedded().redis_url
        client = redis.Redis.from_url(url)
        try:
            count = int(client.config_get("databases")["databases"] or 16)
        finally:
            client.close()
        with self._locked():
            taken = {lease.name for lease in (self._home / "redis").iterdir() if lease.read_text() in self._living()}
            number = next(number for number in range(1, count) if str(number) not in taken)
            (self._home / "redis" / str(number)).write_text(self._me)
        base = url.partition("?")[0]
        return f"{base}?db={number}" if url.startswith("unix:") else f"{_without_path(base)}/{number}"

    def stop_if_unused(self) -> bool:
        """With the lock held: end the servers if no process uses them."""
        if self._living():
            return False
        local.stop(self._home)
        return True

    @contextmanager
    def _locked(self) -> Iterator[None]:
        for name in ("users", "redis"):
            (self._home / name).mkdir(parents=True, exist_ok=True)
        with (self._home / "lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _embedded(self) -> local.Servers:
        if self._servers is None:
            with self._locked():
                first = not any(server.pid for server in local.status(self._home))
                self._servers = self._start()
                if first:
                    self._watch()
                    _drop_leftovers(self._servers.database_url)
        return self._servers

    def _start(self) -> local.Servers:
        try:
            return local.start(self._home, fsync=False)
        except local.LocalServerError:
            # Written without fsync, the data may not have survived a power cut. Nothing in it is worth a second look.
            local.stop(self._home)
            shutil.rmtree(locate(self._home).home / "postgres", ignore_errors=True)
            return local.start(self._home, fsync=False)

    def _living(self) -> set[str]:
        users = {path.name for path in (self._home / "users").iterdir()}
        dead = {user for user in users if not _is_alive(user)}
        for user in dead:
            (self._home / "users" / user).unlink(missing_ok=True)
        return users - dead

    def _watch(self) -> None:
        # A pytest that is killed never says goodbye: this process sees it gone and ends the servers.
        subprocess.Popen(
            [sys.executable, "-m", "tests.servers", str(self._home)],
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ).returncode = 0  # it is meant to outlive us; without this Popen would warn that it still runs


def shared() -> SharedServers:
    """The servers of this checkout and user."""
    digest = hashlib.sha256(os.fsencode(REPOSITORY)).hexdigest()[:8]
    return SharedServers(Path(tempfile.gettempdir()) / f"saathi-tests-{os.geteuid()}-{digest}")


def template(connection: Connection) -> str:
    """The name of a database migrated by the present migrations, made if there is none yet."""
    name = f"saathi_template_{_fingerprint()}"
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": TEMPLATE_LOCK})
    try:
        if name not in _databases(connection, "saathi_template_%"):
            # Built under another name: one that was interrupted must never pass for whole.
            connection.exec_driver_sql("DROP DATABASE IF EXISTS saathi_building WITH (FORCE)")
            connection.exec_driver_sql("CREATE DATABASE saathi_building")
            _migrate(url_of(connection, "saathi_building"))
            connection.exec_driver_sql(f"ALTER DATABASE saathi_building RENAME TO {name}")
    finally:
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": TEMPLATE_LOCK})
    return name


@contextmanager
def cloned(connection: Connection, source: str) -> Iterator[str]:
    """A copy of `source`, dropped at the end; answers its URL."""
    name = clone(connection, source)
    try:
        yield url_of(connection, name)
    finally:
        drop(connection, name)


def clone(connection: Connection, source: str) -> str:
    """Copy a database; answers the copy's name."""
    name = f"saathi_test_{secrets.token_hex(6)}"
    # Measured on 40 tables: FILE_COPY 30 ms where nothing is synced, but two checkpoints where it is; WAL_LOG 160 ms.
    strategy = "FILE_COPY" if connection.exec_driver_sql("SHOW fsync").scalar() == "off" else "WAL_LOG"
    connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY {strategy}")
    return name


def drop(connection: Connection, name: str) -> None:
    connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def admin_engine(url: str) -> Engine:
    """Statements one by one, outside transactions: CREATE DATABASE allows nothing else."""
    from base.db import psycopg_url

    return create_engine(psycopg_url(url), isolation_level="AUTOCOMMIT", pool_size=1)


def url_of(connection: Connection, database: str) -> str:
    """The URL of another database on the same server."""
    url = make_url(connection.engine.url).set(database=database)
    return url.render_as_string(hide_password=False).replace("%2F", "/")


def _migrate(url: str) -> None:
    from bot.migrate import upgrade  # only here: tests that need no database must not need the service's imports

    upgrade(url)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for source in SCHEMA_SOURCES:
        path = REPOSITORY / source
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and file.suffix != ".pyc":
                digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _databases(connection: Connection, like: str) -> set[str]:
    rows = connection.execute(text("SELECT datname FROM pg_database WHERE datname LIKE :like"), {"like": like})
    return set(rows.scalars())


def _drop_leftovers(url: str) -> None:
    """Clones of runs that were killed, and templates of older migrations."""
    engine = admin_engine(url)
    with engine.connect() as connection:
        old = _databases(connection, "saathi_template_%") - {f"saathi_template_{_fingerprint()}"}
        for name in old | _databases(connection, "saathi_test_%"):
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()


def _is_alive(user: str) -> bool:
    pid, _, born = user.partition("-")
    try:
        process = psutil.Process(int(pid))
        return process.create_time() == float(born) and processes.is_alive(process)
    except (psutil.Error, ValueError):
        return False


def _without_path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def main(home: Path) -> None:
    """Wait until nobody uses the servers of `home`, end them, and go."""
    servers = SharedServers(home)
    while True:
        time.sleep(WATCH_EVERY_S)
        with servers._locked():
            if servers.stop_if_unused():
                return


if __name__ == "__main__":
    main(Path(sys.argv[1]))
