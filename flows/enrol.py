"""Becoming a member: consent, name, role, PIN code. Four answers, each of which can be taken back.

The notice shows both languages and the language of the answer becomes the member's. Whoever refuses is asked again
when they next write.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from flows.effects import Enrol, RecordConsent, Say, SetLanguage
from flows.events import Commanded, Enrolled, Said, Tapped, asks_again
from flows.kernel import Done, Event, Flow, State, Step, node
from flows.pincode import read_pin, state_of
from flows.session import Known, Notice
from flows.spelling import as_name, as_profile_name, normalised
from flows.texts import words

ROLES = ("electrician", "retailer", "dealer", "distributor")
TITLE_MAX = 20  # of a WhatsApp button: a longer profile name cannot be offered as one


@dataclass(frozen=True, slots=True)
class AskConsent(State):
    locale: str
    profile_name: str
    notice: Notice = field(default_factory=Notice)


@dataclass(frozen=True, slots=True)
class Refused(State):
    locale: str
    profile_name: str
    notice: Notice = field(default_factory=Notice)


@dataclass(frozen=True, slots=True)
class AskName(State):
    locale: str
    profile_name: str
    notice: Notice = field(default_factory=Notice)
    word: str = ""  # what was written: a word of ours that may be a name as well


@dataclass(frozen=True, slots=True)
class AskRole(State):
    locale: str
    profile_name: str
    name: str
    notice: Notice = field(default_factory=Notice)


@dataclass(frozen=True, slots=True)
class AskPin(State):
    locale: str
    profile_name: str
    name: str
    role: str
    notice: Notice = field(default_factory=Notice)


@dataclass(frozen=True, slots=True)
class Enrolling(State):
    name: str
    role: str
    pin_code: str
    state: str


def first_question(known: Known) -> State:
    """Where an enrolment begins: at the notice, or behind it for whoever has agreed before."""
    profile_name = as_profile_name(known.profile_name) or ""
    return (AskName if known.consented else AskConsent)(known.locale, profile_name, known.notice)


def ask_consent(state: AskConsent, event: Event) -> Step:
    version = state.notice.version
    match event:
        case Tapped("yes-en" | "yes-hi" as button):
            locale = button.removeprefix("yes-")
            agreed = (RecordConsent("notice", True, version, locale), SetLanguage(locale))
            return Step(AskName(locale, state.profile_name, state.notice), (*agreed, _ask_name(state.profile_name)))
        case Tapped("no-consent"):
            refused = RecordConsent("notice", False, version, state.locale)
            return Step(Refused(state.locale, state.profile_name, state.notice), (refused, Say("enrol.refused")))
        case _:
            return Step(state, (_ask_consent(state.notice),), asks_again(event))


def refused(state: Refused, event: Event) -> Step:
    """They wrote again: the offer still stands."""
    if event == Tapped("no-consent"):
        return Step(state, (Say("enrol.refused"),))
    return _back_to_consent(state)


def ask_name(state: AskName, event: Event) -> Step:
    match event:
        case Tapped("yes-name") if state.profile_name:
            return _named(state, state.profile_name)
        case Tapped("yes-word") if state.word:
            return _named(state, state.word)
        case Said(typed) if normalised(typed) in words().also_names and (word := as_name(typed)):
            return Step(replace(state, word=word), (Say("enrol.name_word", {"name": word}),))
        case Said(typed) if not words().are(typed) and (name := as_name(typed)):
            return _named(state, name)
        case Said():
            return Step(state, (Say("enrol.name_unclear"),), False)
        case Commanded("back"):
            return _back_to_consent(state)
        case _:
            return Step(state, (_ask_name(state.profile_name),), asks_again(event))


def ask_role(state: AskRole, event: Event) -> Step:
    match event:
        case Tapped(role) if role in ROLES:
            asked = AskPin(state.locale, state.profile_name, state.name, role, state.notice)
            return Step(asked, (Say("enrol.ask_pin"),))
        case Commanded("back"):
            asked_before = AskName(state.locale, state.profile_name, state.notice)
            return Step(asked_before, (_ask_name(state.profile_name),))
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
            return Step(AskRole(state.locale, state.profile_name, state.name, state.notice), (question,))
        case _:
            return Step(state, (Say("enrol.ask_pin"),), asks_again(event))


def enrolling(state: Enrolling, event: Event) -> Step:
    match event:
        case Enrolled(name, role):
            return Step(Done(), (Say("enrol.welcome", {"name": name, "role": role, "state": state.state}),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def _named(state: AskName, name: str) -> Step:
    return Step(AskRole(state.locale, state.profile_name, name, state.notice), (Say("enrol.ask_role", {"name": name}),))


def _back_to_consent(state: Refused | AskName) -> Step:
    return Step(AskConsent(state.locale, state.profile_name, state.notice), (_ask_consent(state.notice),))


def _ask_consent(notice: Notice) -> Say:
    """In both languages, so with both links; where the programme has one language alone, twice the same."""
    if not notice.links:  # asked by a version that did not know them yet
        return Say("enrol.consent_bare")
    first = next(iter(notice.links.values()))
    return Say("enrol.consent", {"link_en": notice.links.get("en", first), "link_hi": notice.links.get("hi", first)})


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
