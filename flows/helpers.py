"""Helpers, as the owner sees them: who they are, one more, one less; and a shop that is handed over.

A helper scans for the shop and can do nothing with its money. What is asked of whom is decided in commands.py and, once
more, where it is done (handlers/authority.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.effects import ForgetSecret, Say, Value
from flows.events import Begun, Commanded, Resumed, Said, SecretGiven, Tapped, asks_again
from flows.helpers_events import (
    HandoverRefused,
    HelperRemoved,
    HelpersFull,
    HelpersRead,
    HelperTold,
    Invited,
    InviteHelper,
    OfferShop,
    ReadHelpers,
    RemoveHelper,
)
from flows.kernel import Done, Event, Flow, State, Step, node
from flows.spelling import as_name, normalised, whole_number
from flows.texts import words

# No buttons where a number is asked for: a 2 must not be taken for the second of them.
SCANS_MOST = 1_000  # a day; more is no limit
SHOWN_MAX = 10
REFUSED = {"no_pin": "handover.no_pin", "wrong": "handover.wrong_pin", "locked": "handover.locked"}


@dataclass(frozen=True, slots=True)
class ReadingHelpers(State):
    pass


@dataclass(frozen=True, slots=True)
class ChooseHelper(State):
    helpers: tuple[HelperTold, ...]


@dataclass(frozen=True, slots=True)
class ConfirmRemoval(State):
    helper: str
    name: str


@dataclass(frozen=True, slots=True)
class Removing(State):
    pass


@dataclass(frozen=True, slots=True)
class AskHelperName(State):
    pass


@dataclass(frozen=True, slots=True)
class AskScans(State):
    name: str


@dataclass(frozen=True, slots=True)
class AskSees(State):
    name: str
    scans_per_day: int


@dataclass(frozen=True, slots=True)
class Inviting(State):
    pass


@dataclass(frozen=True, slots=True)
class AskHandover(State):
    pass


@dataclass(frozen=True, slots=True)
class AskHandoverPin(State):
    pass


@dataclass(frozen=True, slots=True)
class Offering(State):
    pass


def reading_helpers(state: ReadingHelpers, event: Event) -> Step:
    match event:
        case Begun() | Resumed():
            return Step(state, (ReadHelpers(),))
        case HelpersRead(()):
            return Step(Done(), (Say("helpers.none"),))
        case HelpersRead(helpers):
            return Step(ChooseHelper(helpers[:SHOWN_MAX]), (_choose(helpers[:SHOWN_MAX]),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def choose_helper(state: ChooseHelper, event: Event) -> Step:
    match event:
        case Tapped(button) if chosen := next((h for h in state.helpers if button == f"helper-{h.helper}"), None):
            return Step(ConfirmRemoval(chosen.helper, chosen.name), (Say("helpers.confirm_removal", {"name": chosen.name}),))
        case Commanded("back"):
            return Step(Done(), (Say("cancel.done"),))
        case _:
            return Step(state, (_choose(state.helpers),), asks_again(event))


def confirm_removal(state: ConfirmRemoval, event: Event) -> Step:
    match event:
        case Tapped("yes-remove"):
            return Step(Removing(), (RemoveHelper(state.helper),))
        case Tapped("no-remove") | Commanded("back"):
            return Step(Done(), (Say("helpers.kept", {"name": state.name}),))
        case _:
            return Step(state, (Say("helpers.confirm_removal", {"name": state.name}),), asks_again(event))


def removing(state: Removing, event: Event) -> Step:
    match event:
        case HelperRemoved(name):
            return Step(Done(), (Say("helpers.removed", {"name": name}),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def ask_helper_name(state: AskHelperName, event: Event) -> Step:
    match event:
        case Tapped("skip-helper"):
            return Step(AskScans(""), (Say("helpers.ask_scans"),))
        case Said(typed) if not words().are(typed) and (name := as_name(typed)):
            return Step(AskScans(name), (Say("helpers.ask_scans"),))
        case Commanded("back"):
            return Step(Done(), (Say("cancel.done"),))
        case _:
            return Step(state, (Say("helpers.ask_name"),), asks_again(event))


def ask_scans(state: AskScans, event: Event) -> Step:
    match event:
        case Said(typed) if (said := words().answers.get(normalised(typed))) and said.meaning == "all":
            return Step(AskSees(state.name, 0), (Say("helpers.ask_sees"),))
        case Said(typed) if (number := whole_number(typed)) and number <= SCANS_MOST:
            return Step(AskSees(state.name, number), (Say("helpers.ask_sees"),))
        case Commanded("back"):
            return Step(AskHelperName(), (Say("helpers.ask_name"),))
        case _:
            return Step(state, (Say("helpers.ask_scans"),), asks_again(event))


def ask_sees(state: AskSees, event: Event) -> Step:
    match event:
        case Tapped("yes-sees" | "no-sees" as button):
            return Step(Inviting(), (InviteHelper(state.name, state.scans_per_day, button == "yes-sees"),))
        case Commanded("back"):
            return Step(AskScans(state.name), (Say("helpers.ask_scans"),))
        case _:
            return Step(state, (Say("helpers.ask_sees"),), asks_again(event))


def inviting(state: Inviting, event: Event) -> Step:
    match event:
        case Invited():
            return Step(Done(), (Say("helpers.invited", _invited(event)),))
        case HelpersFull(most):
            return Step(Done(), (Say("helpers.full", {"most": most}),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def ask_handover(state: AskHandover, event: Event) -> Step:
    match event:
        case Tapped("yes-handover"):
            return Step(AskHandoverPin(), (Say("handover.ask_pin"),))
        case Tapped("no-handover") | Commanded("back"):
            return Step(Done(), (Say("handover.kept"),))
        case _:
            return Step(state, (Say("handover.ask"),), asks_again(event))


def ask_handover_pin(state: AskHandoverPin, event: Event) -> Step:
    match event:
        case SecretGiven(token, "pin", _) if token:
            return Step(Offering(), (OfferShop(token),))
        case SecretGiven(token, _, _):
            forget = (ForgetSecret(token),) if token else ()
            return Step(state, (*forget, Say("handover.ask_pin")), False)
        case Commanded("back"):
            return Step(Done(), (Say("handover.kept"),))
        case _:
            return Step(state, (Say("handover.ask_pin"),), asks_again(event))


def offering(state: Offering, event: Event) -> Step:
    match event:
        case Invited():
            return Step(Done(), (Say("handover.offered", _invited(event)),))
        case HandoverRefused("wrong"):
            return Step(AskHandoverPin(), (Say("handover.wrong_pin"),))
        case HandoverRefused(why):
            return Step(Done(), (Say(REFUSED.get(why, "handover.locked")),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def _choose(helpers: tuple[HelperTold, ...]) -> Say:
    values: dict[str, Value] = {}
    for number, one in enumerate(helpers, start=1):
        values |= {f"helper_{number}": one.helper, f"name_{number}": one.name}
    return Say(f"helpers.list.{len(helpers)}", values)


def _invited(made: Invited) -> dict[str, Value]:
    return {"code": made.code, "link": made.link, "until_at": made.until_at}


HELPERS = Flow(
    "helpers",
    version=1,
    nodes=dict(
        [
            node(
                ReadingHelpers, reading_helpers, goes_to={ChooseHelper, Done}, may_emit={Say, ReadHelpers},
                hears={HelpersRead},
            ),
            node(ChooseHelper, choose_helper, goes_to={ConfirmRemoval, Done}, may_emit={Say}),
            node(ConfirmRemoval, confirm_removal, goes_to={Removing, Done}, may_emit={Say, RemoveHelper}),
            node(Removing, removing, goes_to={Done}, may_emit={Say}, hears={HelperRemoved}),
            node(AskHelperName, ask_helper_name, goes_to={AskScans, Done}, may_emit={Say}),
            node(AskScans, ask_scans, goes_to={AskSees, AskHelperName}, may_emit={Say}),
            node(AskSees, ask_sees, goes_to={Inviting, AskScans}, may_emit={Say, InviteHelper}),
            node(Inviting, inviting, goes_to={Done}, may_emit={Say}, hears={Invited, HelpersFull}),
            node(AskHandover, ask_handover, goes_to={AskHandoverPin, Done}, may_emit={Say}),
            node(
                AskHandoverPin, ask_handover_pin, goes_to={Offering, Done}, may_emit={Say, OfferShop, ForgetSecret}, asks="pin"
            ),
            node(Offering, offering, goes_to={AskHandoverPin, Done}, may_emit={Say}, hears={Invited, HandoverRefused}),
        ]
    ),
)  # fmt: skip
