"""What we should like to know but can do without: the shop's name, and a mobile number when WhatsApp hides it.

Waits beneath the enrolment and beneath what a new member had sent before it, so that they are credited first.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.effects import SaveMobile, SaveShop, Say
from flows.events import Begun, Commanded, Resumed, Said, Tapped, asks_again
from flows.kernel import Done, Event, Flow, State, Step, node
from flows.session import Known
from flows.spelling import as_indian_mobile, as_shop
from flows.texts import words


@dataclass(frozen=True, slots=True)
class AwaitMembership(State):
    pass


@dataclass(frozen=True, slots=True)
class AskShop(State):
    mobile_known: bool


@dataclass(frozen=True, slots=True)
class AskMobile(State):
    shop_asked: bool


def await_membership(state: AwaitMembership, event: Event) -> Step:
    match event:
        case Resumed(known) if known.acts == "helper":
            return Step(Done())  # gave up an account of their own: what is missing of the shop's is its owner's to tell
        case Resumed(known) | Begun(known) if known.enrolled:
            return _first_missing(known)
        case _:
            return Step(state, (), asks_again(event))


def ask_shop(state: AskShop, event: Event) -> Step:
    match event:
        case Said(typed) if not words().are(typed) and (shop := as_shop(typed)):
            return _after_shop(state, SaveShop(shop))
        case Tapped("skip-shop"):
            return _after_shop(state)
        case _:
            return Step(state, (Say("details.ask_shop"),), asks_again(event))


def ask_mobile(state: AskMobile, event: Event) -> Step:
    match event:
        case Said(typed) if mobile := as_indian_mobile(typed):
            return Step(Done(), (SaveMobile(mobile), Say("details.thanks")))
        case Said():
            return Step(state, (Say("details.mobile_unclear"),), False)
        case Tapped("skip-mobile"):
            return Step(Done(), (Say("details.skipped"),))
        case Commanded("back") if state.shop_asked:
            return Step(AskShop(mobile_known=False), (Say("details.ask_shop"),))
        case _:
            return Step(state, (Say("details.ask_mobile"),), asks_again(event))


def _first_missing(known: Known) -> Step:
    if known.role != "electrician" and not known.shop_known:
        return Step(AskShop(known.mobile_known), (Say("details.ask_shop"),))
    if not known.mobile_known:
        return Step(AskMobile(shop_asked=False), (Say("details.ask_mobile"),))
    return Step(Done())


def _after_shop(state: AskShop, *saved: SaveShop) -> Step:
    if not state.mobile_known:
        return Step(AskMobile(shop_asked=True), (*saved, Say("details.ask_mobile")))
    return Step(Done(), (*saved, Say("details.thanks" if saved else "details.skipped")))


DETAILS = Flow(
    "details",
    version=1,
    nodes=dict(
        [
            node(AwaitMembership, await_membership, goes_to={AskShop, AskMobile, Done}, may_emit={Say}),
            node(AskShop, ask_shop, goes_to={AskMobile, Done}, may_emit={Say, SaveShop}),
            node(AskMobile, ask_mobile, goes_to={AskShop, Done}, may_emit={Say, SaveMobile}),
        ]
    ),
)
