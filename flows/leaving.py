"""Leaving a shop that one helps at, by oneself: asked once more, done at once, and its owner is told.

The shop is named from the first step on by its id, so that a yes never ends another membership than the one that was shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.effects import Say
from flows.events import Begun, Commanded, Resumed, Tapped, asks_again
from flows.helpers_events import HelpedShopRead, LeaveShop, LeavingRefused, ReadHelpedShop, ShopLeft
from flows.kernel import Done, Event, Flow, State, Step, node

REFUSED = {"owner": "leaving.owner", "gone": "shops.gone"}


@dataclass(frozen=True, slots=True)
class ReadingHelpedShop(State):
    pass


@dataclass(frozen=True, slots=True)
class ConfirmLeaving(State):
    shop: str
    name: str


@dataclass(frozen=True, slots=True)
class LeavingShop(State):
    pass


def reading_helped_shop(state: ReadingHelpedShop, event: Event) -> Step:
    match event:
        case Begun() | Resumed():
            return Step(state, (ReadHelpedShop(),))
        case HelpedShopRead(shop, name):
            return Step(ConfirmLeaving(shop, name), (Say("leaving.confirm", {"shop": name}),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def confirm_leaving(state: ConfirmLeaving, event: Event) -> Step:
    match event:
        case Tapped("yes-leave"):
            return Step(LeavingShop(), (LeaveShop(state.shop),))
        case Tapped("no-leave") | Commanded("back"):
            return Step(Done(), (Say("leaving.stays", {"shop": state.name}),))
        case _:
            return Step(state, (Say("leaving.confirm", {"shop": state.name}),), asks_again(event))


def leaving_shop(state: LeavingShop, event: Event) -> Step:
    match event:
        case ShopLeft(shop, ""):
            return Step(Done(), (Say("leaving.left", {"shop": shop}),))
        case ShopLeft(shop, onward):
            return Step(Done(), (Say("leaving.left_for", {"shop": shop, "onward": onward}),))
        case LeavingRefused(why):
            return Step(Done(), (Say(REFUSED.get(why, "shops.gone")),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


LEAVING = Flow(
    "leaving",
    version=1,
    nodes=dict(
        [
            node(
                ReadingHelpedShop, reading_helped_shop, goes_to={ConfirmLeaving}, may_emit={Say, ReadHelpedShop},
                hears={HelpedShopRead},
            ),
            node(ConfirmLeaving, confirm_leaving, goes_to={LeavingShop, Done}, may_emit={Say, LeaveShop}),
            node(LeavingShop, leaving_shop, goes_to={Done}, may_emit={Say}, hears={ShopLeft, LeavingRefused}),
        ]
    ),
)  # fmt: skip
