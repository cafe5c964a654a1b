"""What law wants kept of somebody who is to be erased, sealed under a key of its own that goes on its day.

Kept are: name and PAN of whose tax was deducted (they stand in the statement of deductions), and the bills that earned
points, with their pictures (they are the evidence of what was given). Repeating it changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from base.days import day_of
from base.media_store import NotStored
from base.sealing import Keyring, Sealer
from bot.media import store_key
from bot.wiring import House
from loyalty.programme import Privacy
from loyalty.programme_rows import current
from payouts import pan

_MEMBER = text("SELECT id, programme_id, data_key, details FROM members WHERE id = :member AND data_key IS NOT NULL")
_TAXED = text("SELECT max(at) FROM tax_entries WHERE member_id = :member AND tax_paise <> 0")
_PANS = text("SELECT pan_index, sealed, replaced_at IS NULL AS current FROM member_pans WHERE member_id = :member ORDER BY id")
_SOLD = text("""
    SELECT id, former_details FROM account_changes
    WHERE member_id = :member AND kind = 'transferred' AND former_details IS NOT NULL ORDER BY id""")
_BILLS = text("""
    SELECT c.id, c.sealed, c.media, c.decided_at, c.contact_id, k.data_key FROM claims c JOIN contacts k ON k.id = c.contact_id
    WHERE c.member_id = :member AND c.state = 'credited' AND k.data_key IS NOT NULL
      AND (CAST(:sent_by AS text) IS NULL OR c.contact_id = :sent_by)
      AND NOT EXISTS (SELECT FROM retained r WHERE r.kind = 'bill' AND r.subject = c.id) ORDER BY c.id""")
_OTHERS = text("""
    SELECT DISTINCT c.member_id, c.contact_id FROM claims c JOIN members m ON m.id = c.member_id AND m.data_key IS NOT NULL
    WHERE c.contact_id = ANY(:person) AND c.state = 'credited' AND NOT c.member_id = ANY(:members) ORDER BY 1, 2""")
_PICTURES = text("SELECT id, stored_as FROM media WHERE id = ANY(:ids) AND stored_as IS NOT NULL ORDER BY id")
# What a run kept whose erasure was stopped after all may be out of date by now.
_DROP_TAX = text("DELETE FROM retained WHERE kind = 'tax' AND subject = :member")
_KEY = text("INSERT INTO retention_keys (id, data_key, delete_after, created_at) VALUES (:id, :key, :day, :now)")
_KEEP = text("""
    INSERT INTO retained (kind, subject, member_id, key_id, sealed, stored_as, created_at)
    VALUES (:kind, :subject, :member, :key, :sealed, :stored, :now) ON CONFLICT (kind, subject) DO NOTHING""")


@dataclass(slots=True)
class _Keeper:
    """What one run keeps of one account: a key for each day on which something ends, and the rows."""

    house: House
    member: str
    now: datetime
    keys: dict[date, tuple[str, bytes]] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def sealer(self, since: datetime, days: int) -> tuple[str, Sealer]:
        """The id and the sealer of the key that goes so many days after `since`."""
        day, ring = day_of(since + timedelta(days=days)), self.house.keyring
        if day not in self.keys:
            name = self.house.ids.new("ret")
            self.keys[day] = name, ring.wrap_new(name)
        name, wrapped = self.keys[day]
        return name, ring.unwrap(wrapped, name)

    def keep(self, kind: str, subject: str, key: str, *, sealed: bytes | None = None, stored: str | None = None) -> None:
        row = {"kind": kind, "subject": subject, "member": self.member, "key": key, "sealed": sealed, "stored": stored}
        self.rows.append({**row, "now": self.now})


def others(conn: Connection, person: Sequence[str], members: Sequence[str]) -> list[tuple[str, str]]:
    """Accounts that live on, with whoever of this person sent bills for them."""
    rows = conn.execute(_OTHERS, {"person": list(person), "members": list(members)})
    return [(row.member_id, row.contact_id) for row in rows]


def retain(house: House, member: str, sent_by: str | None = None) -> None:
    """Keep it, before the account's own key goes; with `sent_by` only the bills of somebody who goes alone, before their own
    key does. Pictures are in the store before the rows that name them."""
    with house.autocommit.connect() as conn:  # no transaction stays open while pictures are copied
        row = conn.execute(_MEMBER, {"member": member}).one_or_none()
        if row is None:
            return
        privacy = current(conn, row.programme_id).programme.privacy
        keeper = _Keeper(house, member, house.clock.now(conn))
        if sent_by is None:
            _tax(keeper, conn, row, privacy)
        for bill in conn.execute(_BILLS, {"member": member, "sent_by": sent_by}).all():
            _bill(keeper, conn, bill, privacy)
    if keeper.rows:
        with house.engine.begin() as conn:
            _write(keeper, conn)


def opened(keyring: Keyring, row: Any) -> bytes:
    """What is retained in a row (with `data_key` of its key). Raises CannotOpen."""
    return keyring.unwrap(row.data_key, row.key_id).open(row.sealed, place(row.kind, row.subject))


def place(kind: str, subject: str) -> str:
    return f"retained/{kind}/{subject}"


def _tax(keeper: _Keeper, conn: Connection, row: Any, privacy: Privacy) -> None:
    last = conn.execute(_TAXED, {"member": row.id}).scalar_one()
    if last is None:
        return
    ring, pans, newest = keeper.house.keyring, {}, ""
    sold = conn.execute(_SOLD, {"member": row.id}).all()
    for given in conn.execute(_PANS, {"member": row.id}):
        pans[given.pan_index] = pan.opened(ring, member_id=row.id, data_key=row.data_key, sealed=given.sealed)
        newest = given.pan_index if given.current else newest
    sealer = ring.unwrap(row.data_key, row.id)
    former = {one.id: _name(sealer, row.id, one.former_details) for one in sold}
    name = _name(sealer, row.id, row.details)
    told = json.dumps(
        {"name": name, "pans": pans, "current": newest, "former": former}, ensure_ascii=False
    ).encode()
    key, keeps = keeper.sealer(last, privacy.tax_days)
    keeper.keep("tax", row.id, key, sealed=keeps.seal(told, place("tax", row.id)))


def _name(sealer: Sealer, member: str, details: bytes) -> str:
    return str(json.loads(sealer.open(details, f"members/{member}"))["name"])


def _bill(keeper: _Keeper, conn: Connection, bill: Any, privacy: Privacy) -> None:
    """A bill may have been sent by another phone of the account, whose key seals it."""
    media = keeper.house.media
    theirs = keeper.house.keyring.unwrap(bill.data_key, bill.contact_id)
    key, sealer = keeper.sealer(bill.decided_at or keeper.now, privacy.bill_days)
    for picture in conn.execute(_PICTURES, {"ids": list(bill.media)}).all():
        try:
            data = theirs.open(media.get(picture.stored_as), f"media/{picture.id}")
        except NotStored:
            continue
        stored = store_key("retained", picture.id)
        media.put(stored, sealer.seal(data, place("bill_photo", picture.id)))
        keeper.keep("bill_photo", picture.id, key, stored=stored)
    reading = theirs.open(bill.sealed, f"claims/{bill.id}")
    keeper.keep("bill", bill.id, key, sealed=sealer.seal(reading, place("bill", bill.id)))


def _write(keeper: _Keeper, conn: Connection) -> None:
    if any(row["kind"] == "tax" for row in keeper.rows):
        conn.execute(_DROP_TAX, {"member": keeper.member})
    for day, (name, wrapped) in keeper.keys.items():
        conn.execute(_KEY, {"id": name, "key": wrapped, "day": day, "now": keeper.now})
    conn.execute(_KEEP, keeper.rows)
