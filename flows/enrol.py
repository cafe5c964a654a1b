"""Becoming a member: consent, name, role, PIN code. Four answers, each of which can be taken back.

The notice shows both languages and the language of the answer becomes the member's. Whoever refuses is asked again
when they next write.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.effects import Enrol, RecordConsent, Say, SetLanguage
from flows.events import Commanded, Enrolled, Said, Tapped, asks_again
from flows.kernel import Done, Event, Flow, State, Step, node
from flows.pincode import read_pin, state_of
from flows.session import Known
from flows.spelling import as_name, as_profile_name
from flows.texts import words

NOTICE_VERSION = "1"  # of the words in enrol.consent; raise it when they change
ROLES = ("electrician", "retailer", "dealer", "distributor")
TITLE_MAX = 20  # of a WhatsApp button: a longer profile name cannot be offered as one


@dataclass(frozen=True, slots=True)
class AskConsent(State):
    locale: str
    profile_name: str


@dataclass(frozen=True, slots=True)
class Refused(State):
    locale: str
    profile_name: str


@dataclass(frozen=True, slots=True)
class AskName(State):
    locale: str
    profile_name: str


@dataclass(frozen=True, slots=True)
class AskRole(State):
    locale: str
    profile_name: str
    name: str


@dataclass(frozen=True, slots=True)
class AskPin(State):
    locale: str
    profile_name: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Enrolling(State):
    name: str
    role: str
    pin_code: str
    state: str


def first_question(known: Known) -> State:
    """Where an enrolment begins: at the notice, or behind it for whoever has agreed before."""
    profile_name = as_profile_name(known.profile_name) or ""
    return (AskName if known.consented else AskConsent)(known.locale, profile_name)


def ask_consent(state: AskConsent, event: Event) -> Step:
    match event:
        case Tapped("yes-en" | "yes-hi" as button):
            locale = button.removeprefix("yes-")
            agreed = (RecordConsent("notice", True, NOTICE_VERSION, locale), SetLanguage(locale))
            return Step(AskName(locale, state.profile_name), (*agreed, _ask_name(state.profile_name)))
        case Tapped("no-consent"):
            refused = RecordConsent("notice", False, NOTICE_VERSION, state.locale)
            return Step(Refused(state.locale, state.profile_name), (refused, Say("enrol.refused")))
        case _:
            return Step(state, (Say("enrol.consent"),), asks_again(event))


def refused(state: Refused, event: Event) -> Step:
    """They wrote again: the offer still stands."""
    if event == Tapped("no-consent"):
        return Step(state, (Say("enrol.refused"),))
    return Step(AskConsent(state.locale, state.profile_name), (Say("enrol.consent"),))


def ask_name(state: AskName, event: Event) -> Step:
    match event:
        case Tapped("yes-name") if state.profile_name:
            return _named(state, state.profile_name)
        case Said(typed) if not words().are(typed) and (name := as_name(typed)):
            return _named(state, name)
        case Said():
            return Step(state, (Say("enrol.name_unclear"),), False)
        case Commanded("back"):
            return Step(AskConsent(state.locale, state.profile_name), (Say("enrol.consent"),))
        case _:
            return Step(state, (_ask_name(state.profile_name),), asks_again(event))


def ask_role(state: AskRole, event: Event) -> Step:
    match event:
        case Tapped(role) if role in ROLES:
            return Step(AskPin(state.locale, state.profile_name, state.name, role), (Say("enrol.ask_pin"),))
        case Commanded("back"):
            return Step(AskName(state.locale, state.profile_name), (_ask_name(state.profile_name),))
        case _:
            return Step(state, (Say("enrol.ask_role", {"name": state.name}),), asks_again(event))


def ask_pin(state: AskPin, event: Event) -> Step:
    match event:
        case Said(typed) if pin_code := read_pin(typed):
            if region := state_of(pin_code):
                enrol = Enrol(state.name, state.role, pin_code, region)
                return Step(Enrolling(state.name, state.role, pin_code, region), (enrol,))
            return Step(state, (Say("enrol.pin_unknown", {"pin_code": pin_code}),))
        case Said():
            return Step(state, (Say("enrol.pin_unclear"),), False)
        case Commanded("back"):
            question = Say("enrol.ask_role", {"name": state.name})
            return Step(AskRole(state.locale, state.profile_name, state.name), (question,))
        case _:
            return Step(state, (Say("enrol.ask_pin"),), asks_again(event))


def enrolling(state: Enrolling, event: Event) -> Step:
    match event:
        case Enrolled(name, role):
            return Step(Done(), (Say("enrol.welcome", {"name": name, "role": role, "state": state.state}),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def _named(state: AskName, name: str) -> Step:
    return Step(AskRole(state.locale, state.profile_name, name), (Say("enrol.ask_role", {"name": name}),))


def _ask_name(profile_name: str) -> Say:
    if profile_name and len(profile_name) <= TITLE_MAX:
        return Say("enrol.ask_name_offer", {"name": profile_name})
    return Say("enrol.ask_name")


ENROL = Flow(
    "enrol",
    version=1,
    nodes=dict(
        [
            node(AskConsent, ask_consent, goes_to={AskName, Refused}, may_emit={Say, RecordConsent, SetLanguage}),
            node(Refused, refused, goes_to={AskConsent}, may_emit={Say}),
            node(AskName, ask_name, goes_to={AskRole, AskConsent}, may_emit={Say}),
            node(AskRole, ask_role, goes_to={AskPin, AskName}, may_emit={Say}),
            node(AskPin, ask_pin, goes_to={Enrolling, AskRole}, may_emit={Say, Enrol}),
            node(Enrolling, enrolling, goes_to={Done}, may_emit={Say}, hears={Enrolled}),
        ]
    ),
)
