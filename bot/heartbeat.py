"""A sign of life from every process but the web, for `./saathi doctor`. Nothing depends on it.

RQ enters a worker in Redis once, at its birth, so a Redis that lost its data would know of none; these signs come back
by themselves.
"""

from __future__ import annotations

import os
import socket

import psutil
import structlog
from redis import RedisError

from bot import bells
from bot.wiring import House

TTL_S = 90  # longer than a busy process may take between two beats

log = structlog.get_logger()


def beat(house: House, name: str, pid: int | None = None) -> None:
    """Say that this process (or `pid` of this machine) is a living `name`; call it every few seconds. Without Redis it is
    only logged."""
    try:
        bells.redis(house).set(f"{_prefix(name)}{socket.gethostname()}:{pid or os.getpid()}", "alive", ex=TTL_S)
    except RedisError as fault:
        log.warning("no sign of life could be given", process=name, fault=type(fault).__name__)


def living(house: House, name: str) -> int:
    """How many of that name have beaten within TTL_S; of this machine only those that still run. Raises RedisError."""
    signs = bells.redis(house).scan_iter(match=f"{_prefix(name)}*", count=1_000)
    return sum(_may_live(sign.decode()) for sign in signs)


def _may_live(sign: str) -> bool:
    host, _, pid = sign.rpartition(":")
    return not host.endswith(f":{socket.gethostname()}") or psutil.pid_exists(int(pid))


def _prefix(name: str) -> str:
    return f"saathi:alive:{name}:"
