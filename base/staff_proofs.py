"""What a colleague proves themselves with: a password and an authenticator, sealed under a data key of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from base import audit, passwords, sessions, totp
from base.sealing import Keyring, Sealer
from base.staff import NAME, Staff, StaffError

_KEY = text("SELECT data_key FROM staff WHERE id = :id FOR NO KEY UPDATE")
_SAVE_KEY = text("UPDATE staff SET data_key = :key WHERE id = :id")
_PASSWORD = text("""
    INSERT INTO staff_proofs (staff_id, password, password_at) VALUES (:staff, :sealed, :at)
    ON CONFLICT (staff_id) DO UPDATE SET password = :sealed, password_at = :at""")
_TOTP = text("""
    INSERT INTO staff_proofs (staff_id, totp, totp_at) VALUES (:staff, :sealed, :at)
    ON CONFLICT (staff_id) DO UPDATE SET totp = :sealed, totp_at = :at, totp_step = NULL""")
_READ = text("""
    SELECT s.id, s.name, s.roles, s.active, s.data_key, p.password, p.totp
    FROM staff s LEFT JOIN staff_proofs p ON p.staff_id = s.id WHERE s.name = :name""")
# Two requests with one code: only the first finds an older step, whatever order they come in.
_SPEND = text("""
    UPDATE staff_proofs SET totp_step = :step WHERE staff_id = :staff AND (totp_step IS NULL OR totp_step < :step)
    RETURNING staff_id""")
_ABLE_ADMINS = text("""
    SELECT count(*) FROM staff s JOIN staff_proofs p ON p.staff_id = s.id
    WHERE s.active AND 'admin' = ANY(s.roles) AND p.password IS NOT NULL AND p.totp IS NOT NULL""")


@dataclass(frozen=True, slots=True)
class Proofs:
    """Of somebody who is on duty; None: they have not set it."""

    staff: Staff
    password: str | None
    seed: bytes | None


def set_password(conn: Connection, keyring: Keyring, who: Staff, password: str, *, by: str, at: datetime) -> None:
    """Their new password; their sessions end. Raises StaffError for one that will not do."""
    if weak := passwords.weakness(password, who.name):
        raise StaffError(weak)
    sealed = _sealer(conn, keyring, who.id).seal(passwords.hashed(password).encode(), f"staff/{who.id}/password")
    conn.execute(_PASSWORD, {"staff": who.id, "sealed": sealed, "at": at})
    _told(conn, who, "staff.password", by, at)


def new_seed(conn: Connection, keyring: Keyring, who: Staff, *, by: str, at: datetime) -> bytes:
    """A new authenticator: its seed, to be shown once. The old one and their sessions end."""
    seed = totp.new_seed()
    sealed = _sealer(conn, keyring, who.id).seal(seed, f"staff/{who.id}/totp")
    conn.execute(_TOTP, {"staff": who.id, "sealed": sealed, "at": at})
    _told(conn, who, "staff.totp", by, at)
    return seed


def read(conn: Connection, keyring: Keyring, name: str) -> Proofs | None:
    """None for an unknown name and for one who is switched off. Raises CannotOpen."""
    row = conn.execute(_READ, {"name": name}).one_or_none() if NAME.fullmatch(name) else None
    if row is None or not row.active:
        return None
    sealer = keyring.unwrap(row.data_key, row.id) if row.data_key is not None else None
    staff = Staff(row.id, row.name, tuple(row.roles), row.active)
    password, seed = _open(sealer, row, "password"), _open(sealer, row, "totp")
    return Proofs(staff, None if password is None else password.decode(), seed)


def spend(conn: Connection, staff_id: str, step: int) -> bool:
    """Take a code, once. False: it, or a later one, was taken before."""
    return conn.execute(_SPEND, {"staff": staff_id, "step": step}).one_or_none() is not None


def can_anybody(conn: Connection) -> bool:
    """Whether an admin can prove who they are; until then the machine's operator may set up the first one."""
    return bool(conn.execute(_ABLE_ADMINS).scalar_one())


def _told(conn: Connection, who: Staff, act: str, by: str, at: datetime) -> None:
    sessions.end_all(conn, who.id, act, at)
    audit.write(conn, actor=by, act=act, subject=who.id, at=at)


def _sealer(conn: Connection, keyring: Keyring, staff_id: str) -> Sealer:
    """Theirs; made at the first use."""
    wrapped = conn.execute(_KEY, {"id": staff_id}).scalar_one()
    if wrapped is None:
        wrapped = keyring.wrap_new(staff_id)
        conn.execute(_SAVE_KEY, {"id": staff_id, "key": wrapped})
    return keyring.unwrap(wrapped, staff_id)


def _open(sealer: Sealer | None, row: Any, name: str) -> bytes | None:
    sealed = getattr(row, name)
    return None if sealer is None or sealed is None else sealer.open(sealed, f"staff/{row.id}/{name}")
