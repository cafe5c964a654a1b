"""A condition as SQL over `m`, a row of members. Whatever a person wrote goes in as a parameter, never as words.

Every test is true or false, also of what never was: who never scanned did not scan within 30 days.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from base.days import end_of, start_of
from campaigns.condition import All, AnyOf, Condition, Not, Predicate
from campaigns.conversions import turns
from campaigns.field_table import FIELDS
from campaigns.spec import Goal
from loyalty.kyc_rules import ever_needed
from loyalty.programme import Programme

_OWN = re.compile(r":(since|until|value|deep|campaign|within)_n\b")
_NEVER_SINCE = datetime.fromisoformat("0001-01-02T00:00:00+00:00")  # before anybody did anything


@dataclass(slots=True)
class Statement:
    """Collects the parameters while fragments are made. `members`: a phone or member id → the members that it names.
    `goal`: a campaign's id → what it was for; None: nothing, or there is no such campaign."""

    programme: Programme
    now: datetime
    members: Callable[[str], list[str]]
    goal: Callable[[str], Goal | None]
    given: dict[str, Any] = field(default_factory=dict)
    count: int = 0

    def __post_init__(self) -> None:
        kyc = self.programme.kyc
        self.given |= {
            "programme": self.programme.id, "now": self.now, "first_locale": self.programme.locales[0],
            "valid_since": None if kyc.valid_days is None else self.now - timedelta(days=kyc.valid_days),
            "needs_electrician": list(ever_needed(kyc, "electrician")), "needs_retailer": list(ever_needed(kyc, "retailer")),
            "needs_dealer": list(ever_needed(kyc, "dealer")), "needs_distributor": list(ever_needed(kyc, "distributor")),
        }  # fmt: skip

    def where(self, condition: Condition) -> str:
        """True of the members that it holds for, false of all others."""
        match condition:
            case All(parts):
                return "(" + " AND ".join(self.where(part) for part in parts) + ")"
            case AnyOf(parts):
                return "(" + " OR ".join(self.where(part) for part in parts) + ")"
            case Not(part):
                return f"(NOT {self.where(part)})"
            case Predicate():
                return self._test(condition)

    def value(self, test: Predicate) -> str:
        """What the test looks at, to be shown; of those that are only so or not, that."""
        self.count += 1
        return self._own(test)

    def _test(self, test: Predicate) -> str:
        self.count += 1
        sql, name = self._own(test), f"compared_{self.count}"
        match test.op:
            case "has" | "under":
                return f"coalesce({sql}, false)"
            case "never":
                return f"({sql} IS NULL)"
            case "within":
                return self._compared(sql, ">=", name, self.now - _days(test))
            case "before" | "after" | "on":
                return self._of_day(sql, test, name)
        if FIELDS[test.field].kind == "prefix":
            return self._prefix(sql, test, name)
        if isinstance(test.value, tuple):
            self.given[name] = list(test.value)
            return f"coalesce({sql} = ANY (CAST(:{name} AS text[])), false)"
        if test.field == "parent":
            return f"coalesce({'NOT ' if test.op == '!=' else ''}{sql}, false)"
        return self._compared(sql, "<>" if test.op == "!=" else test.op, name, test.value)

    def _of_day(self, sql: str, test: Predicate, name: str) -> str:
        """Days are India's: before one ends where it begins, after it begins where it ends."""
        assert isinstance(test.value, date)
        begins, ends = start_of(test.value), end_of(test.value)
        if test.op == "before":
            return self._compared(sql, "<", name, begins)
        if test.op == "after":
            return self._compared(sql, ">=", name, ends)
        return f"({self._compared(sql, '>=', name, begins)} AND {self._compared(sql, '<', f'{name}_end', ends)})"

    def _prefix(self, sql: str, test: Predicate, name: str) -> str:
        """Of a whole PIN code this is equality."""
        self.given[name] = list(test.value) if isinstance(test.value, tuple) else [test.value]
        begins = f"EXISTS (SELECT FROM unnest(CAST(:{name} AS text[])) one WHERE starts_with({sql}, one))"
        return f"(NOT {begins})" if test.op == "!=" else begins

    def _compared(self, sql: str, sign: str, name: str, value: object) -> str:
        assert sign in ("=", "<>", "<", "<=", ">", ">="), sign  # the one place where a word of the tree becomes SQL
        self.given[name] = value
        return f"coalesce({sql} {sign} :{name}, false)"

    def _own(self, test: Predicate) -> str:
        """The field's SQL with this test's own parameters."""
        number = self.count

        def rename(found: re.Match[str]) -> str:
            name = f"{found[1]}_{number}"
            self.given[name] = self._parameter(found[1], test)
            return f":{name}"

        return _OWN.sub(rename, self._converted(test) if test.field == "converted" else FIELDS[test.field].sql)

    def _converted(self, test: Predicate) -> str:
        goal = self.goal(str(test.value))
        if goal is None:
            return "false"
        done = f"{turns(goal.event)} SELECT member_id FROM turns WHERE events > 0"
        return FIELDS["converted"].sql.format(done=re.sub(r"(?<!:):(campaign|within)\b", r":\1_n", done))

    def _parameter(self, name: str, test: Predicate) -> object:
        kind = FIELDS[test.field].kind
        match name:
            case "campaign":
                return test.value
            case "within":
                goal = self.goal(str(test.value))
                return None if goal is None else timedelta(days=goal.within_days)
            case "since":
                return _NEVER_SINCE if test.days is None else self.now - _days(test)
            case "until":
                return self.now + _days(test)
            case "deep":
                return test.op == "under"
        if kind == "member":
            return self.members(str(test.value))
        if kind == "category":
            return [product.sku for product in self.programme.products if product.category == test.value]
        return test.value


def _days(test: Predicate) -> timedelta:
    assert test.days is not None, test
    return timedelta(days=test.days)
