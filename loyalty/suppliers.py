"""Whom a member buys from: one other member at a time, of the same programme, never in a circle. The one writer of these rows
besides erasure, which ends them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

# Of two orders at once each could be sound by itself and both together a circle.
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('suppliers ' || :programme, 20))")
_NOW = text("SELECT parent_id FROM member_links WHERE child_id = :child AND until IS NULL ORDER BY since DESC LIMIT 1")
_ABOVE = text("""
    WITH RECURSIVE above (id) AS (
        SELECT CAST(:parent AS text) UNION
        SELECT l.parent_id FROM above JOIN member_links l ON l.child_id = above.id WHERE l.until IS NULL
    ) SELECT EXISTS (SELECT FROM above WHERE id = :child)""")
_END = text("UPDATE member_links SET until = :at WHERE child_id = :child AND until IS NULL")
_BEGIN = text("INSERT INTO member_links (parent_id, child_id, since) VALUES (:parent, :child, :at)")


class InCircle(ValueError):
    """The supplier buys from the member, directly or through others."""


def supplier(conn: Connection, member_id: str) -> str | None:
    """Whom they buy from now."""
    found: str | None = conn.execute(_NOW, {"child": member_id}).scalar_one_or_none()
    return found


def buys_from(conn: Connection, programme_id: str, member_id: str, supplier_id: str | None, at: datetime) -> str | None:
    """From now on they buy from this one, or from nobody we know; whom they bought from before. Raises InCircle."""
    conn.execute(_ALONE, {"programme": programme_id})
    before = supplier(conn, member_id)
    if before == supplier_id:
        return before
    given = {"child": member_id, "parent": supplier_id, "at": at}
    if supplier_id is not None and conn.execute(_ABOVE, given).scalar_one():
        raise InCircle(supplier_id)
    conn.execute(_END, given)
    if supplier_id is not None:
        conn.execute(_BEGIN, given)
    return before
