"""Two members who are one: who acts for the one acts for the other, and what the one claimed counts as the other's. The
rows of the one stay where they are."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

from loyalty import invitations, memberships

_MERGED = text("SELECT into_id FROM member_merges WHERE from_id = :member")
_FROM = text("SELECT from_id FROM member_merges WHERE into_id = :member ORDER BY at, from_id")
_MERGE = text("INSERT INTO member_merges (from_id, into_id, at, by) VALUES (:from_id, :into_id, :now, :by)")
_CHANGED = text("""
    INSERT INTO account_changes (member_id, kind, at, by)
    VALUES (:from_id, 'merged', :now, :by), (:into_id, 'merged', :now, :by)""")
_ALL = text("SELECT from_id, into_id FROM member_merges ORDER BY at, from_id")


def into(conn: Connection, member_id: str) -> str | None:
    """The member that this one was merged into."""
    found: str | None = conn.execute(_MERGED, {"member": member_id}).scalar_one_or_none()
    return found


def lives_on(conn: Connection, member_id: str) -> str:
    """The member that this one is part of now, through however many merges; itself where it was never merged."""
    while (further := into(conn, member_id)) is not None:
        member_id = further
    return member_id


def merged_from(conn: Connection, member_id: str) -> list[str]:
    """The members that were merged into this one."""
    return list(conn.execute(_FROM, {"member": member_id}).scalars())


def all_merges(conn: Connection) -> list[tuple[str, str]]:
    """Every merge there was, as from and into, the oldest first."""
    return [(row.from_id, row.into_id) for row in conn.execute(_ALL)]


def merge(conn: Connection, from_id: str, into_id: str, by: str, now: datetime) -> None:
    """From now on whoever acted for `from_id` acts for `into_id`, in the same role; nobody acts for `from_id` any more.

    The caller has locked both members, moves the points in the same transaction, and has asked two people. Raises
    ValueError for one that has been merged before, or a merge into such a one.
    """
    if into(conn, from_id) is not None or into(conn, into_id) is not None:
        raise ValueError("one of them has been merged before")
    conn.execute(_MERGE, {"from_id": from_id, "into_id": into_id, "now": now, "by": by})
    conn.execute(_CHANGED, {"from_id": from_id, "into_id": into_id, "now": now, "by": by})
    invitations.withdraw(conn, from_id, now)
    there = {one.contact_id: one.role for one in memberships.of_member(conn, into_id)}
    for one in memberships.of_member(conn, from_id):
        memberships.end(conn, one.contact_id, from_id, now)
        if there.get(one.contact_id) in (one.role, "owner"):
            continue
        memberships.end(conn, one.contact_id, into_id, now)  # a helper there, an owner here: one person, so an owner
        memberships.begin(
            conn, one.contact_id, into_id, one.programme_id, one.role, now, scans_per_day=one.scans_per_day,
            sees_balance=one.sees_balance, invitation_id=one.invitation_id,
        )  # fmt: skip
