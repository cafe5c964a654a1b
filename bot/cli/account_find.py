"""Which account, and which person, an operator means by a phone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from base import people
from bot.cli import member
from bot.cli.house import refuse
from loyalty import memberships

_CONSENTED = text("""
    SELECT EXISTS (SELECT FROM conversations
                   WHERE contact_id = :contact AND programme_id = :programme AND consented_at IS NOT NULL)""")
_MEMBER = text("SELECT id, programme_id FROM members WHERE id = :id")
_ADDRESSES = text("SELECT id, address FROM contacts WHERE id = ANY(:ids)")


@dataclass(frozen=True, slots=True)
class Person:
    contact_id: str
    programme_id: str
    consented: bool


def person(conn: Connection, phone: str, programme_id: str | None) -> Person:
    """Whoever wrote from this phone. Refuses where nobody did, or where they are in several programmes."""
    who = member.person(conn, phone)
    found = people.talks(conn, who, programme_id)
    if not found:
        raise member.nobody(phone)
    member.in_one(phone, found)
    consented = conn.execute(_CONSENTED, {"contact": who, "programme": found[0].programme_id}).scalar_one()
    return Person(who, found[0].programme_id, consented)


def account_of(conn: Connection, phone: str, programme_id: str | None) -> tuple[str, str]:
    """The member and its programme: the one that the phone owns, else the one that it helps; or a member by its id."""
    if phone.startswith("mbr_"):
        row = conn.execute(_MEMBER, {"id": phone}).one_or_none()
        if row is None:
            raise refuse(f"there is no member {phone}; ./saathi member show PHONE tells a member's id")
        return row.id, row.programme_id
    who = person(conn, phone, programme_id)
    mine = memberships.of_contact(conn, who.contact_id, who.programme_id)
    owned = [one for one in mine if one.role == "owner"] or mine
    if not owned:
        raise refuse(f"{phone} acts for no account; name the member's id instead (mbr_…)")
    if len(owned) > 1:
        raise refuse(f"{phone} acts for several: name one of {', '.join(one.member_id for one in owned)} instead")
    return owned[0].member_id, owned[0].programme_id


def addresses_of(conn: Connection, contacts: Sequence[str]) -> dict[str, str]:
    return {row.id: row.address for row in conn.execute(_ADDRESSES, {"ids": list(contacts)})}
