"""Campaigns that go on by themselves: to each member on their own day, a date of theirs plus or minus some days.

The clock process looks again and again. Whose day it is today is found from what members did, never from a list made
before, so whoever scans this morning is not told tonight that they have not scanned for a month. A process that was away
catches up two days and nothing older; a campaign never reaches back behind the day on which it was sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from sqlalchemy import Connection, text

from base.days import INDIA, day_of
from campaigns import rows, send
from campaigns.decide import Decision, Waits
from campaigns.rows import Row
from campaigns.send import Batch, Ports

CATCH_UP_DAYS = 2
LOOK_AGAIN = timedelta(seconds=60)  # after everybody whose day it is has been looked at
DAY = timedelta(days=1)

# Each gives member_id and at, the moments of the occasion from :since until before :until.
_OCCASIONS: Mapping[str, str] = {
    "enrolled": "SELECT id AS member_id, created_at AS at FROM members WHERE created_at >= :since AND created_at < :until",
    "kyc": """
        SELECT k.member_id, max(coalesce(k.decided_at, k.created_at)) AS at FROM kyc_checks k
        WHERE k.state = 'verified' AND k.kind <> 'destination' AND k.programme_id = :programme GROUP BY k.member_id
        HAVING max(coalesce(k.decided_at, k.created_at)) >= :since AND max(coalesce(k.decided_at, k.created_at)) < :until""",
    "last_scan": """
        SELECT c.claimed_by_member AS member_id, max(c.claimed_at) AS at FROM coupons c
        WHERE c.programme_id = :programme AND c.claimed_at >= :since AND c.claimed_at < :until AND NOT EXISTS (
              SELECT FROM coupons d WHERE d.claimed_by_member = c.claimed_by_member AND d.claimed_at >= :until)
        GROUP BY c.claimed_by_member""",
    "first_scan": """
        SELECT c.claimed_by_member AS member_id, min(c.claimed_at) AS at FROM coupons c
        WHERE c.programme_id = :programme AND c.claimed_at >= :since AND c.claimed_at < :until AND NOT EXISTS (
              SELECT FROM coupons d WHERE d.claimed_by_member = c.claimed_by_member AND d.claimed_at < :since)
        GROUP BY c.claimed_by_member""",
    # the last moment at which they may be spent, as messages say it
    "points_expire": """
        SELECT split_part(l.account, '/', 3) AS member_id, l.expires_at - interval '1 microsecond' AS at FROM lots l
        WHERE l.remaining > 0 AND l.expires_at > :since AND l.expires_at <= :until AND l.programme_id = :programme
          AND starts_with(l.account, :programme || '/member/')""",
}
_DUE = """
    SELECT DISTINCT e.member_id, CAST(CAST(e.at AT TIME ZONE 'Asia/Kolkata' AS date) AS text) AS occasion
    FROM ({}) e JOIN members m ON m.id = e.member_id AND m.programme_id = :programme AND m.erased_at IS NULL
    WHERE NOT EXISTS (SELECT FROM campaign_people p WHERE p.programme_id = :programme AND p.campaign_id = :campaign
                      AND p.member_id = e.member_id
                      AND p.occasion = CAST(CAST(e.at AT TIME ZONE 'Asia/Kolkata' AS date) AS text))
      AND (e.member_id, CAST(CAST(e.at AT TIME ZONE 'Asia/Kolkata' AS date) AS text)) > (:member, :occasion)
    ORDER BY e.member_id, occasion LIMIT :most"""
_WALKED = text("""
    UPDATE campaigns SET cursor = :cursor, planned = planned + :walked, waits_for = :what, waits_until = :until
    WHERE programme_id = :programme AND id = :id""")


@dataclass(frozen=True, slots=True)
class Due:
    member_id: str
    occasion: str  # the day it is about, 2026-01-05


def batch(ports: Ports, row: Row, most: int) -> Batch:
    """Decide about the next members whose day it is, at most `most`. `done` is never: tomorrow is another day."""
    with ports.engine.begin() as conn:
        send.alone(conn, row.programme_id)
        current = rows.locked(conn, row.programme_id, row.id)
        if current is None or current.state != "sending":
            return Batch(done=True)
        now = ports.clock.now(conn)
        resting = current.waits_until is not None and current.waits_until > now and current.waits_for in ("", "quiet")
        if resting or (current.ends_at is not None and current.ends_at <= now):
            return Batch()
        made = send.desk(conn, ports, current, now)
        if made is None:
            return Batch()
        found = due(conn, current, now, most)
        inside = ports.among(conn, current, now, {one.member_id for one in found}) if found else ()
        decided: list[Decision] = []
        waits: Waits | None = None
        for occasion, group in groupby(sorted(found, key=_by_day), key=_by_day):
            ids = [one.member_id for one in group if one.member_id in inside]
            some, waits = send.decide(conn, ports, made, ids, occasion)
            decided += some
            if waits is not None:
                break
        _walked(conn, current, found, decided, waits, now, most)
    return send.counted(decided, done=False, waits=waits)


def due(conn: Connection, row: Row, now: datetime, most: int) -> list[Due]:
    """Behind the cursor, by member: whose day it is, and who has not had it. Whether they are in the audience is not asked."""
    trigger = row.campaign.trigger
    if trigger is None:
        raise ValueError(f"{row.id} has no trigger")
    first, last = days(row, day_of(now))
    if first > last:
        return []
    member, _, occasion = row.cursor.partition("|")
    sql = text(_DUE.format(_OCCASIONS[trigger.on]))
    found = conn.execute(sql, {
        "programme": row.programme_id, "campaign": row.id, "member": member, "occasion": occasion, "most": most,
        "since": _midnight(first), "until": _midnight(last + DAY),
    })  # fmt: skip
    return [Due(one.member_id, one.occasion) for one in found]


def days(row: Row, today: date) -> tuple[date, date]:
    """The first and the last day of occasions that are told about today: none where the first is later."""
    assert row.campaign.trigger is not None
    shift = timedelta(days=row.campaign.trigger.days)
    begun = day_of(row.began_at) if row.began_at is not None else today
    return max(today - CATCH_UP_DAYS * DAY, begun) - shift, today - shift


def _walked(
    conn: Connection, row: Row, found: Sequence[Due], decided: Sequence[Decision], waits: Waits | None, now: datetime, most: int
) -> None:
    """Who waits is found again, for they have no row yet: then the cursor stays. At the end it begins anew after a while."""
    through = waits is None and len(found) < most
    cursor = row.cursor if waits is not None else "" if through else f"{found[-1].member_id}|{found[-1].occasion}"
    until = waits.until if waits is not None else now + LOOK_AGAIN if through else None
    conn.execute(_WALKED, {
        "programme": row.programme_id, "id": row.id, "walked": len(decided), "cursor": cursor, "until": until,
        "what": waits.what if waits is not None else "",
    })  # fmt: skip


def _by_day(one: Due) -> str:
    return one.occasion


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), INDIA)
