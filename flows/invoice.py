"""From a photo of a bill to points: credited, one question, a reviewer, or a kind no.

A stranger's bills are kept until they are a member. Several bills may come at once; their questions are asked one after
the other, and every button names its bill and field, so that an old one cannot answer for another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flows.bill_events import ClaimsDecided, InvoiceRead, Question
from flows.effects import AnswerClaim, DecideClaims, ReadPhotos, Say
from flows.events import Commanded, PhotoSent, Resumed, Said, Tapped, asks_again
from flows.invoice_answers import as_value
from flows.invoice_words import ask, ask_to_type, show, tell
from flows.kernel import Done, Effect, Event, Flow, State, Step, node


@dataclass(frozen=True, slots=True)
class KeptBills(State):
    """A stranger's: decided as soon as they are a member."""

    bills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deciding(State):
    waiting: int  # how many decisions are outstanding
    questions: tuple[Question, ...]  # to be asked afterwards


@dataclass(frozen=True, slots=True)
class Confirming(State):
    """Is it this value? The first question is being asked, here and below; the others wait."""

    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Typing(State):
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class AwaitCorner(State):
    """A part of the bill was cut off: every photo that comes now is read together with it."""

    questions: tuple[Question, ...]


Asking = Confirming | Typing | AwaitCorner


def kept_bills(state: KeptBills, event: Event) -> Step:
    match event:
        case InvoiceRead(claim, _):
            return Step(KeptBills(tuple(dict.fromkeys((*state.bills, claim)))))
        case Resumed(known) if known.enrolled:
            return Step(Deciding(1, ()), (DecideClaims(state.bills),))
        case _:
            return Step(state, (), asks_again(event))


def deciding(state: Deciding, event: Event) -> Step:
    match event:
        case InvoiceRead(claim, _):
            return Step(Deciding(state.waiting + 1, _without(state.questions, claim)), (DecideClaims((claim,)),))
        case ClaimsDecided():
            questions, told = _decided(state.questions, event)
            if state.waiting > 1:
                return Step(Deciding(state.waiting - 1, questions), told)
            return _ask_next(questions, told)
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def confirming(state: Confirming, event: Event) -> Step:
    asked = _first(state)
    match event:
        case Tapped(button) if button == _button("yes", asked):
            return _answer(state, asked.value)
        case Tapped(button) if button == _button("no", asked):
            return Step(Typing(state.questions), (ask_to_type(asked),))
        case Tapped(button) if button == _button("skip", asked):
            return _answer(state, "")
        case Said(typed) if (value := as_value(asked.field, typed)) is not None:
            return _answer(state, value)
        case _:
            return _meanwhile(state, event)


def typing(state: Typing, event: Event) -> Step:
    asked = _first(state)
    match event:
        case Tapped(button) if button == _button("skip", asked):
            return _answer(state, "")
        case Said(typed) if (value := as_value(asked.field, typed)) is not None:
            return _answer(state, value)
        case Commanded("back") if asked.kind == "confirm":
            return Step(Confirming(state.questions), (ask(asked),))
        case _:
            return _meanwhile(state, event)


def await_corner(state: AwaitCorner, event: Event) -> Step:
    asked = _first(state)
    match event:
        case PhotoSent(photos) if photos:
            return Step(state, (ReadPhotos(photos, asked.claim), Say("invoice.checking")))
        case Tapped(button) if button == _button("skip", asked):
            return _answer(state, "")
        case _:
            return _meanwhile(state, event)


def _meanwhile(state: Asking, event: Event) -> Step:
    """What may happen while a question stands: other bills are read and decided; anything else, and it is asked again."""
    match event:
        case InvoiceRead(claim, _):
            rest = _without(state.questions, claim)
            same = rest[:1] == state.questions[:1]
            return Step(type(state)(rest) if same and rest else Deciding(1, rest), (DecideClaims((claim,)),))
        case ClaimsDecided():
            questions, told = _decided(state.questions, event)
            if questions[:1] != state.questions[:1]:
                return _ask_next(questions, told)
            return Step(type(state)(questions), (*told, _question(state)))  # again: its answer is to be understood
        case _:
            return Step(state, (_question(state),), asks_again(event))


def _decided(questions: tuple[Question, ...], event: ClaimsDecided) -> tuple[tuple[Question, ...], tuple[Effect, ...]]:
    """The questions as they now are, and what is said. A bill that is read again asks nothing meanwhile."""
    for result in event.decided:
        questions = _without(questions, result.other) if result.other else questions
        questions = (*_without(questions, result.claim), result.question) if result.question else questions
    return questions, tell(event)


def _ask_next(questions: tuple[Question, ...], told: Sequence[Effect]) -> Step:
    if not questions:
        return Step(Done(), tuple(told))
    state = _asking(questions)
    return Step(state, (*told, *show(questions[0]), _question(state)))


def _asking(questions: tuple[Question, ...]) -> Asking:
    match questions[0].kind:
        case "confirm":
            return Confirming(questions)
        case "corner":
            return AwaitCorner(questions)
        case _:
            return Typing(questions)


def _question(state: Asking) -> Say:
    return ask_to_type(_first(state)) if isinstance(state, Typing) else ask(_first(state))


def _answer(state: Asking, value: str) -> Step:
    asked = _first(state)
    return Step(Deciding(1, state.questions[1:]), (AnswerClaim(asked.claim, asked.field, value),))


def _first(state: Asking) -> Question:
    return state.questions[0]


def _without(questions: tuple[Question, ...], claim: str) -> tuple[Question, ...]:
    return tuple(question for question in questions if question.claim != claim)


def _button(meaning: str, asked: Question) -> str:
    return f"{meaning}-{asked.field or 'corner'}-{asked.claim}"


INVOICE = Flow(
    "invoice",
    version=1,
    nodes=dict(
        [
            node(KeptBills, kept_bills, goes_to={Deciding}, may_emit={DecideClaims}, hears={InvoiceRead}),
            node(
                Deciding,
                deciding,
                goes_to={Confirming, Typing, AwaitCorner, Done},
                may_emit={Say, DecideClaims},
                hears={InvoiceRead, ClaimsDecided},
            ),
            node(
                Confirming,
                confirming,
                goes_to={Deciding, Typing, AwaitCorner, Done},
                may_emit={Say, DecideClaims, AnswerClaim},
                hears={InvoiceRead, ClaimsDecided},
            ),
            node(
                Typing,
                typing,
                goes_to={Deciding, Confirming, AwaitCorner, Done},
                may_emit={Say, DecideClaims, AnswerClaim},
                hears={InvoiceRead, ClaimsDecided},
            ),
            node(
                AwaitCorner,
                await_corner,
                goes_to={Deciding, Confirming, Typing, Done},
                may_emit={Say, DecideClaims, AnswerClaim, ReadPhotos},
                hears={InvoiceRead, ClaimsDecided},
            ),
        ]
    ),
)
