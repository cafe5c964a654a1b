"""Conditions that are kept under a name. What a campaign that is under way goes by cannot be changed beneath it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from sqlalchemy import Connection, text

from campaigns.condition import Condition
from campaigns.expression import parse

_NAME = re.compile("[a-z][a-z0-9-]{0,39}")
# The row is locked before its users are looked for, so that nobody begins to go by it meanwhile (`find` shares the lock).
_HOLD = text("SELECT condition FROM audiences WHERE programme_id = :programme AND name = :name FOR UPDATE")
_USERS = text("""
    SELECT id FROM campaigns WHERE programme_id = :programme AND file ->> 'saved' = :name
       AND state IN ('approved', 'scheduled', 'sending', 'paused') ORDER BY id LIMIT 1""")
_SAVE = text("""
    INSERT INTO audiences (programme_id, name, condition, saved_by, saved_at) VALUES (:programme, :name, :condition, :by, :now)
    ON CONFLICT (programme_id, name) DO UPDATE SET condition = excluded.condition, saved_by = excluded.saved_by,
        saved_at = excluded.saved_at""")
_DROP = text("DELETE FROM audiences WHERE programme_id = :programme AND name = :name")
_FIND = text("SELECT condition FROM audiences WHERE programme_id = :programme AND name = :name FOR SHARE")
_ALL = text("SELECT name, condition, saved_by, saved_at FROM audiences WHERE programme_id = :programme ORDER BY name")


class UnknownAudience(LookupError):
    """Nothing is saved under that name; the message says so, and which name is like it."""


class AudienceInUse(ValueError):
    """A campaign that is approved, or under way, goes by it; the message says which."""


class BadName(ValueError):
    """The name cannot be one; the message says what can."""


@dataclass(frozen=True, slots=True)
class Saved:
    name: str
    condition: str
    saved_by: str
    saved_at: datetime


def save(conn: Connection, programme_id: str, name: str, words: str, by: str, now: datetime) -> Condition:
    """Keep the words under the name; what stood there is replaced. Raises BadCondition, BadName, AudienceInUse."""
    condition = parse(words)
    if not _NAME.fullmatch(name):
        raise BadName(f"{name!r} is no name for an audience: up to 40 of a-z, 0-9 and -, a letter first")
    _changeable(conn, programme_id, name, unless=words)
    conn.execute(_SAVE, {"programme": programme_id, "name": name, "condition": words, "by": by, "now": now})
    return condition


def drop(conn: Connection, programme_id: str, name: str) -> None:
    """Forget it. Raises UnknownAudience, AudienceInUse."""
    if _changeable(conn, programme_id, name) is None:
        raise _unknown(conn, programme_id, name)
    conn.execute(_DROP, {"programme": programme_id, "name": name})


def find(conn: Connection, programme_id: str, name: str) -> Condition:
    """The condition of that name, which stays as it is until the transaction ends. Raises UnknownAudience."""
    words = conn.execute(_FIND, {"programme": programme_id, "name": name}).scalar_one_or_none()
    if words is None:
        raise _unknown(conn, programme_id, name)
    return parse(words)


def names(conn: Connection, programme_id: str) -> list[Saved]:
    """All there are, by name."""
    return [Saved(**row._mapping) for row in conn.execute(_ALL, {"programme": programme_id})]


def _changeable(conn: Connection, programme_id: str, name: str, unless: str | None = None) -> str | None:
    """The words that stand there now, held until the transaction ends. Raises AudienceInUse where others than `unless`."""
    which = {"programme": programme_id, "name": name}
    found: str | None = conn.execute(_HOLD, which).scalar_one_or_none()
    if found is not None and found != unless and (user := conn.execute(_USERS, which).scalar_one_or_none()) is not None:
        raise AudienceInUse(f"campaign {user} goes by the audience {name}: save yours under another name")
    return found


def _unknown(conn: Connection, programme_id: str, name: str) -> UnknownAudience:
    there = [one.name for one in names(conn, programme_id)]
    near = get_close_matches(name, there, 1)
    hint = f"; did you mean {near[0]}?" if near else f": there are {', '.join(there)}" if there else ": none is saved yet"
    return UnknownAudience(f"no audience is called {name}{hint}")
