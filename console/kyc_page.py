"""What a reviewer is shown of a KYC check: gathered from rows, opened where it is sealed, the numbers masked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from base.masking import mask_phone
from base.sealing import Keyring, Sealer
from loyalty import kyc, kyc_review
from loyalty.kyc import Check
from loyalty.kyc_review import Review

_MEMBER = text("""
    SELECT m.id, m.role, m.pin_code, m.state, m.data_key, m.details, m.created_at, c.address
    FROM members m JOIN conversations v ON v.id = :conversation JOIN contacts c ON c.id = v.contact_id WHERE m.id = :id""")
_NAMES = text("SELECT id, data_key, details FROM members WHERE id = ANY(:ids)")
_MEDIA = text("""
    SELECT m.id, m.stored_as, m.contact_id, c.data_key FROM media m JOIN contacts c ON c.id = m.contact_id
    WHERE m.id = :id AND m.stored_as IS NOT NULL AND c.data_key IS NOT NULL""")
_TYPES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


@dataclass(frozen=True, slots=True)
class Person:
    """`name` and `shop`: as they enrolled; "" of one who was erased."""

    id: str
    role: str = ""
    name: str = field(default="", repr=False)
    shop: str = field(default="", repr=False)
    phone: str = ""  # masked
    area: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rival:
    """Another member who gave the same value."""

    check: Check
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """`given_name`: that stands beside the value, on the card or at the bank; `value`: in full, only where it was asked for."""

    review: Review
    member: Person
    given_name: str = field(repr=False)
    value: str | None = field(repr=False)
    rivals: tuple[Rival, ...]
    earlier: tuple[Check, ...]
    next_id: str | None

    @property
    def check(self) -> Check:
        return self.review.check


def gather(conn: Connection, keyring: Keyring, review: Review, by: str = "", *, reveal: bool = False) -> Page:
    """Everything a person needs to decide. `by`: the id of the colleague who looks. Raises CannotOpen."""
    check = review.check
    facts = kyc.facts(conn, keyring, check)
    rivals = kyc.rivals(conn, keyring, check)
    names = _names(conn, keyring, [rival.member_id for rival in rivals])
    return Page(
        review, _person(conn, keyring, check), facts.name if facts else "", facts.value if facts and reveal else None,
        tuple(Rival(rival, names.get(rival.member_id, "")) for rival in rivals), tuple(kyc_review.earlier(conn, check)),
        next_after(conn, review, by),
    )  # fmt: skip


def next_after(conn: Connection, review: Review, by: str) -> str | None:
    """The next that waits for this colleague, in the queue's order and round it; None: there is no other."""
    mine = [one for one in kyc_review.queue(conn) if one.id != review.id and not one.voted(by)]
    later = [one for one in mine if (one.opened_at, one.id) > (review.opened_at, review.id)]
    return next((one.id for one in (*later, *mine)), None)


@dataclass(frozen=True, slots=True)
class Photo:
    """Where it lies in the store, and what opens it."""

    id: str
    stored_as: str
    sealer: Sealer

    def opened(self, sealed: bytes) -> bytes:
        """Its bytes. Raises CannotOpen."""
        return self.sealer.open(sealed, f"media/{self.id}")


def photo(conn: Connection, keyring: Keyring, media_id: str | None) -> Photo | None:
    """None: there is none, or none any more."""
    row = conn.execute(_MEDIA, {"id": media_id}).one_or_none() if media_id else None
    return None if row is None else Photo(row.id, row.stored_as, keyring.unwrap(row.data_key, row.contact_id))


def shown_type(data: bytes) -> str | None:
    """The type of a picture that every browser shows, by its first bytes; None for anything else."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for head, kind in _TYPES.items() if data.startswith(head)), None)


def _person(conn: Connection, keyring: Keyring, check: Check) -> Person:
    row = conn.execute(_MEMBER, {"id": check.member_id, "conversation": check.conversation_id}).one()
    details = _details(keyring, row)
    return Person(
        row.id, row.role, details.get("name") or "", details.get("shop") or "", mask_phone(row.address),
        f"{row.pin_code} {row.state}", row.created_at,
    )  # fmt: skip


def _names(conn: Connection, keyring: Keyring, ids: list[str]) -> dict[str, str]:
    rows = conn.execute(_NAMES, {"ids": ids}).all() if ids else []
    return {row.id: _details(keyring, row).get("name") or "" for row in rows}


def _details(keyring: Keyring, row: Any) -> dict[str, Any]:
    if row.data_key is None:
        return {}
    found: dict[str, Any] = json.loads(keyring.unwrap(row.data_key, row.id).open(row.details, f"members/{row.id}"))
    return found
