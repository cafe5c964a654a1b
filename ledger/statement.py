"""A member's statement: opening balance, every posting of a time, closing balance; by when it happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from ledger import chart

_LINES = text("""
    SELECT p.id, p.happened_at, p.recorded_at, p.reason, p.facts, p.corrects, p.happened_at < :since AS before,
           coalesce(sum(CASE :available WHEN m.credit THEN m.amount WHEN m.debit THEN -m.amount END), 0)::bigint AS points,
           coalesce(sum(CASE :held WHEN m.credit THEN m.amount WHEN m.debit THEN -m.amount END), 0)::bigint AS held
      FROM postings p JOIN moves m ON m.posting_id = p.id AND m.unit = 'PTS'
     WHERE p.programme_id = :programme AND p.member_id = :member AND p.happened_at < :until
     GROUP BY p.id ORDER BY p.happened_at, p.id""")


@dataclass(frozen=True, slots=True)
class Line:
    """`points`: what it did to the available balance, signed; `balance`: that balance after it. `held` likewise signed.

    Where `recorded_at` is later than the statement that was sent, the line was posted with an earlier date.
    """

    posting_id: int
    happened_at: datetime
    recorded_at: datetime
    kind: str
    points: int
    held: int
    balance: int
    facts: Mapping[str, Any]
    corrects: int | None


@dataclass(frozen=True, slots=True)
class Statement:
    """Opening + all `points` = closing, in points that are available; each opening is the closing before it."""

    since: datetime
    until: datetime
    opening: int
    lines: tuple[Line, ...]
    closing: int


def statement(conn: Connection, programme_id: str, member_id: str, since: datetime, until: datetime) -> Statement:
    """What happened from `since` to before `until`. ValueError where that is no time at all."""
    if since > until:
        raise ValueError("a statement ends after it begins")
    asked = {"programme": programme_id, "member": member_id, "since": since, "until": until}
    asked |= {"available": chart.available(programme_id, member_id), "held": chart.held(programme_id, member_id)}
    opening = 0
    lines: list[Line] = []
    for row in conn.execute(_LINES, asked):
        if row.before:
            opening += row.points
            continue
        balance = (lines[-1].balance if lines else opening) + row.points
        lines.append(Line(
            row.id, row.happened_at, row.recorded_at, row.reason, row.points, row.held, balance, row.facts, row.corrects
        ))  # fmt: skip
    return Statement(since, until, opening, tuple(lines), lines[-1].balance if lines else opening)
