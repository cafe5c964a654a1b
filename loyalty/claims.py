"""Claims of invoices: rows, their states, and the registers that tell whether a bill was sent before.

    read -> asked | review | credited | refused | joined        asked -> read (a better picture) | review | credited | …
    review -> credited | refused        credited -> reversed

Whoever decides on a claim calls `lock` first: it takes the lock of the bill's own number before the row's, so that two
people with the same bill queue, and sees what the other has committed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from base.sealing import Sealer
from loyalty.reading import Reading, from_json, to_json

OPEN = ("read", "asked", "review")

_COLUMNS = """id, programme_id, conversation_id, contact_id, member_id, media, state, sealed, seller_gstin, financial_year,
    number_key, doc_type, invoice_date, taxable_paise, total_paise, fingerprints, problems, reason, rival_of, asks, points,
    posting_id, promised_at, created_at, decided_at, reviewer, note"""
_INSERT = text("""
    INSERT INTO claims (id, programme_id, conversation_id, contact_id, media, state, sealed, seller_gstin, financial_year,
        number_key, doc_type, buyer_gstin, invoice_date, taxable_paise, total_paise, fingerprints, problems, asks, created_at)
    VALUES (:id, :programme, :conversation, :contact, :media, 'read', :sealed, :seller_gstin, :financial_year, :number_key,
        :doc_type, :buyer_gstin, :invoice_date, :taxable_paise, :total_paise, :fingerprints, :problems, 0, :now)""")
_REPLACE = text("""
    UPDATE claims SET media = :media, state = 'read', sealed = :sealed, seller_gstin = :seller_gstin,
        financial_year = :financial_year, number_key = :number_key, doc_type = :doc_type, buyer_gstin = :buyer_gstin,
        invoice_date = :invoice_date, taxable_paise = :taxable_paise, total_paise = :total_paise,
        fingerprints = :fingerprints, problems = :problems
    WHERE id = :id AND state IN ('read', 'asked', 'review')""")
_PEEK = text("SELECT programme_id, seller_gstin, financial_year, number_key, doc_type FROM claims WHERE id = :id")
_QUEUE_UP = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 5))")
_LOCK = text(f"SELECT {_COLUMNS} FROM claims WHERE id = :id FOR UPDATE")
_READ = text(f"SELECT {_COLUMNS} FROM claims WHERE id = :id")
_EVENT = text("""
    INSERT INTO claim_events (claim_id, at, cause, from_state, to_state, detail)
    VALUES (:id, :now, :cause, :from, :to, CAST(:detail AS jsonb))""")
_EVENTS = text("SELECT at, cause, from_state, to_state, detail FROM claim_events WHERE claim_id = :id ORDER BY id")
_ASKED = text("SELECT id FROM claims WHERE state = 'asked' AND created_at < :before ORDER BY created_at, id LIMIT :most")
_QUEUE = text(f"SELECT {_COLUMNS} FROM claims WHERE state = 'review' ORDER BY promised_at, id LIMIT :most")
_OF_MEMBER = text(f"""
    SELECT {_COLUMNS} FROM claims
    WHERE state <> 'joined' AND (
        (member_id = :member OR member_id IN (SELECT from_id FROM member_merges WHERE into_id = :member))
        AND NOT EXISTS (SELECT FROM account_changes h  -- a former owner's
                        WHERE h.member_id = claims.member_id AND h.kind = 'transferred' AND h.at > claims.created_at)
        OR (member_id IS NULL AND conversation_id = :conversation))
    ORDER BY created_at DESC, id DESC LIMIT :most""")


@dataclass(frozen=True, slots=True)
class Claim:
    """`sealed`: the reading, under the contact's key. Keys of the search (`seller_gstin` to `doc_type`) are in the clear."""

    id: str
    programme_id: str
    conversation_id: str
    contact_id: str
    member_id: str | None  # None until its sender has joined
    media: tuple[str, ...]
    state: str
    sealed: bytes
    seller_gstin: str | None
    financial_year: str | None
    number_key: str | None
    doc_type: str
    invoice_date: date | None
    taxable_paise: int | None
    total_paise: int | None
    fingerprints: tuple[int, ...]
    problems: tuple[str, ...]
    reason: str | None
    rival_of: str | None
    asks: int
    points: int | None
    posting_id: int | None
    promised_at: datetime | None
    created_at: datetime
    decided_at: datetime | None
    reviewer: str | None
    note: str | None

    def reading(self, sealer: Sealer) -> Reading:
        """Raises CannotOpen."""
        return from_json(json.loads(sealer.open(self.sealed, f"claims/{self.id}")))


@dataclass(frozen=True, slots=True)
class Whose:
    programme_id: str
    conversation_id: str
    contact_id: str


def put_read(
    conn: Connection, claim_id: str, whose: Whose, media: Sequence[str], reading: Reading, fingerprints: Sequence[int],
    sealer: Sealer, now: datetime,
) -> None:  # fmt: skip
    """A paper was read: a new claim, without its member yet."""
    row = _columns_of(claim_id, reading, sealer) | {"media": list(media), "fingerprints": list(fingerprints), "now": now}
    where = {"programme": whose.programme_id, "conversation": whose.conversation_id, "contact": whose.contact_id}
    conn.execute(_INSERT, row | where)
    _note(conn, claim_id, "read", None, "read", now, {"verdict": reading.verdict, "problems": ", ".join(reading.problems)})


def put_read_again(
    conn: Connection, claim_id: str, media: Sequence[str], reading: Reading, fingerprints: Sequence[int], sealer: Sealer,
    now: datetime,
) -> bool:  # fmt: skip
    """The claim's pictures were read together: it is to be decided anew. False where it has been decided meanwhile."""
    row = _columns_of(claim_id, reading, sealer) | {"media": list(media), "fingerprints": list(fingerprints)}
    if conn.execute(_REPLACE, row).rowcount != 1:
        return False
    _note(conn, claim_id, "read_again", None, "read", now, {"verdict": reading.verdict, "pictures": len(media)})
    return True


def lock(conn: Connection, claim_id: str) -> Claim | None:
    """The claim, kept until the transaction ends, and whoever has the same bill kept waiting."""
    seen = conn.execute(_PEEK, {"id": claim_id}).one_or_none()
    if seen is None:
        return None
    if None not in seen:
        queue_up(conn, tuple(seen))
    return _claim(conn.execute(_LOCK, {"id": claim_id}).one())


def queue_up(conn: Connection, bill: tuple[Any, ...]) -> None:
    """Wait for whoever decides on a bill of this programme, seller, year, number and type."""
    conn.execute(_QUEUE_UP, {"key": "/".join(map(str, bill))})


def read(conn: Connection, claim_id: str) -> Claim | None:
    row = conn.execute(_READ, {"id": claim_id}).one_or_none()
    return None if row is None else _claim(row)


def move(conn: Connection, claim: Claim, cause: str, to: str, now: datetime, **changed: Any) -> None:
    """Write the claim's next state with what changes beside it, and note it down. The claim must be locked."""
    sets = "".join(f", {name} = :{name}" for name in changed)
    conn.execute(text(f"UPDATE claims SET state = :to{sets} WHERE id = :id"), {"id": claim.id, "to": to, **changed})
    told = {name: value for name, value in changed.items() if name in TOLD and value is not None}
    _note(conn, claim.id, cause, claim.state, to, now, told)


TOLD = ("reason", "rival_of", "points", "posting_id", "reviewer", "note")  # of a change, what the history repeats


def rewrite(conn: Connection, claim: Claim, reading: Reading, sealer: Sealer, cause: str, now: datetime, **told: Any) -> None:
    """Someone has corrected what was read: the claim is to be decided anew, by the number that it has now."""
    row = _columns_of(claim.id, reading, sealer) | {"media": list(claim.media), "fingerprints": list(claim.fingerprints)}
    conn.execute(_REPLACE, row)
    _note(conn, claim.id, cause, claim.state, "read", now, told)


def queue(conn: Connection, most: int = 200) -> list[Claim]:
    """What waits for a reviewer, the most urgent first."""
    return [_claim(row) for row in conn.execute(_QUEUE, {"most": most})]


def unanswered(conn: Connection, before: datetime, most: int = 200) -> list[str]:
    """Claims whose question nobody has answered since `before`."""
    return list(conn.scalars(_ASKED, {"before": before, "most": most}))


def of_member(conn: Connection, member_id: str, conversation_id: str, most: int) -> list[Claim]:
    """A member's newest claims; of a shop that was sold, its owner's of now."""
    asked = {"member": member_id, "conversation": conversation_id, "most": most}
    return [_claim(row) for row in conn.execute(_OF_MEMBER, asked)]


def events(conn: Connection, claim_id: str) -> list[Mapping[str, Any]]:
    """What happened to a claim, in order."""
    return [row._asdict() for row in conn.execute(_EVENTS, {"id": claim_id})]


def _columns_of(claim_id: str, reading: Reading, sealer: Sealer) -> dict[str, Any]:
    plain = json.dumps(to_json(reading), ensure_ascii=False, default=dict).encode()
    return {
        "id": claim_id, "sealed": sealer.seal(plain, f"claims/{claim_id}"), "seller_gstin": reading.seller_gstin,
        "financial_year": reading.financial_year, "number_key": reading.number_key, "doc_type": reading.doc_type,
        "buyer_gstin": reading.buyer_gstin, "invoice_date": reading.invoice_date, "taxable_paise": reading.taxable_paise,
        "total_paise": reading.total_paise, "problems": list(reading.problems),
    }  # fmt: skip


def _claim(row: Row[Any]) -> Claim:
    held = row._asdict()
    return Claim(**held | {name: tuple(held[name]) for name in ("media", "fingerprints", "problems")})


def _note(
    conn: Connection, claim_id: str, cause: str, was: str | None, to: str, now: datetime, detail: Mapping[str, Any]
) -> None:
    row = {"id": claim_id, "now": now, "cause": cause, "from": was, "to": to}
    conn.execute(_EVENT, {**row, "detail": json.dumps(detail, ensure_ascii=False)})
