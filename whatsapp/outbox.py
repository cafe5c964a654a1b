"""The outbox: what must be told is a row first, written in the transaction that decided it."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from base import driver
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


_COLUMNS = (
    "key", "conversation_id", "sender_id", "contact_id", "lane", "text_key", "sealed", "state", "reason", "not_before",
    "expires_at", "created_at",
)  # fmt: skip
_TYPES = {"sealed": "bytea", "not_before": "timestamptz", "expires_at": "timestamptz", "created_at": "timestamptz"}
_ARRAYS = ", ".join(f"CAST(:{name} AS {_TYPES.get(name, 'text')}[])" for name in _COLUMNS)
_PUT = driver.statement(f"""
    INSERT INTO outbox ({", ".join(_COLUMNS)}) SELECT * FROM unnest({_ARRAYS}) ON CONFLICT (key) DO NOTHING""")
_RELEASE = text("""
    UPDATE outbox SET state = 'queued', lane = 'reply', reason = NULL, error_code = NULL, sid = NULL,
           accepted_at = NULL, settled_at = NULL, not_before = :now
    WHERE conversation_id = :id AND state IN ('held', 'unconfirmed')""")
_DROP = text("""
    WITH waiting AS (SELECT id, state FROM outbox WHERE conversation_id = :id AND starts_with(key, :event)
                     AND state IN ('queued', 'held', 'unconfirmed') FOR UPDATE SKIP LOCKED)
    UPDATE outbox o SET state = 'expired', reason = 'superseded', settled_at = :now FROM waiting w WHERE o.id = w.id
    RETURNING w.state AS was""")
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
    """Write rows of any contacts, each already sealed under its contact's key: one statement, however many they are, whose
    text is always the same and so is read once."""
    if rows:
        values = zip(*(_values(row, sealed) for row, sealed in rows), strict=True)
        driver.fetch(conn, _PUT, dict(zip(_COLUMNS, map(list, values), strict=True)))


def put_sql(count: int) -> str:
    """The statement that writes `count` rows, to be part of a larger one: its parameters begin with o_."""
    rows = (", ".join(f":o_{name}_{at}" for name in _COLUMNS) for at in range(count))
    return f"INSERT INTO outbox ({', '.join(_COLUMNS)}) VALUES ({'), ('.join(rows)}) ON CONFLICT (key) DO NOTHING"


def columns(rows: Sequence[tuple[Row, bytes]]) -> dict[str, Any]:
    """What `put_sql(len(rows))` takes."""
    found: dict[str, Any] = {}
    for at, (row, sealed) in enumerate(rows):
        found |= {f"o_{name}_{at}": value for name, value in zip(_COLUMNS, _values(row, sealed), strict=True)}
    return found


def _values(row: Row, sealed: bytes) -> tuple[Any, ...]:
    return (
        row.key, row.conversation_id, row.sender_id, row.contact_id, row.lane, row.message.text_key, sealed, row.state,
        row.reason, row.not_before, row.expires_at, row.created_at,
    )  # fmt: skip


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


def drop(conn: Connection, conversation_id: str, event_key: str, now: datetime) -> int:
    """What an event had to tell and has not left yet is told no more: something newer has made it untrue.

    Runs in the turn's transaction, as `release_held`. Answers how many of them were waiting for the person to write.
    """
    asked = {"id": conversation_id, "event": f"{event_key}/", "now": now}
    return sum(row.was != "queued" for row in conn.execute(_DROP, asked))


def listing(
    conn: Connection, states: Collection[str] = STATES, *, conversation_id: str | None = None, most: int = 100
) -> list[Listing]:
    """The newest rows in any of `states`."""
    found = conn.execute(_LIST, {"states": list(states), "conversation": conversation_id, "most": most})
    return [Listing(*row) for row in found]


def counts(conn: Connection) -> dict[str, int]:
    """How many rows stand in each state."""
    return {row.state: row.rows for row in conn.execute(_COUNT)}
