"""Who a campaign is for: everybody in the programme for whom its conditions hold, page by page, and why not somebody.

Members who were erased, or merged into another, are in no audience. Pages go by member id: ids sort as they were made, so
who joins meanwhile comes last and moves nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from campaigns.condition import Audience
from campaigns.named import doubts, statement
from campaigns.why_not import why_not

__all__ = ["Audience", "among", "doubts", "page", "size", "why_not"]

_LIVING = """m.programme_id = :programme AND m.erased_at IS NULL
    AND NOT EXISTS (SELECT FROM member_merges gone WHERE gone.from_id = m.id)"""
_LISTED = """EXISTS (
    SELECT FROM campaign_listed l
     WHERE l.programme_id = m.programme_id AND l.campaign_id = :listed_in AND l.member_id = m.id)"""
# A statement looks at so many members and no more: where few are chosen of many, it would run into its time limit.
STRIDE_MEMBERS = 20_000
_UNTIL = text("""
    SELECT id FROM members WHERE programme_id = :programme AND id > :after AND erased_at IS NULL
    ORDER BY id LIMIT 1 OFFSET :members""")
# What is planned for a whole table is compiled to machine code, which takes longer than a page does.
_NO_COMPILING = text("SET LOCAL jit = off")


def size(conn: Connection, audience: Audience, now: datetime) -> int:
    """How many they are at `now`. Raises loyalty.programme_rows.NotPublished."""
    where, given = _where(conn, audience, now)
    sql = f"SELECT count(*) FROM members m WHERE {where} AND m.id > :after"
    return sum(_run(conn, sql + end, given | stride).scalar_one() for end, stride in _strides(conn, audience, ""))


def page(conn: Connection, audience: Audience, now: datetime, after: str, most: int) -> list[str]:
    """Up to `most` of their ids that come after `after` ("" at first), ascending; fewer than `most`: that was all."""
    where, given = _where(conn, audience, now)
    sql = f"SELECT m.id FROM members m WHERE {where} AND m.id > :after"
    found: list[str] = []
    for end, stride in _strides(conn, audience, after):
        found += _run(conn, f"{sql}{end} ORDER BY m.id LIMIT :most", given | stride | {"most": most - len(found)}).scalars()
        if len(found) >= most:
            break
    return found


def among(conn: Connection, audience: Audience, now: datetime, member_ids: Collection[str]) -> set[str]:
    """Those of these members who are in it."""
    where, given = _where(conn, audience, now)
    sql = f"SELECT m.id FROM members m WHERE {where} AND m.id = ANY(CAST(:asked AS text[]))"
    return set(_run(conn, sql, given | {"asked": list(member_ids)}).scalars())


def _strides(conn: Connection, audience: Audience, after: str) -> Iterator[tuple[str, dict[str, str]]]:
    """One after the other: the SQL of its end, and where it begins and ends; the last one has no end."""
    until: str | None = after
    while until is not None:
        asked = {"programme": audience.programme_id, "after": until, "members": STRIDE_MEMBERS - 1}
        after, until = until, conn.execute(_UNTIL, asked).scalar_one_or_none()
        yield ("", {"after": after}) if until is None else (" AND m.id <= :until", {"after": after, "until": until})


def _where(conn: Connection, audience: Audience, now: datetime) -> tuple[str, dict[str, Any]]:
    made = statement(conn, audience.programme_id, now)
    parts = [_LIVING]
    if audience.listed_in is not None:
        parts.append(_LISTED)
        made.given["listed_in"] = audience.listed_in
    if (condition := audience.whole()) is not None:
        parts.append(made.where(condition))
    return " AND ".join(parts), made.given


def _run(conn: Connection, sql: str, given: dict[str, Any]) -> Any:
    conn.execute(_NO_COMPILING)
    return conn.execute(text(sql), given)
