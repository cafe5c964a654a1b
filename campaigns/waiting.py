"""A campaign's messages that wait in the outbox: kept back, let go, given up. A row's id order is the order of its locks."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, text

FOREVER = datetime(9999, 12, 1, tzinfo=UTC)  # until when a paused row waits; "infinity" no driver can read
PAUSED = "paused"

# Locked first and in one order: a relay that takes some of them meanwhile is waited for, and what it took is left to it.
_MINE = """SELECT id FROM outbox WHERE lane = 'campaign' AND state = 'queued' AND starts_with(key, :prefix) {}
           ORDER BY id FOR NO KEY UPDATE"""
_HOLD = text(f"""
    WITH mine AS ({_MINE.format("AND not_before < :forever")})
    UPDATE outbox o SET not_before = :forever, reason = '{PAUSED}' FROM mine WHERE o.id = mine.id AND o.state = 'queued'""")
_RELEASE = text(f"""
    WITH mine AS ({_MINE.format(f"AND reason = '{PAUSED}'")})
    UPDATE outbox o SET not_before = :at, reason = NULL FROM mine WHERE o.id = mine.id AND o.state = 'queued'""")
_DROP = text(f"""
    WITH mine AS ({_MINE.format("")})
    UPDATE outbox o SET state = 'expired', reason = 'campaign_stopped', settled_at = :now FROM mine
    WHERE o.id = mine.id AND o.state = 'queued'""")
_QUIET = text(f"""
    WITH mine AS ({_MINE.format("AND not_before < :until")})
    UPDATE outbox o SET not_before = :until FROM mine WHERE o.id = mine.id AND o.state = 'queued'""")
_COUNT = text("""
    SELECT count(*) FROM outbox
    WHERE lane = 'campaign' AND state IN ('queued', 'sending', 'uncertain') AND starts_with(key, :prefix)""")
# What was with a relay when its campaign was paused or stopped, and came back to the queue.
_STRAYS = text("""
    SELECT DISTINCT g.programme_id, g.id FROM outbox o JOIN campaign_people p ON p.outbox_key = o.key
    JOIN campaigns g ON g.programme_id = p.programme_id AND g.id = p.campaign_id
    WHERE o.lane = 'campaign' AND o.state = 'queued' AND o.not_before < :forever AND g.state IN ('paused', 'stopped')
    ORDER BY g.programme_id, g.id""")
_STATE = text("SELECT state FROM campaigns WHERE programme_id = :programme AND id = :id FOR NO KEY UPDATE")


def prefix(campaign_id: str) -> str:
    """What the keys of its rows begin with."""
    return f"campaign/{campaign_id}/"


def key(campaign_id: str, member_id: str, occasion: str = "") -> str:
    return prefix(campaign_id) + (f"{member_id}/{occasion}" if occasion else member_id)


def hold(conn: Connection, campaign_id: str) -> int:
    return conn.execute(_HOLD, {"prefix": prefix(campaign_id), "forever": FOREVER}).rowcount


def release(conn: Connection, campaign_id: str, at: datetime) -> int:
    return conn.execute(_RELEASE, {"prefix": prefix(campaign_id), "at": at}).rowcount


def drop(conn: Connection, campaign_id: str, now: datetime) -> int:
    return conn.execute(_DROP, {"prefix": prefix(campaign_id), "now": now}).rowcount


def keep_quiet(conn: Connection, campaign_id: str, until: datetime) -> int:
    """What would leave before then, for the sender was slow or the relay away, leaves then."""
    return conn.execute(_QUIET, {"prefix": prefix(campaign_id), "until": until}).rowcount


def count(conn: Connection, campaign_id: str) -> int:
    """Rows that are not settled."""
    return int(conn.execute(_COUNT, {"prefix": prefix(campaign_id)}).scalar_one())


def tidy(conn: Connection, now: datetime) -> int:
    """Keep back, or give up, what a pause or a stop found on its way; how many rows. The campaign's lock comes first: who
    resumes it at this moment is waited for, or waits."""
    done = 0
    for row in conn.execute(_STRAYS, {"forever": FOREVER}).all():
        state = conn.execute(_STATE, {"programme": row.programme_id, "id": row.id}).scalar_one()
        if state in ("paused", "stopped"):
            done += drop(conn, row.id, now) if state == "stopped" else hold(conn, row.id)
    return done
