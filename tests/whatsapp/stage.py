"""People, an outbox and a Twilio that does as it is told, for the tests of the relay and of delivery."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, text

from base.clock import Clock
from base.sealing import Keyring
from whatsapp import outbox
from whatsapp.content.sync import ContentMap
from whatsapp.outbound import Message
from whatsapp.outcome import Accepted, Listed, Outcome, Post
from whatsapp.relay import Ports, Relay

START = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
SENDER = "whatsapp:+14155238886"
KEYS = Keyring.parse("k1:" + "A" * 43 + "=")


class FakeTwilio:
    """Keeps what it accepted, in order. `answer` may return an outcome of its own, raise, or be slow."""

    def __init__(self) -> None:
        self.accepted: list[Post] = []
        self.sids: list[str] = []
        self.calls: list[Post] = []
        self.made_at = START
        self.answer: Callable[[Post], Outcome | None] = lambda _: None
        self.listings = 0
        self.lock = threading.Lock()

    def send(self, post: Post) -> Outcome:
        with self.lock:
            self.calls.append(post)
        told = self.answer(post)
        return told if told is not None else Accepted(self.accept(post))

    def accept(self, post: Post) -> str:
        with self.lock:
            self.accepted.append(post)
            self.sids.append(f"SM{len(self.sids):032x}")
            return self.sids[-1]

    def listed(self, *, since: datetime, to: str | None = None) -> list[Listed]:
        self.listings += 1
        return [
            Listed(sid, post.sender, post.to, post.body, False, "delivered", None, 0, self.made_at)
            for sid, post in zip(self.sids, self.accepted, strict=True)
            if to in (None, post.to)
        ]

    def bodies(self, to: str) -> list[str]:
        return [post.body for post in self.accepted if post.to == to]


@dataclass
class Stage:
    engine: Engine
    at: datetime = START
    twilio: FakeTwilio = field(default_factory=FakeTwilio)
    contents: ContentMap = field(default_factory=lambda: ContentMap([]))
    rung: list[str] = field(default_factory=list)
    relays: int = 0

    @property
    def clock(self) -> Clock:
        return Clock(shiftable=False, wall=lambda: self.at)

    def forward(self, **given: float) -> None:
        self.at += timedelta(**given)

    def person(self, name: str, *, wrote: datetime | None = START, rate_per_s: int = 1_000) -> str:
        """A conversation `cnv_<name>` with somebody who last wrote then."""
        with self.engine.begin() as conn:
            conn.execute(text("INSERT INTO programmes VALUES ('p', 'P', :now) ON CONFLICT DO NOTHING"), {"now": START})
            conn.execute(
                text("INSERT INTO senders VALUES ('s', :address, 'p', :rate, NULL) ON CONFLICT DO NOTHING"),
                {"address": SENDER, "rate": rate_per_s},
            )
            conn.execute(
                text("INSERT INTO contacts (id, address, data_key, created_at) VALUES (:id, :address, :key, :now)"),
                {"id": f"con_{name}", "address": address(name), "key": KEYS.wrap_new(f"con_{name}"), "now": START},
            )
            conn.execute(
                text("""INSERT INTO conversations (id, sender_id, contact_id, programme_id, last_inbound_at)
                        VALUES (:id, 's', :contact, 'p', :wrote)"""),
                {"id": f"cnv_{name}", "contact": f"con_{name}", "wrote": wrote},
            )
        return f"cnv_{name}"

    def put(self, name: str, *bodies: str, lane: str = "reply", **given: object) -> None:
        with self.engine.begin() as conn:
            self.put_in(conn, name, *bodies, lane=lane, **given)

    def put_in(self, conn: Connection, name: str, *bodies: str, lane: str = "reply", **given: object) -> None:
        messages = [Message("test.text", "en", body) for body in bodies]
        self.put_messages(conn, name, messages, lane, **given)

    def put_messages(
        self, conn: Connection, name: str, messages: list[Message], lane: str = "reply", **given: object
    ) -> None:
        key = conn.execute(text("SELECT data_key FROM contacts WHERE id = :id"), {"id": f"con_{name}"}).scalar_one()
        count = conn.execute(text("SELECT count(*) FROM outbox")).scalar_one()
        filled = {"not_before": self.at, "created_at": self.at, **given}
        rows = [
            outbox.Row(f"ev/{count + n}", f"cnv_{name}", "s", f"con_{name}", lane, message, **filled)
            for n, message in enumerate(messages)
        ]
        outbox.put(conn, KEYS.unwrap(key, f"con_{name}"), rows)

    def relay(self, *, workers: int = 8) -> Relay:
        self.relays += 1
        ports = Ports(
            self.engine, self.clock, KEYS, self.twilio, self.contents, "https://bot.example.com", lambda: 0.5,
            self.rung.append,
        )  # fmt: skip
        return Relay(ports, f"rly_{self.relays}", workers=workers)

    def wrote(self, name: str) -> None:
        """The person writes now: what the turn does about the outbox."""
        with self.engine.begin() as conn:
            conn.execute(
                text("UPDATE conversations SET last_inbound_at = :now, held = 0 WHERE id = :id"),
                {"now": self.at, "id": f"cnv_{name}"},
            )
            outbox.release_held(conn, f"cnv_{name}", self.at)

    def states(self) -> list[str]:
        return [row.state for row in self.rows()]

    def rows(self) -> list[outbox.Listing]:
        with self.engine.connect() as conn:
            return outbox.listing(conn, most=10_000)[::-1]

    def held(self, name: str) -> int:
        return int(self.value("SELECT held FROM conversations WHERE id = :id", id=f"cnv_{name}"))

    def leases(self) -> int:
        return int(self.value("SELECT count(*) FROM relay_leases"))

    def value(self, sql: str, **given: object) -> str:
        with self.engine.connect() as conn:
            return str(conn.execute(text(sql), given).scalar_one())

    def change(self, sql: str, **given: object) -> None:
        with self.engine.begin() as conn:
            conn.execute(text(sql), given)


def run(*relays: Relay, cycles: int = 400) -> None:
    """Turn the relays until nothing is out and nothing more is taken."""
    for _ in range(cycles):
        called = sum([relay.cycle() for relay in relays])
        if not called and not any(relay.busy for relay in relays):
            return
        for relay in relays:
            if relay.busy:
                relay.wait(0.05)
    raise AssertionError("the relays do not come to rest")


def address(name: str) -> str:
    return f"whatsapp:+91{sum(ord(letter) * 31**n for n, letter in enumerate(name)) % 10**10:010d}"


def eventually(is_so: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if is_so():
            return
        time.sleep(0.005)
    raise AssertionError("it never came to be")
