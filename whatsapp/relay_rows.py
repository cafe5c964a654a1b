"""The relay's statements: which rows are due, taking them under a lease, writing down what became of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from base import driver
from whatsapp.content import approval
from whatsapp.verdict import Change

LEASE = timedelta(seconds=20)  # longer than a call may take; after that its relay counts as dead
UNCERTAIN_HOLDS = timedelta(seconds=30)  # how long an uncertain message keeps the contact's next one back


@dataclass(frozen=True, slots=True)
class Due:
    """The next row of a contact, and what decides whether it may leave."""

    id: int
    conversation_id: str
    sender_id: str
    lane: str
    expires_at: datetime | None
    last_inbound_at: datetime | None
    stopped: bool  # they said STOP; never of a campaign's
    barred: str | None  # of a campaign's: why they shall not have it now


@dataclass(frozen=True, slots=True)
class Taken:
    """A row committed as `sending`."""

    id: int
    key: str
    conversation_id: str
    sender_id: str
    contact_id: str
    lane: str
    sealed: bytes
    reason: str | None  # of the refusal before
    attempts: int
    to: str
    sender: str
    data_key: bytes | None
    posted_at: datetime


# One row per contact: the oldest that is due. What keeps a row back: a call that is out, an uncertain one for a while,
# an older row that is due or waits for its next attempt. A campaign's row that still waits never keeps back an answer, and
# stays where it is while its campaign is paused or stopped, also where it came back from a call only after that; paused, it
# keeps back no other campaign's either.
_DUE = driver.statement("""
    SELECT o.id, o.conversation_id, o.sender_id, o.lane, o.expires_at, c.last_inbound_at,
           o.lane <> 'campaign' AND c.stopped_at IS NOT NULL AS stopped,
           CASE o.lane WHEN 'campaign' THEN campaign_barred(o.key, o.conversation_id, CAST(:now AS timestamptz)) END AS barred
    FROM (VALUES ('reply', 1), ('notice', 2), ('campaign', 3)) AS l(lane, rank) CROSS JOIN LATERAL (
        SELECT q.* FROM outbox q
        WHERE q.state = 'queued' AND q.lane = l.lane AND q.not_before <= :now
          AND q.conversation_id <> ALL(CAST(:busy AS text[]))
          AND (q.lane <> 'campaign' OR campaign_goes(q.key, CAST(:now AS timestamptz)))
          AND NOT EXISTS (SELECT 1 FROM relay_leases r
                          WHERE r.conversation_id = q.conversation_id AND r.holder <> :holder AND r.until > :now)
          AND NOT EXISTS (
              SELECT 1 FROM outbox b WHERE b.conversation_id = q.conversation_id AND b.id <> q.id
              AND b.state IN ('queued', 'sending', 'uncertain')
              AND CASE b.state WHEN 'sending' THEN true
                               WHEN 'uncertain' THEN b.posted_at > :uncertain_since
                               ELSE (b.not_before <= :now OR b.attempts > 0 AND b.reason IS DISTINCT FROM 'paused')
                                    AND CASE WHEN (b.lane = 'campaign') = (q.lane = 'campaign') THEN b.id < q.id
                                             ELSE q.lane = 'campaign' END
                  END)
        ORDER BY q.not_before, q.id LIMIT :most
    ) o JOIN conversations c ON c.id = o.conversation_id
    ORDER BY l.rank, o.not_before, o.id LIMIT :most""")
# Of two relays that saw the same row, one takes it; the other passes over it without waiting.
_TAKE = driver.statement("""
    WITH free AS (
        SELECT id FROM outbox WHERE id = ANY(CAST(:ids AS bigint[])) AND state = 'queued' AND not_before <= :now
        ORDER BY id FOR UPDATE SKIP LOCKED
    ), taken AS (
        UPDATE outbox o SET state = 'sending', posted_at = :now, attempts = o.attempts + 1, sid = NULL,
               outside_window = o.id = ANY(CAST(:outside AS bigint[]))
        FROM free, contacts k, senders s WHERE o.id = free.id AND k.id = o.contact_id AND s.id = o.sender_id
        RETURNING o.id, o.key, o.conversation_id, o.sender_id, o.contact_id, o.lane, o.sealed, o.reason, o.attempts,
                  k.address AS to, s.address AS sender, k.data_key, o.posted_at
    ), leased AS (
        INSERT INTO relay_leases (conversation_id, holder, until) SELECT conversation_id, :holder, :until FROM taken
        ON CONFLICT (conversation_id) DO UPDATE SET holder = excluded.holder, until = excluded.until
    )
    SELECT * FROM taken ORDER BY id""")
# A callback may have been first, or another relay may have given this one up for dead: then only what is missing is
# written. The lease goes in the same statement, so nobody sees the contact free before the outcome is there.
_RECORD = driver.statement("""
    WITH told AS (
        UPDATE outbox o SET
            state = CASE WHEN o.state IN ('sending', 'uncertain') THEN v.state ELSE o.state END,
            reason = CASE WHEN o.state IN ('sending', 'uncertain') THEN v.reason ELSE o.reason END,
            error_code = CASE WHEN o.state IN ('sending', 'uncertain') THEN v.error_code ELSE o.error_code END,
            not_before = CASE WHEN o.state IN ('sending', 'uncertain') THEN coalesce(v.not_before, o.not_before)
                              ELSE o.not_before END,
            sid = coalesce(o.sid, v.sid),
            accepted_at = CASE v.state WHEN 'accepted' THEN coalesce(o.accepted_at, :now)
                                       ELSE o.accepted_at END,
            settled_at = CASE WHEN v.state = 'failed' AND o.state IN ('sending', 'uncertain')
                              THEN CAST(:now AS timestamptz) ELSE o.settled_at END
        FROM unnest(CAST(:ids AS bigint[]), CAST(:attempts AS integer[]), CAST(:states AS text[]),
                    CAST(:sids AS text[]), CAST(:codes AS integer[]), CAST(:reasons AS text[]),
                    CAST(:not_befores AS timestamptz[]))
             AS v(id, attempts, state, sid, error_code, reason, not_before)
        WHERE o.id = v.id AND o.attempts = v.attempts
    )
    DELETE FROM relay_leases WHERE conversation_id = ANY(CAST(:conversations AS text[])) AND holder = :holder""")
_EXPIRE = driver.statement("""
    UPDATE outbox o SET state = 'expired', reason = v.reason, settled_at = :now
    FROM unnest(CAST(:ids AS bigint[]), CAST(:reasons AS text[])) AS v(id, reason)
    WHERE o.id = v.id AND o.state = 'queued'""")
_LATER = driver.statement("UPDATE outbox SET not_before = :until WHERE id = ANY(CAST(:ids AS bigint[])) AND state = 'queued'")


def due(conn: Connection, holder: str, busy: Collection[str], now: datetime, most: int) -> list[Due]:
    """At most `most` rows, one per contact, those first that answer someone. `busy`: contacts with a call out."""
    given = {"now": now, "busy": list(busy), "holder": holder, "most": most, "uncertain_since": now - UNCERTAIN_HOLDS}
    return [Due(*row) for row in driver.fetch(conn, _DUE, given)]


def take(
    conn: Connection, holder: str, ids: Sequence[int], now: datetime, outside: Collection[int] = ()
) -> list[Taken]:
    """Mark rows as `sending` and lease their contacts. What another relay has taken meanwhile is left out. `outside`: those
    that leave as templates because the window is closed."""
    if not ids:
        return []
    given = {"ids": list(ids), "holder": holder, "now": now, "until": now + LEASE, "outside": list(outside)}
    return [Taken(*row) for row in driver.fetch(conn, _TAKE, given)]


def record(conn: Connection, holder: str, changes: Sequence[tuple[Taken, Change]], now: datetime) -> None:
    """Write down what became of calls and give up the leases."""
    if not changes:
        return
    driver.fetch(conn, _RECORD, {
        "ids": [row.id for row, _ in changes], "attempts": [row.attempts for row, _ in changes],
        "states": [change.state for _, change in changes], "sids": [change.sid for _, change in changes],
        "codes": [change.error_code for _, change in changes], "reasons": [change.reason for _, change in changes],
        "not_befores": [change.not_before for _, change in changes], "now": now, "holder": holder,
        "conversations": [row.conversation_id for row, _ in changes],
    })  # fmt: skip
    for row, change in changes:
        if change.error_code in approval.TAKEN_BACK and row.lane == "campaign":
            approval.taken_back(conn, change.error_code, now, row=row.id)


def expire(conn: Connection, rows: Sequence[tuple[Due, str]], now: datetime) -> None:
    """These are never sent: too late, or the person wants none."""
    if rows:
        driver.fetch(conn, _EXPIRE, {"ids": [row.id for row, _ in rows], "reasons": [why for _, why in rows], "now": now})


def later(conn: Connection, ids: Collection[int], until: datetime) -> None:
    """These cannot leave now, and keep nobody's place until then."""
    if ids:
        driver.fetch(conn, _LATER, {"ids": sorted(ids), "until": until})
