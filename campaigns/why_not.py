"""Why a member is not in an audience, in words: the first thing that is not as the audience wants it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, text

from base.days import in_india
from campaigns.condition import All, AnyOf, Audience, Condition, Not, Predicate, predicates, within, written
from campaigns.field_table import FIELDS
from campaigns.named import statement
from loyalty import merge

_MEMBER = text("SELECT erased_at FROM members WHERE id = :member AND programme_id = :programme")
_LISTED = text("""
    SELECT FROM campaign_listed WHERE programme_id = :programme AND campaign_id = :campaign AND member_id = :member""")

Facts = Mapping[Predicate, tuple[bool, object]]  # whether it holds, and what was looked at


def why_not(conn: Connection, audience: Audience, member_id: str, now: datetime) -> str | None:
    """None: the member is in it. Else why not, such as "balance is 20, and the audience wants balance >= 200".

    Raises loyalty.programme_rows.NotPublished.
    """
    whose = {"programme": audience.programme_id, "member": member_id}
    member = conn.execute(_MEMBER, whose).one_or_none()
    if member is None:
        return "there is no such member in this programme"
    if member.erased_at is not None:
        return "they asked to be forgotten, and were"
    if (lives_on := merge.lives_on(conn, member_id)) != member_id:
        return f"this account was merged into {lives_on}"
    if audience.listed_in is not None and conn.execute(_LISTED, whose | {"campaign": audience.listed_in}).first() is None:
        return "they are not on the campaign's list"
    condition = audience.whole()
    return None if condition is None else _reason(condition, _facts(conn, audience, condition, member_id, now), True)


def _facts(conn: Connection, audience: Audience, condition: Condition, member_id: str, now: datetime) -> Facts:
    """Every test of it and what it looks at, in one statement."""
    made = statement(conn, audience.programme_id, now)
    asked = list(dict.fromkeys(predicates(condition)))
    columns = [f"{made.where(one)}, {made.value(one)}" for one in asked]
    sql = text(f"SELECT {', '.join(columns)} FROM members m WHERE m.id = :member AND m.programme_id = :programme")
    row = conn.execute(sql, made.given | {"member": member_id}).one()
    return {one: (row[2 * place], row[2 * place + 1]) for place, one in enumerate(asked)}


def _reason(condition: Condition, facts: Facts, wanted: bool) -> str | None:
    """Why it is not `wanted`; None where it is."""
    match condition:
        case Predicate():
            holds, value = facts[condition]
            return None if holds == wanted else _words(condition, value, wanted)
        case Not(part):
            return _reason(part, facts, not wanted)
        case All(parts) | AnyOf(parts):
            reasons = [_reason(part, facts, wanted) for part in parts]
            given = [one for one in reasons if one is not None]
            if isinstance(condition, All) == wanted:  # every part must be as it is wanted
                return given[0] if given else None
            return " / ".join(given) if len(given) == len(parts) else None


def _words(test: Predicate, value: object, wanted: bool) -> str:
    asked = written(test)
    if FIELDS[test.field].kind in ("member", "category", "campaign"):
        return f"{asked} is {'not ' if wanted else ''}so of them, and the audience wants {'it' if wanted else 'the opposite'}"
    what = test.field if test.days is None or test.op == "within" else f"{test.field} {within(test.days)}"
    return f"{what} is {_shown(value)}, and the audience wants {'' if wanted else 'not '}{asked}"


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return in_india(value)
    return "never" if value is None else str(value)
