"""An audience as a value, the tree that its words are read into, and how that is written back. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as field_of
from datetime import date

Value = str | int | date | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Predicate:
    """One thing that is so of a member or not. `op`: = != < <= > >= in ~ within before after on never under has.

    `days`: the last (or, of what expires, the next) so many times 24 hours. `column`: where it begins, from 1; two that
    differ in it alone are equal.
    """

    field: str
    op: str
    value: Value = None
    days: int | None = None
    column: int = field_of(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


Condition = Predicate | All | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Audience:
    """All of these must hold; with none of them it is everybody. `listed_in`: the campaign whose list they must be on."""

    programme_id: str
    condition: Condition | None = None
    saved: Condition | None = None
    listed_in: str | None = None

    def whole(self) -> Condition | None:
        """The conditions as one."""
        parts = [one for one in (self.saved, self.condition) if one is not None]
        return parts[0] if len(parts) == 1 else All(tuple(parts)) if parts else None


def predicates(condition: Condition) -> Iterator[Predicate]:
    """Every test in it, from left to right."""
    match condition:
        case Predicate():
            yield condition
        case Not(part):
            yield from predicates(part)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from predicates(part)


def written(condition: Condition) -> str:
    """The condition in the audience language; reading it again gives an equal tree."""
    match condition:
        case Predicate():
            return _test(condition)
        case Not(part):
            return f"not {_inside(part)}"
        case All(parts):
            return " and ".join(_inside(part) for part in parts)
        case AnyOf(parts):
            return " or ".join(_inside(part) for part in parts)


def _inside(part: Condition) -> str:
    return f"({written(part)})" if isinstance(part, All | AnyOf) else written(part)


def _test(test: Predicate) -> str:
    window = f" {within(test.days)}" if test.days is not None else ""
    match test.op:
        case "within":
            return f"{test.field}{window}"
        case "never":
            return f"{test.field} never"
        case "under":
            return f"under {quoted(str(test.value))}"
        case "has":
            return f"{test.field} {quoted(str(test.value))}{window}"
        case "in":
            assert isinstance(test.value, tuple)
            return f"{test.field} in ({', '.join(quoted(one) for one in test.value)})"
    value = quoted(test.value) if isinstance(test.value, str) else str(test.value)
    return f"{test.field}{window} {test.op} {value}"


def within(days: int) -> str:
    return f"within {days} {'day' if days == 1 else 'days'}"


def quoted(value: str) -> str:
    """As it is written in a condition: bare where that is one word, else in quotes."""
    bare = value.isascii() and value.replace("-", "").replace("_", "").isalnum()
    return value if bare and value[0] not in "-_" else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
