"""The composition root: settings become ports, once per process. Nothing here talks to the network until it is used."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter
from redis import Redis
from sqlalchemy import Engine

from base.clock import Clock
from base.db import make_engine
from base.ids import Ids, TimeOrderedIds
from base.media_store import MediaStore, open_store
from base.sealing import Keyring
from bot import local
from config.settings import Settings, load
from loyalty.codes import CodeKeys
from whatsapp.media import Fetching

if TYPE_CHECKING:
    from payouts.provider import Provider
    from whatsapp.client import Twilio


class Metrics:
    """Counters of this process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.inbound = self._counter("inbound_messages", "messages stored")
        self.repeated = self._counter("inbound_repeated", "messages that had been stored before")
        self.forged = self._counter("forged_requests", "requests refused for their signature")
        self.turns = self._counter("turns", "events answered")
        self.turn_failures = self._counter("turn_failures", "turns that a fault of ours broke off")
        self.statuses = self._counter("status_callbacks", "delivery reports taken")

    def _counter(self, name: str, what: str) -> Counter:
        return Counter(f"saathi_{name}", what, registry=self.registry)


@dataclass
class House:
    """What the rooms are handed. Engines and clients are made at first use, so that a fork never shares one."""

    settings: Settings
    clock: Clock
    ids: Ids = field(default_factory=TimeOrderedIds)
    monotonic: Callable[[], float] = time.monotonic
    pool_size: int = 5
    metrics: Metrics = field(default_factory=Metrics)
    redis: Redis | None = None  # made by bot.bells at first use
    _engine: tuple[int, Engine] | None = None

    @property
    def engine(self) -> Engine:
        """The service's engine, one per process: a connection must not be shared over a fork."""
        if self._engine is None or self._engine[0] != os.getpid():
            self._engine = (os.getpid(), make_engine(self.settings.database_url, pool_size=self.pool_size))
        return self._engine[1]

    @cached_property
    def media(self) -> MediaStore:
        return open_store(self.settings.media_store or str(self.settings.home / "media"))

    @cached_property
    def fetching(self) -> Fetching:
        hosts = [h.strip() for h in self.settings.media_hosts.split(",") if h.strip()]
        return Fetching(tuple(hosts), (self.settings.twilio_account_sid, self.settings.twilio_auth_token))

    @cached_property
    def twilio(self) -> Twilio:
        from whatsapp.client import Twilio  # the SDK is not for the web: it would double its memory

        s = self.settings
        return Twilio(s.twilio_account_sid, s.twilio_auth_token, base_url=s.twilio_api_base_url)

    @cached_property
    def payouts(self) -> Provider:
        from payouts.razorpayx import API, RazorpayX

        s = self.settings
        base = s.razorpayx_api_base_url.rstrip("/") or API
        return RazorpayX(s.razorpayx_key_id, s.razorpayx_key_secret, s.razorpayx_account_number, base)

    @cached_property
    def keyring(self) -> Keyring:
        return Keyring.parse(self.settings.data_keys)

    @cached_property
    def codes(self) -> CodeKeys:
        return CodeKeys.parse(self.settings.code_keys)


_ours: tuple[int, House] | None = None


def of_this_process() -> House:
    """The house of a worker's job: made once per process from the environment."""
    global _ours
    if _ours is None or _ours[0] != os.getpid():
        _ours = (os.getpid(), house(pool_size=2))
    return _ours[1]


def house(settings: Settings | None = None, *, pool_size: int = 5) -> House:
    """The house of this process. Raises BadSettings; keys are checked here, not at their first use."""
    settings = with_servers(settings or load())
    return House(settings, Clock(shiftable=settings.development), pool_size=pool_size)


def with_servers(settings: Settings) -> Settings:
    """The settings with every address filled in; where none is set, the embedded servers are started or found."""
    if settings.database_url and settings.redis_url:
        return settings
    servers = local.start(settings.root)
    found = {"database_url": servers.database_url, "redis_url": servers.redis_url}
    return settings.model_copy(update={n: v for n, v in found.items() if not getattr(settings, n)})
