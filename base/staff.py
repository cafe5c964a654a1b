"""Staff: the people whose decisions the service carries out, and what each may decide."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from base import audit

ROLES = ("ops", "support", "finance", "admin", "distributor")
NAME = re.compile(r"[a-z][a-z0-9._-]{1,39}")
_ADD = text("""
    INSERT INTO staff (id, name, roles, active, added_at) VALUES (:id, :name, :roles, true, :at)
    ON CONFLICT (name) DO NOTHING RETURNING id""")
_FIND = text("SELECT id, name, roles, active FROM staff WHERE name = :name")
_ALL = text("SELECT id, name, roles, active FROM staff ORDER BY name")


@dataclass(frozen=True, slots=True)
class Staff:
    id: str
    name: str
    roles: tuple[str, ...]
    active: bool


class StaffError(ValueError):
    """What is wrong with a name or a role, with its remedy: a fault of the operator."""


def add(conn: Connection, *, staff_id: str, name: str, roles: Sequence[str], by: str, at: datetime) -> Staff:
    """A new colleague. `by`: who adds them. Raises StaffError for a bad or taken name, or an unknown role."""
    if not NAME.fullmatch(name):
        raise StaffError(f"{name!r} is no name for --as: 2 to 40 of a-z 0-9 . _ - and a letter first")
    if not roles or (unknown := sorted(set(roles) - set(ROLES))):
        raise StaffError(f"no such role: {', '.join(unknown) if roles else '(none)'}; there are {', '.join(ROLES)}")
    kept = sorted(set(roles))
    if conn.execute(_ADD, {"id": staff_id, "name": name, "roles": kept, "at": at}).one_or_none() is None:
        raise StaffError(f"there is a {name} already; ./saathi staff list shows everyone")
    audit.write(conn, actor=by, act="staff.add", subject=staff_id, at=at, after={"name": name, "roles": kept})
    return Staff(staff_id, name, tuple(kept), True)


def acting(conn: Connection, name: str, *may: str) -> Staff:
    """Who acts as `name`; with `may`, only somebody with one of these roles (admin may everything). Raises StaffError."""
    row = conn.execute(_FIND, {"name": name}).one_or_none()
    if row is None or not row.active:
        raise StaffError(f"nobody on the staff is called {name}; ./saathi staff add {name} --role … adds them")
    found = _staff(row)
    if may and not {"admin", *may} & set(found.roles):
        raise StaffError(f"{name} may not do this: it needs the role {' or '.join(may)}")
    return found


def everyone(conn: Connection) -> list[Staff]:
    return [_staff(row) for row in conn.execute(_ALL)]


def _staff(row: Row[Any]) -> Staff:
    return Staff(row.id, row.name, tuple(row.roles), row.active)
