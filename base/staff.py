"""Staff: the people whose decisions the service carries out. What each may do stands in base/permissions.py."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from base import audit, sessions
from base.masking import mask_phone
from base.permissions import ROLES, may, needed

NAME = re.compile(r"[a-z][a-z0-9._-]{1,39}")
PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_ADD = text("""
    INSERT INTO staff (id, name, roles, active, added_at) VALUES (:id, :name, :roles, true, :at)
    ON CONFLICT (name) DO NOTHING RETURNING id""")
_FIND = text("SELECT id, name, roles, active, phone FROM staff WHERE name = :name")
_LOCK = text("SELECT id, name, roles, active, phone FROM staff WHERE name = :name FOR NO KEY UPDATE")
_ALL = text("SELECT id, name, roles, active, phone FROM staff ORDER BY name")
# Whoever changes an admin locks them all, in one order: two admins who switch each other off leave one.
_ADMINS = text("SELECT id FROM staff WHERE active AND 'admin' = ANY(roles) ORDER BY id FOR NO KEY UPDATE")
_WHOSE = text("SELECT name FROM staff WHERE phone = :phone AND id <> :id")
_PHONE = text("UPDATE staff SET phone = :phone WHERE id = :id")
_CHANGE = text("UPDATE staff SET roles = :roles, active = :active WHERE id = :id")


@dataclass(frozen=True, slots=True)
class Staff:
    """`phone`: as +919812345678, theirs; None: nobody has said."""

    id: str
    name: str
    roles: tuple[str, ...]
    active: bool
    phone: str | None = None


class StaffError(ValueError):
    """What is wrong with a name or a role, with its remedy: a fault of the operator."""


def add(conn: Connection, *, staff_id: str, name: str, roles: Sequence[str], by: str, at: datetime) -> Staff:
    """A new colleague. `by`: who adds them. Raises StaffError for a bad or taken name, or an unknown role."""
    if not NAME.fullmatch(name):
        raise StaffError(f"{name!r} is no name for --as: 2 to 40 of a-z 0-9 . _ - and a letter first")
    kept = _known(roles)
    if conn.execute(_ADD, {"id": staff_id, "name": name, "roles": kept, "at": at}).one_or_none() is None:
        raise StaffError(f"there is a {name} already; ./saathi staff list shows everyone")
    audit.write(conn, actor=by, act="staff.add", subject=staff_id, at=at, after={"name": name, "roles": kept})
    return Staff(staff_id, name, tuple(kept), True)


def acting(conn: Connection, name: str, act: str) -> Staff:
    """Who acts as `name`, where they may do `act`. Raises StaffError."""
    found = find(conn, name)
    if found is None or not found.active:
        raise StaffError(f"nobody on the staff is called {name}; ./saathi staff add {name} --role … adds them")
    if not may(found.roles, act):
        raise StaffError(f"{name} may not do this: it needs the role {needed(act)}")
    return found


def find(conn: Connection, name: str) -> Staff | None:
    """Also one who is switched off."""
    row = conn.execute(_FIND, {"name": name}).one_or_none()
    return None if row is None else _staff(row)


def everyone(conn: Connection) -> list[Staff]:
    return [_staff(row) for row in conn.execute(_ALL)]


def has_admin(conn: Connection) -> bool:
    """Whether there is somebody who can add the others."""
    return any(person.active and "admin" in person.roles for person in everyone(conn))


def change(
    conn: Connection, name: str, *, act: str, by: str, at: datetime, roles: Sequence[str] | None = None,
    active: bool | None = None, reason: str = "",
) -> Staff:  # fmt: skip
    """Other roles, or switched off and on again; their sessions end. Raises StaffError, also for the last admin."""
    admins = set(conn.scalars(_ADMINS))
    row = conn.execute(_LOCK, {"name": name}).one_or_none()
    if row is None:
        raise StaffError(f"nobody on the staff is called {name}; ./saathi staff list shows everyone")
    before = _staff(row)
    kept = tuple(_known(roles)) if roles is not None else before.roles
    after = Staff(before.id, name, kept, before.active if active is None else active, before.phone)
    if admins == {before.id} and not (after.active and "admin" in after.roles):
        raise StaffError(f"{name} is the only admin: give somebody else the role first")
    conn.execute(_CHANGE, {"id": after.id, "roles": list(after.roles), "active": after.active})
    sessions.end_all(conn, after.id, act, at)
    audit.write(conn, actor=by, act=act, subject=after.id, at=at, before=_shown(before), after=_shown(after), reason=reason)
    return after


def set_phone(conn: Connection, name: str, phone: str | None, *, by: str, at: datetime) -> Staff:
    """Whose phone it is, as +919812345678; None: nobody's any more. Raises StaffError, also where it is another colleague's."""
    if phone is not None and not PHONE.fullmatch(phone):
        raise StaffError(f"{phone!r} is no phone: write it with its country, +919812345678")
    conn.execute(_ADMINS)  # two at once come one after the other, as with a change of roles
    row = conn.execute(_LOCK, {"name": name}).one_or_none()
    if row is None:
        raise StaffError(f"nobody on the staff is called {name}; ./saathi staff list shows everyone")
    if phone is not None and (other := conn.execute(_WHOSE, {"phone": phone, "id": row.id}).scalar_one_or_none()):
        raise StaffError(f"{phone} is {other}'s: take it from them first")
    conn.execute(_PHONE, {"phone": phone, "id": row.id})
    before, after = ({"name": name, "phone": mask_phone(one) if one else None} for one in (row.phone, phone))
    audit.write(conn, actor=by, act="staff.phone", subject=row.id, at=at, before=before, after=after)
    return Staff(row.id, name, tuple(row.roles), row.active, phone)


def phones(conn: Connection) -> dict[str, str]:
    """Whose phone it is, by phone: of those who may act."""
    return {one.phone: one.name for one in everyone(conn) if one.phone and one.active}


def _known(roles: Sequence[str]) -> list[str]:
    if not roles or (unknown := sorted(set(roles) - set(ROLES))):
        raise StaffError(f"no such role: {', '.join(unknown) if roles else '(none)'}; there are {', '.join(ROLES)}")
    return sorted(set(roles))


def _shown(person: Staff) -> Mapping[str, Any]:
    return {"name": person.name, "roles": list(person.roles), "active": person.active}


def _staff(row: Row[Any]) -> Staff:
    return Staff(row.id, row.name, tuple(row.roles), row.active, row.phone)
