"""Invitations to act for a member: a code of eight letters, good once and for two days, kept as a blind index alone; and
the count of tries at codes and proofs that are somebody else's to give."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from base.blind_index import BlindIndex
from base.sealing import Keyring

GOOD_FOR = timedelta(hours=48)
TRIES_MAX = {"invitation": 5, "move": 5}  # in a day, of one contact or at one member
TRIES_FOR = timedelta(hours=24)
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that look like another
CODE_LETTERS = 8  # 39 bits: with five tries a day nobody guesses one that lives two days

_PUT = text("""
    INSERT INTO invitations (id, programme_id, member_id, kind, code_index, name, scans_per_day, sees_balance, invited_by,
                             created_at, expires_at)
    VALUES (:id, :programme, :member, :kind, :code_index, :name, :scans_per_day, :sees_balance, :by, :now, :expires_at)""")
_COLUMNS = """id, programme_id, member_id, kind, name, scans_per_day, sees_balance, invited_by, created_at, expires_at,
    accepted_at, withdrawn_at"""
_BY_CODE = text(f"SELECT {_COLUMNS} FROM invitations WHERE code_index = ANY(:indexes) AND programme_id = :programme")
_MEMBER = text("SELECT member_id FROM invitations WHERE id = :id")
_LOCK = text(f"SELECT {_COLUMNS} FROM invitations WHERE id = :id FOR NO KEY UPDATE")
_OPEN = text(f"""
    SELECT {_COLUMNS} FROM invitations
    WHERE member_id = :member AND accepted_at IS NULL AND withdrawn_at IS NULL AND expires_at > :now ORDER BY id""")
_ACCEPT = text("UPDATE invitations SET accepted_at = :now, accepted_by = :contact WHERE id = :id")
_WITHDRAW = text("""
    UPDATE invitations SET withdrawn_at = :now WHERE member_id = :member AND accepted_at IS NULL AND withdrawn_at IS NULL
      AND (CAST(:kind AS text) IS NULL OR kind = :kind)""")
_TRY = text("""
    INSERT INTO account_tries (subject, what, tries, since) VALUES (:subject, :what, 1, :now)
    ON CONFLICT (subject, what) DO UPDATE
        SET tries = CASE WHEN account_tries.since <= :old THEN 1 ELSE account_tries.tries + 1 END,
            since = CASE WHEN account_tries.since <= :old THEN :now ELSE account_tries.since END
    RETURNING tries""")
_FORGIVE = text("UPDATE account_tries SET tries = 0 WHERE subject = :subject AND what = :what")


@dataclass(frozen=True, slots=True)
class Invitation:
    id: str
    programme_id: str
    member_id: str
    kind: str  # helper | owner
    name: bytes | None
    scans_per_day: int | None
    sees_balance: bool
    invited_by: str
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    withdrawn_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None and now < self.expires_at


def code_of(keyring: Keyring, invitation_id: str) -> str:
    """The code: made from the id under a key of ours, so that nobody computes it from the row."""
    number = int(BlindIndex(keyring, "invitation-code").of(invitation_id).rpartition(":")[2], 16)
    letters = []
    for _ in range(CODE_LETTERS):
        number, letter = divmod(number, len(LETTERS))
        letters.append(LETTERS[letter])
    return "".join(letters)


def put(
    conn: Connection, keyring: Keyring, invitation_id: str, *, programme_id: str, member_id: str, kind: str, name: bytes | None,
    scans_per_day: int | None, sees_balance: bool, by: str, now: datetime,
) -> tuple[str, datetime]:  # fmt: skip
    """A new invitation: its code, which is kept nowhere, and until when it is good."""
    code = code_of(keyring, invitation_id)
    conn.execute(_PUT, {
        "id": invitation_id, "programme": programme_id, "member": member_id, "kind": kind, "name": name,
        "code_index": BlindIndex(keyring, "invitation").of(code), "scans_per_day": scans_per_day,
        "sees_balance": sees_balance, "by": by, "now": now, "expires_at": now + GOOD_FOR,
    })  # fmt: skip
    return code, now + GOOD_FOR


def by_code(conn: Connection, keyring: Keyring, code: str, programme_id: str) -> Invitation | None:
    indexes = list(BlindIndex(keyring, "invitation").under_every_key(normal(code)))
    return _one(conn.execute(_BY_CODE, {"indexes": indexes, "programme": programme_id}))


def member_of(conn: Connection, invitation_id: str) -> str | None:
    """Whom it invites to act for."""
    found: str | None = conn.execute(_MEMBER, {"id": invitation_id}).scalar_one_or_none()
    return found


def lock(conn: Connection, invitation_id: str) -> Invitation | None:
    """The invitation; nobody else accepts it meanwhile. The member's lock comes first."""
    return _one(conn.execute(_LOCK, {"id": invitation_id}))


def open_ones(conn: Connection, member_id: str, now: datetime) -> list[Invitation]:
    return [Invitation(**row._mapping) for row in conn.execute(_OPEN, {"member": member_id, "now": now})]


def accept(conn: Connection, invitation_id: str, contact_id: str, now: datetime) -> None:
    conn.execute(_ACCEPT, {"id": invitation_id, "contact": contact_id, "now": now})


def withdraw(conn: Connection, member_id: str, now: datetime, kind: str | None = None) -> None:
    """Those of the member that are open, or those of one kind, lead nowhere any more."""
    conn.execute(_WITHDRAW, {"member": member_id, "kind": kind, "now": now})


def tried(conn: Connection, what: str, subject: str, now: datetime) -> int:
    """Count one more try; how many more there are today, below 0 where this one is not to be looked at. The row is
    locked, so that tries at once are counted one by one."""
    given = {"subject": subject, "what": what, "now": now, "old": now - TRIES_FOR}
    return TRIES_MAX[what] - int(conn.execute(_TRY, given).scalar_one())


def forgive(conn: Connection, what: str, subject: str) -> None:
    """It was the right one: what was tried before is forgotten."""
    conn.execute(_FORGIVE, {"subject": subject, "what": what})


def normal(code: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", code.upper())


def _one(found: Any) -> Invitation | None:
    row = found.one_or_none()
    return None if row is None else Invitation(**row._mapping)
