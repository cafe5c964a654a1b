"""Status callbacks: a row moves only upwards, whatever arrives twice, late or in another order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, text

from base.clock import NOW_SQL, Clock
from whatsapp.errors import Kind, kind_of
from whatsapp.inbound import SID

STATES = {  # Twilio's word -> ours; a word that is not here says nothing about delivery
    "accepted": "accepted", "scheduled": "accepted", "queued": "accepted", "sending": "accepted", "sent": "sent",
    "delivered": "delivered", "read": "read", "failed": "failed", "undelivered": "failed", "canceled": "failed",
}  # fmt: skip
TOLD_LATER = (Kind.WINDOW, Kind.RETRY, Kind.RATE)  # not for good: kept, and told when the person next writes


class Form(Protocol):
    def get(self, key: str, /) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Report:
    """What Twilio says of a message. `row` and `post` stand in the callback's URL: our row, and which posting of it."""

    row: int | None
    post: int | None
    sid: str
    status: str
    error_code: int | None = None


_RANK = """CASE {} WHEN 'accepted' THEN 1 WHEN 'sent' THEN 2 WHEN 'failed' THEN 3 WHEN 'delivered' THEN 4
                   WHEN 'read' THEN 5 WHEN 'expired' THEN 6 ELSE 0 END"""
# A failure ranks above sent and below delivered, so whichever of the two comes second, delivered stands.
# A posting's number must be the row's: a late repeat about an earlier posting says nothing about this one.
# held: where the person has written since we posted, the window is open again and the row just leaves once more.
# The row goes on the shelf in the same statement that counts it, so a turn that runs now finds both or neither.
_RECORD = text(f"""
    WITH before AS (
        SELECT o.id, o.conversation_id, o.state, o.lane, o.posted_at, c.last_inbound_at
        FROM outbox o JOIN conversations c ON c.id = o.conversation_id
        WHERE CASE WHEN CAST(:row AS bigint) IS NULL THEN o.sid = :sid ELSE o.id = :row END
          AND (CAST(:post AS integer) IS NULL OR o.attempts = :post)
          AND (o.sid = :sid
               OR o.sid IS NULL AND NOT EXISTS (SELECT 1 FROM outbox x WHERE x.sid = :sid AND x.id <> o.id))
          AND {_RANK.format("CAST(:state AS text)")} > {_RANK.format("o.state")}
          AND (o.state NOT IN ('queued', 'held', 'unconfirmed') OR :state <> 'failed')
        FOR NO KEY UPDATE OF o
    ), settled AS (
        UPDATE outbox o SET
            state = CASE WHEN NOT CAST(:later AS boolean) OR b.lane = 'campaign' THEN :state
                         WHEN b.last_inbound_at > b.posted_at THEN 'queued' ELSE 'held' END,
            sid = CASE WHEN :later AND b.lane <> 'campaign' THEN NULL ELSE :sid END,
            error_code = coalesce(CAST(:code AS integer), o.error_code),
            reason = CAST(:reason AS text),
            accepted_at = coalesce(o.accepted_at, {NOW_SQL}),
            settled_at = CASE WHEN :state IN ('delivered', 'read', 'failed') THEN coalesce(o.settled_at, {NOW_SQL}) END,
            not_before = CASE WHEN :later THEN {NOW_SQL} ELSE o.not_before END
        FROM before b WHERE o.id = b.id
        RETURNING o.conversation_id, o.state, b.state AS was
    )
    UPDATE conversations c SET held = c.held + 1 FROM settled s
    WHERE c.id = s.conversation_id AND s.state = 'held' AND s.was NOT IN ('held', 'unconfirmed')
    RETURNING c.id""")


def parse(arguments: Mapping[str, str], form: Form) -> Report:
    """A callback's query and form as a report; what is garbled becomes empty, and record passes it over."""
    row, post = arguments.get("row") or "", arguments.get("post") or ""
    sid = (form.get("MessageSid") or form.get("SmsSid") or "").strip()
    status = (form.get("MessageStatus") or form.get("SmsStatus") or "").strip().lower()
    code = (form.get("ErrorCode") or "").strip()
    return Report(
        row=int(row) if re.fullmatch(r"[0-9]{1,18}", row) else None,  # fits a bigint
        post=int(post) if re.fullmatch(r"[0-9]{1,6}", post) else None,
        sid=sid if SID.fullmatch(sid) else "", status=status if status in STATES else "",
        error_code=int(code) if re.fullmatch(r"[0-9]{1,6}", code) else None,
    )  # fmt: skip


def callback_url(public_base_url: str, row_id: int, post: int) -> str:
    """Where Twilio reports about this posting of this row."""
    return f"{public_base_url.rstrip('/')}/twilio/status?row={row_id}&post={post}"


def record(conn: Connection, report: Report, clock: Clock) -> str | None:
    """Write a report down, in one statement. May come before the answer to the POST: the row id finds the row.

    A message that failed only for now (the window closed) is held again, and its fact told when the person writes.
    Then the conversation's id is answered: its row was written, so a turn may have found it taken; after the commit
    the caller should ring for it. None in every other case.
    """
    if not report.sid or not report.status:
        return None
    state = STATES[report.status]
    kind = kind_of(report.error_code) if state == "failed" else None
    reason = None if kind is None else f"{kind}: {report.error_code or report.status}"
    touched: str | None = conn.execute(_RECORD, {
        "row": report.row, "post": report.post, "sid": report.sid, "state": state, "later": kind in TOLD_LATER,
        "code": report.error_code, "reason": reason, **clock.bound(),
    }).scalar_one_or_none()  # fmt: skip
    return touched
