"""Status callbacks: a row moves only upwards, whatever arrives twice, late or in another order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from sqlalchemy import Connection

from base import driver
from base.clock import NOW_SQL, Clock
from whatsapp.content import approval
from whatsapp.errors import Kind, kind_of
from whatsapp.inbound import SID

STATES = {  # Twilio's word -> ours; a word that is not here says nothing about delivery
    "accepted": "accepted", "scheduled": "accepted", "queued": "accepted", "sending": "accepted", "sent": "sent",
    "delivered": "delivered", "read": "read", "failed": "failed", "undelivered": "failed", "canceled": "failed",
}  # fmt: skip
TOLD_LATER = (Kind.WINDOW, Kind.RETRY, Kind.RATE)  # not for good: kept, and told when the person next writes
TRY_AGAIN = timedelta(hours=1)  # a campaign's message whose fault passes: too many people for today are too many for a while
POSTINGS_MAX = 5  # of a campaign's message that the channel fails to take


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


# A failure ranks above sent and below delivered, so whichever of the two comes second, delivered stands.
_RANKS = {"accepted": 1, "sent": 2, "failed": 3, "delivered": 4, "read": 5, "expired": 6}
_RANK = "CASE o.state " + " ".join(f"WHEN '{state}' THEN {rank}" for state, rank in _RANKS.items()) + " ELSE 0 END"
# A posting's number must be the row's: a late repeat about an earlier posting says nothing about this one.
_MEANT = f"""{{}}
      AND (o.sid = :sid OR o.sid IS NULL AND NOT EXISTS (SELECT 1 FROM outbox x WHERE x.sid = :sid AND x.id <> o.id))
      AND :rank > {_RANK}"""
_ARRIVED = f"""
    UPDATE outbox o SET
        state = :state, sid = :sid, reason = NULL, accepted_at = coalesce(o.accepted_at, {NOW_SQL}),
        settled_at = CASE WHEN :state IN ('delivered', 'read') THEN coalesce(o.settled_at, {NOW_SQL}) END
    WHERE {_MEANT}"""
# A campaign's is tried again later where the fault passes, with its sender's campaigns where WhatsApp wants no more people now.
# held: where the person has written since we posted, the window is open again and the row just leaves once more.
# The row goes on the shelf in the same statement that counts it, so a turn that runs now finds both or neither.
_FAILED = f"""
    WITH before AS (
        SELECT o.id, o.conversation_id, o.state, o.lane, o.posted_at, c.last_inbound_at,
               o.lane = 'campaign' AND (CAST(:too_many AS boolean) OR :passing AND o.attempts < :most) AS again
        FROM outbox o JOIN conversations c ON c.id = o.conversation_id
        WHERE {_MEANT} AND o.state NOT IN ('queued', 'held', 'unconfirmed')
        FOR NO KEY UPDATE OF o
    ), settled AS (
        UPDATE outbox o SET
            state = CASE WHEN b.again THEN 'queued'
                         WHEN NOT CAST(:later AS boolean) OR b.lane = 'campaign' THEN 'failed'
                         WHEN b.last_inbound_at > b.posted_at THEN 'queued' ELSE 'held' END,
            sid = CASE WHEN b.again OR :later AND b.lane <> 'campaign' THEN NULL ELSE :sid END,
            error_code = coalesce(CAST(:code AS integer), o.error_code),
            reason = CAST(:reason AS text),
            accepted_at = CASE WHEN NOT b.again THEN coalesce(o.accepted_at, {NOW_SQL}) END,
            settled_at = CASE WHEN NOT b.again THEN coalesce(o.settled_at, {NOW_SQL}) END,
            not_before = CASE WHEN b.again THEN {NOW_SQL} + CAST(:pause AS interval) WHEN :later THEN {NOW_SQL}
                              ELSE o.not_before END
        FROM before b WHERE o.id = b.id
        RETURNING o.conversation_id, o.sender_id, o.state, o.not_before, b.state AS was, b.again
    ), slowed AS (
        UPDATE senders s SET campaigns_after = t.not_before FROM settled t
        WHERE s.id = t.sender_id AND t.again AND :too_many
          AND coalesce(s.campaigns_after, '-infinity') <= {NOW_SQL}
    )
    UPDATE conversations c SET held = c.held + 1 FROM settled s
    WHERE c.id = s.conversation_id AND s.state = 'held' AND s.was NOT IN ('held', 'unconfirmed')
    RETURNING c.id"""
# By row and by sid apart, so that each is planned once for its index: with a choice inside it would be planned anew at
# every report.
_BY = {"row": "o.id = CAST(:row AS bigint) AND o.attempts = CAST(:post AS integer)", "sid": "o.sid = CAST(:sid AS text)"}
_ARRIVED_BY = {by: driver.statement(_ARRIVED.format(which)) for by, which in _BY.items()}
_FAILED_BY = {by: driver.statement(_FAILED.format(which)) for by, which in _BY.items()}


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
    given = {
        "row": report.row, "post": report.post, "sid": report.sid, "rank": _RANKS[state], **clock.bound(),
    }  # fmt: skip
    by = "sid" if report.row is None or report.post is None else "row"
    if kind is None:
        driver.fetch(conn, _ARRIVED_BY[by], given | {"state": state})
        return None
    reason = f"{kind}: {report.error_code or report.status}"
    failed = {
        "later": kind in TOLD_LATER, "code": report.error_code, "reason": reason, "too_many": kind is Kind.RATE,
        "passing": kind is Kind.RETRY, "most": POSTINGS_MAX, "pause": TRY_AGAIN,
    }  # fmt: skip
    touched = driver.fetch(conn, _FAILED_BY[by], given | failed)
    if report.error_code in approval.TAKEN_BACK:
        approval.taken_back(conn, report.error_code, clock.now(conn), sid=report.sid)
    return touched[0].id if touched else None
