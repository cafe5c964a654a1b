"""An account in other hands: a new number of its owner, a new owner, a helper removed. For turns and for our people alike.

The member's row is locked first, as a redemption does, so that money asked for at the same moment comes before or finds
that its asker acts for the member no more. Every function returns the conversations that have something new; whoever
calls rings for them after the commit. No other conversation is locked: each learns of it in a turn of its own.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from base.masking import mask_phone
from base.sealing import Keyring, Sealer
from flows.codec import to_json
from flows.helpers_events import RemovedFromShop, ShopHandedOver
from flows.kernel import Event
from flows.move_events import NumberMovedAway
from handlers.people import phone_of
from journal import inbox
from loyalty import invitations, memberships

_MEMBER = text("SELECT data_key, details, role, programme_id FROM members WHERE id = :id")
_DETAILS = text("UPDATE members SET details = :details, mobile_known = :mobile_known WHERE id = :id")
_CONVERSATIONS = text("SELECT id FROM conversations WHERE contact_id = :contact AND programme_id = :programme ORDER BY id")
_ADDRESS = text("SELECT address FROM contacts WHERE id = :id")
_WAIT = text("""
    UPDATE destinations SET usable_at = greatest(usable_at, :usable_at) WHERE member_id = :member AND forgotten_at IS NULL""")
_FORGET = text("UPDATE destinations SET forgotten_at = :now WHERE member_id = :member AND forgotten_at IS NULL")
# A payout whose request is not made yet still has to open its own; the sweep takes that away afterwards.
_ERASE = text("""
    DELETE FROM secrets s USING destinations d WHERE d.token = s.token AND d.member_id = :member AND NOT EXISTS (
        SELECT FROM payouts p WHERE p.secret_token = s.token AND p.request IS NULL AND p.settled_at IS NULL)""")
_NO_PIN = text("""
    UPDATE member_pins SET sealed = NULL, proposed = NULL, wrong = 0, locked_until = NULL, set_at = NULL
    WHERE member_id = :member""")
_NO_KYC = text("SELECT account_forget_kyc(:member, :now)")
_NO_PAN = text("UPDATE member_pans SET replaced_at = :now WHERE member_id = :member AND replaced_at IS NULL")
_CHANGED = text("""
    INSERT INTO account_changes (member_id, kind, at, by, from_contact, to_contact, former_details)
    VALUES (:member, :kind, :now, :by, :from_contact, :to_contact,
            CASE WHEN :kind = 'transferred' THEN (SELECT details FROM members WHERE id = :member) END)""")
_NO_MOVES = text("UPDATE account_moves SET answered_at = :now WHERE member_id = :member AND answered_at IS NULL")


def move(
    conn: Connection, keyring: Keyring, member_id: str, to: str, *, by: str, key: str, now: datetime, cool_off: timedelta,
    knows: bool = False,
) -> list[str]:  # fmt: skip
    """The owner's account to another contact of theirs: what was saved to be paid to waits; the old phone is told, unless it
    `knows`, having said so.

    The caller has locked the member and has a proof. Helpers, points, PIN and PAN stay: it is the same person.
    """
    programme_id = _row(conn, member_id).programme_id
    owner = _end_owner(conn, member_id, now)
    memberships.end(conn, to, member_id, now)  # a helper of this very shop until now
    memberships.begin(conn, to, member_id, programme_id, "owner", now)
    conn.execute(_WAIT, {"member": member_id, "usable_at": now + cool_off})
    _changed(conn, member_id, "moved", by, owner, to, now)
    phone = phone_of(_address(conn, to))
    if phone:
        _write(conn, keyring, member_id, {"mobile": phone})
    if owner is None or knows:
        return []
    return tell(conn, keyring, owner, programme_id, NumberMovedAway(mask_phone(_address(conn, to))), f"{key}/moved", now)


def hand_over(
    conn: Connection, keyring: Keyring, member_id: str, to: str, name: str, *, by: str, key: str, now: datetime
) -> list[str]:
    """The shop to another person: its points go with it, and nothing of the old owner's does. The old owner and the
    helpers, who were the old owner's choice, are told. The caller has locked the member."""
    programme_id, shop = _row(conn, member_id).programme_id, shop_name(conn, keyring, member_id)
    told: list[str] = []
    former = None
    for one in memberships.of_member(conn, member_id):
        former = one.contact_id if one.role == "owner" else former
        memberships.end(conn, one.contact_id, member_id, now)
        event = ShopHandedOver(shop) if one.role == "owner" else RemovedFromShop(shop)
        if one.contact_id != to:
            told += tell(conn, keyring, one.contact_id, programme_id, event, f"{key}/handed-over", now)
    memberships.begin(conn, to, member_id, programme_id, "owner", now)
    invitations.withdraw(conn, member_id, now)
    conn.execute(_FORGET, {"member": member_id, "now": now})
    conn.execute(_ERASE, {"member": member_id})
    for statement in (_NO_PIN, _NO_PAN, _NO_KYC):
        conn.execute(statement, {"member": member_id, "now": now})
    _changed(conn, member_id, "transferred", by, former, to, now)
    _write(conn, keyring, member_id, {"name": name or shop, "mobile": phone_of(_address(conn, to)), "shop": shop})
    return told


def tell_removed(conn: Connection, keyring: Keyring, contact: str, member_id: str, key: str, now: datetime) -> list[str]:
    """To a helper whose membership has just ended."""
    event = RemovedFromShop(shop_name(conn, keyring, member_id))
    return tell(conn, keyring, contact, _row(conn, member_id).programme_id, event, f"{key}/removed", now)


def tell(
    conn: Connection, keyring: Keyring, contact: str, programme_id: str, event: Event, key: str, now: datetime
) -> list[str]:
    """News into every conversation of the contact in this programme."""
    told = list(conn.execute(_CONVERSATIONS, {"contact": contact, "programme": programme_id}).scalars())
    for conversation in told:
        inbox.put_happening(conn, conversation, f"{key}/{conversation}", to_json(event), now, keyring)
    return told


def shop_name(conn: Connection, keyring: Keyring, member_id: str) -> str:
    """The shop, or where it has no name its owner, as people call it."""
    details = _details(conn, keyring, member_id)
    return details.get("shop") or details.get("name") or "•••"


def role_of(conn: Connection, member_id: str) -> str:
    """The member's role in the trade."""
    return str(_row(conn, member_id).role)


def sealer(conn: Connection, keyring: Keyring, member_id: str) -> Sealer:
    return keyring.unwrap(_row(conn, member_id).data_key, member_id)


def _end_owner(conn: Connection, member_id: str, now: datetime) -> str | None:
    owners = [one.contact_id for one in memberships.of_member(conn, member_id) if one.role == "owner"]
    for owner in owners:
        memberships.end(conn, owner, member_id, now)
    return owners[0] if owners else None


def _changed(
    conn: Connection, member_id: str, kind: str, by: str, from_contact: str | None, to_contact: str, now: datetime
) -> None:
    row = {"member": member_id, "kind": kind, "by": by, "from_contact": from_contact, "to_contact": to_contact, "now": now}
    conn.execute(_CHANGED, row)
    conn.execute(_NO_MOVES, {"member": member_id, "now": now})


def _details(conn: Connection, keyring: Keyring, member_id: str) -> dict[str, str]:
    row = _row(conn, member_id)
    details: dict[str, str] = json.loads(keyring.unwrap(row.data_key, member_id).open(row.details, f"members/{member_id}"))
    return details


def _write(conn: Connection, keyring: Keyring, member_id: str, changed: dict[str, str]) -> None:
    details = _details(conn, keyring, member_id) | changed
    sealed = sealer(conn, keyring, member_id).seal(json.dumps(details).encode(), f"members/{member_id}")
    conn.execute(_DETAILS, {"id": member_id, "details": sealed, "mobile_known": bool(details.get("mobile"))})


def _address(conn: Connection, contact: str) -> str:
    return str(conn.execute(_ADDRESS, {"id": contact}).scalar_one())


def _row(conn: Connection, member_id: str) -> Any:
    return conn.execute(_MEMBER, {"id": member_id}).one()
