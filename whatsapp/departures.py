"""Who leaves at a moment: of all that one sender has waiting, answers before news, and news before campaigns.

A moment belongs to no message. An answer that was taken behind a broadcast's messages leaves at the next moment there is, and
those it passes leave one moment later. Nobody is passed for long: what was taken may leave though a STOP or a pause comes after
that, and keeps back whatever else its contact is to get.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from threading import Lock
from time import monotonic, sleep

from whatsapp.content.spec import Spec
from whatsapp.outbound import Message
from whatsapp.outcome import Outcome, Uncertain
from whatsapp.relay_rows import Taken

log = logging.getLogger("saathi.relay")

PASSED = {"reply": timedelta(0), "notice": timedelta(milliseconds=100), "campaign": timedelta(milliseconds=200)}  # at most


@dataclass(frozen=True, slots=True)
class Departure:
    """A row that was taken, with its words, and the Content resource to send them with. No words: they cannot be opened."""

    row: Taken
    message: Message | None
    spec: Spec | None
    sid: str | None


@dataclass(frozen=True, slots=True)
class Called:
    row: Taken
    spec: Spec | None  # of the Content resource it was sent with
    outcome: Outcome


class Departures:
    """Safe to share between threads. As many are asked for as joined, so that none is left behind."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, list[tuple[datetime, int, Departure]]] = defaultdict(list)
        self._one_at_a_time = Lock()

    def join(self, one: Departure) -> None:
        with self._one_at_a_time:
            heappush(self._waiting[one.row.sender_id], (one.row.posted_at + PASSED[one.row.lane], one.row.id, one))

    def leave(self, sender_id: str, moment_s: float, send: Callable[[Departure], Outcome]) -> Called:
        """Wait until the machine's own clock stands there, and send the first of this sender's who wait then. Whatever goes
        wrong in that, the row must not be sent again."""
        sleep(max(moment_s - monotonic(), 0))
        with self._one_at_a_time:
            one = heappop(self._waiting[sender_id])[-1]
        outcome: Outcome
        try:
            outcome = send(one)
        except Exception as fault:
            log.exception("call broke off: row %s", one.row.id)
            outcome = Uncertain(type(fault).__name__)
        return Called(one.row, one.spec, outcome)
