"""One clock. Time enters as data: read here, once a transaction, and handed on.

In development an offset row (table dev_clock) moves the whole house; a service that talks to the real Twilio never
reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

OFFSET_SQL = "(SELECT offset_s FROM dev_clock)"  # for statements that fetch the offset along with something else
# For a statement that is a whole transaction: the time without a statement of its own. Takes Clock.bound().
NOW_SQL = f"(CAST(:wall AS timestamptz) + CAST(:shifted AS integer) * {OFFSET_SQL} * interval '1 second')"
_READ = text(f"SELECT {OFFSET_SQL}")


def wall() -> datetime:
    return datetime.now(UTC)


class Clock:
    """`shiftable`: development, where the offset row counts."""

    def __init__(self, *, shiftable: bool, wall: Callable[[], datetime] = wall) -> None:
        self._shiftable = shiftable
        self._wall = wall

    def now(self, conn: Connection) -> datetime:
        """The time, by a statement of its own where the offset counts."""
        return self.at(conn.execute(_READ).scalar_one() if self._shiftable else 0)

    def at(self, offset_s: int) -> datetime:
        """The time, given an offset that another statement has brought along."""
        return self._wall() + timedelta(seconds=offset_s if self._shiftable else 0)

    def bound(self) -> dict[str, object]:
        """The values of NOW_SQL."""
        return {"wall": self._wall(), "shifted": int(self._shiftable)}
