"""How many points there are: to spend, on their way out, expiring next, and the last few movements."""

from __future__ import annotations

from dataclasses import dataclass

from flows.effects import Line, ReadBalance, Say, Value
from flows.events import BalanceRead, Begun, Movement, Resumed, asks_again
from flows.kernel import Done, Event, Flow, State, Step, node

MOVEMENTS_SHOWN = 5
KINDS = ("earned", "held", "paid", "returned", "expired")


@dataclass(frozen=True, slots=True)
class ReadingBalance(State):
    pass


def reading_balance(state: ReadingBalance, event: Event) -> Step:
    match event:
        case Begun() | Resumed():
            return Step(state, (ReadBalance(),))
        case BalanceRead():
            return Step(Done(), (_told(event),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def _told(read: BalanceRead) -> Say:
    if not (read.available or read.held or read.movements):
        return Say("balance.empty")
    lines: list[Line] = []
    if read.held:
        lines.append(Line("balance.held", {"held": read.held}))
    if read.expiring and read.expiring_on:
        lines.append(Line("balance.expiring", {"expiring": read.expiring, "expiring_on": read.expiring_on}))
    if read.movements:
        lines.append(Line("balance.recent"))
        lines += map(_moved, read.movements[:MOVEMENTS_SHOWN])
    if not lines:
        return Say("balance.plain", {"available": read.available})
    return Say("balance.now", {"available": read.available}, tuple(lines))


def _moved(movement: Movement) -> Line:
    values: dict[str, Value] = {"on": movement.on, "points": abs(movement.points)}
    if movement.kind == "earned" and movement.what:
        return Line("balance.move.earned_for", {**values, "product": movement.what})
    if not movement.points:  # the points had left when they were held; now the money has arrived
        return Line("balance.move.settled", {"on": movement.on})
    if movement.kind in KINDS:
        return Line(f"balance.move.{movement.kind}", values)
    return Line("balance.move.added" if movement.points > 0 else "balance.move.taken", values)


BALANCE = Flow(
    "balance",
    version=1,
    nodes=dict(
        [
            node(
                ReadingBalance,
                reading_balance,
                goes_to={Done},
                may_emit={Say, ReadBalance},
                hears={BalanceRead},
            ),
        ]
    ),
)
