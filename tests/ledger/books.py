"""A programme's books, and short ways to move points in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection, Engine, text

from ledger import holds as ended
from ledger import points, reversals, transfers
from ledger.balance import Balance, balance
from ledger.budget import open_programme, set_budget
from ledger.verify import verify

NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)
BUDGET = 100_000


@dataclass
class Books:
    """One programme. Every call is a transaction of its own unless `conn` is given."""

    engine: Engine
    programme: str
    keys: Iterator[int]

    def earn(
        self, member: str, amount: int, *, days: int | None = None, key: str | None = None, at: datetime = NOW,
        through: tuple[str, ...] = (), recorded_at: datetime | None = None,
    ) -> Any:  # fmt: skip
        expires_at = None if days is None else NOW + timedelta(days=days)
        asked = {"points": amount, "expires_at": expires_at, "through": through}
        return self._do(points.earn, key, member, at, recorded_at, **asked)

    def hold(
        self, member: str, amount: int, hold_id: str, *, key: str | None = None, at: datetime = NOW, days: int | None = None
    ) -> Any:
        until = None if days is None else NOW + timedelta(days=days)
        return self._do(points.hold, key, member, at, points=amount, hold_id=hold_id, hold_expires_at=until)

    def part(self, member: str, amount: int, hold_id: str, *, key: str | None = None, at: datetime = NOW) -> Any:
        return self._do(ended.part_commit, key, member, at, points=amount, hold_id=hold_id)

    def transfer(self, member: str, to: str, amount: int, *, key: str | None = None, at: datetime = NOW) -> Any:
        return self._do(transfers.transfer, key, member, at, points=amount, to=to)

    def convert(self, member: str, amount: int, rate: int, *, key: str | None = None, at: datetime = NOW) -> Any:
        return self._do(transfers.convert, key, member, at, points=amount, paise_per_point=rate)

    def adjust(self, member: str, amount: int, *, key: str | None = None, at: datetime = NOW) -> Any:
        return self._do(transfers.adjust, key, member, at, points=amount, expires_at=None)

    def reverse(
        self, member: str, posting_id: int, amount: int | None = None, *, negative: bool = False, key: str | None = None,
        at: datetime = NOW,
    ) -> Any:  # fmt: skip
        asked = {"posting_id": posting_id, "points": amount, "may_go_negative": negative}
        return self._do(reversals.reverse, key, member, at, **asked)

    def allot(self, of: str, amount: int, *, key: str | None = None) -> Any:
        with self.engine.begin() as conn:
            return set_budget(
                conn, key=key or f"{self.programme}:{next(self.keys)}", programme_id=self.programme, budget_points=amount,
                happened_at=NOW, recorded_at=NOW, of=of,
            )  # fmt: skip

    def burn(self, member: str, hold_id: str, *, key: str | None = None, at: datetime = NOW) -> Any:
        return self._do(points.burn, key, member, at, hold_id=hold_id)

    def release(self, member: str, hold_id: str, *, key: str | None = None, at: datetime = NOW) -> Any:
        return self._do(points.release, key, member, at, hold_id=hold_id)

    def balance(self, member: str, at: datetime = NOW) -> Balance:
        with self.engine.begin() as conn:
            return balance(conn, self.programme, member, at)

    def sound(self) -> bool:
        with self.engine.begin() as conn:
            return verify(conn) == []

    def _do(
        self, verb: Callable[..., Any], key: str | None, member: str, at: datetime, recorded_at: datetime | None = None,
        **asked: Any,
    ) -> Any:  # fmt: skip
        with self.engine.begin() as conn:
            return verb(
                conn, key=key or f"{self.programme}:{next(self.keys)}", programme_id=self.programme, member_id=member,
                happened_at=at, recorded_at=recorded_at or at, facts={"rule": "test"}, **asked,
            )  # fmt: skip


def new_books(engine: Engine, programme: str, budget: int = BUDGET) -> Books:
    with engine.begin() as conn:
        add_programme(conn, programme)
        open_programme(conn, programme, budget, NOW)
    return Books(engine, programme, count())


def add_programme(conn: Connection, programme: str) -> None:
    insert = text("INSERT INTO programmes (id, name, created_at) VALUES (:id, 'Test', :at)")
    conn.execute(insert, {"id": programme, "at": NOW})
