"""Rows that wait for the person to write: held or unconfirmed, and the conversation's count of them.

The conversation's row is locked first, as a turn does, so the count and the rows cannot drift apart, and a person who
writes at this very moment is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Shelving:
    row_id: int
    conversation_id: str
    from_state: str
    to_state: str  # held, unconfirmed
    reason: str
    last_inbound_at: datetime | None  # the last message of theirs that the decision knew of
    forced: bool = False  # also where they have written since


# SKIP LOCKED: whoever is in a turn is writing to us just now; the decision is taken anew at the next look
_LOCK = text("""
    SELECT id, last_inbound_at FROM conversations WHERE id = ANY(CAST(:ids AS text[])) ORDER BY id
    FOR NO KEY UPDATE SKIP LOCKED""")
_SHELVE = text("""
    UPDATE outbox o SET state = v.to_state, reason = v.reason
    FROM unnest(CAST(:ids AS bigint[]), CAST(:froms AS text[]), CAST(:tos AS text[]), CAST(:reasons AS text[]))
         AS v(id, from_state, to_state, reason)
    WHERE o.id = v.id AND o.state = v.from_state""")
_COUNT = text("""
    UPDATE conversations c SET held =
        (SELECT count(*) FROM outbox o WHERE o.conversation_id = c.id AND o.state IN ('held', 'unconfirmed'))
    WHERE id = ANY(CAST(:ids AS text[]))""")
_WAITING = text("""
    SELECT DISTINCT conversation_id FROM inbox
    WHERE conversation_id = ANY(CAST(:ids AS text[])) AND handled_at IS NULL AND parked_at IS NULL""")
_LOCK_ONE = text("SELECT id FROM conversations WHERE id = :id FOR NO KEY UPDATE")
_RELEASE_ONE = text("""
    UPDATE outbox SET state = 'queued', reason = NULL, error_code = NULL, sid = NULL, accepted_at = NULL, settled_at = NULL,
           not_before = :now
    WHERE id = :id AND state = :was""")


def shelve(conn: Connection, shelvings: Sequence[Shelving]) -> list[str]:
    """Put rows on the shelf, except where the person has written since. Answers the conversations touched.

    While they were locked here a turn may have found them taken and left, so the caller asks `waiting` afterwards.
    """
    if not shelvings:
        return []
    ids = sorted({shelving.conversation_id for shelving in shelvings})
    locked = {row.id: row.last_inbound_at for row in conn.execute(_LOCK, {"ids": ids})}
    fit = [
        shelving for shelving in shelvings
        if shelving.conversation_id in locked
        and (shelving.forced or locked[shelving.conversation_id] == shelving.last_inbound_at)
    ]  # fmt: skip
    if not fit:
        return []
    conn.execute(_SHELVE, {
        "ids": [one.row_id for one in fit], "froms": [one.from_state for one in fit],
        "tos": [one.to_state for one in fit], "reasons": [one.reason for one in fit],
    })  # fmt: skip
    touched = sorted({one.conversation_id for one in fit})
    conn.execute(_COUNT, {"ids": touched})
    return touched


def release_one(conn: Connection, conversation_id: str, row_id: int, was: str, now: datetime) -> bool:
    """A row that waits, or failed, leaves at once, as somebody decided; False where it is not `was` any more."""
    conn.execute(_LOCK_ONE, {"id": conversation_id})
    if not conn.execute(_RELEASE_ONE, {"id": row_id, "was": was, "now": now}).rowcount:
        return False
    conn.execute(_COUNT, {"ids": [conversation_id]})
    return True


def waiting(conn: Connection, conversation_ids: Sequence[str]) -> list[str]:
    """Those of the conversations that have an event nobody has answered."""
    if not conversation_ids:
        return []
    return list(conn.execute(_WAITING, {"ids": list(conversation_ids)}).scalars())
