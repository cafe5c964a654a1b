"""Where is my money: the last payouts, each with its state, its times, and the bank's reference or what went wrong."""

from __future__ import annotations

from dataclasses import dataclass

from flows.effects import Line, ReadPayouts, Say, Value
from flows.events import Begun, Resumed, asks_again
from flows.kernel import Done, Event, Flow, State, Step, node
from flows.redeem_events import PayoutsRead, PayoutTold
from flows.redeem_prompts import moment

PAYOUTS_SHOWN = 5
SETTLED = ("paid", "failed", "reversed")
FAILED = {
    "vpa_invalid": "payouts.line.failed_vpa",
    "account_invalid": "payouts.line.failed_account",
    "bank": "payouts.line.failed_bank",
    "declined": "payouts.line.failed_declined",
}


@dataclass(frozen=True, slots=True)
class ReadingPayouts(State):
    pass


@dataclass(frozen=True, slots=True)
class ReadingUnderWay(State):
    """A yes came when no question was open, as where it is typed twice: what it was said to may be under way."""


def reading_payouts(state: ReadingPayouts, event: Event) -> Step:
    match event:
        case Begun() | Resumed():
            return Step(state, (ReadPayouts(),))
        case PayoutsRead(()):
            return Step(Done(), (Say("payouts.none"),))
        case PayoutsRead(payouts, today):
            return Step(Done(), (Say("payouts.list", {}, tuple(_told(one, today) for one in payouts[:PAYOUTS_SHOWN])),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def reading_under_way(state: ReadingUnderWay, event: Event) -> Step:
    match event:
        case Begun() | Resumed():
            return Step(state, (ReadPayouts(),))
        case PayoutsRead((newest, *_), today) if newest.state not in SETTLED:
            return Step(Done(), (Say("redeem.under_way", {}, (_told(newest, today),)),))
        case PayoutsRead():
            return Step(Done(), (Say("thanks.welcome"),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def _told(one: PayoutTold, today: str) -> Line:
    values: dict[str, Value] = {
        "amount_paise": one.amount_paise, "masked": one.masked, "asked_at": moment(one.asked_at, today),
    }  # fmt: skip
    match one.state:
        case "paid":
            values |= {"settled_at": moment(one.settled_at, today)}
            return Line("payouts.line.paid", values | {"utr": one.utr}) if one.utr else Line("payouts.line.paid_bare", values)
        case "failed":
            return Line(FAILED.get(one.reason, "payouts.line.failed"), values | {"points": one.points})
        case "reversed":
            return Line("payouts.line.reversed", values | {"points": one.points})
    if one.state == "approval":
        return Line("payouts.line.approval", values)
    if one.late:
        return Line("payouts.line.late", values)
    if one.promised_at:
        return Line("payouts.line.sent", values | {"promised_at": moment(one.promised_at, today)})
    return Line("payouts.line.sent_bare", values)


PAYOUTS = Flow(
    "payouts",
    version=1,
    nodes=dict(
        [
            node(
                ReadingPayouts,
                reading_payouts,
                goes_to={Done},
                may_emit={Say, ReadPayouts},
                hears={PayoutsRead},
            ),
            node(
                ReadingUnderWay,
                reading_under_way,
                goes_to={Done},
                may_emit={Say, ReadPayouts},
                hears={PayoutsRead},
            ),
        ]
    ),
)
