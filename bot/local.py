"""Embedded Postgres and Valkey under one root: real servers, started on demand, found again, and ended without a trace.

Used when DATABASE_URL or REDIS_URL is unset. `python -m bot.local keep ROOT` brings a killed server back in seconds.
"""

import contextlib
import fcntl
import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from bot import local_postgres, local_valkey, processes
from bot.local_place import LocalServerError, Place, locate, prepare

LOCK_S = 180.0  # a start that has to end a hung server and then recover takes this long at worst
KEEP_EVERY_S = 2.0

__all__ = ["LocalServerError", "ServerStatus", "Servers", "forget", "keep", "start", "status", "stop"]


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the running servers are reached: for SQLAlchemy, and for redis-py or rq."""

    database_url: str
    redis_url: str


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """One server: `pid` is None when it does not run."""

    name: str
    pid: int | None
    url: str
    log: Path


def start(root: Path, *, postgres: int | None = None, fsync: bool = True) -> Servers:
    """Have both servers running and answering. Safe to call again, from any process, at the same moment.

    `postgres` is 16 or 18 (default: the environment's SAATHI_POSTGRES, else 18); each version has its own data.
    `fsync=False` is for tests alone, and holds from the next real start. Raises LocalServerError.
    """
    root = root.resolve()
    version = postgres or version_asked()
    with _one_at_a_time(root):
        place = prepare(root)
        return Servers(local_postgres.start(place, version, fsync=fsync), local_valkey.start(place))


def stop(root: Path) -> None:
    """End both servers and every process of theirs; the data stays. Nothing happens when none runs."""
    root = root.resolve()
    if not root.is_dir():
        return
    with _one_at_a_time(root):
        place = locate(root)
        local_valkey.stop(place)
        local_postgres.stop(place)


def forget(root: Path) -> None:
    """End both servers and delete their data: for a house that begins afresh each time."""
    root = root.resolve()
    if not root.is_dir():
        return
    stop(root)
    with _one_at_a_time(root):
        shutil.rmtree(locate(root).home, ignore_errors=True)


def status(root: Path) -> tuple[ServerStatus, ...]:
    """What runs at this root, without starting anything. Versions of Postgres that never ran here are left out."""
    place = locate(root.resolve())
    clusters = [local_postgres.Cluster(place, version) for version in local_postgres.TREES]
    return (
        *(_postgres_status(cluster) for cluster in clusters if _exists(cluster.data)),
        *_valkey_status(place),
    )


def keep(root: Path, *, postgres: int | None = None) -> None:
    """Start the servers, then start again whichever dies, until this process is ended. The servers outlive it."""
    while True:
        start(root, postgres=postgres)
        wanted = [server.pid for server in status(root) if _is_wanted(server, postgres)]
        with contextlib.suppress(psutil.NoSuchProcess):  # gone already
            # Looked up once and then watched: to search among all processes every time would cost the house its pace.
            kept = [psutil.Process(pid) for pid in wanted if pid]
            while len(kept) == len(wanted) and all(processes.is_alive(process) for process in kept):
                time.sleep(KEEP_EVERY_S)
        print("an embedded server is gone: starting it again", file=sys.stderr, flush=True)


def _postgres_status(cluster: local_postgres.Cluster) -> ServerStatus:
    return ServerStatus(f"postgres {cluster.version}", local_postgres.pid(cluster), cluster.url, cluster.log)


def _valkey_status(place: Place) -> tuple[ServerStatus, ...]:
    log = local_valkey.log(place)
    return (ServerStatus("valkey", local_valkey.pid(place), local_valkey.url(place), log),) if _exists(log) else ()


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError:
        return True  # a server directory of another user's: there, but not ours to look into


def _is_wanted(server: ServerStatus, postgres: int | None) -> bool:
    return not server.name.startswith("postgres") or server.name == f"postgres {postgres or version_asked()}"


def version_asked() -> int:
    """The version of Postgres that the environment's SAATHI_POSTGRES asks for. Raises LocalServerError."""
    asked = os.environ.get("SAATHI_POSTGRES") or "18"
    if not asked.isdigit() or int(asked) not in local_postgres.TREES:
        raise LocalServerError(f"SAATHI_POSTGRES is {asked!r}: set it to 16 or 18, or unset it")
    return int(asked)


@contextlib.contextmanager
def _one_at_a_time(root: Path) -> Iterator[None]:
    """Hold the root's lock; it goes with the process that holds it, however that process ends."""
    lock = root / ".local" / "servers.lock"
    try:
        lock.parent.mkdir(exist_ok=True)
        handle = lock.open("a")
    except OSError as error:
        raise LocalServerError(f"cannot write {lock} ({error.strerror}): run as the user who owns {root}") from None
    with handle:
        deadline = time.monotonic() + LOCK_S
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise LocalServerError(
                        f"another process has been starting or stopping the servers of {root} for "
                        f"{int(LOCK_S)} s: end it and try again"
                    ) from None
                time.sleep(0.05)
        yield


def main(words: list[str]) -> int:
    """`keep ROOT`, `start ROOT`, `stop ROOT` or `status ROOT`."""
    if len(words) != 2 or words[0] not in ("keep", "start", "stop", "status"):
        print("usage: python -m bot.local keep|start|stop|status ROOT", file=sys.stderr)
        return 2
    root = Path(words[1])
    try:
        match words[0]:
            case "keep":
                keep(root)
            case "start":
                print(start(root))
            case "stop":
                stop(root)
            case _:
                print(*status(root), sep="\n")
    except LocalServerError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass  # how `keep` is ended by hand
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
