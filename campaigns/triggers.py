"""Campaigns that go on by themselves: to each member on their own day, a date of theirs plus or minus some days.

The clock process looks again and again. Whose day it is today is found from what members did, never from a list made
before, so whoever scans this morning is not told tonight that they have not scanned for a month. A process that was away, or
a campaign that was paused, catches up two days, holidays not counted, and nothing older; a campaign never reaches back behind
the day on which it was sent. Who was merged into another member did what they did as that one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby, islice

from sqlalchemy import Connection, text

from base.days import INDIA, day_of
from campaigns import rows, send
from campaigns.decide import Decision, Waits
from campaigns.rows import Row
from campaigns.send import Batch, Ports
from loyalty import programme_rows

CATCH_UP_DAYS = 2
LOOK_BACK_DAYS = 60  # over however many holidays
LOOK_AGAIN = timedelta(seconds=60)  # after everybody whose day it is has been looked at
DAY = timedelta(days=1)

# Each gives member_id and at, the moments of the occasion from :since until before :until.
_OCCASIONS: Mapping[str, str] = {
    "enrolled": "SELECT id AS member_id, created_at AS at FROM members WHERE created_at >= :since AND created_at < :until",
    "kyc": """
        SELECT coalesce(w.id, k.member_id) AS member_id, max(coalesce(k.decided_at, k.created_at)) AS at
        FROM kyc_checks k LEFT JOIN living w ON w.from_id = k.member_id
        WHERE k.state = 'verified' AND k.kind <> 'destination' AND k.programme_id = :programme GROUP BY 1
        HAVING max(coalesce(k.decided_at, k.created_at)) >= :since AND max(coalesce(k.decided_at, k.created_at)) < :until""",
    "last_scan": """
        SELECT coalesce(w.id, c.claimed_by_member) AS member_id, max(c.claimed_at) AS at
        FROM coupons c LEFT JOIN living w ON w.from_id = c.claimed_by_member
        WHERE c.programme_id = :programme AND c.claimed_at >= :since AND c.claimed_at < :until
          AND NOT EXISTS (SELECT FROM coupons d WHERE d.claimed_by_member = coalesce(w.id, c.claimed_by_member)
                          AND d.claimed_at >= :until)
          AND NOT EXISTS (SELECT FROM living x JOIN coupons d ON d.claimed_by_member = x.from_id
                          WHERE x.id = coalesce(w.id, c.claimed_by_member) AND d.claimed_at >= :until)
        GROUP BY 1""",
    "first_scan": """
        SELECT coalesce(w.id, c.claimed_by_member) AS member_id, min(c.claimed_at) AS at
        FROM coupons c LEFT JOIN living w ON w.from_id = c.claimed_by_member
        WHERE c.programme_id = :programme AND c.claimed_at >= :since AND c.claimed_at < :until
          AND NOT EXISTS (SELECT FROM coupons d WHERE d.claimed_by_member = coalesce(w.id, c.claimed_by_member)
                          AND d.claimed_at < :since)
          AND NOT EXISTS (SELECT FROM living x JOIN coupons d ON d.claimed_by_member = x.from_id
                          WHERE x.id = coalesce(w.id, c.claimed_by_member) AND d.claimed_at < :since)
        GROUP BY 1""",
    # the last moment at which they may be spent, as messages say it
    "points_expire": """
        SELECT split_part(l.account, '/', 3) AS member_id, l.expires_at - interval '1 microsecond' AS at FROM lots l
        WHERE l.remaining > 0 AND l.expires_at > :since AND l.expires_at <= :until AND l.programme_id = :programme
          AND starts_with(l.account, :programme || '/member/')""",
}
_DUE = """
    WITH RECURSIVE up (from_id, id) AS (
        SELECT from_id, into_id FROM member_merges
        UNION SELECT up.from_id, g.into_id FROM up JOIN member_merges g ON g.from_id = up.id
    ), living (from_id, id) AS MATERIALIZED (  -- who was merged, and whom they live on in
        SELECT from_id, id FROM up WHERE NOT EXISTS (SELECT FROM member_merges g WHERE g.from_id = up.id))
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
        now, seen = ports.clock.now(conn), rows.find(conn, row.programme_id, row.id)
        if not send.going(seen):
            return Batch(done=True)
        # A tier that was raised, or a budget, frees the room before its time: only the others are slept out.
        resting = seen.waits_until is not None and seen.waits_until > now and seen.waits_for in ("", "quiet")
        if resting or (seen.ends_at is not None and seen.ends_at <= now):
            return Batch()
        found = due(conn, seen, now, most)  # before the row is locked: who pauses waits for nobody's scans
        inside = ports.among(conn, seen, now, {one.member_id for one in found}) if found else ()
        current = rows.locked(conn, row.programme_id, row.id)
        if not send.going(current):
            return Batch()
        made = send.desk(conn, ports, current, now)
        if made is None:
            return Batch()
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
    first, last = days(row, day_of(now), programme_rows.current(conn, row.programme_id).programme.messages.closed_on)
    if first > last:
        return []
    member, _, occasion = row.cursor.partition("|")
    sql = text(_DUE.format(_OCCASIONS[trigger.on]))
    found = conn.execute(sql, {
        "programme": row.programme_id, "campaign": row.id, "member": member, "occasion": occasion, "most": most,
        "since": _midnight(first), "until": _midnight(last + DAY),
    })  # fmt: skip
    return [Due(one.member_id, one.occasion) for one in found]


def days(row: Row, today: date, holidays: Collection[date] = ()) -> tuple[date, date]:
    """The first and the last day of occasions that are told about today: none where the first is later. On a holiday nothing
    is told, so it is no day that counts."""
    assert row.campaign.trigger is not None
    shift = timedelta(days=row.campaign.trigger.days)
    begun = day_of(row.began_at) if row.began_at is not None else today
    worked = (today - n * DAY for n in range(1, LOOK_BACK_DAYS) if today - n * DAY not in holidays)
    oldest = next(islice(worked, CATCH_UP_DAYS - 1, None), today - LOOK_BACK_DAYS * DAY)
    return max(oldest, begun) - shift, today - shift


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
