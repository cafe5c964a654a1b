"""The ledger beside a plain Python model of it: any order of earning, holding, settling, expiring and repeating."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine

from ledger.balance import trial
from ledger.budget import Budget, read_budget, set_budget
from ledger.lots import expire_due
from ledger.points import Burned, Earned, Held, Released, TooFew
from ledger.post import BudgetSpent, HoldSettled, KeyReused
from ledger.verify import verify
from tests.effort import LEDGER_HISTORIES
from tests.ledger.books import NOW, Books, new_books

MEMBERS = st.sampled_from(["mbr_a", "mbr_b", "mbr_c"])
POINTS = st.integers(1, 60)
programmes = count()


@dataclass
class Lot:
    """A lot as the model keeps it."""

    remaining: int
    expires_at: datetime | None
    serial: int

    def open_at(self, at: datetime) -> bool:
        return self.remaining > 0 and (self.expires_at is None or self.expires_at > at)


@dataclass
class Hold:
    member: str
    taken: list[tuple[Lot, int]]
    state: str = "held"

    @property
    def points(self) -> int:
        return sum(points for _, points in self.taken)


@dataclass
class Model:
    budget: int
    given: int = 0
    lots: dict[str, list[Lot]] = field(default_factory=dict)
    holds: dict[str, Hold] = field(default_factory=dict)
    serial: int = 0

    def open_lots(self, member: str, at: datetime) -> list[Lot]:
        lots = [lot for lot in self.lots.get(member, []) if lot.open_at(at)]
        return sorted(lots, key=lambda lot: (lot.expires_at is None, lot.expires_at or at, lot.serial))

    def add(self, member: str, points: int, expires_at: datetime | None) -> None:
        self.serial += 1
        self.lots.setdefault(member, []).append(Lot(points, expires_at, self.serial))

    def take(self, member: str, points: int, at: datetime) -> list[tuple[Lot, int]]:
        taken = []
        for lot in self.open_lots(member, at):
            part = min(lot.remaining, points)
            lot.remaining -= part
            points -= part
            if part:
                taken.append((lot, part))
        return taken

    def available(self, member: str, at: datetime) -> int:
        return sum(lot.remaining for lot in self.open_lots(member, at))

    def balance(self, member: str) -> int:
        """The account: points past due count until they are swept."""
        return sum(lot.remaining for lot in self.lots.get(member, []))


class LedgerMachine(RuleBasedStateMachine):
    engine: Engine

    @initialize(budget=st.integers(0, 400))
    def open(self, budget: int) -> None:
        self.books: Books = new_books(self.engine, f"prg_{next(programmes)}", budget)
        self.model = Model(budget)
        self.at = NOW
        self.done: list[tuple[str, Any, Any]] = []  # key, call under that key, answer

    def remember(self, key: str, call: Any) -> Any:
        answer = call()
        if isinstance(answer, Earned | Held | Burned | Released):
            self.done.append((key, call, answer))
        return answer

    def key(self) -> str:
        return f"{self.books.programme}:k{next(self.books.keys)}"

    @rule(member=MEMBERS, points=POINTS, days=st.none() | st.integers(1, 40))
    def earn(self, member: str, points: int, days: int | None) -> None:
        key, at = self.key(), self.at
        since_start = None if days is None else (at - NOW).days + days
        answer = self.remember(key, lambda: self.books.earn(member, points, days=since_start, key=key, at=at))
        if self.model.given + points > self.model.budget:
            assert answer == BudgetSpent(self.model.budget - self.model.given)
            return
        self.model.given += points
        self.model.add(member, points, None if since_start is None else NOW + timedelta(days=since_start))
        assert isinstance(answer, Earned) and answer.balance == self.model.balance(member)

    @rule(member=MEMBERS, points=POINTS)
    def hold(self, member: str, points: int) -> None:
        key, at = self.key(), self.at
        answer = self.remember(key, lambda: self.books.hold(member, points, f"h{key}", key=key, at=at))
        if points > self.model.available(member, at):
            assert answer == TooFew(self.model.available(member, at))
            return
        self.model.holds[f"h{key}"] = Hold(member, self.model.take(member, points, at))
        assert answer == Held(f"h{key}", self.model.balance(member))

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data(), verb=st.sampled_from(["burn", "release"]))
    def settle(self, data: st.DataObject, verb: str) -> None:
        hold_id = data.draw(st.sampled_from(sorted(self.model.holds)))
        hold, key, at = self.model.holds[hold_id], self.key(), self.at
        if hold.state != "held":
            with pytest.raises(HoldSettled):
                getattr(self.books, verb)(hold.member, hold_id, key=key, at=at)
            return
        answer = self.remember(key, lambda: getattr(self.books, verb)(hold.member, hold_id, key=key, at=at))
        hold.state = verb
        if verb == "burn":
            assert isinstance(answer, Burned)
            return
        for lot, points in hold.taken:
            if lot.expires_at is None or lot.expires_at > at:
                lot.remaining += points
            else:
                self.model.add(hold.member, points, at + timedelta(days=30))
        assert answer == Released(hold_id, self.model.balance(hold.member))

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        _, call, answer = data.draw(st.sampled_from(self.done))
        assert call() == answer

    @precondition(lambda self: self.done)
    @rule(data=st.data(), member=MEMBERS)
    def ask_something_else_under_a_used_key(self, data: st.DataObject, member: str) -> None:
        key, _, _ = data.draw(st.sampled_from(self.done))
        with pytest.raises(KeyReused):
            self.books.earn(member, 61, key=key, at=self.at)

    @rule(days=st.integers(0, 20), limit=st.integers(1, 4))
    def time_passes_and_the_sweep_runs(self, days: int, limit: int) -> None:
        self.at += timedelta(days=days)
        while True:
            with self.books.engine.begin() as conn:
                swept = expire_due(conn, self.at, limit)
            if len(swept) < limit:
                break
        for lots in self.model.lots.values():
            for lot in lots:
                lot.remaining = lot.remaining if lot.open_at(self.at) else 0

    @rule(days=st.integers(0, 5))
    def time_passes(self, days: int) -> None:
        self.at += timedelta(days=days)

    @rule(budget=st.integers(0, 600))
    def change_the_budget(self, budget: int) -> None:
        with self.books.engine.begin() as conn:
            answer = set_budget(
                conn, key=self.key(), programme_id=self.books.programme, budget_points=budget,
                happened_at=self.at, recorded_at=self.at,
            )  # fmt: skip
        if budget < self.model.given:
            assert answer == BudgetSpent(self.model.given)
        else:
            self.model.budget = budget
            assert answer == Budget(budget, budget - self.model.given)

    @invariant()
    def balances_agree(self) -> None:
        for member in ("mbr_a", "mbr_b", "mbr_c"):
            found = self.books.balance(member, self.at)
            held = sum(
                hold.points for hold in self.model.holds.values() if (hold.member, hold.state) == (member, "held")
            )
            assert (found.available, found.held) == (self.model.available(member, self.at), held)
            dated = [lot for lot in self.model.open_lots(member, self.at) if lot.expires_at]
            assert found.expiring_at == (dated[0].expires_at if dated else None)
            first = [lot.remaining for lot in dated if lot.expires_at == dated[0].expires_at]
            assert found.expiring_points == sum(first)

    def teardown(self) -> None:
        if not hasattr(self, "books"):
            return
        with self.books.engine.begin() as conn:
            assert verify(conn) == []
            assert sum(row.balance for row in trial(conn, self.books.programme)) == 0
            budget = read_budget(conn, self.books.programme)
            assert budget == Budget(self.model.budget, self.model.budget - self.model.given)


def test_the_ledger_does_what_the_model_does(database: Any) -> None:
    machine = type("Machine", (LedgerMachine,), {"engine": database.engine})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=LEDGER_HISTORIES, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
