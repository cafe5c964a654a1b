"""The audit log: one row for every act of staff, written in the transaction of the act itself.

Append-only in the database. `before` and `after` hold what the act changed, never a secret in clear.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

Values = Mapping[str, Any]
_WRITE = text("""
    INSERT INTO audit (at, actor, act, subject, before, after, reason)
    VALUES (:at, :actor, :act, :subject, CAST(:before AS jsonb), CAST(:after AS jsonb), :reason) RETURNING id""")
_READ = text("""
    SELECT id, at, actor, act, subject, before, after, reason FROM audit
    WHERE (CAST(:subject AS text) IS NULL OR subject = ANY(ARRAY(
            SELECT CAST(:subject AS text)
            UNION ALL SELECT v.id FROM conversations v WHERE v.member_id = :subject
            UNION ALL SELECT v.id FROM conversations v JOIN memberships m ON m.contact_id = v.contact_id
                      WHERE m.member_id = :subject)))
      AND (CAST(:actor AS text) IS NULL OR actor = :actor)
    ORDER BY id DESC LIMIT :limit""")


@dataclass(frozen=True, slots=True)
class Act:
    id: int
    at: datetime
    actor: str
    act: str
    subject: str
    before: Values | None
    after: Values | None
    reason: str


def write(
    conn: Connection, *, actor: str, act: str, subject: str, at: datetime,
    before: Values | None = None, after: Values | None = None, reason: str = "",
) -> int:  # fmt: skip
    """`actor` (a name of staff, or "system:…") did `act` ("payout.approve") to `subject`. Commits nothing."""
    row = {"at": at, "actor": actor, "act": act, "subject": subject, "reason": reason}
    return int(conn.execute(_WRITE, row | {"before": _json(before), "after": _json(after)}).scalar_one())


def read(conn: Connection, *, subject: str | None = None, actor: str | None = None, limit: int = 100) -> list[Act]:
    """The newest acts first. `subject`: an id; with a member's come the acts on the conversations of all who act for them
    or ever did, for whoever reads one leaves only its own id."""
    rows = conn.execute(_READ, {"subject": subject, "actor": actor, "limit": limit})
    return [Act(**row._mapping) for row in rows]


def _json(values: Values | None) -> str | None:
    return None if values is None else json.dumps(dict(values), ensure_ascii=False, default=str)
