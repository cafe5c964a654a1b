"""Everything that is wrong with the settings, named at once and before anything is started."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from base.db import BadDatabaseUrl, make_engine, psycopg_url
from base.media_store import BadStore, open_store
from base.sealing import BadKeys, Keyring
from bot import local
from bot.local_place import LocalServerError
from config.settings import BadSettings, Settings, read
from loyalty.codes import BadCodeKeys, CodeKeys

ANSWER_S = 2.0
COUNTS = ("WEB_PROCESSES", "WEB_THREADS")  # read by web's own configuration file
REDIS_FORM = "write redis://host:6379/0, rediss://… or unix:///path"


def sound() -> Settings:
    """The settings of this process, enough to face the real world. Raises BadSettings with every fault, one a line."""
    settings, malformed = read()
    demand([*malformed, *faults(settings)])
    return settings


def demand(faults: Sequence[str]) -> None:
    """Raises BadSettings where there are any."""
    if faults:
        raise BadSettings("\n".join(dict.fromkeys(faults)))


def faults(settings: Settings) -> list[str]:
    """What is missing for the real world, and what no part of the house can use. Nothing is asked of any server."""
    return [*settings.faults(), *unusable(settings)]


def unusable(settings: Settings) -> list[str]:
    """Values that are there and cannot be used, whatever the world is."""
    uses: list[tuple[str, Callable[[str], object]]] = [
        (settings.data_keys, Keyring.parse), (settings.code_keys, CodeKeys.parse), (settings.media_store, open_store),
        (settings.database_url, psycopg_url), (settings.database_owner_url, _owners_url), (settings.redis_url, _redis),
    ]  # fmt: skip
    found = [why for value, use in uses if value and (why := _refusal(use, value))]
    return [*found, *_environment(embedded=not settings.database_url)]


def silent(settings: Settings) -> list[str]:
    """The servers named in the settings that do not answer within seconds."""
    found = []
    if settings.database_url and (why := _refusal(_connect, settings.database_url)):
        found.append(f"DATABASE_URL: the database does not answer ({why}): check the address and that it runs")
    if settings.redis_url and (why := _refusal(_ping, settings.redis_url)):
        found.append(f"REDIS_URL: redis does not answer ({why}): check the address and that it runs")
    return found


def _refusal(use: Callable[[str], object], value: str) -> str:
    """Why it cannot be used, on one line; empty: it can."""
    try:
        use(value)
    except SQLAlchemyError as fault:
        return " ".join(str(getattr(fault, "orig", None) or fault).split())
    except (BadKeys, BadCodeKeys, BadStore, BadDatabaseUrl, RedisError, ValueError, OSError) as fault:
        return " ".join(str(fault).split())
    return ""


def _owners_url(url: str) -> None:
    try:
        psycopg_url(url)
    except BadDatabaseUrl as fault:
        raise BadDatabaseUrl(str(fault).replace("DATABASE_URL", "DATABASE_OWNER_URL")) from fault


def _redis(url: str) -> Redis:
    try:
        return Redis.from_url(
            url, socket_timeout=ANSWER_S, socket_connect_timeout=ANSWER_S, retry=Retry(NoBackoff(), 0)
        )  # fmt: skip
    except ValueError as fault:  # its words would quote the URL, and that may hold a password
        raise ValueError(f"REDIS_URL cannot be used: {REDIS_FORM}") from fault


def _ping(url: str) -> None:
    client = _redis(url)
    try:
        client.ping()
    finally:
        client.close()


def _connect(url: str) -> None:
    engine = make_engine(url, pool_size=1, role=None)
    try:
        with engine.connect() as conn:
            conn.execute(text("SELECT 1"))
    finally:
        engine.dispose()


def _environment(*, embedded: bool) -> Iterator[str]:
    for name in COUNTS:
        value = os.environ.get(name) or "1"
        if not (value.isascii() and value.isdecimal() and 1 <= int(value[:4]) <= 512):
            yield f"{name} is {value!r}: write a number from 1 to 512"
    if embedded:
        try:
            local.version_asked()
        except LocalServerError as fault:
            yield str(fault)
