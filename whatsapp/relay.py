"""The relay empties the outbox. A row is committed as `sending` before Twilio is called and no call runs inside a
transaction, so a crash at any point leaves a row that says how far it got.

`cycle` writes down what came of calls, takes what is due and calls, many contacts at once, one message each. `sweep`
looks after rows that a dead relay left and after uncertain ones. bot/relay.py turns both.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Protocol

from sqlalchemy import Connection, Engine

from base.clock import Clock
from base.sealing import CannotOpen, Keyring
from whatsapp import delivery, outbox, rate, relay_rows, settle, shelf, templates
from whatsapp.content.spec import Spec, variables
from whatsapp.content.sync import ContentMap
from whatsapp.departures import Called, Departure, Departures
from whatsapp.errors import Kind
from whatsapp.outbound import Message, fallback_text
from whatsapp.outcome import Listed, Outcome, Post, Refused
from whatsapp.relay_rows import Due, Taken
from whatsapp.shelf import Shelving
from whatsapp.verdict import PLAIN, Change, verdict
from whatsapp.window import Drop, Hold, Send, UseTemplate, decide

WORKERS = 48  # a sender's moments ahead, and calls that Twilio takes 150 ms for
KEPT_FREE = 8  # one in so many workers never calls for a campaign
TAKEN_BACK_WAITS = timedelta(seconds=10)  # its campaign is paused within that
LOOKS_AT_ONCE = 4  # calls for the list of messages, so that they never crowd out the sending

log = logging.getLogger("saathi.relay")


class Courier(Protocol):
    """What is asked of Twilio; whatsapp.client.Twilio is one. Called from many threads."""

    def send(self, post: Post) -> Outcome: ...

    def listed(self, *, since: datetime, to: str | None = None) -> Iterable[Listed]: ...


@dataclass(frozen=True, slots=True)
class Ports:
    engine: Engine
    clock: Clock
    keyring: Keyring
    courier: Courier
    contents: ContentMap
    public_base_url: str
    chance: Callable[[], float]  # [0, 1)
    ring: Callable[[str], None]  # look at this conversation: an event may wait there
    picture_url: Callable[[str], str] = str  # where the world may read a picture of ours, for a while


@dataclass(frozen=True, slots=True)
class _Looked:
    lost: settle.Lost
    listed: Sequence[Listed] | None  # None: the listing failed


class Relay:
    """One relay. `holder` is its own name, another one in every process. Not for use by several threads."""

    def __init__(self, ports: Ports, holder: str, *, workers: int = WORKERS) -> None:
        self._ports = ports
        self._holder = holder
        self._workers = workers
        self._campaigns_max = workers - workers // KEPT_FREE  # so that an answer never waits for a broadcast's calls
        self._departures = Departures()
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="twilio")
        self._answers: SimpleQueue[Called | _Looked] = SimpleQueue()
        self._called: list[Called] = []  # answers that are not written down yet
        self._looked: list[_Looked] = []
        self._out: dict[int, Taken] = {}  # calls without a written answer
        self._looking: set[int] = set()

    @property
    def busy(self) -> bool:
        """Whether a call is out or an answer not written down."""
        return bool(self._out or self._looking)

    def wait(self, timeout_s: float) -> bool:
        """Until an answer comes, at most `timeout_s`. Whether one came."""
        try:
            self._sort(self._answers.get(timeout=timeout_s))
        except Empty:
            return False
        return True

    def cycle(self, *, take: bool = True) -> int:
        """Write down answers, then take and call what is due, unless `take` is false. How many rows it moved on.

        Raises what the database raises; answers not written down are kept for the next cycle.
        """
        self._collect()
        with self._ports.engine.begin() as conn:
            now, now_s = self._ports.clock.now(conn), monotonic()
            called = list(self._called)
            changes = [(one.row, self._verdict(one, now)) for one in called]
            relay_rows.record(conn, self._holder, changes, now)
            for row, change in changes:
                if change.slow_until:
                    rate.back_off(conn, row.sender_id, change.slow_until)
            kept_back: list[Shelving] = [_forced(row, change) for row, change in changes if change.hold]
            answered = {one.row.id for one in called}
            free = self._workers - len(self._out) + len(answered)
            over: list[tuple[Due, str]] = []
            taken = self._take(conn, now, free, answered, kept_back, over) if take else []
        del self._called[: len(called)]
        for row_id in answered:
            self._out.pop(row_id, None)
        for one, leaves in taken:
            self._out[one.row.id] = one.row
            self._departures.join(one)
            self._threads.submit(self._call, one.row.sender_id, now_s + (leaves - now).total_seconds())
        self._settle()
        return len(taken) + len(over) + self._shelve(kept_back)

    def sweep(self) -> None:
        """Give up on dead relays' calls, and look for uncertain messages whose time has come."""
        with self._ports.engine.begin() as conn:
            now = self._ports.clock.now(conn)
            settle.abandoned(conn, list(self._out), now)
            lost = settle.claim(conn, now, LOOKS_AT_ONCE - len(self._looking))
        for one in lost:
            self._looking.add(one.id)
            self._threads.submit(self._look, one)

    def close(self) -> None:
        """Let calls that are out come back, write their outcome down and give up the leases."""
        self._threads.shutdown(wait=True)
        self.cycle(take=False)

    def _take(
        self, conn: Connection, now: datetime, most: int, answered: set[int], kept_back: list[Shelving],
        over: list[tuple[Due, str]],
    ) -> list[tuple[Departure, datetime]]:  # fmt: skip
        if most <= 0:
            return []
        busy = [row.conversation_id for row in self._out.values() if row.id not in answered]
        leaving: list[Due] = []
        refused = {order.row_id for order in kept_back}  # they go on the shelf: taken now, they would be refused again
        due = [row for row in relay_rows.due(conn, self._holder, busy, now, most) if row.id not in refused]
        closed = [row.id for row in due if isinstance(_decide(row, now, has_template=True), UseTemplate)]
        ready = templates.chosen(conn, self._ports.contents, self._opened, closed)
        waits = templates.taken_back(conn, [row for row in closed if row not in ready])
        room = self._campaigns_max - sum(row.lane == "campaign" for row in self._out.values() if row.id not in answered)
        for row in due:
            decision = _decide(row, now, has_template=row.id in ready)
            match decision:
                case Send() | UseTemplate() if row.lane == "campaign" and room <= 0:
                    continue
                case Send() | UseTemplate():
                    leaving.append(row)
                    room -= row.lane == "campaign"
                case Hold(reason):
                    kept_back.append(
                        Shelving(row.id, row.conversation_id, "queued", "held", reason, row.last_inbound_at)
                    )
                case Drop("window_closed") if row.id in waits:
                    continue
                case Drop(reason):
                    over.append((row, reason))
        relay_rows.expire(conn, over, now)
        relay_rows.later(conn, waits, now + TAKEN_BACK_WAITS)
        leaves = rate.moments(conn, leaving, now)
        rows = relay_rows.take(conn, self._holder, list(leaves), now, ready)
        words = ((row, ready[row.id] if row.id in ready else self._prepared(conn, row)) for row in rows)
        return [(Departure(row, *each), leaves[row.id]) for row, each in words]

    def _prepared(self, conn: Connection, row: Taken) -> tuple[Message | None, Spec | None, str | None]:
        """The words, and the Content resource to send them with; None for words that can no longer be opened."""
        message = self._opened(row.sealed, row.key, row.contact_id, row.data_key)
        if message is None or not (message.buttons or row.lane == "campaign") or row.reason == PLAIN:
            return message, None, None
        spec = self._ports.contents.spec_of(conn, message.text_key, message.locale)
        if spec is None or variables(spec, message) is None:
            return message, None, None
        sid = self._ports.contents.sid_of(conn, spec)
        return (message, spec, sid) if sid else (message, None, None)

    def _call(self, sender_id: str, moment_s: float) -> None:
        """In a thread of its own: hand over one message."""
        self._answers.put(self._departures.leave(sender_id, moment_s, self._send))

    def _send(self, one: Departure) -> Outcome:
        row, message, spec, sid = one.row, one.message, one.spec, one.sid
        if message is None:
            return Refused(Kind.UNKNOWN, 0, "erased")
        callback = delivery.callback_url(self._ports.public_base_url, row.id, row.attempts)
        if spec is None or sid is None:
            url = self._ports.picture_url(message.picture) if message.picture else message.media
            return self._ports.courier.send(Post(row.to, row.sender, callback, body=fallback_text(message), media_url=url))
        values = variables(spec, message)
        return self._ports.courier.send(Post(row.to, row.sender, callback, content_sid=sid, variables=values))

    def _look(self, lost: settle.Lost) -> None:
        listed: list[Listed] | None = None
        try:
            since = lost.posted_at - settle.CLOCKS_DIFFER
            listed = list(self._ports.courier.listed(since=since, to=lost.to))
        except Exception as fault:  # the next look comes anyway, and only a listing that worked counts
            log.warning("listing failed: %s", type(fault).__name__)
        self._answers.put(_Looked(lost, listed))

    def _settle(self) -> None:
        """What listings have shown: found rows move on, the others are looked for again or given up."""
        while self._looked:
            one, given_up = self._looked[0], []
            lost = one.lost
            with self._ports.engine.begin() as conn:
                now = self._ports.clock.now(conn)
                message = self._opened(lost.sealed, lost.key, lost.contact_id, lost.data_key)
                report = None
                if message and one.listed:
                    report = settle.found(lost, message, settle.unclaimed(conn, one.listed))
                if report is not None:
                    touched = delivery.record(conn, report, self._ports.clock)
                else:
                    touched = None
                    order = settle.not_found(conn, lost, now) if one.listed is not None else None
                    given_up += [order] if order else []
            self._looked.pop(0)
            self._looking.discard(lost.id)
            self._shelve(given_up)
            if touched:
                self._ports.ring(touched)

    def _shelve(self, orders: Sequence[Shelving]) -> int:
        if not orders:
            return 0
        with self._ports.engine.begin() as conn:
            touched = shelf.shelve(conn, orders)
        with self._ports.engine.connect() as conn:  # only after the commit: now a turn finds the conversation free
            for conversation in shelf.waiting(conn, touched):
                self._ports.ring(conversation)
        return len(touched)

    def _verdict(self, one: Called, now: datetime) -> Change:
        change = verdict(
            one.outcome, attempts=one.row.attempts, as_content=one.spec is not None, now=now,
            chance=self._ports.chance(), lane=one.row.lane,
        )  # fmt: skip
        if change.reason == PLAIN and one.spec is not None:
            self._ports.contents.forget(one.spec)
        if change.state in ("failed", "uncertain") or change.slow_until:
            log.warning("not accepted: row %s, %s", one.row.id, change.reason)
        return change

    def _opened(self, sealed: bytes, key: str, contact_id: str, data_key: bytes | None) -> Message | None:
        if data_key is None:
            return None
        try:
            return outbox.opened(sealed, key, self._ports.keyring.unwrap(data_key, contact_id))
        except (CannotOpen, json.JSONDecodeError, KeyError):
            log.exception("words cannot be opened: %s", key)
            return None

    def _collect(self) -> None:
        while not self._answers.empty():
            self._sort(self._answers.get())

    def _sort(self, answer: Called | _Looked) -> None:
        if isinstance(answer, Called):
            self._called.append(answer)
        else:
            self._looked.append(answer)


def _decide(row: Due, now: datetime, *, has_template: bool) -> object:
    if row.expires_at is not None and row.expires_at <= now:
        return Drop("too_late")
    if row.barred:
        return Drop(row.barred)
    return decide(now, row.last_inbound_at, row.lane, row.stopped, has_template)


def _forced(row: Taken, change: Change) -> Shelving:
    """Twilio says that the window is closed, whatever our own books say."""
    return Shelving(row.id, row.conversation_id, "queued", "held", change.reason or "", None, forced=True)
