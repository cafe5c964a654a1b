"""Who acts for which member: the rows that begin and end, and the one writer of them besides enrolment and the link of two
contacts. A member has one owner at most, and helpers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

HELPERS_MAX = 10  # of a shop: what a list in WhatsApp holds
_COLUMNS = "contact_id, member_id, programme_id, role, since, scans_per_day, sees_balance, invitation_id, scanned_on, scanned"
_OF_MEMBER = text(f"SELECT {_COLUMNS} FROM memberships WHERE member_id = :member AND until IS NULL ORDER BY since, contact_id")
_OF_CONTACT = text(f"""
    SELECT {_COLUMNS} FROM memberships WHERE contact_id = :contact AND programme_id = :programme AND until IS NULL
    ORDER BY role = 'owner' DESC, since, member_id""")
# SHARE: two scans of one helper may go on at once, their end waits for both and both for it.
_HOLD = text(f"""
    SELECT {_COLUMNS} FROM memberships WHERE contact_id = :contact AND member_id = :member AND until IS NULL FOR SHARE""")
_COUNTED = text(f"""
    SELECT {_COLUMNS} FROM memberships WHERE contact_id = :contact AND member_id = :member AND until IS NULL
    FOR NO KEY UPDATE""")
_COUNT = text("""
    UPDATE memberships SET scanned = :scanned, scanned_on = :today
    WHERE contact_id = :contact AND member_id = :member AND until IS NULL""")
_BEGIN = text("""
    INSERT INTO memberships (contact_id, member_id, programme_id, role, since, scans_per_day, sees_balance, invitation_id)
    VALUES (:contact, :member, :programme, :role, :now, :scans_per_day, :sees_balance, :invitation)
    ON CONFLICT (contact_id, member_id, since) DO UPDATE SET role = excluded.role, until = NULL,
        scans_per_day = excluded.scans_per_day, sees_balance = excluded.sees_balance, invitation_id = excluded.invitation_id""")
_END = text("""
    UPDATE memberships SET until = :now
    WHERE contact_id = :contact AND member_id = :member AND until IS NULL RETURNING role""")
# Between the conversation's lock and the accounts': whatever changes hands waits for a redemption under way, and the other
# way round.
_LOCK = text("SELECT id FROM members WHERE id = ANY(:members) ORDER BY id FOR NO KEY UPDATE")


@dataclass(frozen=True, slots=True)
class Membership:
    """`scans_per_day`: None, no limit. `scanned`: on `scanned_on`, a day in India."""

    contact_id: str
    member_id: str
    programme_id: str
    role: str  # owner | helper
    since: datetime
    scans_per_day: int | None
    sees_balance: bool
    invitation_id: str | None
    scanned_on: date | None
    scanned: int

    def left(self, today: date) -> int | None:
        """How many more scans of today count; None, as many as there are."""
        if self.scans_per_day is None:
            return None
        return max(self.scans_per_day - (self.scanned if self.scanned_on == today else 0), 0)


def of_member(conn: Connection, member_id: str) -> list[Membership]:
    """Who acts for the member now, the longest first."""
    return _rows(conn.execute(_OF_MEMBER, {"member": member_id}))


def of_contact(conn: Connection, contact_id: str, programme_id: str) -> list[Membership]:
    """For whom the contact acts now, its own shop first."""
    return _rows(conn.execute(_OF_CONTACT, {"contact": contact_id, "programme": programme_id}))


def hold(conn: Connection, contact_id: str, member_id: str) -> Membership | None:
    """The membership, which cannot end before this transaction does; None where it has ended."""
    found = _rows(conn.execute(_HOLD, {"contact": contact_id, "member": member_id}))
    return found[0] if found else None


def hold_to_count(conn: Connection, contact_id: str, member_id: str) -> Membership | None:
    """The same for a scan that is counted: one after the other."""
    found = _rows(conn.execute(_COUNTED, {"contact": contact_id, "member": member_id}))
    return found[0] if found else None


def count_scans(conn: Connection, held: Membership, scans: int, today: date) -> None:
    """`scans` more of today, of a membership that `hold_to_count` gave."""
    scanned = scans + (held.scanned if held.scanned_on == today else 0)
    given = {"contact": held.contact_id, "member": held.member_id, "scanned": scanned, "today": today}
    conn.execute(_COUNT, given)


def begin(
    conn: Connection, contact_id: str, member_id: str, programme_id: str, role: str, now: datetime,
    *, scans_per_day: int | None = None, sees_balance: bool = True, invitation_id: str | None = None,
) -> None:  # fmt: skip
    """From now on the contact acts for the member. The caller has `lock`ed the member and ended what stood in the way."""
    conn.execute(_BEGIN, {
        "contact": contact_id, "member": member_id, "programme": programme_id, "role": role, "now": now,
        "scans_per_day": scans_per_day, "sees_balance": sees_balance, "invitation": invitation_id,
    })  # fmt: skip


def end(conn: Connection, contact_id: str, member_id: str, now: datetime) -> bool:
    """From now on it does not; whether it did."""
    given = {"contact": contact_id, "member": member_id, "now": now}
    return conn.execute(_END, given).one_or_none() is not None


def lock(conn: Connection, *members: str) -> None:
    """The members' rows, in the order of their ids, until the transaction ends."""
    conn.execute(_LOCK, {"members": list(members)}).all()


def _rows(found: Any) -> list[Membership]:
    return [Membership(**row._mapping) for row in found]
