"""Who made a campaign: everybody who wrote its file, or gave its list. None of them approves it, whoever was the last."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from base import audit

if TYPE_CHECKING:
    from campaigns.rows import Row

ACT = "campaign.write"
TEST = "test"  # why the act is on record where somebody only tried it: that made nothing
_WROTE = text("SELECT EXISTS (SELECT FROM audit WHERE subject = :subject AND act = :act AND actor = :by AND reason <> :test)")
_LIST = text("""
    UPDATE campaigns SET created_by = :by, created_at = :now, moved_by = :by, moved_at = :now
    WHERE programme_id = :programme AND id = :id""")


def is_one(conn: Connection, row: Row, subject: str, by: str) -> bool:
    """`subject`: what the audit log calls the campaign."""
    asked = {"subject": subject, "act": ACT, "by": by, "test": TEST}
    return row.created_by == by or bool(conn.execute(_WROTE, asked).scalar_one())


def gave_list(conn: Connection, row: Row, subject: str, *, by: str, at: datetime) -> None:
    """Who gives a draft its list is its maker from now on, beside whoever wrote its words. The row is locked."""
    conn.execute(_LIST, {"programme": row.programme_id, "id": row.id, "by": by, "now": at})
    audit.write(conn, actor=by, act=ACT, subject=subject, at=at, before={"made_by": row.created_by}, reason="list")
