"""One electrician with points, a RazorpayX of our own, and a clock that the test turns."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

import ledger.points
from base.clock import Clock
from base.ids import TimeOrderedIds
from base.sealing import Sealer
from base.staff import Staff
from flows.kernel import Event
from ledger import chart
from ledger.balance import Balance, balance, trial
from ledger.budget import open_programme
from ledger.verify import verify
from payouts import rows
from payouts.approval import Limits
from payouts.decide import Decision
from payouts.destination import Destination, parse
from payouts.events import Taken, take_event
from payouts.payout import Payout
from payouts.razorpayx import RazorpayX
from payouts.record import Recorded
from payouts.request import Requested, request
from payouts.show import Happened, events
from payouts.steps import House, pay
from payouts.tax_file import read_rules
from tests.payouts.fake_razorpayx import FakeRazorpayX
from tests.servers import Database

PROGRAMME, MEMBER, CONVERSATION, TOKEN = "prg_test", "mbr_ramesh", "cnv_ramesh", "sec_vpa"
VPA = "ramesh.kumar@okaxis"
WEBHOOK_SECRET = "whsec"
START = datetime(2026, 1, 5, 10, tzinfo=UTC)
EARNED, PAISE_PER_POINT = 2_000, 25
RULES = read_rules(Path(__file__).parents[2] / "config" / "tax")

PEOPLE = """
INSERT INTO programmes (id, name, created_at) VALUES ('prg_test', 'Test', :at);
INSERT INTO senders (id, address, programme_id, rate_per_s) VALUES ('snd', 'whatsapp:+14155238886', 'prg_test', 80);
INSERT INTO contacts (id, address, created_at) VALUES ('con_ramesh', 'whatsapp:+919812345678', :at);
INSERT INTO members (id, programme_id, role, pin_code, state, details, shop_known, mobile_known, created_at)
    VALUES ('mbr_ramesh', 'prg_test', 'electrician', '411001', 'MH', '', false, true, :at);
INSERT INTO conversations (id, sender_id, contact_id, programme_id, member_id)
    VALUES ('cnv_ramesh', 'snd', 'con_ramesh', 'prg_test', 'mbr_ramesh')
"""


STAFF = """
INSERT INTO staff (id, name, roles, active, added_at) VALUES (:id, :name, ARRAY['finance'], true, :at)
ON CONFLICT (id) DO NOTHING
"""
TELL = """
INSERT INTO inbox (key, conversation_id, kind, sealed, received_at)
VALUES (:key, :conversation, 'happening', :said, :now)
"""


class TestVault:
    """`secrets` and `key` may be taken away, as erasing does."""

    __test__ = False

    def __init__(self) -> None:
        self.secrets = {TOKEN: VPA}
        self.key: bytes | None = b"k" * 32
        self.called: tuple[str, ...] = ("Ramesh Kumar", "Ramesh Electricals")

    def destination(self, conn: Connection, token: str) -> Destination | None:
        plain = self.secrets.get(token)
        return None if plain is None else parse("bank" if plain.startswith("{") else "vpa", plain)

    def names(self, conn: Connection, member_id: str) -> tuple[str, ...]:
        return self.called

    def sealer(self, conn: Connection, member_id: str) -> Sealer | None:
        return Sealer(self.key) if self.key else None


class World:
    def __init__(self, database: Database, fake: FakeRazorpayX) -> None:
        self.engine, self.fake, self.now = database.engine, fake, START
        self.vault, self.ids, self._events = TestVault(), TimeOrderedIds(), count()
        provider = RazorpayX("key", "secret-of-the-key", "002281300012871", base_url=fake.url, timeout_s=5)
        clock = Clock(shiftable=False, wall=lambda: self.now)
        self.limits = Limits()
        self.house = House(self.engine, clock, provider, self.vault, self.tell, lambda _, __: self.limits)
        with self.engine.begin() as conn:
            for statement in PEOPLE.split(";"):
                conn.execute(text(statement), {"at": START})
            open_programme(conn, PROGRAMME, 100_000_000, START)
        self.earn("first", EARNED)

    def earn(self, key: str, points: int, days: int = 365) -> None:
        with self.engine.begin() as conn:
            ledger.points.earn(
                conn, key=key, programme_id=PROGRAMME, member_id=MEMBER, points=points, happened_at=self.now,
                expires_at=START + timedelta(days=days), recorded_at=self.now, facts={},
            )  # fmt: skip

    def tell(self, conn: Connection, conversation_id: str, key: str, event: Event, now: datetime) -> None:
        assert is_dataclass(event)
        said = json.dumps({"name": type(event).__name__, **asdict(event)}).encode()
        conn.execute(text(TELL), {"key": key, "conversation": conversation_id, "said": said, "now": now})

    def advance(self, **much: float) -> None:
        self.now += timedelta(**much)

    def request(self, points: int = 500, key: str = "SM1/0", conn: Connection | None = None, **how: Any) -> Requested:
        with nullcontext(conn) if conn else self.engine.begin() as conn:
            asked = request(
                conn, key=key, ids=self.ids, now=self.now, programme_id=PROGRAMME, member_id=MEMBER, points=points,
                conversation_id=CONVERSATION, token=TOKEN, paise_per_point=PAISE_PER_POINT, masked="ra•••@okaxis",
                rules=RULES, **how,
            )  # fmt: skip
        assert isinstance(asked, Requested)
        return asked

    def decision(self, name: str = "asha", reason: str = "looked at it") -> Decision:
        """Of somebody of finance, who is put on the staff with their first decision."""
        with self.engine.begin() as conn:
            conn.execute(text(STAFF), {"id": f"stf_{name}", "name": name, "at": START})
        return Decision(Staff(f"stf_{name}", name, ("finance",), True), reason, self.now)

    def pay(self, payout_id: str) -> Recorded:
        return pay(self.house, payout_id)

    def ring_until_settled(self, payout_id: str, rings: int = 30) -> Payout:
        """As the sweeper does: ring whenever the payout is due."""
        for _ in range(rings):
            due = self.payout(payout_id).next_at
            if due is None:
                break
            self.now = max(self.now, due)
            self.pay(payout_id)
        return self.payout(payout_id)

    def payout(self, payout_id: str) -> Payout:
        with self.engine.begin() as conn:
            return rows.lock(conn, payout_id)

    def task(self, key: str = "SM1/0") -> Any:
        return self.one("SELECT * FROM tasks WHERE key = :key", key=key)

    def one(self, statement: str, **values: Any) -> Any:
        with self.engine.begin() as conn:
            return conn.execute(text(statement), values).one()

    def told(self) -> list[dict[str, Any]]:
        with self.engine.begin() as conn:
            return [json.loads(bytes(row.sealed)) for row in conn.execute(text("SELECT sealed FROM inbox ORDER BY id"))]

    def news(self) -> list[str]:
        return [event["name"] for event in self.told()]

    def happened(self, payout_id: str) -> list[Happened]:
        with self.engine.begin() as conn:
            return events(conn, payout_id)

    def points(self) -> Balance:
        with self.engine.begin() as conn:
            return balance(conn, PROGRAMME, MEMBER, self.now)

    def money(self) -> dict[str, int]:
        """Balances of cash, clearing and paid-out, in paise."""
        with self.engine.begin() as conn:
            found = {row.account: row.balance for row in trial(conn, PROGRAMME)}
        accounts = (chart.cash, chart.payout_clearing, chart.paid_out)
        return {account(PROGRAMME).rpartition("/")[2]: found[account(PROGRAMME)] for account in accounts}

    def sound(self) -> bool:
        with self.engine.begin() as conn:
            return verify(conn) == []

    def webhook(self, entity: dict[str, Any], *, event: str | None = None, **how: Any) -> Taken:
        """Deliver an event about `entity` as it stands."""
        body = {"entity": "event", "account_id": "acc_1", "event": event or f"payout.{entity['status']}"}
        body |= {"contains": ["payout"], "payload": {"payout": {"entity": entity}}, "created_at": 1755693679}
        return self.deliver(json.dumps(body).encode(), **how)

    def deliver(self, raw: bytes, *, event_id: str | None = None, signature: str | None = None) -> Taken:
        signature = signature or hmac.new(WEBHOOK_SECRET.encode(), raw, hashlib.sha256).hexdigest()
        with self.engine.begin() as conn:
            return take_event(
                conn, raw, signature=signature, event_id=event_id or f"evt_{next(self._events)}",
                secrets=[WEBHOOK_SECRET], now=self.now, tell=self.tell,
            )  # fmt: skip


@pytest.fixture
def fake() -> Iterator[FakeRazorpayX]:
    server = FakeRazorpayX()
    yield server
    server.close()


@pytest.fixture
def world(database: Database, fake: FakeRazorpayX) -> World:
    return World(database, fake)
