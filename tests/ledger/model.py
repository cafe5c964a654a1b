"""The ledger as plain Python would keep it: lots, holds, debts and what may be reversed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

FAR, GRACE = datetime(9999, 1, 1, tzinfo=UTC), timedelta(days=30)


@dataclass
class Lot:
    """A lot as the model keeps it."""

    remaining: int
    expires_at: datetime | None
    serial: int
    posting_id: int = 0

    def open_at(self, at: datetime) -> bool:
        return self.remaining > 0 and (self.expires_at is None or self.expires_at > at)


@dataclass
class Hold:
    member: str
    taken: list[tuple[Lot, int]]
    expires_at: datetime | None
    state: str = "held"

    @property
    def points(self) -> int:
        return sum(points for _, points in self.taken)


@dataclass
class Given:
    """What may be reversed: an earning (`pieces` empty), or what a burn took out of lots, in their order."""

    member: str
    posting_id: int
    points: int
    pieces: list[tuple[Lot, int]] = field(default_factory=list)
    reversed: int = 0
    expired: int = 0  # of its own lot


@dataclass
class Model:
    budget: int
    given: int = 0
    lots: dict[str, list[Lot]] = field(default_factory=dict)
    holds: dict[str, Hold] = field(default_factory=dict)
    debt: dict[str, int] = field(default_factory=dict)
    done: list[Given] = field(default_factory=list)
    serial: int = 0

    def open_lots(self, member: str, at: datetime) -> list[Lot]:
        lots = [lot for lot in self.lots.get(member, []) if lot.open_at(at)]
        return sorted(lots, key=lambda lot: (lot.expires_at is None, lot.expires_at or at, lot.serial))

    def add(self, member: str, points: int, expires_at: datetime | None) -> Lot:
        self.serial += 1
        lot = Lot(points, expires_at, self.serial)
        self.lots.setdefault(member, []).append(lot)
        return lot

    def fill_debt(self, member: str, points: int) -> None:
        """After so many came in."""
        filled = min(points, self.debt.get(member, 0))
        self.debt[member] = self.debt.get(member, 0) - filled
        self.take_any(member, filled, 0)

    def take_any(self, member: str, points: int, posting_id: int) -> None:
        """Also what is past due; the lot of that posting first."""
        lots = [lot for lot in self.lots.get(member, []) if lot.remaining]
        for lot in sorted(lots, key=lambda lot: (lot.posting_id != posting_id, lot.expires_at or FAR, lot.serial)):
            part = min(lot.remaining, points)
            lot.remaining -= part
            points -= part

    def give_back(self, member: str, pieces: list[tuple[Lot, int]], at: datetime) -> None:
        """From a hold to the lots they came from, or new ones with the grace."""
        for lot, points in pieces:
            if lot.expires_at is None or lot.expires_at > at:
                lot.remaining += points
            else:
                self.add(member, points, at + GRACE)
        self.fill_debt(member, sum(points for _, points in pieces))

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
        return sum(lot.remaining for lot in self.lots.get(member, [])) - self.debt.get(member, 0)


def cut(pieces: list[tuple[Lot, int]], start: int, end: int) -> list[tuple[Lot, int]]:
    """The pieces from the start-th to the end-th point."""
    found, passed = [], 0
    for lot, points in pieces:
        if (part := min(passed + points, end) - max(passed, start)) > 0:
            found.append((lot, part))
        passed += points
    return found
