"""Everything that we hold of one person, as plain values: for the file that they ask for.

It is theirs, so words and names stand in it; what opens money or names (UPI id, account, PAN) is masked, for the file
travels by a link. Nobody else is in it: of a bill's other side only what stands on the paper, and no member of staff.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import NoResultFound

from base import people
from base.masking import mask_pan, mask_vpa
from base.sealing import Keyring, Sealer
from bot.wiring import House
from handlers.secrets import VPA_IN_WORDS
from ledger.balance import balance, movements
from payouts.destination import masked, parse
from whatsapp import outbox

MOVEMENTS_MAX = 100_000
_PAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{5}[ -]?\d{4}[ -]?[A-Za-z](?![A-Za-z0-9])")
_LONG_NUMBER = re.compile(r"\d(?:[ .\-]?\d){8,}")  # of an account, a phone

# Whoever was known twice has what was theirs under both contacts, each with a key of its own.
_CONTACTS = text("""
    SELECT id, address, external_user_id, data_key, created_at FROM contacts
    WHERE id = ANY(:contacts) AND data_key IS NOT NULL ORDER BY id = :id DESC, id""")
_CONSENTS = text("SELECT kind, given, version, locale, at FROM consents WHERE contact_id = ANY(:contacts) ORDER BY id")
_MEMBERS = text("""
    SELECT m.id, m.programme_id, s.role AS acts_as, s.since, s.until, m.role, m.pin_code, m.state, m.details, m.data_key,
           m.created_at, s.role = 'owner' AND (s.until IS NULL OR EXISTS (
               SELECT FROM member_merges g WHERE g.from_id = m.id AND g.at = s.until)) AS is_theirs
    FROM memberships s JOIN members m ON m.id = s.member_id
    WHERE s.contact_id = ANY(:contacts) AND m.data_key IS NOT NULL AND NOT EXISTS (
        SELECT FROM memberships n  -- which goes on under the contact that lives on
        WHERE n.contact_id = :id AND s.contact_id <> :id AND n.member_id = s.member_id AND n.since = s.until)
    ORDER BY s.since, m.id""")
_HEARD = text("""
    SELECT i.key, i.sealed, i.received_at AS at, v.contact_id FROM inbox i JOIN conversations v ON v.id = i.conversation_id
    WHERE v.contact_id = ANY(:contacts) AND i.kind = 'message' AND length(i.sealed) > 0 ORDER BY i.id""")
_TOLD = text("""
    SELECT key, sealed, coalesce(posted_at, created_at) AS at, state, contact_id FROM outbox
    WHERE contact_id = ANY(:contacts) AND length(sealed) > 0 ORDER BY id""")
_PHOTOS = text("""
    SELECT id, declared_type AS type, size_bytes, created_at, stored_as IS NOT NULL AS kept, deleted_at
    FROM media WHERE contact_id = ANY(:contacts) ORDER BY created_at, id""")
_BILLS = text("""
    SELECT id, state, reason, seller_gstin, number_key, invoice_date, total_paise, taxable_paise, points, created_at, decided_at
    FROM claims c WHERE state <> 'joined' AND (contact_id = ANY(:contacts) OR (
        member_id = ANY(:members) AND NOT EXISTS (
            SELECT FROM account_changes h  -- a former owner's, or of who helped them: those who sent it have it
            WHERE h.member_id = c.member_id AND h.kind = 'transferred' AND h.at > c.created_at)))
    ORDER BY created_at, id""")
_PAYOUTS = text("""
    SELECT id, state, points, gross_paise, tax_paise, amount_paise, masked, utr, requested_at, settled_at FROM payouts
    WHERE member_id = :member
      AND NOT EXISTS (SELECT FROM account_changes h
                      WHERE h.member_id = :member AND h.kind = 'transferred' AND h.at > requested_at)  -- a former owner's
    ORDER BY requested_at, id""")
_PAN_GIVEN = text("SELECT masked, given_at FROM member_pans WHERE member_id = :member AND replaced_at IS NULL")
_PROOFS = text("""
    SELECT kind, state, masked, source, reason, created_at AS given_at, decided_at FROM kyc_checks
    WHERE member_id = :member
      AND NOT EXISTS (SELECT FROM account_changes h
                      WHERE h.member_id = :member AND h.kind = 'transferred' AND h.at > created_at)  -- a former owner's
    ORDER BY created_at, id""")
_DESTINATIONS = text("""
    SELECT s.token, s.kind, s.sealed, d.saved_at FROM destinations d JOIN secrets s ON s.token = d.token
    WHERE d.member_id = :member AND d.forgotten_at IS NULL AND s.member_id = :member ORDER BY d.saved_at, d.token""")
_TAX = text("""
    SELECT tax_year, gross_paise, tax_paise, rate_bp, at FROM tax_entries e
    WHERE member_id = :member
      AND NOT EXISTS (SELECT FROM account_changes h
                      WHERE h.member_id = :member AND h.kind = 'transferred'  -- a former owner's, as the passbook has it
                        AND h.at >= coalesce((SELECT o.at FROM tax_entries o WHERE o.id = e.corrects), e.at))
    ORDER BY id""")


class NothingHeld(LookupError):
    """The person was erased, or is not known."""


def collect(house: House, conn: Connection, contact_id: str) -> dict[str, Any]:
    """All of it, of every contact of the person's, as JSON takes it. Raises NothingHeld, CannotOpen."""
    try:
        person = people.living(conn, contact_id)
    except NoResultFound as none:
        raise NothingHeld(contact_id) from none
    asked: dict[str, Any] = {"id": person, "contacts": people.contacts(conn, person)}
    known = conn.execute(_CONTACTS, asked).all()
    if not known or known[0].id != person:
        raise NothingHeld(contact_id)
    who, now = known[0], house.clock.now(conn)
    sealers = {one.id: house.keyring.unwrap(one.data_key, one.id) for one in known}
    accounts = conn.execute(_MEMBERS, asked).all()
    bills = conn.execute(_BILLS, {**asked, "members": [one.id for one in accounts if one.is_theirs]})
    return {
        "made_at": now,
        "you": {
            "address": who.address, "whatsapp_user_id": who.external_user_id, "first_seen_at": who.created_at,
            "known_also_as": [{"address": one.address, "first_seen_at": one.created_at} for one in known[1:]],
        },
        "consents": [row._asdict() for row in conn.execute(_CONSENTS, asked)],
        "accounts": [_account(house.keyring, conn, row, now) for row in accounts],
        "bills": [row._asdict() for row in bills],
        "photos": [row._asdict() for row in conn.execute(_PHOTOS, asked)],
        "messages": sorted([*_heard(conn, sealers, asked), *_told(conn, sealers, asked)], key=lambda one: one["at"]),
    }


def _account(ring: Keyring, conn: Connection, row: Any, now: datetime) -> dict[str, Any]:
    """An account the person acts for, or acted for. One they only help, or gave up, is not theirs: that, and no more. One
    that was theirs until it was merged is theirs for good: nobody came after them."""
    told = {"member": row.id, "programme": row.programme_id, "you_are": row.acts_as, "since": row.since, "until": row.until}
    if not row.is_theirs:
        return told
    sealer, asked = ring.unwrap(row.data_key, row.id), {"member": row.id}
    details = json.loads(sealer.open(row.details, f"members/{row.id}"))
    has = balance(conn, row.programme_id, row.id, now)
    moved = movements(conn, row.programme_id, row.id, MOVEMENTS_MAX)
    pan = conn.execute(_PAN_GIVEN, asked).one_or_none()
    return told | {
        "name": details["name"], "shop": details["shop"], "mobile": details["mobile"], "role": row.role,
        "pin_code": row.pin_code, "state": row.state, "joined_at": row.created_at,
        "pan": None if pan is None else {"masked": pan.masked, "given_at": pan.given_at},
        "proofs": [one._asdict() for one in conn.execute(_PROOFS, asked)],
        "money_goes_to": [_destination(sealer, one) for one in conn.execute(_DESTINATIONS, asked)],
        "points": {"available": has.available, "held": has.held},
        "movements": [{"at": m.at, "kind": m.kind, "points": m.points, "facts": _facts(m.facts)} for m in reversed(moved)],
        "payouts": [one._asdict() for one in conn.execute(_PAYOUTS, asked)],
        "tax": [one._asdict() for one in conn.execute(_TAX, asked)],
    }  # fmt: skip


def _facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Without the names of our own people."""
    return {name: value for name, value in facts.items() if name not in ("decided_by", "reviewer")}


def _destination(sealer: Sealer, row: Any) -> dict[str, Any]:
    plain = sealer.open(row.sealed, f"secrets/{row.token}").decode()
    return {"masked": masked(parse(row.kind, plain)), "kind": row.kind, "saved_at": row.saved_at}


def _heard(conn: Connection, sealers: Mapping[str, Sealer], asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = []
    for row in conn.execute(_HEARD, asked):
        said = json.loads(sealers[row.contact_id].open(row.sealed, f"inbox/{row.key}"))
        words, pictures = without_secrets(said.get("text", "")), len(said.get("media", ()))
        found.append({"at": row.at, "from": "you", "text": words, "pictures": pictures})
    return found


def _told(conn: Connection, sealers: Mapping[str, Sealer], asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = []
    for row in conn.execute(_TOLD, asked):
        body = outbox.opened(row.sealed, row.key, sealers[row.contact_id]).body
        found.append({"at": row.at, "from": "us", "text": without_secrets(body), "sent": row.state})
    return found


def without_secrets(words: str) -> str:
    """What somebody wrote, with the PANs, UPI ids and long numbers in it masked."""
    words = _PAN.sub(lambda found: mask_pan(found[0]), words)
    words = VPA_IN_WORDS.sub(lambda found: mask_vpa(found[0]), words)
    return _LONG_NUMBER.sub(lambda found: "•" * (len(found[0]) - 4) + found[0][-4:], words)
