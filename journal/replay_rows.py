"""What hangs on a turn by its keys: what came in, what was told, posted, asked of workers, and paid. Indexed reads only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from base.sealing import CannotOpen, Sealer
from whatsapp import outbox
from whatsapp.outbound import Message

_INBOX = text("""
    SELECT key, kind, sealed, received_at, handled_at, parked_at, failures, fault FROM inbox WHERE key = ANY(:keys)""")
_WAITING = text("""
    SELECT key, kind, sealed, received_at, handled_at, parked_at, failures, fault FROM inbox
    WHERE conversation_id = :id AND handled_at IS NULL AND parked_at IS NULL ORDER BY id LIMIT 20""")
_OUTBOX = text("""
    SELECT id, key, lane, text_key, sealed, state, reason, sid, error_code, attempts, not_before, created_at, posted_at,
           accepted_at, settled_at FROM outbox WHERE key = ANY(:keys) ORDER BY id""")
# What no turn has told: by the time at which it was written.
_BROADCASTS = text("""
    SELECT id, key, lane, text_key, sealed, state, reason, sid, error_code, attempts, not_before, created_at, posted_at,
           accepted_at, settled_at FROM outbox
    WHERE conversation_id = :id AND lane = 'campaign' AND created_at >= :since AND created_at < :until ORDER BY id""")
_TASKS = text("""
    SELECT id, key, kind, state, attempts, due_at, created_at, ended_at, outcome FROM tasks WHERE key = ANY(:keys)
    ORDER BY created_at, id""")
_MEDIA = text("""
    SELECT id, message_sid, position, declared_type, sniffed_type, size_bytes, stored_at, stored_as IS NOT NULL AS here
    FROM media WHERE message_sid = ANY(:keys) ORDER BY message_sid, position""")
# The keys of postings are compared as bytes, so a beginning is a range of the index.
_POSTINGS = text("""
    WITH asked AS (
        SELECT p.id, p.key, p.reason, p.facts, p.happened_at, p.corrects FROM postings p WHERE p.key = ANY(:keys)
        UNION SELECT p.id, p.key, p.reason, p.facts, p.happened_at, p.corrects
        FROM unnest(CAST(:payouts AS text[])) AS o (id) JOIN postings p ON p.key >= o.id || '/' AND p.key < o.id || '0')
    SELECT a.*, m.debit, m.credit, m.unit, m.amount FROM asked a JOIN moves m ON m.posting_id = a.id ORDER BY a.id, m.line""")
_PAYOUTS = text("""
    SELECT id, key, state, points, amount_paise, reason, alert, requested_at, reserved_at, sent_at, next_at, settled_at
    FROM payouts WHERE key = ANY(:keys) ORDER BY requested_at""")


@dataclass(frozen=True, slots=True)
class Came:
    """A row of the inbox. `body`: what it holds, as JSON; None: emptied by retention, or sealed by a key that is gone."""

    key: str
    kind: str  # message | happening
    body: Mapping[str, Any] | None
    received_at: datetime
    handled_at: datetime | None
    parked_at: datetime | None
    failures: int
    fault: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """A row of the outbox with the words that left, or will. `message`: None where they are gone."""

    id: int
    key: str
    lane: str
    text_key: str
    message: Message | None
    state: str
    reason: str | None
    sid: str | None
    error_code: int | None
    attempts: int
    not_before: datetime
    created_at: datetime
    posted_at: datetime | None
    accepted_at: datetime | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class TaskRow:
    id: str
    key: str
    kind: str
    state: str
    attempts: int
    due_at: datetime
    created_at: datetime
    ended_at: datetime | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class MediaRow:
    """A picture or paper of theirs. `here`: whether our own copy of it is kept; its bytes are not read."""

    id: str
    message_sid: str
    position: int
    declared_type: str
    sniffed_type: str | None
    size_bytes: int | None
    stored_at: datetime | None
    here: bool


@dataclass(frozen=True, slots=True)
class Move:
    debit: str
    credit: str
    unit: str
    amount: int


@dataclass(frozen=True, slots=True)
class PostingRow:
    id: int
    key: str
    reason: str
    facts: Mapping[str, Any]
    at: datetime
    corrects: int | None
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class PayoutRow:
    id: str
    key: str
    state: str
    points: int
    amount_paise: int
    reason: str | None
    alert: str | None
    requested_at: datetime
    reserved_at: datetime | None
    sent_at: datetime | None
    next_at: datetime | None
    settled_at: datetime | None


def came(conn: Connection, sealer: Sealer | None, keys: Sequence[str]) -> dict[str, Came]:
    return {row.key: _came(row, sealer) for row in conn.execute(_INBOX, {"keys": list(keys)})}


def waiting(conn: Connection, sealer: Sealer | None, conversation_id: str) -> list[Came]:
    """What has come in and no turn has answered yet, at most twenty of it."""
    return [_came(row, sealer) for row in conn.execute(_WAITING, {"id": conversation_id})]


def told(conn: Connection, sealer: Sealer | None, keys: Sequence[str]) -> list[Told]:
    return [_told(row, sealer) for row in conn.execute(_OUTBOX, {"keys": list(keys)})]


def broadcasts(
    conn: Connection, sealer: Sealer | None, conversation_id: str, since: datetime, until: datetime
) -> list[Told]:
    """Campaigns' messages to them that were written from `since` to before `until`."""
    asked = {"id": conversation_id, "since": since, "until": until}
    return [_told(row, sealer) for row in conn.execute(_BROADCASTS, asked)]


def tasks(conn: Connection, keys: Sequence[str]) -> list[TaskRow]:
    return [TaskRow(*row) for row in conn.execute(_TASKS, {"keys": list(keys)})]


def media(conn: Connection, sids: Sequence[str]) -> list[MediaRow]:
    return [MediaRow(*row) for row in conn.execute(_MEDIA, {"keys": list(sids)})]


def payouts(conn: Connection, keys: Sequence[str]) -> list[PayoutRow]:
    return [PayoutRow(*row) for row in conn.execute(_PAYOUTS, {"keys": list(keys)})]


def postings(conn: Connection, keys: Sequence[str], payout_ids: Iterable[str]) -> list[PostingRow]:
    """Those with one of the keys, and all of these payouts, oldest first."""
    asked = {"keys": list(keys), "payouts": sorted(set(payout_ids))}
    found: dict[int, list[Any]] = {}
    for row in conn.execute(_POSTINGS, asked):
        found.setdefault(row.id, []).append(row)
    return [
        PostingRow(
            rows[0].id, rows[0].key, rows[0].reason, rows[0].facts, rows[0].happened_at, rows[0].corrects,
            tuple(Move(row.debit, row.credit, row.unit, row.amount) for row in rows),
        )
        for rows in found.values()
    ]  # fmt: skip


def _came(row: Any, sealer: Sealer | None) -> Came:
    given = (row.received_at, row.handled_at, row.parked_at, row.failures, row.fault)
    return Came(row.key, row.kind, _opened(sealer, row.sealed, f"inbox/{row.key}"), *given)


def _opened(sealer: Sealer | None, sealed: bytes, place: str) -> Mapping[str, Any] | None:
    if sealer is None or not sealed:
        return None
    try:
        found: Mapping[str, Any] = json.loads(sealer.open(sealed, place))
    except CannotOpen:
        return None
    return found


def _told(row: Any, sealer: Sealer | None) -> Told:
    return Told(
        row.id, row.key, row.lane, row.text_key, _message(row, sealer), row.state, row.reason, row.sid, row.error_code,
        row.attempts, row.not_before, row.created_at, row.posted_at, row.accepted_at, row.settled_at,
    )  # fmt: skip


def _message(row: Any, sealer: Sealer | None) -> Message | None:
    if sealer is None or not row.sealed:
        return None
    try:
        return outbox.opened(row.sealed, row.key, sealer)
    except CannotOpen:
        return None
