"""A condition looked at in plain Python: what the SQL must come to."""

from __future__ import annotations

import operator
from datetime import datetime, timedelta

from base.days import day_of
from campaigns.condition import All, AnyOf, Condition, Not, Predicate
from tests.campaigns.crowd import NOW, Person

SIGNS = {"=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def holds(condition: Condition, one: Person) -> bool:
    match condition:
        case All(parts):
            return all(holds(part, one) for part in parts)
        case AnyOf(parts):
            return any(holds(part, one) for part in parts)
        case Not(part):
            return not holds(part, one)
        case Predicate(field=name):
            if name in ("enrolled", "last_scan", "last_bill", "last_payout"):
                return _moment(condition, _when(one, name))
            if name in ("balance", "earned", "expiring"):
                return bool(SIGNS[condition.op](_points(condition, one), condition.value))
            if name == "bought":
                since = datetime.min.replace(tzinfo=NOW.tzinfo) if condition.days is None else _since(condition)
                return any(category == condition.value and at >= since for at, category in one.scans)
            if name in ("got", "replied"):
                return condition.value in getattr(one, name)
            return _word(condition, one)


def _word(asked: Predicate, one: Person) -> bool:
    if asked.field == "parent":
        above = one.parents if asked.op == "under" else one.parents[:1]
        return (asked.value in above) != (asked.op == "!=")
    mine = getattr(one, asked.field)
    wanted = asked.value if isinstance(asked.value, tuple) else (asked.value,)
    if asked.field == "pin_code":
        return any(mine.startswith(begin) for begin in wanted) != (asked.op == "!=")
    return (mine in wanted) != (asked.op == "!=")


def _moment(asked: Predicate, at: datetime | None) -> bool:
    if at is None or asked.op == "never":
        return at is None and asked.op == "never"
    day = day_of(at)
    match asked.op:
        case "within":
            return at >= _since(asked)
        case "before":
            return day < asked.value
        case "after":
            return day > asked.value
    return day == asked.value


def _when(one: Person, name: str) -> datetime | None:
    if name == "enrolled":
        return one.enrolled
    return max({"last_scan": [at for at, _ in one.scans], "last_bill": one.bills, "last_payout": one.paid}[name], default=None)


def _points(asked: Predicate, one: Person) -> int:
    if asked.field == "earned":
        return sum(points for at, points in one.earned if at >= _since(asked))
    if asked.field == "expiring":
        until = NOW + timedelta(days=asked.days or 0)
        return sum(points for points, ends in one.lots if ends is not None and NOW < ends <= until)
    return sum(points for points, ends in one.lots if ends is None or ends > NOW) - one.owed


def _since(asked: Predicate) -> datetime:
    return NOW - timedelta(days=asked.days or 0)
