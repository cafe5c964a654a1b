"""The outbox: what must be told is a row first, written in the transaction that decided it."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from base.sealing import Sealer
from whatsapp.outbound import Message, from_json, to_json

LANES = ("reply", "notice", "campaign")  # in the order of their priority
STATES = (
    "queued", "held", "sending", "uncertain", "unconfirmed", "accepted", "sent", "delivered", "read", "failed",
    "expired",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One message to be. `key` is the effect's: the same fact asked for twice is told once."""

    key: str
    conversation_id: str
    sender_id: str
    contact_id: str
    lane: str
    message: Message
    not_before: datetime
    created_at: datetime
    state: str = "queued"  # or held, with its reason
    reason: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A row as staff may see it: no words, no numbers of people."""

    id: int
    key: str
    conversation_id: str
    lane: str
    text_key: str
    state: str
    reason: str | None
    error_code: int | None
    attempts: int
    sid: str | None
    created_at: datetime
    posted_at: datetime | None


# Names begin with o_, so that a turn can write its rows in one statement with whatever else it writes.
PUT_SQL = """
    INSERT INTO outbox (key, conversation_id, sender_id, contact_id, lane, text_key, sealed, state, reason, not_before,
                        expires_at, created_at)
    SELECT v.key, v.conversation_id, v.sender_id, v.contact_id, v.lane, v.text_key, v.sealed, v.state, v.reason,
           v.not_before, v.expires_at, v.created_at
    FROM unnest(CAST(:o_key AS text[]), CAST(:o_conversation_id AS text[]), CAST(:o_sender_id AS text[]),
                CAST(:o_contact_id AS text[]), CAST(:o_lane AS text[]), CAST(:o_text_key AS text[]),
                CAST(:o_sealed AS bytea[]), CAST(:o_state AS text[]), CAST(:o_reason AS text[]),
                CAST(:o_not_before AS timestamptz[]), CAST(:o_expires_at AS timestamptz[]),
                CAST(:o_created_at AS timestamptz[])) WITH ORDINALITY
         AS v(key, conversation_id, sender_id, contact_id, lane, text_key, sealed, state, reason, not_before, expires_at,
              created_at, position)
    ORDER BY v.position
    ON CONFLICT (key) DO NOTHING"""
_PUT = text(PUT_SQL)
_RELEASE = text("""
    UPDATE outbox SET state = 'queued', lane = 'reply', reason = NULL, error_code = NULL, sid = NULL,
           accepted_at = NULL, settled_at = NULL, not_before = :now
    WHERE conversation_id = :id AND state IN ('held', 'unconfirmed')""")
_LIST = text("""
    SELECT id, key, conversation_id, lane, text_key, state, reason, error_code, attempts, sid, created_at, posted_at
    FROM outbox WHERE state = ANY(CAST(:states AS text[]))
      AND (CAST(:conversation AS text) IS NULL OR conversation_id = :conversation)
    ORDER BY id DESC LIMIT :most""")
_COUNT = text("SELECT state, count(*) AS rows FROM outbox GROUP BY state")


def put(conn: Connection, sealer: Sealer, rows: Sequence[Row]) -> None:
    """Write rows of one contact (`sealer` is the contact's) in one statement; keys already there are left as they are."""
    put_sealed(conn, [(row, seal(row.message, row.key, sealer)) for row in rows])


def put_sealed(conn: Connection, rows: Sequence[tuple[Row, bytes]]) -> None:
    """Write rows of any contacts, each already sealed under its contact's key."""
    if rows:
        conn.execute(_PUT, columns(rows))


def columns(rows: Sequence[tuple[Row, bytes]]) -> dict[str, list[Any]]:
    """What PUT_SQL takes; no rows are empty columns."""
    names = ("key", "conversation_id", "sender_id", "contact_id", "lane", "state", "reason", "not_before", "expires_at")
    found = {f"o_{name}": [getattr(row, name) for row, _ in rows] for name in (*names, "created_at")}
    return found | {"o_text_key": [row.message.text_key for row, _ in rows], "o_sealed": [sealed for _, sealed in rows]}


def seal(message: Message, key: str, sealer: Sealer) -> bytes:
    return sealer.seal(json.dumps(to_json(message), ensure_ascii=False).encode(), place(key))


def opened(sealed: bytes, key: str, sealer: Sealer) -> Message:
    """The message of a row. Raises CannotOpen."""
    return from_json(json.loads(sealer.open(sealed, place(key))))


def place(key: str) -> str:
    return f"outbox/{key}"


def release_held(conn: Connection, conversation_id: str, now: datetime) -> int:
    """The person has written: what waited for that leaves first, before the reply, for its ids are smaller.

    Rows become replies, so that a STOP does not hold them again. Runs in the turn's transaction, which holds the
    conversation's row and writes its `held`. Answers how many.
    """
    return conn.execute(_RELEASE, {"id": conversation_id, "now": now}).rowcount


def listing(
    conn: Connection, states: Collection[str] = STATES, *, conversation_id: str | None = None, most: int = 100
) -> list[Listing]:
    """The newest rows in any of `states`."""
    found = conn.execute(_LIST, {"states": list(states), "conversation": conversation_id, "most": most})
    return [Listing(*row) for row in found]


def counts(conn: Connection) -> dict[str, int]:
    """How many rows stand in each state."""
    return {row.state: row.rows for row in conn.execute(_COUNT)}
