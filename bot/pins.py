"""A member's PIN taken away by one of our people: on record, and told to every phone of its owner; a helper's business
it is not."""

from __future__ import annotations

from sqlalchemy import Connection, text

from base import audit
from bot.wiring import House
from flows.codec import to_json
from flows.events import PinReset
from journal import inbox

_LOCK = text("SELECT sealed IS NOT NULL AS known, wrong, locked_until FROM member_pins WHERE member_id = :id FOR NO KEY UPDATE")
_RESET = text("""
    UPDATE member_pins SET sealed = NULL, proposed = NULL, wrong = 0, locked_until = NULL, set_at = NULL
    WHERE member_id = :id""")
# The conversations first, as everywhere: telling them touches their rows.
_CONVERSATIONS = text("""
    SELECT v.id FROM conversations v WHERE v.member_id = :id AND EXISTS (
        SELECT FROM memberships m
        WHERE m.contact_id = v.contact_id AND m.member_id = :id AND m.role = 'owner' AND m.until IS NULL)
    ORDER BY v.id FOR KEY SHARE""")


def reset(house: House, conn: Connection, member_id: str, *, by: str, reason: str) -> list[str] | None:
    """Take the PIN and its lock away; the conversations that have something new. None: there was no PIN."""
    conversations = list(conn.scalars(_CONVERSATIONS, {"id": member_id}).all())
    row = conn.execute(_LOCK, {"id": member_id}).one_or_none()
    if row is None or not row.known:
        return None
    now = house.clock.now(conn)
    conn.execute(_RESET, {"id": member_id})
    before = {"wrong": row.wrong, "locked_until": row.locked_until}
    act = audit.write(conn, actor=by, act="member.reset_pin", subject=member_id, at=now, before=before, reason=reason)
    for conversation in conversations:
        key = f"audit-{act}/{conversation}/pin-reset"
        inbox.put_happening(conn, conversation, key, to_json(PinReset()), now, house.keyring)
    return conversations
