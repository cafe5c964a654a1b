"""Members who can be written to, and a campaign to write to them, for the tests of planning and sending."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from base.clock import Clock
from base.ids import TimeOrderedIds
from base.sealing import Keyring
from campaigns import rows, send, words
from campaigns.rows import Row
from campaigns.send import Batch, Ports
from campaigns.spec import Arm, Campaign, Words
from ledger.budget import open_programme
from loyalty.programme_file import parse_programme
from loyalty.programme_rows import publish
from tests.whatsapp.stage import FakeTwilio, address
from whatsapp import outbox
from whatsapp.content.sync import ContentMap
from whatsapp.outbound import Message
from whatsapp.relay import Ports as RelayPorts
from whatsapp.relay import Relay

START = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)  # 11:30 in India, a Monday
SENDER = "whatsapp:+14155238886"
KEYS = Keyring.parse("k1:" + "A" * 43 + "=")
BASE = "https://bot.example.com"
SAMPLE = Path(__file__).parents[2] / "config" / "programmes" / "sample.toml"
P = "roshni"
PLAIN = Campaign(
    "diwali", "Diwali", "marketing",
    (Arm("a", 100, {"en": Words("Hello {name}, a lamp for every coupon."), "hi": Words("नमस्ते {name}, हर कूपन पर एक दीया।")}),),
    variables={"name": "name"},
)  # fmt: skip


@dataclass
class Street:
    """A programme on a database of its own. `audience`: who the campaigns are for, whatever their file says."""

    engine: Engine
    at: datetime = START
    audience: list[str] = field(default_factory=list)
    twilio: FakeTwilio = field(default_factory=FakeTwilio)
    relays: int = 0
    slow: bool = False

    def __post_init__(self) -> None:
        with self.engine.begin() as conn:
            programme = parse_programme(SAMPLE.read_bytes())
            publish(conn, programme, START)
            open_programme(conn, programme.id, programme.budget_points, START)
            conn.execute(
                text("INSERT INTO senders (id, address, programme_id, rate_per_s) VALUES ('s', :address, :p, 1000)"),
                {"address": SENDER, "p": P},
            )

    @property
    def clock(self) -> Clock:
        return Clock(shiftable=False, wall=lambda: self.at)

    def forward(self, **given: float) -> None:
        self.at += timedelta(**given)

    def people(self, *names: str, **given: Any) -> list[str]:
        return [self.person(name, **given) for name in names]

    def person(
        self, name: str, *, wrote: datetime | None = START, locale: str | None = "en", consented: bool = True,
        contact: str | None = None, state: str = "MH",
    ) -> str:  # fmt: skip
        """A member mbr_<name> in the audience; their owner con_<name> talks in cnv_<name>, or is the owner of another."""
        member, owner = f"mbr_{name}", contact or f"con_{name}"
        with self.engine.begin() as conn:
            if contact is None:
                self.contact(conn, owner, f"cnv_{name}", wrote=wrote, locale=locale, consented=consented)
            key = KEYS.wrap_new(member)
            details = json.dumps({"name": f"{name.capitalize()} Kumar", "shop": "", "mobile": ""}).encode()
            conn.execute(text("""
                INSERT INTO members (id, programme_id, role, pin_code, state, data_key, details, shop_known, mobile_known,
                                     created_at)
                VALUES (:id, :p, 'electrician', '411001', :state, :key, :details, false, true, :now)"""), {
                "id": member, "p": P, "state": state, "key": key, "now": START,
                "details": KEYS.unwrap(key, member).seal(details, f"members/{member}"),
            })  # fmt: skip
            conn.execute(text("""
                INSERT INTO memberships (contact_id, member_id, programme_id, role, since)
                VALUES (:c, :m, :p, 'owner', :now)"""),
                {"c": owner, "m": member, "p": P, "now": START})  # fmt: skip
        self.audience = sorted([*self.audience, member])
        return member

    def contact(
        self, conn: Connection, contact: str, conversation: str, *, wrote: datetime | None = START, locale: str | None = "en",
        consented: bool = True, merged_into: str | None = None, sender: str = "s",
    ) -> None:  # fmt: skip
        conn.execute(text("""
            INSERT INTO contacts (id, address, data_key, created_at, merged_into) VALUES (:id, :address, :key, :now, :merged)
            ON CONFLICT DO NOTHING"""), {
            "id": contact, "address": address(contact), "key": KEYS.wrap_new(contact), "now": START, "merged": merged_into,
        })  # fmt: skip
        conn.execute(text("""
            INSERT INTO conversations (id, sender_id, contact_id, programme_id, locale, consented_at, last_inbound_at)
            VALUES (:id, :s, :contact, :p, :locale, :consented, :wrote)"""), {
            "id": conversation, "s": sender, "contact": contact, "p": P, "locale": locale, "wrote": wrote,
            "consented": START if consented else None,
        })  # fmt: skip

    def approve_words(self, campaign: Campaign, status: str = "approved") -> None:
        """WhatsApp says so about all of its resources."""
        with self.engine.begin() as conn:
            for made in words.specs(campaign, BASE):
                conn.execute(text("""
                    INSERT INTO content_resources (hash, text_key, locale, sid, created_at, approval)
                    VALUES (:hash, :key, :locale, :sid, :now, :status)
                    ON CONFLICT (hash) DO UPDATE SET approval = :status"""), {
                    "hash": made.hash, "key": made.text_key, "locale": made.locale, "sid": f"HX{made.hash}", "now": self.at,
                    "status": status,
                })  # fmt: skip

    def made(self, campaign: Campaign = PLAIN, **changed: Any) -> Row:
        """Made by asha, approved by ravi, its words by WhatsApp."""
        campaign = replace(campaign, **changed)
        self.approve_words(campaign)
        with self.engine.begin() as conn:
            made = rows.create(conn, campaign, programme_id=P, sender_id="s", by="asha", at=self.at)
            assert isinstance(made, Row), made
            row = rows.approve(conn, P, campaign.id, by="ravi", at=self.at)
        assert isinstance(row, Row), row
        return row

    def sent(self, campaign: Campaign = PLAIN, **changed: Any) -> Row:
        """The same, and somebody said send."""
        row = self.made(campaign, **changed)
        with self.engine.begin() as conn:
            started = rows.start(conn, P, row.id, by="asha", at=self.at, size=len(self.audience))
        assert isinstance(started, Row), started
        return started

    def ports(self, engine: Engine | None = None) -> Ports:
        return Ports(engine or self.engine, self.clock, KEYS, TimeOrderedIds(), BASE, self._page, self._among, values)

    def _page(self, conn: Connection, row: Row, now: datetime, after: str, most: int) -> list[str]:
        return [one for one in self.audience if one > after][:most]

    def _among(self, conn: Connection, row: Row, now: datetime, members: Collection[str]) -> set[str]:
        return set(self.audience) & set(members)

    def batch(self, row: Row, most: int = 100) -> Batch:
        return send.batch(self.ports(), row, most)

    def plan(self, row: Row, most: int = 100) -> Batch:
        """Batch after batch, until it is through or has to wait; the last one."""
        while True:
            last = self.batch(row, most)
            if last.done or not last.walked:
                return last

    def relay(self) -> Relay:
        self.relays += 1
        contents = ContentMap([], lambda conn, key, locale: words.spec_of(conn, key, locale, BASE))
        ports = RelayPorts(
            self.engine, self.clock, KEYS, self.twilio, contents, BASE, lambda: 0.5, lambda conversation: None
        )
        return Relay(ports, f"rly_{self.relays}", workers=8)

    def row(self, campaign_id: str = "diwali") -> Row:
        with self.engine.connect() as conn:
            found = rows.find(conn, P, campaign_id)
        assert found is not None
        return found

    def outcomes(self, campaign_id: str = "diwali") -> dict[str, str]:
        """By member: queued, holdout, or the reason."""
        found = self.all("SELECT member_id, outcome, reason FROM campaign_people WHERE campaign_id = :id", id=campaign_id)
        return {row.member_id.removeprefix("mbr_"): row.reason or row.outcome for row in found}

    def messages(self) -> list[Message]:
        found = self.all("""SELECT o.key, o.sealed, o.contact_id, c.data_key
                            FROM outbox o JOIN contacts c ON c.id = o.contact_id ORDER BY o.id""")
        return [outbox.opened(r.sealed, r.key, KEYS.unwrap(r.data_key, r.contact_id)) for r in found]

    def states(self) -> list[str]:
        return [row.state for row in self.all("SELECT state FROM outbox ORDER BY id")]

    def all(self, sql: str, **given: Any) -> Sequence[Any]:
        with self.engine.connect() as conn:
            return conn.execute(text(sql), given).all()

    def change(self, sql: str, **given: Any) -> None:
        with self.engine.begin() as conn:
            conn.execute(text(sql), given)


def values(
    conn: Connection, programme_id: str, members: Sequence[str], names: Collection[str], now: datetime
) -> Mapping[str, Mapping[str, str]]:
    return {member: {name: member.removeprefix("mbr_").capitalize() for name in names} for member in members}
