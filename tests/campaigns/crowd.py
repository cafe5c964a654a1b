"""Members of the sample programme, made by rows, and what is plainly true of each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from base.sealing import Keyring
from ledger import points, reversals
from ledger.budget import open_programme
from loyalty.programme import Programme
from loyalty.programme_file import parse_programme
from loyalty.programme_rows import publish

NOW = datetime(2026, 3, 10, 6, 30, tzinfo=UTC)  # noon in India
KEYRING = Keyring.parse("k1:" + "A" * 43 + "=")
SAMPLE = Path(__file__).parents[2] / "config" / "programmes" / "sample.toml"


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@dataclass
class Person:
    """What is true, in plain values."""

    id: str
    contact: str
    conversation: str
    phone: str
    role: str
    state: str
    pin_code: str
    language: str
    enrolled: datetime
    scans: list[tuple[datetime, str]] = field(default_factory=list)  # when, and the product's category
    lots: list[tuple[int, datetime | None]] = field(default_factory=list)
    owed: int = 0
    earned: list[tuple[datetime, int]] = field(default_factory=list)
    bills: list[datetime] = field(default_factory=list)
    paid: list[datetime] = field(default_factory=list)
    kyc: str = "none"
    parents: list[str] = field(default_factory=list)  # the nearest first
    got: list[str] = field(default_factory=list)
    replied: list[str] = field(default_factory=list)


class Crowd:
    """One programme and its people; every call is a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.numbers = engine, count(1)
        self.people: dict[str, Person] = {}
        self.programme: Programme = parse_programme(SAMPLE.read_bytes())
        with engine.begin() as conn:
            publish(conn, self.programme, ago(900))
            open_programme(conn, self.programme.id, self.programme.budget_points, ago(900))
        self.do("INSERT INTO senders (id, address, programme_id, rate_per_s) VALUES ('snd_1', 'whatsapp:+14155238886', :p, 80),"
                " ('snd_2', 'whatsapp:+14155238887', :p, 80)")  # fmt: skip
        self.do("INSERT INTO coupon_batches (id, programme_id, sku, count, key, created_at)"
                " VALUES ('bat_1', :p, 'X', 1, 'A', :now)", now=ago(900))  # fmt: skip

    def do(self, sql: str, **given: Any) -> None:
        with self.engine.begin() as conn:
            conn.execute(text(sql), ({"p": self.programme.id} if ":p" in sql else {}) | given)

    def member(
        self, role: str = "electrician", state: str = "UP", pin_code: str = "201301", language: str | None = "hi",
        enrolled: datetime = ago(200), name: str = "Ramesh Kumar", shop: str = "",
    ) -> Person:  # fmt: skip
        n = next(self.numbers)
        one = Person(f"mbr_{n:06}", f"con_{n:06}", f"cnv_{n:06}", f"+9198{n:08}", role, state, pin_code,
                     language or self.programme.locales[0], enrolled)  # fmt: skip
        key = KEYRING.wrap_new(one.id)
        sealed = KEYRING.unwrap(key, one.id).seal(json.dumps({"name": name, "shop": shop}).encode(), f"members/{one.id}")
        self.do("INSERT INTO members VALUES (:id, :p, :role, :pin, :state, :key, :details, false, false, :at)",
                id=one.id, role=role, pin=pin_code, state=state, key=key, details=sealed, at=enrolled)  # fmt: skip
        self.do("INSERT INTO contacts (id, address, data_key, created_at) VALUES (:id, :address, :key, :at)",
                id=one.contact, address=f"whatsapp:{one.phone}", key=KEYRING.wrap_new(one.contact), at=enrolled)  # fmt: skip
        self.join(one, one.contact, "owner")
        self.talk(one.conversation, one.contact, language, "snd_1", one.id)
        self.people[one.id] = one
        return one

    def join(self, one: Person, contact: str, role: str) -> None:
        self.do("INSERT INTO memberships (contact_id, member_id, programme_id, role, since) VALUES (:c, :m, :p, :role, :at)",
                c=contact, m=one.id, role=role, at=one.enrolled)  # fmt: skip

    def talk(
        self, conversation: str, contact: str, language: str | None, sender: str, member: str, wrote: datetime | None = None
    ) -> None:
        self.do("""INSERT INTO conversations (id, sender_id, contact_id, programme_id, member_id, locale, consented_at,
                     last_inbound_at) VALUES (:id, :sender, :contact, :p, :member, :locale, :at, :wrote)""",
                id=conversation, sender=sender, contact=contact, member=member, locale=language, at=NOW,
                wrote=wrote)  # fmt: skip

    def scan(self, one: Person, at: datetime, category: str = "wires", by: str | None = None) -> None:
        sku = next(product.sku for product in self.programme.products if product.category == category)
        self.do("""INSERT INTO coupons (batch_id, programme_id, sku, key, state, claimed_by_member, claimed_by_contact,
                     claimed_at, claim_key) VALUES ('bat_1', :p, :sku, 'A', 'claimed', :m, :c, :at, :key)""",
                sku=sku, m=one.id, c=by or one.contact, at=at, key=f"scan-{next(self.numbers)}")  # fmt: skip
        one.scans.append((at, category))

    def earn(self, one: Person, amount: int, at: datetime, expires_at: datetime | None = None) -> int:
        with self.engine.begin() as conn:
            made = points.earn(
                conn, key=f"earn-{next(self.numbers)}", programme_id=self.programme.id, member_id=one.id, points=amount,
                expires_at=expires_at, happened_at=at, recorded_at=at, facts={},
            )  # fmt: skip
        assert isinstance(made, points.Earned), made
        one.earned.append((at, amount))
        one.lots.append((amount, expires_at))
        return made.posting_id

    def take_back(self, one: Person, posting: int, at: datetime) -> None:
        """All of an earning, though it was spent."""
        with self.engine.begin() as conn:
            reversals.reverse(
                conn, key=f"back-{next(self.numbers)}", programme_id=self.programme.id, member_id=one.id, posting_id=posting,
                points=None, may_go_negative=True, happened_at=at, recorded_at=at, facts={},
            )  # fmt: skip

    def spend(self, one: Person, amount: int, at: datetime) -> None:
        with self.engine.begin() as conn:
            points.hold(conn, key=f"hold-{next(self.numbers)}", hold_id=f"hld_{next(self.numbers)}", member_id=one.id,
                        programme_id=self.programme.id, points=amount, happened_at=at, recorded_at=at, facts={})  # fmt: skip

    def bill(self, one: Person, at: datetime, *, credited: bool = False) -> None:
        posting = self.earn(one, 1, at) if credited else None
        self.do("""INSERT INTO claims (id, programme_id, conversation_id, contact_id, member_id, media, state, sealed, doc_type,
                     fingerprints, problems, asks, created_at, posting_id, points)
                   VALUES (:id, :p, :v, :c, :m, '{}', :state, '', 'INV', '{}', '{}', 0, :at, :posting, :points)""",
                id=f"clm_{next(self.numbers)}", v=one.conversation, c=one.contact, m=one.id, at=at, posting=posting,
                state="credited" if credited else "refused", points=1 if credited else None)  # fmt: skip
        one.bills.append(at)

    def pay(self, one: Person, at: datetime) -> None:
        n = next(self.numbers)
        self.do("""INSERT INTO payouts (id, key, programme_id, member_id, conversation_id, hold_id, secret_token, points,
                     amount_paise, gross_paise, masked, state, reference_id, idempotency_key, provider, request, reserved_at,
                     requested_at, settled_at)
                   VALUES (:id, :id, :p, :m, :v, :id, 't', 1, 100, 100, '', 'paid', :id, :id, 'x', '', :at, :at, :at)""",
                id=f"pay_{n}", m=one.id, v=one.conversation, at=at)  # fmt: skip
        one.paid.append(at)

    def check(self, one: Person, kind: str, state: str, at: datetime, reason: str | None = None) -> None:
        self.do("""INSERT INTO kyc_checks (id, programme_id, member_id, conversation_id, kind, state, sealed, blind_index,
                     masked, source, reason, created_at, decided_at, decided_by)
                   VALUES (:id, :p, :m, :v, :kind, :state, 'x', 'k1:x', '', 'typed', :reason, :at, :at, 'system:kyc')""",
                id=f"kyc_{next(self.numbers)}", m=one.id, v=one.conversation, kind=kind, state=state, at=at,
                reason=reason)  # fmt: skip

    def below(self, one: Person, parent: Person) -> None:
        self.do("INSERT INTO member_links (parent_id, child_id, since) VALUES (:a, :b, :at)", a=parent.id, b=one.id, at=NOW)
        one.parents = [parent.id, *parent.parents]

    def merge(self, one: Person, into: Person) -> None:
        merged = "INSERT INTO member_merges (from_id, into_id, at, by) VALUES (:a, :b, :at, 'asha')"
        self.do(merged, a=one.id, b=into.id, at=NOW)

    def erase(self, one: Person) -> None:
        self.do("UPDATE members SET erased_at = :at, data_key = NULL WHERE id = :id", id=one.id, at=NOW)

    def campaign(self, name: str, state: str = "sending", **file: Any) -> None:
        self.do("""INSERT INTO campaigns (id, programme_id, sender_id, state, file, file_hash, priority, category, created_by,
                     created_at, approved_by, approved_at, moved_by, moved_at)
                   VALUES (:id, :p, 'snd_1', :state, CAST(:file AS jsonb), '', 2, 'marketing', 'asha', :at, 'vikram', :at,
                     'vikram', :at)""",
                id=name, state=state, file=json.dumps(file), at=NOW)  # fmt: skip

    def reached(
        self, one: Person, campaign: str, at: datetime, state: str = "delivered", replied: datetime | None = None
    ) -> None:
        key = f"campaign/{campaign}/{one.id}"
        self.do("""INSERT INTO outbox (key, conversation_id, sender_id, contact_id, lane, text_key, sealed, state, not_before,
                     created_at, accepted_at) VALUES (:key, :v, 'snd_1', :c, 'campaign', 't', '', :state, :at, :at, :at)""",
                key=key, v=one.conversation, c=one.contact, state=state, at=at)  # fmt: skip
        self.do("""INSERT INTO campaign_people (programme_id, campaign_id, member_id, outcome, arm, conversation_id, outbox_key,
                     decided_at) VALUES (:p, :campaign, :m, 'queued', 'a', :v, :key, :at)""",
                campaign=campaign, m=one.id, v=one.conversation, key=key, at=at)  # fmt: skip
        one.got += [campaign] * (state != "failed")
        if replied is not None:
            self.do("""INSERT INTO inbox (key, conversation_id, kind, sealed, received_at)
                       VALUES (:key, :v, 'message', '', :at)""", key=f"in-{next(self.numbers)}", v=one.conversation,
                    at=replied)  # fmt: skip
            one.replied.append(campaign)

    def listed(self, campaign: str, people: Sequence[Person]) -> None:
        for one in people:
            self.do("INSERT INTO campaign_listed VALUES (:p, :c, :m)", c=campaign, m=one.id)
