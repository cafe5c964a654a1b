"""A sign of life from the processes that RQ does not know, for `./saathi doctor`. Nothing depends on it."""

from __future__ import annotations

import structlog
from redis import RedisError

from bot import bells
from bot.wiring import House

TTL_S = 60  # longer than a busy process may take between two beats

log = structlog.get_logger()


def beat(house: House, name: str) -> None:
    """Say that a process called `name` is alive; call it every few seconds. Without Redis it is only logged."""
    try:
        bells.redis(house).set(_key(name), "alive", ex=TTL_S)
    except RedisError as fault:
        log.warning("no sign of life could be given", process=name, fault=type(fault).__name__)


def is_alive(house: House, name: str) -> bool:
    """Whether any process of that name has beaten within TTL_S. Raises RedisError."""
    return bool(bells.redis(house).exists(_key(name)))


def _key(name: str) -> str:
    return f"saathi:alive:{name}"
