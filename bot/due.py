"""What time alone will bring about for one person, and when the first of it is due: what the sandbox page jumps to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from bot.claims import WAIT_FOR_ANSWER
from journal.replay_find import Found
from ledger import chart
from whatsapp.window import WINDOW

WORDS = {
    "window": "the 24 hours end in which they can be written to freely",
    "payout": "a payout is tried again",
    "promise": "a payout is past its promised time",
    "task": "a task is tried again",
    "outbox": "a message is tried again",
    "message_expiry": "a message that waits is given up",
    "hold": "points that are held return",
    "points": "points run out",
    "bill": "a bill whose question nobody has answered goes to a reviewer",
    "destination": "a new UPI id or account can be used",
    "pin": "the PIN is no longer locked",
    "lock_out": "a limit ends",
    "invitation": "an invitation ends",
    "move": "a request to move the number ends",
    "erasure": "their data is deleted",
}

# The order of the parts decides between two of one time: a payout's task is due with its payout, and the payout says more.
_NEXT = text("""
    SELECT what, at FROM (
        SELECT 1 AS rank, 'window' AS what, CAST(:window_at AS timestamptz) AS at
        UNION ALL SELECT 2, 'payout', next_at FROM payouts
            WHERE (member_id = :member OR conversation_id = :conversation) AND settled_at IS NULL
        UNION ALL SELECT 3, 'promise', promised_at FROM payouts
            WHERE (member_id = :member OR conversation_id = :conversation) AND settled_at IS NULL AND late_at IS NULL
        UNION ALL SELECT 4, 'task', due_at FROM tasks WHERE conversation_id = :conversation AND state = 'ready'
        UNION ALL SELECT 5, 'outbox', not_before FROM outbox
            WHERE conversation_id = :conversation AND state IN ('queued', 'uncertain')
        UNION ALL SELECT 6, 'message_expiry', expires_at FROM outbox
            WHERE conversation_id = :conversation AND state IN ('queued', 'held')
        UNION ALL SELECT 7, 'hold', expires_at FROM holds WHERE member_id = :member AND state = 'held'
        UNION ALL SELECT 8, 'points', expires_at FROM lots WHERE account = :available AND remaining > 0
        UNION ALL SELECT 9, 'bill', created_at + CAST(:answer_s AS integer) * interval '1 second' FROM claims
            WHERE conversation_id = :conversation AND state = 'asked'
        UNION ALL SELECT 10, 'destination', usable_at FROM destinations WHERE member_id = :member AND forgotten_at IS NULL
        UNION ALL SELECT 11, 'pin', locked_until FROM member_pins WHERE member_id = :member
        UNION ALL SELECT 12, 'lock_out', until FROM lock_outs WHERE contact_id = :contact AND cleared_at IS NULL
        UNION ALL SELECT 13, 'invitation', expires_at FROM invitations
            WHERE member_id = :member AND accepted_at IS NULL AND withdrawn_at IS NULL
        UNION ALL SELECT 14, 'move', expires_at FROM account_moves
            WHERE (from_contact = :contact OR to_contact = :contact) AND answered_at IS NULL
        UNION ALL SELECT 15, 'erasure', due_at FROM erasures
            WHERE contact_id = :contact AND cancelled_at IS NULL AND done_at IS NULL
    ) due WHERE at > :now ORDER BY at, rank LIMIT 1""")


@dataclass(frozen=True, slots=True)
class Due:
    """`what`: a key of WORDS."""

    what: str
    at: datetime


def following(conn: Connection, found: Found, now: datetime) -> Due | None:
    """The first thing after `now`; None where time changes nothing for them."""
    asked = {
        "now": now, "conversation": found.id, "contact": found.contact_id, "member": found.member_id,
        "window_at": found.last_inbound_at + WINDOW if found.last_inbound_at else None,
        "available": chart.available(found.programme_id, found.member_id) if found.member_id else None,
        "answer_s": int(WAIT_FOR_ANSWER.total_seconds()),
    }  # fmt: skip
    row = conn.execute(_NEXT, asked).one_or_none()
    return None if row is None else Due(row.what, row.at)
