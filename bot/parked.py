"""Events that our code failed at three times: seen, tried again, or let go; every change by name and on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from base import audit

_COLUMNS = """i.id, i.key, i.conversation_id, i.kind, i.fault, i.failures, i.received_at, i.parked_at,
           length(i.sealed) > 0 AS kept, c.address, c.data_key IS NOT NULL AS reachable, v.flow, v.state"""
_FROM = "FROM inbox i JOIN conversations v ON v.id = i.conversation_id JOIN contacts c ON c.id = v.contact_id"
_LIST = text(f"""
    SELECT {_COLUMNS} {_FROM} WHERE i.parked_at IS NOT NULL AND i.handled_at IS NULL
      AND (CAST(:contacts AS text[]) IS NULL OR c.id = ANY(:contacts))
    ORDER BY i.id DESC LIMIT :most""")
_ONE = text(f"SELECT {_COLUMNS} {_FROM} WHERE i.id = :id AND i.parked_at IS NOT NULL AND i.handled_at IS NULL")
# The conversation first, as everywhere; a turn that is under way ends before.
_LOCK = text("SELECT id FROM conversations WHERE id = :id FOR NO KEY UPDATE")
_RETRY = text("""
    UPDATE inbox SET parked_at = NULL, failures = 0, fault = NULL
    WHERE id = :id AND parked_at IS NOT NULL AND handled_at IS NULL""")
_DROP = text("UPDATE inbox SET handled_at = :now WHERE id = :id AND parked_at IS NOT NULL AND handled_at IS NULL")
_BECAME = text("SELECT handled_at IS NOT NULL AS handled, parked_at, fault FROM inbox WHERE id = :id")


class CannotRetry(ValueError):
    """What stands in the way of trying a parked event again, for one line."""


@dataclass(frozen=True, slots=True)
class Parked:
    """`kind`: message (a person's) or happening (the world's). `kept`: what it says is still there. `reachable`: its person
    was not erased. `flow`, `state`: where their conversation stands now."""

    id: int
    key: str
    conversation_id: str
    kind: str
    fault: str | None
    failures: int
    received_at: datetime
    parked_at: datetime
    kept: bool
    address: str
    reachable: bool
    flow: str | None
    state: str | None


def parked(conn: Connection, *, contacts: Sequence[str] | None = None, most: int = 100) -> list[Parked]:
    """The newest that nobody has seen to, of everyone or of one person, by all their contacts."""
    given = {"contacts": None if contacts is None else list(contacts), "most": most}
    return [_parked(row) for row in conn.execute(_LIST, given)]


def one(conn: Connection, event_id: int) -> Parked | None:
    """The parked event; None where there is no such one, or it has been seen to."""
    row = conn.execute(_ONE, {"id": event_id}).one_or_none()
    return _parked(row) if row is not None else None


def retry(conn: Connection, event: Parked, *, by: str, reason: str, at: datetime) -> bool:
    """It waits again, as the oldest of its conversation; the caller takes the turn after the commit. False where somebody
    else was faster. Raises CannotRetry."""
    if not (event.kept and event.reachable):
        raise CannotRetry(f"what event {event.id} said is gone, by the rules of keeping words or with its person: drop it")
    return _change(conn, _RETRY, event, "parked.retry", by, reason, at)


def drop(conn: Connection, event: Parked, *, by: str, reason: str, at: datetime) -> bool:
    """Nobody answers it any more. False where somebody else was faster."""
    return _change(conn, _DROP, event, "parked.drop", by, reason, at)


def became(conn: Connection, event_id: int) -> str | None:
    """The fault that parked it again; None: it was answered, or waits its turn."""
    row = conn.execute(_BECAME, {"id": event_id}).one()
    return str(row.fault) if row.parked_at is not None and not row.handled else None


def _change(conn: Connection, statement: Any, event: Parked, act: str, by: str, reason: str, at: datetime) -> bool:
    conn.execute(_LOCK, {"id": event.conversation_id})
    if not conn.execute(statement, {"id": event.id, "now": at}).rowcount:
        return False
    before = {"key": event.key, "fault": event.fault, "parked_at": event.parked_at.isoformat()}
    audit.write(conn, actor=by, act=act, subject=f"inbox/{event.id}", at=at, before=before, reason=reason)
    return True


def _parked(row: Any) -> Parked:
    return Parked(**row._mapping)
