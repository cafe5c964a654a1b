"""What the world has to tell a member whatever they are doing: money that moved, and faults of ours."""

from __future__ import annotations

from dataclasses import dataclass

from flows.effects import Say, Value
from flows.events import EventParked, PayoutDelayed, PayoutFailed, PayoutPaid, PayoutReversed
from flows.kernel import Event, Flow, State, Step, node


@dataclass(frozen=True, slots=True)
class News(State):
    """Never on the stack: news interrupts nothing and leaves every question standing."""


def news(state: News, event: Event) -> Step:
    match event:
        case PayoutPaid():
            values = {**_money(event), "points": event.points}
            told = Say("news.paid", {**values, "utr": event.utr}) if event.utr else Say("news.paid_bare", values)
            return Step(state, (told,))
        case PayoutFailed() | PayoutReversed():
            values = {**_money(event), "points": event.points, "available": event.available}
            return Step(state, (Say(_bad_news(event), values),))
        case PayoutDelayed():
            return Step(state, (Say("news.delayed", _money(event)),))
        case EventParked():
            return Step(state, (Say("news.parked"),))
        case _:
            return Step(state, (), False)


def _money(event: PayoutPaid | PayoutFailed | PayoutReversed | PayoutDelayed) -> dict[str, Value]:
    return {"amount_paise": event.amount_paise, "masked": event.masked}


def _bad_news(event: PayoutFailed | PayoutReversed) -> str:
    if isinstance(event, PayoutReversed):
        return "news.reversed"
    return "news.failed_vpa" if event.reason == "vpa_invalid" else "news.failed"


NEWS = Flow(
    "news",
    version=1,
    nodes=dict(
        [
            node(
                News,
                news,
                goes_to=set(),
                may_emit={Say},
                hears={PayoutPaid, PayoutFailed, PayoutReversed, PayoutDelayed, EventParked},
            )
        ]
    ),
)
