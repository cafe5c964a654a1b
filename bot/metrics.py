"""Counters of all processes of one machine together: gunicorn's, the workers' jobs, the relay, the clock.

Each counter is a file of eight bytes that every process maps into its memory, so the sum is right whoever is asked,
however many processes come and go, and after a restart too. Prometheus's own way for several processes keeps files for
each process that ever lived; an RQ job is a process.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

SIZE = 8
_NUMBER = struct.Struct("<Q")
_threads = threading.Lock()  # file locks are a process's: threads must agree among themselves

log = structlog.get_logger()


@dataclass(slots=True)
class Counter:
    """One number. Nothing is opened before its first use, so a command that counts nothing leaves no file."""

    name: str
    what: str
    path: Path
    _file: int | None = None
    _bytes: mmap.mmap | None = None

    def inc(self) -> None:
        with _threads:
            memory = self._opened()
            if self._file is not None:
                fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                _NUMBER.pack_into(memory, 0, _NUMBER.unpack_from(memory)[0] + 1)
            finally:
                if self._file is not None:
                    fcntl.lockf(self._file, fcntl.LOCK_UN)

    @property
    def value(self) -> int:
        with _threads:
            found: int = _NUMBER.unpack_from(self._opened())[0]
        return found

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        with _threads:
            if self._bytes is not None:
                self._bytes.close()
            if self._file is not None:
                os.close(self._file)
            self._file = self._bytes = None

    def _opened(self) -> mmap.mmap:
        if self._bytes is None:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
                os.ftruncate(file, SIZE)  # one that is there keeps its number
                self._file, self._bytes = file, mmap.mmap(file, SIZE)
            except OSError as fault:  # counting must never keep a message from being taken
                log.warning("counted in this process only", counter=self.name, why=str(fault))
                self._bytes = mmap.mmap(-1, SIZE)
        return self._bytes


@dataclass(eq=False)
class Metrics(Collector):
    """The service's counters, kept in `directory`."""

    directory: Path
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        self.inbound = self._counter("inbound_messages", "messages stored")
        self.repeated = self._counter("inbound_repeated", "messages that had been stored before")
        self.forged = self._counter("forged_requests", "requests refused for their signature")
        self.turns = self._counter("turns", "events answered")
        self.turn_failures = self._counter("turn_failures", "turns that a fault of ours broke off")
        self.statuses = self._counter("status_callbacks", "delivery reports taken")
        self.payouts_late = self._counter("payout_late", "payouts that were not paid by the time that was promised")
        differing = "comparisons with the provider in which something needs a person"
        self.payout_differences = self._counter("payout_reconciliations_differing", differing)
        self.payout_alarms = self._counter("payout_alarms", "alarms raised about the account that pays")
        self.registry.register(self)

    def collect(self) -> Iterator[CounterMetricFamily]:
        for one in self._every():
            yield CounterMetricFamily(f"saathi_{one.name}", one.what, value=one.value)

    def describe(self) -> Iterator[CounterMetricFamily]:
        """Nothing: else registering would already open the files."""
        yield from ()

    def close(self) -> None:
        """Let go of every file that was opened."""
        for one in self._every():
            one.close()

    def _every(self) -> tuple[Counter, ...]:
        messages = (self.inbound, self.repeated, self.forged, self.turns, self.turn_failures, self.statuses)
        return (*messages, self.payouts_late, self.payout_differences, self.payout_alarms)

    def _counter(self, name: str, what: str) -> Counter:
        return Counter(name, what, self.directory / name)
