"""The desk at which a page of members is decided about, as it stands now: the programme's rules, and what room there is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from campaigns.decide import Desk
from campaigns.room import room
from campaigns.rows import Row
from loyalty import programme_rows


def desk_of(conn: Connection, row: Row, approved: Collection[tuple[str, str]], now: datetime) -> Desk:
    """`approved`: (arm, locale) of the words that count as approved."""
    programme = programme_rows.current(conn, row.programme_id).programme
    left = room(
        conn, programme_id=row.programme_id, campaign_id=row.id, sender_id=row.sender_id, category=row.campaign.category,
        budget=row.campaign.budget, now=now,
    )  # fmt: skip
    return Desk(row, left, programme.messages, programme.messages.closed_on, approved, programme.locales[0], now)
