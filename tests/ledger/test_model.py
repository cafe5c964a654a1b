"""The ledger beside a plain Python model of it: any order of what can be done with points, and repeats of it."""

from __future__ import annotations

from datetime import timedelta
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
from ledger.holds import PartCommitted, expire_holds
from ledger.lots import expire_due
from ledger.points import Burned, Earned, Held, Released, TooFew
from ledger.post import BudgetSpent, HoldExpired, HoldSettled, KeyReused, TooMuch
from ledger.reversals import Reversed
from ledger.transfers import Converted, Transferred
from ledger.verify import verify
from tests.effort import LEDGER_HISTORIES
from tests.ledger.books import NOW, Books, new_books
from tests.ledger.model import GRACE, Given, Hold, Model, cut

MEMBERS = st.sampled_from(["mbr_a", "mbr_b", "mbr_c"])
POINTS = st.integers(1, 60)
programmes = count()
ANSWERS = Earned | Held | Burned | Released | PartCommitted | Transferred | Converted | Reversed


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
        if isinstance(answer, ANSWERS):
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
        lot = self.model.add(member, points, None if since_start is None else NOW + timedelta(days=since_start))
        filled = min(points, self.model.debt.get(member, 0))  # a debt is filled before the lot, whatever else is there
        lot.remaining -= filled
        self.model.debt[member] = self.model.debt.get(member, 0) - filled
        assert isinstance(answer, Earned) and answer.balance == self.model.balance(member)
        lot.posting_id = answer.posting_id
        self.model.done.append(Given(member, answer.posting_id, points))

    @rule(member=MEMBERS, points=POINTS, days=st.none() | st.integers(1, 20))
    def hold(self, member: str, points: int, days: int | None) -> None:
        key, at = self.key(), self.at
        since_start = None if days is None else (at - NOW).days + days
        answer = self.remember(key, lambda: self.books.hold(member, points, f"h{key}", key=key, at=at, days=since_start))
        if points > self.model.available(member, at):
            assert answer == TooFew(self.model.available(member, at))
            return
        self.model.holds[f"h{key}"] = Hold(
            member, self.model.take(member, points, at), None if days is None else NOW + timedelta(days=since_start or 0)
        )
        assert answer == Held(f"h{key}", self.model.balance(member))

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data(), verb=st.sampled_from(["burn", "release"]))
    def settle(self, data: st.DataObject, verb: str) -> None:
        hold_id = data.draw(st.sampled_from(sorted(self.model.holds)))
        hold, key, at = self.model.holds[hold_id], self.key(), self.at
        if refusal := self.refusal(hold, verb):
            with pytest.raises(refusal):
                getattr(self.books, verb)(hold.member, hold_id, key=key, at=at)
            return
        answer = self.remember(key, lambda: getattr(self.books, verb)(hold.member, hold_id, key=key, at=at))
        hold.state = verb
        if verb == "burn":
            assert isinstance(answer, Burned)
            self.model.done.append(Given(hold.member, answer.posting_id, hold.points, hold.taken))
            return
        self.model.give_back(hold.member, hold.taken, at)
        assert answer == Released(hold_id, self.model.balance(hold.member))

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data(), points=POINTS)
    def part_commit(self, data: st.DataObject, points: int) -> None:
        hold_id = data.draw(st.sampled_from(sorted(self.model.holds)))
        hold, key, at = self.model.holds[hold_id], self.key(), self.at
        if refusal := self.refusal(hold, "burn"):
            with pytest.raises(refusal):
                self.books.part(hold.member, points, hold_id, key=key, at=at)
            return
        answer = self.remember(key, lambda: self.books.part(hold.member, points, hold_id, key=key, at=at))
        if points > hold.points:
            assert answer == TooFew(hold.points)
            return
        hold.state = "burn"
        self.model.give_back(hold.member, cut(hold.taken, points, hold.points), at)
        self.model.done.append(Given(hold.member, answer.posting_id, points, cut(hold.taken, 0, points)))
        left = self.model.balance(hold.member) if points < hold.points else None
        assert answer == PartCommitted(hold_id, answer.posting_id, points, left)

    def refusal(self, hold: Hold, verb: str) -> type[Exception] | None:
        if hold.state != "held":
            return HoldSettled
        over = verb == "burn" and hold.expires_at is not None and hold.expires_at <= self.at
        return HoldExpired if over else None

    @rule(member=MEMBERS, to=MEMBERS, points=POINTS)
    def transfer(self, member: str, to: str, points: int) -> None:
        if member == to:
            return
        key, at = self.key(), self.at
        answer = self.remember(key, lambda: self.books.transfer(member, to, points, key=key, at=at))
        if points > self.model.available(member, at):
            assert answer == TooFew(self.model.available(member, at))
            return
        for lot, part in self.model.take(member, points, at):
            self.model.add(to, part, lot.expires_at)
        self.model.fill_debt(to, points)
        assert answer == Transferred(answer.posting_id, self.model.balance(member))

    @rule(member=MEMBERS, points=POINTS, rate=st.integers(1, 100))
    def convert(self, member: str, points: int, rate: int) -> None:
        key, at = self.key(), self.at
        answer = self.remember(key, lambda: self.books.convert(member, points, rate, key=key, at=at))
        if points > self.model.available(member, at):
            assert answer == TooFew(self.model.available(member, at))
            return
        self.model.take(member, points, at)
        assert answer == Converted(answer.posting_id, self.model.balance(member), points * rate)

    @precondition(lambda self: self.model.done)
    @rule(data=st.data(), points=st.none() | POINTS, negative=st.booleans())
    def reverse(self, data: st.DataObject, points: int | None, negative: bool) -> None:
        given = data.draw(st.sampled_from(self.model.done))
        key, at, member = self.key(), self.at, given.member
        asked = {"negative": negative, "key": key, "at": at}
        answer = self.remember(key, lambda: self.books.reverse(member, given.posting_id, points, **asked))
        left, balance = given.points - given.reversed - given.expired, self.model.balance(member)
        some = left if points is None else points
        if some == 0 or some > left:
            assert answer == TooMuch(left)
            return
        if not given.pieces and some > balance and not negative:
            assert answer == TooFew(balance)
            return
        if given.pieces:
            for lot, part in cut(given.pieces, given.reversed, given.reversed + some):
                self.model.add(member, part, lot.expires_at and max(lot.expires_at, at + GRACE))
            self.model.fill_debt(member, some)
        else:
            self.model.take_any(member, min(some, max(balance, 0)), given.posting_id)
            self.model.debt[member] = self.model.debt.get(member, 0) + some - min(some, max(balance, 0))
            self.model.given -= some
        given.reversed += some
        assert answer == Reversed(answer.posting_id, some, self.model.balance(member))

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
        with self.books.engine.begin() as conn:
            ran_out = expire_holds(conn, self.at, 1_000)
        due = {
            hold_id: hold for hold_id, hold in self.model.holds.items()
            if hold.state == "held" and hold.expires_at is not None and hold.expires_at <= self.at
        }  # fmt: skip
        assert {one.hold_id for one in ran_out if one.programme_id == self.books.programme} == set(due)
        for hold in due.values():
            hold.state = "release"
            self.model.give_back(hold.member, hold.taken, self.at)
        while True:
            with self.books.engine.begin() as conn:
                swept = expire_due(conn, self.at, limit)
            if len(swept) < limit:
                break
        given = {one.posting_id: one for one in self.model.done if not one.pieces}
        for lots in self.model.lots.values():
            for lot in lots:
                if lot.posting_id in given and not lot.open_at(self.at):
                    given[lot.posting_id].expired += lot.remaining
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
            assert found.owed == self.model.debt.get(member, 0)
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
