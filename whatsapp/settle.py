"""Uncertain messages: a call that timed out, or whose relay died, is looked for in Twilio's list and never sent again.

The callback usually settles them first (delivery.py). What neither callback nor two listings have shown ten minutes
after the posting is `unconfirmed`: its fact is told again only when the person next writes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from whatsapp.delivery import Report
from whatsapp.outbound import Message, fallback_text
from whatsapp.outcome import Listed
from whatsapp.shelf import Shelving
from whatsapp.verdict import LOOK_AFTER

GIVE_UP_AFTER = LOOK_AFTER[-1]
LISTINGS_MIN = 2
CLOCKS_DIFFER = timedelta(minutes=2)  # Twilio's time of making and our time of posting
UNCONFIRMED = "unconfirmed"  # reason of a campaign's row that neither callback nor listing has shown
LOOK_AGAIN = timedelta(minutes=2)  # where the listing itself failed


@dataclass(frozen=True, slots=True)
class Lost:
    """An uncertain row that is to be looked for."""

    id: int
    key: str
    conversation_id: str
    contact_id: str
    sealed: bytes
    data_key: bytes | None
    reason: str
    attempts: int
    posted_at: datetime
    last_inbound_at: datetime | None
    to: str
    sender: str
    lane: str


_ABANDONED = text("""
    UPDATE outbox SET state = 'uncertain', reason = 'relay gone; listed 0', not_before = CAST(:now AS timestamptz)
    WHERE id IN (SELECT o.id FROM outbox o WHERE o.state = 'sending' AND o.id <> ALL(CAST(:mine AS bigint[]))
                 AND NOT EXISTS (SELECT 1 FROM relay_leases r
                                 WHERE r.conversation_id = o.conversation_id AND r.until > :now)
                 ORDER BY o.id FOR UPDATE SKIP LOCKED)""")
_CLAIM = text("""
    WITH claimed AS (
        UPDATE outbox SET not_before = :again
        WHERE id IN (SELECT id FROM outbox WHERE state = 'uncertain' AND not_before <= :now
                     ORDER BY not_before, id LIMIT :most FOR UPDATE SKIP LOCKED)
        RETURNING id, key, conversation_id, contact_id, sender_id, sealed, reason, attempts, posted_at, lane
    )
    SELECT o.id, o.key, o.conversation_id, o.contact_id, o.sealed, k.data_key, coalesce(o.reason, ''), o.attempts,
           o.posted_at, c.last_inbound_at, k.address, s.address, o.lane
    FROM claimed o JOIN contacts k ON k.id = o.contact_id JOIN senders s ON s.id = o.sender_id
         JOIN conversations c ON c.id = o.conversation_id ORDER BY o.id""")
_SIDS = text("SELECT sid FROM outbox WHERE sid = ANY(CAST(:sids AS text[]))")
_LOOKED = text("""
    UPDATE outbox SET reason = :reason, not_before = :next
    WHERE id = :id AND state = 'uncertain' AND attempts = :attempts""")


_ENDED = text("""
    UPDATE outbox SET state = 'failed', reason = :reason, settled_at = :now
    WHERE id = :id AND state = 'uncertain' AND attempts = :attempts""")


def abandoned(conn: Connection, mine: Collection[int], now: datetime) -> int:
    """Rows left `sending` by a relay whose lease ran out become uncertain. `mine`: calls this process has out."""
    return conn.execute(_ABANDONED, {"now": now, "mine": list(mine)}).rowcount


def claim(conn: Connection, now: datetime, most: int) -> list[Lost]:
    """Uncertain rows whose time to be looked for has come; other relays leave them alone for a while."""
    return [Lost(*row) for row in conn.execute(_CLAIM, {"now": now, "again": now + LOOK_AGAIN, "most": most})]


def unclaimed(conn: Connection, listed: Iterable[Listed]) -> list[Listed]:
    """Those messages in the list that no row of the outbox has."""
    ours = [one for one in listed if not one.inbound]
    known = set(conn.execute(_SIDS, {"sids": [one.sid for one in ours]}).scalars())
    return [one for one in ours if one.sid not in known]


def found(lost: Lost, message: Message, listed: Sequence[Listed]) -> Report | None:
    """The message in the list, as a report: same number, same words, made when we posted; the oldest of several."""
    words = {_bare(message.body), _bare(fallback_text(message))}
    fitting = [
        one for one in listed
        if one.to == lost.to and one.sender == lost.sender and _bare(one.body) in words
        and one.created_at >= lost.posted_at - CLOCKS_DIFFER
    ]  # fmt: skip
    if not fitting:
        return None
    oldest = min(fitting, key=lambda one: one.created_at)
    return Report(lost.id, lost.attempts, oldest.sid, oldest.status or "queued", oldest.error_code)


def not_found(conn: Connection, lost: Lost, now: datetime) -> Shelving | None:
    """Count the listing; the shelf's order when that was the last. A campaign's message may have arrived, so it is never told
    again: its row ends as failed, and a callback that comes late still lifts it."""
    why, count = listings(lost.reason)
    count += 1
    if count >= LISTINGS_MIN and now >= lost.posted_at + GIVE_UP_AFTER:
        if lost.lane == "campaign":
            gone = {"id": lost.id, "attempts": lost.attempts, "reason": f"{UNCONFIRMED}: {why}", "now": now}
            conn.execute(_ENDED, gone)
            return None
        return Shelving(lost.id, lost.conversation_id, "uncertain", "unconfirmed", why, lost.last_inbound_at)
    wait = next((wait for wait in LOOK_AFTER if lost.posted_at + wait > now), GIVE_UP_AFTER)
    again = max(lost.posted_at + wait, now + timedelta(seconds=5))
    reason = f"{why}; listed {count}"
    conn.execute(_LOOKED, {"id": lost.id, "attempts": lost.attempts, "reason": reason, "next": again})
    return None


def listings(reason: str) -> tuple[str, int]:
    """`timeout; listed 1` -> what happened, and how often it was looked for."""
    parted = re.fullmatch(r"(.*); listed (\d+)", reason)
    return (parted[1], int(parted[2])) if parted else (reason, 0)


def _bare(words: str) -> str:
    return " ".join(words.split())
