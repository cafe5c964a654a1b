"""The composition root: settings become ports, once per process. Nothing here talks to the network until it is used."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Protocol

from redis import Redis
from sqlalchemy import Engine

from base.clock import Clock
from base.db import make_engine
from base.ids import Ids, TimeOrderedIds
from base.media_store import MediaStore, open_store
from base.sealing import Keyring
from bot import local
from bot.metrics import Metrics
from config.settings import RAILS_FILE, ROOT, Settings, load
from loyalty.codes import CodeKeys
from payouts.tax import Rule
from payouts.tax_file import read_rules
from whatsapp.media import Fetching

if TYPE_CHECKING:
    from ocr.engines.engine import Engine as Eyes
    from ocr.paper import Paper
    from ocr.paper_files import File
    from payouts.checking import Checker
    from payouts.modes import Rails
    from payouts.provider import Provider
    from whatsapp.client import Twilio


class ReadPaper(Protocol):
    """ocr.paper.read_paper with this house's engine and keys."""

    def __call__(self, data: File | Sequence[File], *, go_on: Callable[[], bool] = ...) -> Paper: ...


@dataclass
class House:
    """What the rooms are handed. Engines and clients are made at first use, so that a fork never shares one."""

    settings: Settings
    clock: Clock
    ids: Ids = field(default_factory=TimeOrderedIds)
    monotonic: Callable[[], float] = time.monotonic
    pool_size: int = 5
    redis: Redis | None = None  # made by bot.bells at first use
    _made: tuple[int, Engine, Engine] | None = None

    @property
    def engine(self) -> Engine:
        """The service's engine, one per process: a connection must not be shared over a fork."""
        return self._engines()[0]

    @property
    def autocommit(self) -> Engine:
        """For single statements, each its own transaction: it saves the round trips of BEGIN and COMMIT."""
        return self._engines()[1]

    def _engines(self) -> tuple[Engine, Engine]:
        if self._made is None or self._made[0] != os.getpid():
            url, size = self.settings.database_url, self.pool_size
            plain, single = make_engine(url, pool_size=size), make_engine(url, pool_size=size, autocommit=True)
            self._made = (os.getpid(), plain, single)
        return self._made[1], self._made[2]

    def close(self) -> None:
        """Give the connections and the counters' files back; the next use opens new ones."""
        if self._made is not None and self._made[0] == os.getpid():
            for engine in self._made[1:]:
                engine.dispose()
        self._made = None
        if "metrics" in self.__dict__:
            self.metrics.close()

    @cached_property
    def metrics(self) -> Metrics:
        return Metrics(self.settings.home / "metrics")

    @cached_property
    def media(self) -> MediaStore:
        return open_store(self.media_place)

    @property
    def media_place(self) -> str:
        """Where it is: what `open_store` takes."""
        return self.settings.media_store or str(self.settings.home / "media")

    @cached_property
    def fetching(self) -> Fetching:
        hosts = [h.strip() for h in self.settings.media_hosts.split(",") if h.strip()]
        return Fetching(tuple(hosts), (self.settings.twilio_account_sid, self.settings.twilio_auth_token))

    @cached_property
    def eyes(self) -> Eyes:
        """The engine that reads print, its models loaded: made before a worker forks, it is there for every job."""
        from ocr.engines.choose import engine

        return engine(self.settings.ocr_engine)

    @cached_property
    def read_paper(self) -> ReadPaper:
        """Reads a file, or several files of one paper. The paper worker's alone."""
        from ocr.einvoice_keys import Keyring as EInvoiceKeys
        from ocr.paper import read_paper

        keys = EInvoiceKeys.load(self.settings.einvoice_keys, sandbox=self.settings.development)
        return partial(read_paper, engine=lambda: self.eyes, keyring=keys)

    @cached_property
    def twilio(self) -> Twilio:
        from whatsapp.client import Twilio  # the SDK is not for the web: it would double its memory

        s = self.settings
        return Twilio(s.twilio_account_sid, s.twilio_auth_token, base_url=s.twilio_api_base_url)

    @cached_property
    def payouts(self) -> Provider:
        from payouts.cashfree import API as CASHFREE_API
        from payouts.cashfree import Cashfree
        from payouts.razorpayx import API, RazorpayX

        s = self.settings
        if s.payout_provider == "cashfree":
            base = s.cashfree_api_base_url.rstrip("/") or CASHFREE_API
            return Cashfree(s.cashfree_client_id, s.cashfree_client_secret, base, s.cashfree_id_in_path)
        base = s.razorpayx_api_base_url.rstrip("/") or API
        return RazorpayX(s.razorpayx_key_id, s.razorpayx_key_secret, s.razorpayx_account_number, base)

    @cached_property
    def tax_rules(self) -> tuple[Rule, ...]:
        """The law's rates and thresholds, dated."""
        return read_rules(ROOT / "config" / "tax")

    @cached_property
    def checker(self) -> Checker | None:
        from payouts.razorpayx import RazorpayX
        from payouts.razorpayx_checks import RazorpayXChecks

        if not self.settings.payout_checks or not isinstance(self.payouts, RazorpayX):
            return None
        return RazorpayXChecks(self.payouts)

    @cached_property
    def rails(self) -> Rails:
        from payouts.modes import parse_rails

        return parse_rails(RAILS_FILE.read_bytes())

    @cached_property
    def keyring(self) -> Keyring:
        return Keyring.parse(self.settings.data_keys)

    @cached_property
    def codes(self) -> CodeKeys:
        return CodeKeys.parse(self.settings.code_keys)


_ours: House | None = None


def of_this_process() -> House:
    """The house of a worker's job. Made before the worker forks, so that a job finds settings and keys ready; what must
    not be shared over a fork, the connections, is made anew in each process."""
    global _ours
    if _ours is None:
        _ours = house(pool_size=2)
    return _ours


def house(settings: Settings | None = None, *, pool_size: int = 5) -> House:
    """The house of this process. Raises BadSettings, BadKeys, BadCodeKeys, BadTaxRules: what is read once is read here,
    not at its first use."""
    settings = settings or load()
    _ = (settings.data_keys and Keyring.parse(settings.data_keys), settings.code_keys and CodeKeys.parse(settings.code_keys))
    settings = with_servers(settings)  # only now: with keys that are none nothing is started
    made = House(settings, Clock(shiftable=settings.development), pool_size=pool_size)
    _ = made.tax_rules
    return made


def with_servers(settings: Settings) -> Settings:
    """The settings with every address filled in; where none is set, the embedded servers are started or found."""
    if settings.database_url and settings.redis_url:
        return settings
    servers = local.start(settings.root)
    found = {"database_url": servers.database_url, "redis_url": servers.redis_url}
    return settings.model_copy(update={n: v for n, v in found.items() if not getattr(settings, n)})
