"""What an erasure takes out of the rows. Ids stay: postings, seals, payouts and consents hold on by them, and name nobody."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

_MEMBER = tuple(
    text(sql)
    for sql in (
        """UPDATE members SET data_key = NULL, details = '', pin_code = '', shop_known = false, mobile_known = false,
                  erased_at = :now WHERE id = :id""",
        "DELETE FROM secrets WHERE member_id = :id",
        "UPDATE destinations SET forgotten_at = coalesce(forgotten_at, :now) WHERE member_id = :id",
        """UPDATE member_pins SET sealed = NULL, proposed = NULL, wrong = 0, locked_until = NULL, set_at = NULL
           WHERE member_id = :id""",
        "UPDATE memberships SET until = :now WHERE member_id = :id AND until IS NULL",
        "UPDATE member_links SET until = :now WHERE (parent_id = :id OR child_id = :id) AND until IS NULL",
        "UPDATE claims SET sealed = '', buyer_gstin = NULL, note = NULL WHERE member_id = :id",
        "UPDATE conversations SET member_id = NULL WHERE member_id = :id",
        "SELECT member_forget(:id, :now)",
    )
)
# The conversation is told nothing any more; a later message from that phone finds no contact, and is a stranger's.
_CONTACT = tuple(
    text(sql)
    for sql in (
        """UPDATE contacts SET data_key = NULL, address = 'erased:' || id, external_user_id = NULL, erased_at = :now
           WHERE id = :id""",
        """UPDATE conversations SET session = NULL, flow = NULL, state = NULL, member_id = NULL, held = 0,
                  stopped_at = coalesce(stopped_at, :now) WHERE contact_id = :id""",
        "DELETE FROM secrets WHERE contact_id = :id",
        "DELETE FROM contact_addresses WHERE contact_id = :id",
        "UPDATE memberships SET until = :now WHERE contact_id = :id AND until IS NULL",
        "UPDATE claims SET sealed = '', buyer_gstin = NULL, note = NULL WHERE contact_id = :id",
        """UPDATE inbox SET handled_at = :now, parked_at = NULL WHERE handled_at IS NULL
              AND conversation_id IN (SELECT id FROM conversations WHERE contact_id = :id)""",
        """UPDATE tasks SET state = 'done', ended_at = :now, outcome = 'erased' WHERE state = 'ready' AND kind <> 'pay'
              AND conversation_id IN (SELECT id FROM conversations WHERE contact_id = :id)""",
        """UPDATE outbox SET state = 'expired', reason = 'erased', settled_at = :now
           WHERE contact_id = :id AND state IN ('queued', 'held', 'unconfirmed')""",
        "UPDATE outbox SET sealed = '' WHERE contact_id = :id",
        "SELECT contact_forget(:id)",
    )
)


def member(conn: Connection, member_id: str, now: datetime) -> None:
    """An account and everything that is sealed under its key."""
    for statement in _MEMBER:
        conn.execute(statement, {"id": member_id, "now": now})


def contact(conn: Connection, contact_id: str, now: datetime) -> None:
    """A person as they write to us."""
    for statement in _CONTACT:
        conn.execute(statement, {"id": contact_id, "now": now})
