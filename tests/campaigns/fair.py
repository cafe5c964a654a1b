"""A campaign that has gone out, written straight into its tables: members, turns, messages, and what people did then."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from campaigns import stored
from campaigns.spec import Campaign
from ledger.budget import open_programme
from ledger.points import Earned, earn
from loyalty import programme_rows
from loyalty.programme_file import parse_programme
from tests.servers import Database

SAMPLE = Path(__file__).resolve().parents[2] / "config" / "programmes" / "sample.toml"
NOW = datetime(2026, 1, 5, 4, 30, tzinfo=UTC)
SENDER = "snd_1"


@dataclass
class Fair:
    """One campaign of the sample programme. People go by names of the test's own."""

    engine: Engine
    campaign: Campaign
    programme_id: str
    numbers: count[int] = field(default_factory=lambda: count(1))

    @property
    def id(self) -> str:
        return self.campaign.id

    def do(self, sql: str, **given: Any) -> None:
        with self.engine.begin() as conn:
            conn.execute(text(sql), {"programme": self.programme_id, "campaign": self.id, **given})

    def member(self, name: str, role: str = "electrician", state: str = "MH", at: datetime = NOW) -> str:
        """A contact, a member and a conversation of that name."""
        self.do("INSERT INTO contacts (id, address, created_at) VALUES (:id, :id, :at)", id=name, at=at)
        self.do(
            """INSERT INTO members (id, programme_id, role, pin_code, state, details, shop_known, mobile_known, created_at)
               VALUES (:id, :programme, :role, '411001', :state, '', false, false, :at)""",
            id=name, role=role, state=state, at=at,
        )  # fmt: skip
        self.do(
            """INSERT INTO conversations (id, sender_id, contact_id, programme_id, member_id)
               VALUES (:id, :sender, :id, :programme, :id)""", id=name, sender=SENDER,
        )  # fmt: skip
        return name

    def turn(self, name: str, arm: str | None, *, at: datetime = NOW, occasion: str = "", locale: str = "en",
             left_out: str = "", before: int | None = None, **member: Any) -> str:  # fmt: skip
        """The member's turn, and the member where there is none; `arm` None: held out. The key of the message."""
        with self.engine.connect() as conn:
            known = conn.execute(text("SELECT 1 FROM members WHERE id = :id"), {"id": name}).one_or_none()
        if known is None:
            self.member(name, **member)
        outcome = "left_out" if left_out else "holdout" if arm is None else "queued"
        key = f"campaign/{self.id}/{name}" + (f"/{occasion}" if occasion else "")
        queued = outcome == "queued"
        self.do(
            """INSERT INTO campaign_people (programme_id, campaign_id, member_id, occasion, outcome, reason, arm, locale,
                   conversation_id, outbox_key, link_token, decided_at, before_count)
               VALUES (:programme, :campaign, :id, :occasion, :outcome, :reason, :arm, :locale, :talk, :key, :token, :at,
                   :before)""",
            id=name, occasion=occasion, outcome=outcome, reason=left_out, arm=arm or "", locale=locale, at=at, before=before,
            talk=name if queued else None, key=key if queued else None, token=f"tok{name}{occasion}" if queued else None,
        )  # fmt: skip
        return key

    def message(self, key: str, state: str, *, at: datetime = NOW, code: int | None = None, reason: str | None = None,
                outside: bool = True) -> None:  # fmt: skip
        """The outbox row of a turn; whatever is past the queue was accepted at that time."""
        name = key.split("/")[2]
        gone = at if state not in ("queued", "held", "expired", "sending") else None
        self.do(
            """INSERT INTO outbox (key, conversation_id, sender_id, contact_id, lane, text_key, sealed, state, reason,
                   error_code, not_before, created_at, posted_at, accepted_at, outside_window)
               VALUES (:key, :id, :sender, :id, 'campaign', 'campaign/x', '', :state, :reason, :code, :at, :at, :gone,
                   :gone, :outside)""",
            key=key, id=name, sender=SENDER, state=state, reason=reason, code=code, at=at, gone=gone,
            outside=outside,
        )  # fmt: skip

    def clicked(self, name: str, at: datetime = NOW + timedelta(hours=1)) -> None:
        self.do("INSERT INTO campaign_clicks (link_token, at) VALUES (:token, :at)", token=f"tok{name}", at=at)

    def scan(self, name: str, *, days: float = 1, points: int = 50) -> None:
        """A coupon that they claimed so many days after the campaign's beginning."""
        serial, at = next(self.numbers), NOW + timedelta(days=days)
        self.do("INSERT INTO coupon_batches (id, programme_id, sku, count, key, created_at)"
                " VALUES ('b1', :programme, 'X', 1, 'A', :at) ON CONFLICT DO NOTHING", at=at)  # fmt: skip
        self.do(
            """INSERT INTO coupons (serial, batch_id, programme_id, sku, key, state, claimed_by_member, claimed_by_contact,
                   claimed_at, claim_key) OVERRIDING SYSTEM VALUE
               VALUES (:serial, 'b1', :programme, 'X', 'A', 'claimed', :id, :id, :at, :key)""",
            serial=serial, id=name, at=at, key=f"k{serial}",
        )  # fmt: skip
        self.earn(name, f"coupon/{serial}", points, at)

    def bill(self, name: str, paise: int, *, days: float = 1, state: str = "read") -> None:
        """A bill that they sent; in the state credited it has earned a point."""
        number = next(self.numbers)
        at = NOW + timedelta(days=days)
        posting = self.earn(name, f"invoice/{number}", 1, at) if state == "credited" else None
        self.do(
            """INSERT INTO claims (id, programme_id, conversation_id, contact_id, member_id, media, state, sealed, doc_type,
                   taxable_paise, fingerprints, problems, asks, created_at, promised_at, points, posting_id)
               VALUES (:cid, :programme, :id, :id, :id, '{}', :state, '', 'INV', :paise, '{}', '{}', 0, :at, :at, :points,
                   :posting)""",
            cid=f"clm_{number}", id=name, state=state, paise=paise, at=at, posting=posting,
            points=1 if posting else None,
        )  # fmt: skip

    def earn(self, name: str, key: str, points: int, at: datetime) -> int:
        """The posting's id."""
        with self.engine.begin() as conn:
            earned = earn(
                conn, key=key, programme_id=self.programme_id, member_id=name, points=points, expires_at=None, happened_at=at,
                recorded_at=at, facts={},
            )  # fmt: skip
        assert isinstance(earned, Earned)
        return earned.posting_id

    def heard(self, name: str, at: datetime, event: str = "Said") -> None:
        """They wrote; a turn of the journal, without its words."""
        number = next(self.numbers)
        self.do("UPDATE conversations SET last_inbound_at = greatest(last_inbound_at, :at) WHERE id = :id", id=name, at=at)
        self.do(
            """INSERT INTO journal (conversation_id, turn, event_key, at, event, effects, sealed)
               VALUES (:id, :turn, :key, :at, :event, '{}', '')""",
            id=name, turn=number, key=f"SM{number}", at=at, event=event,
        )  # fmt: skip

    def consent(self, name: str, given: bool, at: datetime, kind: str = "marketing") -> None:
        self.do(
            """INSERT INTO consents (contact_id, programme_id, kind, given, version, locale, message_sid, at)
               VALUES (:id, :programme, :kind, :given, '1', 'en', 'SM', :at)""", id=name, kind=kind, given=given, at=at,
        )  # fmt: skip


def fair(database: Database, campaign: Campaign) -> Fair:
    """The sample programme, its sender and the campaign's row, which is being sent."""
    sample = parse_programme(SAMPLE.read_bytes())
    with database.engine.begin() as conn:
        programme_rows.publish(conn, sample, NOW)
        open_programme(conn, sample.id, 1_000_000, NOW)
    return begun(database.engine, campaign, sample.id)


def begun(engine: Engine, campaign: Campaign, programme_id: str) -> Fair:
    """The same where the programme is there."""
    made = Fair(engine, campaign, programme_id)
    made.do("INSERT INTO senders (id, address, programme_id, rate_per_s) VALUES (:id, 'w:+1', :programme, 80)", id=SENDER)
    made.do(
        """INSERT INTO campaigns (id, programme_id, sender_id, state, file, file_hash, priority, category, created_by,
               created_at, approved_by, approved_at, moved_by, moved_at)
           VALUES (:campaign, :programme, :sender, 'sending', CAST(:file AS jsonb), 'h', 2, 'marketing', 'asha', :at, 'ravi',
               :at, 'ravi', :at)""",
        sender=SENDER, at=NOW, file=stored.written(campaign),
    )  # fmt: skip
    return made
