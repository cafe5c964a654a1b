"""A whole house on a test's own database: a fake wall clock, test keys, the sample programme, and people who write to
it through signed webhooks."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from base.clock import Clock
from bot import bells, wiring
from bot.app import create_app
from bot.seed import seed
from bot.wiring import House
from config.settings import Settings
from journal import inbox
from loyalty.programme_rows import current, published_ids
from loyalty.stock import codes_of, issue
from whatsapp import outbox
from whatsapp.outbound import Message

START = datetime(2026, 1, 5, 4, 30, tzinfo=UTC)
DATA_KEYS = "k1:" + "A" * 43 + "="
CODE_KEYS = "A:" + "1f" * 32
SENDER = "whatsapp:+14155238886"
NOWHERE = "redis://127.0.0.1:1"
RAMESH, SUNITA = "whatsapp:+919812345678", "whatsapp:+919898989898"
SIDS = itertools.count(1)


def settings_of(database_url: str, redis_url: str = NOWHERE, **changed: Any) -> Settings:
    given: dict[str, Any] = {
        "database_url": database_url, "redis_url": redis_url, "data_keys": DATA_KEYS, "code_keys": CODE_KEYS,
        "public_base_url": "https://bot.example.com", "twilio_api_base_url": "http://127.0.0.1:1",
        "twilio_auth_token": "primary-token", "twilio_auth_token_secondary": "secondary-token", "twilio_from": SENDER,
        "razorpayx_api_base_url": "http://127.0.0.1:1/v1",
    }  # fmt: skip
    return Settings(**{**given, **changed})


@dataclass
class Home:
    """The house, its web as a client sees it, and its wall clock."""

    house: House
    at: datetime = START
    web: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.house.clock = Clock(shiftable=True, wall=lambda: self.at)
        seed(self.house)
        self.web = create_app(self.house).test_client()

    def real_time(self) -> None:
        """The wall clock of the machine, for tests beside real processes."""
        self.house.clock = Clock(shiftable=True)

    def forward(self, **given: float) -> None:
        self.at += timedelta(**given)

    def write(self, body: str, who: str = RAMESH, **more: str) -> TestResponse:
        """One message through the webhook; it must be taken."""
        answer = self.post(self.form(body, who, **more))
        assert answer.status_code == 200, (answer.status_code, answer.data)
        return answer

    def form(self, body: str, who: str = RAMESH, **more: str) -> dict[str, str]:
        return {
            "MessageSid": new_sid(), "From": who, "To": SENDER, "Body": body, "NumMedia": "0",
            "ProfileName": "Ramesh Kumar", "WaId": who.rpartition("+")[2], **more,
        }  # fmt: skip

    def post(
        self, form: Mapping[str, str] | MultiDict[str, str], *, path: str = "/twilio/inbound", token: str = "primary-token"
    ) -> TestResponse:
        signed = RequestValidator(token).compute_signature("https://bot.example.com" + path, form)
        return self.web.post(path, data=form, headers={"X-Twilio-Signature": signed})

    def enrol(self, who: str = RAMESH) -> None:
        for words in ("hi", "I agree", "Ramesh Kumar", "Electrician", "411001"):
            self.write(words, who)

    def codes(self, count: int = 1, sku: str = "WIRE-2.5-90") -> list[str]:
        with self.house.engine.begin() as conn:
            programme = current(conn, published_ids(conn)[0]).programme
            made = issue(conn, programme, sku, count, None, False, self.house.codes, self.house.ids, self.at)
            return list(codes_of(conn, made, self.house.codes))

    def said(self, who: str = RAMESH) -> list[Message]:
        """Everything in the outbox for this person, in the order of leaving."""
        rows = self.rows(
            """SELECT o.key, o.sealed, c.id AS contact, c.data_key FROM outbox o JOIN contacts c ON c.id = o.contact_id
               WHERE c.address = :who ORDER BY o.id""", who=who,
        )  # fmt: skip
        return [outbox.opened(r.sealed, r.key, self.house.keyring.unwrap(r.data_key, r.contact)) for r in rows]

    def told(self, who: str = RAMESH) -> list[str]:
        """The same as text keys."""
        return [message.text_key for message in self.said(who)]

    def conversation(self, who: str = RAMESH) -> Any:
        return self.rows(
            "SELECT v.* FROM conversations v JOIN contacts c ON c.id = v.contact_id WHERE c.address = :who", who=who
        )[0]

    def happen(self, who: str, key: str, event: Mapping[str, Any]) -> str:
        """Something happened in the world for this person's conversation; no turn is taken yet."""
        conversation: str = self.conversation(who).id
        with self.house.engine.begin() as conn:
            inbox.put_happening(conn, conversation, key, event, self.at, self.house.keyring)
        return conversation

    def rows(self, sql: str, **given: Any) -> Sequence[Any]:
        with self.house.engine.connect() as conn:
            return conn.execute(text(sql), given).all()

    def count(self, sql: str, **given: Any) -> int:
        return int(self.rows(sql, **given)[0][0])

    def change(self, sql: str, **given: Any) -> None:
        with self.house.engine.begin() as conn:
            conn.execute(text(sql), given)

    def work(self, *queues: str) -> int:
        """Do the jobs that wait in Redis now, as a worker would; how many there were."""
        done = 0
        for name in queues or ("turns", "media", "paper", "payouts"):
            queue = bells.queue(self.house, name)
            for job in queue.get_jobs():
                queue.remove(job)
                job.func(*job.args)
                done += 1
        return done

    def every_row(self) -> str:
        """Every table as text; sealed columns as the letters they would be if they were not sealed."""
        tables = self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        lines = []
        for table in tables:
            for row in self.rows(f'SELECT * FROM "{table.tablename}"'):
                cells = [bytes(c).decode("latin-1") if isinstance(c, bytes | memoryview) else str(c) for c in row]
                lines.append(f"{table.tablename}: {' | '.join(cells)}")
        return "\n".join(lines)

    def rows_with(self, word: str) -> list[str]:
        """The rows in which the word stands by itself: four digits stand by chance in the middle of a random id."""
        alone = re.compile(rf"(?<![0-9A-Za-z]){re.escape(word)}(?![0-9A-Za-z])")
        return [row for row in self.every_row().splitlines() if alone.search(row)]


@contextmanager
def home(database_url: str, redis_url: str = NOWHERE, *, pool_size: int = 10, **changed: Any) -> Iterator[Home]:
    with tempfile.TemporaryDirectory() as root, pytest.MonkeyPatch.context() as patch:
        settings = settings_of(database_url, redis_url, **{"saathi_root": root, **changed})
        house = House(settings, Clock(shiftable=True), pool_size=pool_size)
        patch.setattr(wiring, "_ours", house)  # what RQ's jobs find
        try:
            yield Home(house)
        finally:
            house.close()
            if house.redis is not None:
                house.redis.close()


def new_sid() -> str:
    return "SM" + hashlib.md5(str((os.getpid(), next(SIDS))).encode()).hexdigest()
