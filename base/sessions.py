"""Sessions of the staff: rows, so that one ends everywhere at once. A token is 256 random bits; kept is its hash.

A session ends after 30 minutes without use, 12 hours in all, and at once when its owner's password, authenticator or
roles change, or they are switched off.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, text

IDLE = timedelta(minutes=30)
WHOLE = timedelta(hours=12)
STEP_UP = timedelta(minutes=15)  # as long as a code counts for acts that ask for one
SEEN_EVERY = timedelta(minutes=1)  # so that a page with ten pictures is not eleven writes
TOKEN_BYTES = 32

_BEGIN = text("""
    INSERT INTO staff_sessions (id, token_hash, staff_id, kind, began_at, seen_at, proved_at)
    VALUES (:id, :hash, :staff, :kind, :at, :at, :at)""")
_FIND = text("""
    SELECT n.id, n.staff_id, n.kind, n.began_at, n.seen_at, n.proved_at, s.name, s.roles
    FROM staff_sessions n JOIN staff s ON s.id = n.staff_id
    WHERE n.token_hash = :hash AND n.ended_at IS NULL AND s.active""")
_SEEN = text("UPDATE staff_sessions SET seen_at = :at WHERE id = :id AND ended_at IS NULL")
_PROVED = text("UPDATE staff_sessions SET proved_at = :at, seen_at = :at WHERE id = :id AND ended_at IS NULL")
_END = text("UPDATE staff_sessions SET ended_at = :at, ended_why = :why WHERE id = :id AND ended_at IS NULL")
_END_ALL = text("UPDATE staff_sessions SET ended_at = :at, ended_why = :why WHERE staff_id = :staff AND ended_at IS NULL")


@dataclass(frozen=True, slots=True)
class Session:
    id: str
    staff_id: str
    name: str
    roles: tuple[str, ...]
    kind: str
    began_at: datetime
    proved_at: datetime

    def proven(self, now: datetime) -> bool:
        """Whether a code was taken recently enough for acts that ask for one."""
        return now - self.proved_at < STEP_UP


def begin(conn: Connection, *, session_id: str, staff_id: str, kind: str, at: datetime) -> str:
    """A session of somebody who has just proved who they are: its token, which is shown to them and to nobody else."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    conn.execute(_BEGIN, {"id": session_id, "hash": _hash(token), "staff": staff_id, "kind": kind, "at": at})
    return token


def look(conn: Connection, token: str, at: datetime, kind: str) -> Session | None:
    """The session of a token, which lives on from now; None for one that is not there, of another kind, or has ended."""
    row = conn.execute(_FIND, {"hash": _hash(token)}).one_or_none()
    if row is None or row.kind != kind:
        return None
    if at - row.seen_at >= IDLE or at - row.began_at >= WHOLE:
        conn.execute(_END, {"id": row.id, "at": at, "why": "expired"})
        return None
    if at - row.seen_at >= SEEN_EVERY:
        conn.execute(_SEEN, {"id": row.id, "at": at})
    return _session(row)


def proved(conn: Connection, session_id: str, at: datetime) -> None:
    """A code was taken just now."""
    conn.execute(_PROVED, {"id": session_id, "at": at})


def end(conn: Connection, session_id: str, why: str, at: datetime) -> None:
    conn.execute(_END, {"id": session_id, "at": at, "why": why})


def end_all(conn: Connection, staff_id: str, why: str, at: datetime) -> None:
    """Every session of one colleague, wherever it is."""
    conn.execute(_END_ALL, {"staff": staff_id, "at": at, "why": why})


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _session(row: Any) -> Session:
    return Session(row.id, row.staff_id, row.name, tuple(row.roles), row.kind, row.began_at, row.proved_at)
