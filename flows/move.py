"""A new number. From the new phone: which number was it, and a proof; from the old one: is it really you?

Knowing a number proves nothing, and whether a number is a member's is not told to whoever asks: every answer to a number is
the same until there is a proof.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.effects import ForgetSecret, Say
from flows.events import Commanded, Said, SecretGiven, Tapped, asks_again
from flows.kernel import Done, Event, Flow, State, Step, node
from flows.move_events import (
    AnswerMove,
    AskOldPhone,
    MoveAnswered,
    MoveRefused,
    MoveWanted,
    NumberMoved,
    OldPhoneAsked,
    ProveMove,
)
from flows.spelling import as_indian_mobile


@dataclass(frozen=True, slots=True)
class AskOldNumber(State):
    pass


@dataclass(frozen=True, slots=True)
class AskProof(State):
    mobile: str


@dataclass(frozen=True, slots=True)
class AskMovePin(State):
    mobile: str


@dataclass(frozen=True, slots=True)
class Proving(State):
    mobile: str


@dataclass(frozen=True, slots=True)
class AskingOldPhone(State):
    pass


@dataclass(frozen=True, slots=True)
class ConfirmMove(State):
    """On the old phone. Begun by MoveWanted; "" until then."""

    move: str = ""
    masked: str = ""


@dataclass(frozen=True, slots=True)
class AnsweringMove(State):
    pass


def ask_old_number(state: AskOldNumber, event: Event) -> Step:
    match event:
        case Said(typed) if mobile := as_indian_mobile(typed):
            return Step(AskProof(mobile), (Say("moving.ask_proof"),))
        case Said():
            return Step(state, (Say("moving.ask_number"),), False)
        case Commanded("back"):
            return Step(Done(), (Say("cancel.done"),))
        case _:
            return Step(state, (Say("moving.ask_number"),), asks_again(event))


def ask_proof(state: AskProof, event: Event) -> Step:
    match event:
        case Tapped("proof-pin"):
            return Step(AskMovePin(state.mobile), (Say("moving.ask_pin"),))
        case Tapped("proof-phone"):
            return Step(AskingOldPhone(), (AskOldPhone(state.mobile),))
        case Tapped("proof-none"):
            return Step(Done(), (Say("moving.staff"),))
        case Commanded("back"):
            return Step(AskOldNumber(), (Say("moving.ask_number"),))
        case _:
            return Step(state, (Say("moving.ask_proof"),), asks_again(event))


def ask_move_pin(state: AskMovePin, event: Event) -> Step:
    match event:
        case SecretGiven(token, "pin", _) if token:
            return Step(Proving(state.mobile), (ProveMove(state.mobile, token),))
        case SecretGiven(token, _, _):
            forget = (ForgetSecret(token),) if token else ()
            return Step(state, (*forget, Say("moving.ask_pin")), False)
        case Commanded("back"):
            return Step(AskProof(state.mobile), (Say("moving.ask_proof"),))
        case _:
            return Step(state, (Say("moving.ask_pin"),), asks_again(event))


def proving(state: Proving, event: Event) -> Step:
    match event:
        case NumberMoved(shop):
            return Step(Done(), (Say("moving.moved", {"shop": shop}),))
        case MoveRefused("tries"):
            return Step(Done(), (Say("moving.tries"),))
        case MoveRefused():
            return Step(AskProof(state.mobile), (Say("moving.unproved"), Say("moving.ask_proof")))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def asking_old_phone(state: AskingOldPhone, event: Event) -> Step:
    match event:
        case OldPhoneAsked():
            return Step(Done(), (Say("moving.asked"),))
        case MoveRefused():
            return Step(Done(), (Say("moving.tries"),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def confirm_move(state: ConfirmMove, event: Event) -> Step:
    match event:
        case MoveWanted(move, masked):
            return Step(ConfirmMove(move, masked), (_confirm(move, masked),))
        case Tapped(button) if button.startswith("move-"):  # of that very question: another may have come since
            return Step(AnsweringMove(), (AnswerMove(button.removeprefix("move-"), True),))
        case Tapped(button) if button.startswith("no-move-"):
            return Step(AnsweringMove(), (AnswerMove(button.removeprefix("no-move-"), False),))
        case Commanded("back"):
            return Step(Done(), (Say("moving.stays"),))
        case _:
            return Step(state, (_confirm(state.move, state.masked),), asks_again(event))


def answering_move(state: AnsweringMove, event: Event) -> Step:
    match event:
        case MoveAnswered("moved"):
            return Step(Done(), (Say("moving.gave_away"),))
        case MoveAnswered("kept"):
            return Step(Done(), (Say("moving.stays"),))
        case MoveAnswered():
            return Step(Done(), (Say("moving.over"),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def _confirm(move: str, masked: str) -> Say:
    return Say("moving.confirm", {"move": move, "masked": masked})


MOVING = Flow(
    "moving",
    version=1,
    nodes=dict(
        [
            node(AskOldNumber, ask_old_number, goes_to={AskProof, Done}, may_emit={Say}),
            node(AskProof, ask_proof, goes_to={AskMovePin, AskingOldPhone, AskOldNumber, Done}, may_emit={Say, AskOldPhone}),
            node(
                AskMovePin, ask_move_pin, goes_to={Proving, AskProof}, may_emit={Say, ProveMove, ForgetSecret}, asks="pin"
            ),
            node(Proving, proving, goes_to={AskProof, Done}, may_emit={Say}, hears={NumberMoved, MoveRefused}),
            node(AskingOldPhone, asking_old_phone, goes_to={Done}, may_emit={Say}, hears={OldPhoneAsked, MoveRefused}),
        ]
    ),
)
CONFIRMING = Flow(
    "confirming",
    version=1,
    nodes=dict(
        [
            node(ConfirmMove, confirm_move, goes_to={AnsweringMove, Done}, may_emit={Say, AnswerMove}, hears={MoveWanted}),
            node(AnsweringMove, answering_move, goes_to={Done}, may_emit={Say}, hears={MoveAnswered}),
        ]
    ),
)
