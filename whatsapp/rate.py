"""The sender's rate: taken in blocks from the sender's row, so that more relays do not make it faster."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

BLOCKS_PER_S = 8
CATCH_UP = timedelta(milliseconds=250)  # time lost between two looks may be made good
KEEP = timedelta(seconds=1)  # what was not used by then is forgotten

_LEASE = text("""
    UPDATE senders SET rate_free_at = greatest(coalesce(rate_free_at, :floor), :floor)
                                      + greatest(rate_per_s / :blocks, 1) * interval '1 second' / rate_per_s
    WHERE id = :id AND (rate_free_at IS NULL OR rate_free_at <= :now)
    RETURNING greatest(rate_per_s / :blocks, 1)""")
_BACK_OFF = text("UPDATE senders SET rate_free_at = greatest(coalesce(rate_free_at, :until), :until) WHERE id = :id")


@dataclass(slots=True)
class Allowance:
    """Messages this relay may still send for each sender."""

    left: dict[str, int] = field(default_factory=dict)
    leased_at: dict[str, datetime] = field(default_factory=dict)
    refused_at: dict[str, datetime] = field(default_factory=dict)  # asked once per look, however many rows wait

    def take(self, conn: Connection, sender_id: str, now: datetime) -> bool:
        """Whether one more message may leave now. Asks the sender's row only when the last block is used up."""
        if abs(now - self.leased_at.get(sender_id, now)) > KEEP:
            self.left[sender_id] = 0
        if not self.left.get(sender_id):
            if self.refused_at.get(sender_id) == now:
                return False
            given = {"id": sender_id, "now": now, "floor": now - CATCH_UP, "blocks": BLOCKS_PER_S}
            granted = conn.execute(_LEASE, given).scalar_one_or_none()
            if not granted:
                self.refused_at[sender_id] = now
                return False
            self.left[sender_id], self.leased_at[sender_id] = granted, now
        self.left[sender_id] -= 1
        return True

    def back_off(self, conn: Connection, sender_id: str, until: datetime) -> None:
        """Twilio said that it is too fast: nobody sends for this sender until then."""
        self.left[sender_id] = 0
        conn.execute(_BACK_OFF, {"id": sender_id, "until": until})
