"""What the names in a condition mean: members by phone, categories, campaigns, languages; and which mean nothing here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

from campaigns.condition import Audience, Predicate, predicates, written
from campaigns.condition_sql import Statement
from campaigns.field_table import FIELDS
from campaigns.spec import Goal
from loyalty import merge, programme_rows
from loyalty.programme import Programme

_OF_PHONE = text("""
    SELECT s.member_id FROM memberships s
     WHERE s.programme_id = :programme AND s.role = 'owner' AND s.until IS NULL
       AND s.contact_id = coalesce((SELECT coalesce(c.merged_into, c.id) FROM contacts c WHERE c.address = :address),
                                   (SELECT k.contact_id FROM contact_addresses k WHERE k.address = :address))
     ORDER BY s.since, s.member_id""")
_OF_ID = text("SELECT id FROM members WHERE id = :id AND programme_id = :programme")
_CAMPAIGN = text("SELECT file -> 'goal' AS goal FROM campaigns WHERE programme_id = :programme AND id = :id")


def statement(conn: Connection, programme_id: str, now: datetime) -> Statement:
    """What puts a condition of this programme into SQL. Raises loyalty.programme_rows.NotPublished."""
    programme = programme_rows.current(conn, programme_id).programme
    return Statement(
        programme, now, lambda named: members_named(conn, programme_id, named), lambda named: _goal(conn, programme_id, named)
    )


def members_named(conn: Connection, programme_id: str, named: str) -> list[str]:
    """Whom a phone (its owner's members) or a member id names, as they live on after merges."""
    if named.startswith("+"):
        found = conn.execute(_OF_PHONE, {"programme": programme_id, "address": f"whatsapp:{named}"}).scalars()
    else:
        found = conn.execute(_OF_ID, {"programme": programme_id, "id": named}).scalars()
    return list(dict.fromkeys(merge.lives_on(conn, one) for one in found.all()))


def _goal(conn: Connection, programme_id: str, campaign_id: str) -> Goal | None:
    goal = conn.execute(_CAMPAIGN, {"programme": programme_id, "id": campaign_id}).scalar_one_or_none()
    return Goal(**goal) if goal else None


def doubts(conn: Connection, audience: Audience) -> list[str]:
    """Names in its conditions that mean nothing in this programme, a sentence each: such a test holds for nobody.

    Raises loyalty.programme_rows.NotPublished.
    """
    condition = audience.whole()
    if condition is None:
        return []
    programme = programme_rows.current(conn, audience.programme_id).programme
    found = (_doubt(conn, programme, test) for test in predicates(condition))
    return list(dict.fromkeys(one for one in found if one is not None))


def _doubt(conn: Connection, programme: Programme, test: Predicate) -> str | None:
    match FIELDS[test.field].kind:
        case "member" if not members_named(conn, programme.id, str(test.value)):
            return f"{written(test)}: no member of this programme is named so"
        case "category" if test.value not in (known := sorted({product.category for product in programme.products})):
            return f"{written(test)}: the programme's categories are {', '.join(known)}"
        case "campaign" if conn.execute(_CAMPAIGN, {"programme": programme.id, "id": test.value}).first() is None:
            return f"{written(test)}: there is no such campaign"
        case "campaign" if test.field == "converted" and _goal(conn, programme.id, str(test.value)) is None:
            return f"{written(test)}: that campaign has no goal"
        case "locale":
            asked = test.value if isinstance(test.value, tuple) else (str(test.value),)
            if foreign := [one for one in asked if one not in programme.locales]:
                return f"{written(test)}: the programme does not speak {', '.join(foreign)}, but {', '.join(programme.locales)}"
    return None
