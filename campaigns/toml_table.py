"""A table of a TOML file, read key by key. Each fault is kept with its path, so that all of them are named at once. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from difflib import get_close_matches
from typing import Any, TypeVar

from base.days import INDIA

SHOWN_MAX = 40
T = TypeVar("T")


class Table:
    """`faults` is shared by all tables of a file; what cannot be read is the default, and a fault."""

    def __init__(self, raw: Mapping[str, Any], path: str = "", faults: list[str] | None = None) -> None:
        self._raw, self._path = raw, path
        self._asked: set[str] = set()
        self.faults: list[str] = [] if faults is None else faults

    def has(self, name: str) -> bool:
        return name in self._raw

    def text(
        self, name: str, default: str | None = None, *, most: int = 0, shape: str = "", meant: str = "", blank: bool = False
    ) -> str:
        """Without a default it must be there. `shape`: a pattern for all of it, in words `meant`. `blank`: "" is an answer."""
        found = self._read(name, str, "text in quotes", default)
        if found is None or found == default or (blank and found == ""):
            return found or ""
        if not found.strip():
            self.fault(name, "is empty" if default is None else "is empty: leave the line out")
        elif most and len(found) > most:
            self.fault(name, f"must have at most {most} characters, and has {len(found)}")
        elif shape and not re.fullmatch(shape, found):
            self.fault(name, f"must be {meant} (found {short(found)})")
        return found

    def choice(self, name: str, among: Sequence[str], default: str | None = None) -> str:
        found = self._read(name, str, f"one of {', '.join(among)}", default)
        if found is not None and found not in among:
            near = get_close_matches(found, among, n=1)
            meant = f"; did you mean {near[0]}?" if near else ""
            self.fault(name, f"must be one of {', '.join(among)} (found {short(found)}){meant}")
        return found if found is not None and found in among else among[0]

    def whole(self, name: str, default: int | None = None, *, least: int = 0, most: int = 10**12) -> int:
        found = self._read(name, int, "a whole number", default)
        if found is None or found == default:
            return found or 0
        if not least <= found <= most:
            self.fault(name, f"must be from {least} to {most} (found {found})")
        return found

    def flag(self, name: str, default: bool) -> bool:
        return bool(self._read(name, bool, "true or false", default))

    def moment(self, name: str) -> datetime | None:
        """A time without a zone is India's."""
        found = self._read(name, datetime, "a time such as 2026-11-01T10:00:00", None, needed=False)
        return found.replace(tzinfo=INDIA) if found is not None and found.tzinfo is None else found

    def clock(self, name: str, default: time) -> time:
        found = self._read(name, time, "a time of day such as 21:00:00", default)
        return default if found is None else found

    def table(self, name: str, *, needed: bool = False) -> Table | None:
        found = self._read(name, dict, "a table", None, needed=needed)
        return None if found is None else self._inner(found, name)

    def tables(self, name: str, *, needed: bool = False) -> list[Table]:
        found = self._read(name, list, "a list of tables", None, needed=needed) or []
        if strange := [number for number, row in enumerate(found, 1) if not isinstance(row, dict)]:
            self.fault(f"{name}[{strange[0]}]", "must be a table")
        return [self._inner(row, f"{name}[{number}]") for number, row in enumerate(found, 1) if isinstance(row, dict)]

    def each(self) -> list[str]:
        """The keys that the writer chose: all of them are known."""
        self._asked |= set(self._raw)
        return list(self._raw)

    def fault(self, name: str, what: str) -> None:
        self.faults.append(f"{self.where(name)}: {what}")

    def where(self, name: str) -> str:
        return ".".join(part for part in (self._path, name) if part)

    def done(self, *others: str) -> None:
        """Everything was asked for: what is left over is a slip of the pen."""
        for name in self._raw.keys() - self._asked - set(others):
            near = get_close_matches(name, self._asked, n=1)
            self.fault(name, f"is not known here; did you mean {near[0]}?" if near else "is not known here: remove it")

    def _inner(self, raw: Mapping[str, Any], name: str) -> Table:
        return Table(raw, self.where(name), self.faults)

    def _read(self, name: str, kind: type[T], meant: str, default: T | None, *, needed: bool = True) -> T | None:
        self._asked.add(name)
        if name not in self._raw:
            if default is None and needed:
                self.fault(name, "is missing")
            return default
        found = self._raw[name]
        if type(found) is not kind:  # True is no number
            self.fault(name, f"must be {meant} (found {short(found)})")
            return default
        return found


def short(value: object) -> str:
    shown = "a list" if isinstance(value, list) else "a table" if isinstance(value, dict) else _plain(value)
    return shown if len(shown) <= SHOWN_MAX else shown[: SHOWN_MAX - 1] + "…"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, date | time) else repr(value)


def doubled(values: Iterable[str]) -> list[str]:
    """Those that stand more than once, in order."""
    seen = list(values)
    return sorted({value for value in seen if seen.count(value) > 1})
