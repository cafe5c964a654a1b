"""The member's bills: what each came to, on demand."""

from __future__ import annotations

from dataclasses import dataclass

from flows.bill_events import ClaimLine, ClaimsRead
from flows.effects import Line, ReadClaims, Say, Value
from flows.events import Begun, Resumed, asks_again
from flows.kernel import Done, Event, Flow, State, Step, node

BILLS_SHOWN = 6
LINES = {
    "read": "bills.line.read",
    "asked": "bills.line.asked",
    "review": "bills.line.review",
    "credited": "bills.line.credited",
    "refused": "bills.line.refused",
    "reversed": "bills.line.reversed",
}
NUMBERED = {"credited": "bills.line.credited_no", "review": "bills.line.review_no", "reversed": "bills.line.reversed_no"}


@dataclass(frozen=True, slots=True)
class ReadingBills(State):
    pass


def reading_bills(state: ReadingBills, event: Event) -> Step:
    match event:
        case Begun() | Resumed():
            return Step(state, (ReadClaims(),))
        case ClaimsRead(()):
            return Step(Done(), (Say("bills.none"),))
        case ClaimsRead(bills):
            return Step(Done(), (Say("bills.list", lines=tuple(map(_line, bills[:BILLS_SHOWN]))),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def _line(bill: ClaimLine) -> Line:
    texts = NUMBERED if bill.number and bill.state in NUMBERED else LINES
    key = texts.get(bill.state, "bills.line.read")
    values: dict[str, Value] = {"sent_on": bill.sent_on, "points": bill.points, "promised_on": bill.promised_on}
    return Line(key, {**values, "number": bill.number})


BILLS = Flow(
    "bills",
    version=1,
    nodes=dict(
        [
            node(ReadingBills, reading_bills, goes_to={Done}, may_emit={Say, ReadClaims}, hears={ClaimsRead}),
        ]
    ),
)
