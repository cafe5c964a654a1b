"""What is kept, for how long and what falls due; who could be touched by a breach; who on the staff read what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from base import csv_safe
from base.masking import mask_phone
from bot import retention
from loyalty.programme_rows import current, published_ids
from whatsapp.media_gone import TRIES_MAX

_TWILIO = text("""
    SELECT count(*) FILTER (WHERE twilio_tries < :most) AS waiting, count(*) FILTER (WHERE twilio_tries >= :most) AS given_up
    FROM media WHERE stored_at IS NOT NULL AND twilio_gone_at IS NULL""")
_WORDS = text("""
    SELECT (SELECT count(*) FROM inbox WHERE length(sealed) > 0)
         + (SELECT count(*) FROM outbox WHERE length(sealed) > 0) AS kept,
           least((SELECT min(received_at) FROM inbox WHERE length(sealed) > 0),
                 (SELECT min(created_at) FROM outbox WHERE length(sealed) > 0)) AS oldest_at""")
_OWN = text("SELECT count(*) AS kept, min(created_at) AS oldest_at FROM pictures WHERE deleted_at IS NULL")
_RETAINED = text("""
    SELECT r.kind, count(*) AS kept, count(DISTINCT r.member_id) AS people, min(k.delete_after) AS next_on
    FROM retained r JOIN retention_keys k ON k.id = r.key_id GROUP BY r.kind ORDER BY r.kind""")
_ERASURES = text("""
    SELECT count(*) FILTER (WHERE done_at IS NULL AND cancelled_at IS NULL) AS waiting,
           count(*) FILTER (WHERE done_at IS NULL AND cancelled_at IS NULL AND waits_for IS NOT NULL) AS held_up,
           count(*) FILTER (WHERE done_at IS NOT NULL) AS done, count(*) FILTER (WHERE cancelled_at IS NOT NULL) AS cancelled
    FROM erasures""")

# A row for each person of whom there was something to be touched; a member who wrote from two phones has two.
_TOUCHED = text("""
    SELECT v.programme_id AS programme, v.id AS conversation, c.id AS contact, c.address, v.member_id AS member,
           c.erased_at, m.id IS NOT NULL AND m.data_key IS NOT NULL AS identity,
           (SELECT count(*) FROM inbox i WHERE i.conversation_id = v.id AND i.kind = 'message' AND length(i.sealed) > 0)
         + (SELECT count(*) FROM outbox o WHERE o.conversation_id = v.id AND length(o.sealed) > 0) AS messages,
           (SELECT count(*) FROM media f WHERE f.conversation_id = v.id AND f.stored_as IS NOT NULL) AS photos,
           (SELECT count(*) FROM claims b WHERE b.conversation_id = v.id AND length(b.sealed) > 0) AS bills,
           (SELECT count(*) FROM member_pans g WHERE g.member_id = v.member_id AND length(g.sealed) > 0) AS pans,
           (SELECT count(*) FROM secrets s WHERE s.member_id = v.member_id) AS payment_details,
           EXISTS (SELECT FROM member_pins n WHERE n.member_id = v.member_id AND n.sealed IS NOT NULL) AS pin,
           (SELECT count(*) FROM payouts p WHERE p.member_id = v.member_id) AS payouts,
           v.last_inbound_at,
           coalesce((SELECT string_agg(DISTINCT a.actor, ' ' ORDER BY a.actor) FROM audit a
                     WHERE a.at >= :since AND a.subject IN (c.id, v.id, v.member_id)), '') AS touched_by
    FROM conversations v JOIN contacts c ON c.id = v.contact_id LEFT JOIN members m ON m.id = v.member_id
    WHERE (c.erased_at IS NULL OR c.erased_at >= :since)
      AND (CAST(:staff AS text) IS NULL OR EXISTS (
            SELECT FROM audit a WHERE a.at >= :since AND a.actor = :staff AND a.subject IN (c.id, v.id, v.member_id)))
    ORDER BY v.programme_id, v.id""")
_ACCESS = text("""
    SELECT actor, act, count(*) AS times, count(DISTINCT subject) AS subjects, min(at) AS first_at, max(at) AS last_at
    FROM audit WHERE at >= :since AND (CAST(:staff AS text) IS NULL OR actor = :staff)
    GROUP BY actor, act ORDER BY actor, act""")

TOUCHED = (
    "programme", "conversation", "contact", "phone", "member", "erased_on", "identity", "messages", "photos", "bills", "pans",
    "payment_details", "pin", "payouts", "last_message_on", "touched_by",
)  # fmt: skip


def kept(conn: Connection, now: datetime) -> dict[str, Any]:
    """By programme each kind of picture; of all of them together the rest."""
    programmes = [
        {"programme": id, "kinds": retention.counted(conn, id, current(conn, id).programme.privacy, now)}
        for id in published_ids(conn)
    ]
    days = [current(conn, id).programme.privacy.message_days for id in published_ids(conn)]
    return {
        "programmes": programmes,
        "messages": {"days": max(days, default=None), **conn.execute(_WORDS).one()._asdict()},
        "own_pictures": {"days": retention.OWN_PICTURES.days, **conn.execute(_OWN).one()._asdict()},
        "retained": [row._asdict() for row in conn.execute(_RETAINED)],
        "at_twilio": conn.execute(_TWILIO, {"most": TRIES_MAX}).one()._asdict(),
        "erasures": conn.execute(_ERASURES).one()._asdict(),
    }


def touched(conn: Connection, since: datetime, staff: str | None) -> Sequence[Mapping[str, Any]]:
    """Whose data of which kinds lay where they could be touched since then; with `staff`, only those whom that colleague
    has acted on or read."""
    return [row._asdict() for row in conn.execute(_TOUCHED, {"since": since, "staff": staff})]


def touched_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """The same for a spreadsheet, phones masked."""
    return csv_safe.table(TOUCHED, [[_cell(name, row) for name in TOUCHED] for row in rows])


def access(conn: Connection, since: datetime, staff: str | None) -> list[dict[str, Any]]:
    """Who did what how often since then, out of the audit log."""
    return [row._asdict() for row in conn.execute(_ACCESS, {"since": since, "staff": staff})]


def _cell(name: str, row: Mapping[str, Any]) -> str | int:
    if name == "phone":
        return mask_phone(row["address"]) if row["erased_at"] is None else "erased"
    if name in ("erased_on", "last_message_on"):
        at = row["erased_at" if name == "erased_on" else "last_inbound_at"]
        return f"{at:%Y-%m-%d}" if at else ""
    value = row[name]
    return ("yes" if value else "no") if isinstance(value, bool) else "" if value is None else value
