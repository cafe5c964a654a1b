"""Holds against payouts: each payout's points are where its state says."""

from __future__ import annotations

from sqlalchemy import Connection, text

from ledger.verify import Difference

# A payout that came back after it was paid had its points burned, and given back by a posting of their own.
_CHECK = text("""
    SELECT p.id, p.state, p.points, coalesce(h.state, 'gone') AS hold_state, coalesce(h.points, 0) AS held FROM payouts p
    LEFT JOIN holds h ON h.id = p.hold_id AND h.member_id = p.member_id AND h.programme_id = p.programme_id
    WHERE h.points IS DISTINCT FROM p.points OR NOT (h.state = ANY (CASE p.state
              WHEN 'paid' THEN ARRAY['burned'] WHEN 'failed' THEN ARRAY['released']
              WHEN 'reversed' THEN ARRAY['burned', 'released'] ELSE ARRAY['held'] END))
    ORDER BY p.id""")


def differences(conn: Connection) -> list[Difference]:
    """Every payout whose hold has another state, other points, or is gone."""
    return [
        Difference("hold of a payout", row.id, f"{row.points} points, {row.state}", f"{row.held} points, {row.hold_state}")
        for row in conn.execute(_CHECK)
    ]
