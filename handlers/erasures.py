"""Erasures as rows: who asked that a person be erased, when it is due, what holds it up, whether it was stopped.

A person is a contact. With them goes every account that they alone own; from one that others own too, and from one
where they only help, they are taken away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from payouts.lifecycle import OPEN as OPEN_PAYOUTS

# And what was merged into them: nobody acts for those rows, and they are the same person's.
_OWNED = text("""
    WITH RECURSIVE theirs (id) AS (
        SELECT s.member_id FROM memberships s
        WHERE s.contact_id = :contact AND s.role = 'owner' AND s.until IS NULL
          AND NOT EXISTS (SELECT FROM memberships o WHERE o.member_id = s.member_id AND o.contact_id <> s.contact_id
                          AND o.role = 'owner' AND o.until IS NULL)
        UNION SELECT g.from_id FROM theirs t JOIN member_merges g ON g.into_id = t.id)
    SELECT m.id, m.programme_id FROM theirs t JOIN members m ON m.id = t.id WHERE m.data_key IS NOT NULL ORDER BY m.id""")
_PAYOUTS = text("SELECT count(*) FROM payouts WHERE member_id = ANY(:members) AND state = ANY(:open)")
_BILLS = text("""
    SELECT count(*) FROM claims WHERE state IN ('read', 'asked', 'review')
      AND (member_id = ANY(:members) OR contact_id = :contact)""")
_PENDING = text("""
    SELECT id, due_at, waits_for FROM erasures WHERE contact_id = :contact AND cancelled_at IS NULL AND done_at IS NULL""")
_ASK = text("""
    INSERT INTO erasures (id, contact_id, conversation_id, asked_by, reason, asked_at, due_at)
    VALUES (:id, :contact, :conversation, :by, :reason, :now, :due)
    ON CONFLICT (contact_id) WHERE cancelled_at IS NULL AND done_at IS NULL DO NOTHING""")
_STOP = text("""
    UPDATE erasures SET cancelled_at = :now, cancelled_by = :by
    WHERE contact_id = :contact AND cancelled_at IS NULL AND done_at IS NULL RETURNING id""")


@dataclass(frozen=True, slots=True)
class Owned:
    member_id: str
    programme_id: str


@dataclass(frozen=True, slots=True)
class Pending:
    id: str
    due_at: datetime
    waits_for: str | None


def owned(conn: Connection, contact_id: str) -> list[Owned]:
    """The accounts that go with this person."""
    return [Owned(*row) for row in conn.execute(_OWNED, {"contact": contact_id})]


def open_payouts(conn: Connection, members: Sequence[str]) -> int:
    """How many payouts somebody still has to go on with."""
    asked = {"members": list(members), "open": [state.value for state in OPEN_PAYOUTS]}
    return int(conn.execute(_PAYOUTS, asked).scalar_one())


def open_bills(conn: Connection, contact_id: str, members: Sequence[str]) -> int:
    return int(conn.execute(_BILLS, {"members": list(members), "contact": contact_id}).scalar_one())


def pending(conn: Connection, contact_id: str) -> Pending | None:
    """The erasure that waits for this person."""
    row = conn.execute(_PENDING, {"contact": contact_id}).one_or_none()
    return None if row is None else Pending(*row)


def schedule(
    conn: Connection, *, erasure_id: str, contact_id: str, conversation_id: str, asked_by: str, reason: str, now: datetime,
    days: int,
) -> Pending:  # fmt: skip
    """Ask for it; where it waits already, that one stands. The caller holds the conversation."""
    conn.execute(_ASK, {
        "id": erasure_id, "contact": contact_id, "conversation": conversation_id, "by": asked_by, "reason": reason, "now": now,
        "due": now + timedelta(days=days),
    })  # fmt: skip
    waits = pending(conn, contact_id)
    assert waits is not None  # ours, or the one that was there
    return waits


def stop(conn: Connection, contact_id: str, by: str, now: datetime) -> str | None:
    """Stop the one that waits; its id, None where none does."""
    found: str | None = conn.execute(_STOP, {"contact": contact_id, "by": by, "now": now}).scalar_one_or_none()
    return found
