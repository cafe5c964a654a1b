"""Who is behind a phone or a WhatsApp user id: one person, however often we met them.

People hide their number and show it again, change it, and may be known twice until WhatsApp tells us so. Then one contact
lives on and the others lead to it (`contacts.merged_into`), each with the rows that it had. Whoever looks for a person by
what they wrote from asks here, so that every verb and page finds the same one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

# As the inbox finds them: by where they write from now, by the id that Twilio told, by where they wrote from before. Each by
# its own index; then up, for who was merged may have been merged into somebody who was.
_PERSON = text("""
    WITH RECURSIVE up AS (
        SELECT id, merged_into FROM contacts WHERE id = coalesce(
            (SELECT id FROM contacts WHERE address = ANY(:addresses) ORDER BY created_at, id LIMIT 1),
            (SELECT id FROM contacts WHERE external_user_id IS NOT NULL AND external_user_id = ANY(:addresses)
             ORDER BY merged_into IS NOT NULL, created_at, id LIMIT 1),
            (SELECT contact_id FROM contact_addresses WHERE address = ANY(:addresses)
             ORDER BY kept_at DESC, address LIMIT 1))
        UNION SELECT c.id, c.merged_into FROM contacts c JOIN up ON c.id = up.merged_into)
    SELECT id FROM up WHERE merged_into IS NULL""")
_LIVING = text("""
    WITH RECURSIVE up AS (
        SELECT id, merged_into FROM contacts WHERE id = :contact
        UNION SELECT c.id, c.merged_into FROM contacts c JOIN up ON c.id = up.merged_into)
    SELECT id FROM up WHERE merged_into IS NULL""")
_CONTACTS = text("""
    WITH RECURSIVE down AS (
        SELECT CAST(:person AS text) AS id UNION SELECT c.id FROM contacts c JOIN down ON c.merged_into = down.id)
    SELECT id FROM down ORDER BY id = :person DESC, id""")
_TALKS = text("""
    SELECT id, contact_id, programme_id, member_id FROM conversations
    WHERE contact_id = ANY(:contacts) AND (CAST(:programme AS text) IS NULL OR programme_id = :programme)
    ORDER BY last_inbound_at DESC NULLS LAST, id DESC""")


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation of a person's. `contact_id`: under whose key its words are sealed; `member_id`: whom they act for in it,
    None before they joined."""

    id: str
    contact_id: str
    programme_id: str
    member_id: str | None


def person(conn: Connection, addresses: Sequence[str]) -> str | None:
    """The contact that these addresses lead to (whatsapp:+919812345678, whatsapp:IN.4566546130240823), alive after every
    merge; None: nobody writes from there, or they were erased, for then their phone is forgotten. Cheap: indexes only."""
    found: str | None = conn.execute(_PERSON, {"addresses": list(addresses)}).scalar_one_or_none()
    return found


def living(conn: Connection, contact_id: str) -> str:
    """The contact that this one is part of by now; itself where it was never merged. Raises NoResultFound."""
    found: str = conn.execute(_LIVING, {"contact": contact_id}).scalar_one()
    return found


def contacts(conn: Connection, person: str) -> list[str]:
    """The person's contacts, the living one first: what is theirs may hang on any of them. Reads all contacts."""
    return list(conn.scalars(_CONTACTS, {"person": person}))


def talks(conn: Connection, person: str, programme_id: str | None = None) -> list[Talk]:
    """The person's conversations under all their contacts, the one in which they wrote last first."""
    asked = {"contacts": contacts(conn, person), "programme": programme_id}
    return [Talk(*row) for row in conn.execute(_TALKS, asked)]
