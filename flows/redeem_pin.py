"""The member's own PIN for money: proved by one try at a time, set by typing it twice. Only tokens of it come here."""

from __future__ import annotations

from flows.effects import ForgetSecret, ProposePin, Say, SetPin
from flows.events import Commanded, SecretGiven, asks_again
from flows.kernel import Event, Step
from flows.redeem_events import PinDiffers, PinProposed, PinSet, PinTooEasy
from flows.redeem_prompts import ask_sure, not_asked_for
from flows.redeem_states import ChoosePin, ProposingPin, ProvePin, RepeatPin, SettingPin
from flows.redeem_sure import request

TOO_EASY = {
    "repeated": "pin.easy.repeated",
    "sequence": "pin.easy.sequence",
    "phone": "pin.easy.phone",
    "area": "pin.easy.area",
}


def prove_pin(state: ProvePin, event: Event) -> Step:
    match event:
        case SecretGiven(token, "pin", _):
            return request(state.order, token)
        case SecretGiven(token, kind, _):
            return Step(state, not_asked_for(token, kind, "pin.malformed"), False)
        case Commanded("back"):
            return ask_sure(state.order)
        case _:
            return Step(state, (Say("pin.ask"),), asks_again(event))


def choose_pin(state: ChoosePin, event: Event) -> Step:
    match event:
        case SecretGiven(token, "pin", _):
            return Step(ProposingPin(state.order), (ProposePin(token),))
        case SecretGiven(token, kind, _):
            return Step(state, not_asked_for(token, kind, "pin.malformed"), False)
        case Commanded("back"):
            return ask_sure(state.order)
        case _:
            return Step(state, (Say("pin.choose"),), asks_again(event))


def proposing_pin(state: ProposingPin, event: Event) -> Step:
    match event:
        case PinProposed():
            return Step(RepeatPin(state.order), (Say("pin.repeat"),))
        case PinTooEasy(why):
            return Step(ChoosePin(state.order), (Say(TOO_EASY.get(why, "pin.easy.sequence")),))
        case Commanded("back"):
            return Step(ChoosePin(state.order), (Say("pin.choose"),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def repeat_pin(state: RepeatPin, event: Event) -> Step:
    match event:
        case SecretGiven(token, "pin", _):
            return Step(SettingPin(state.order, token), (SetPin(token),))
        case SecretGiven(token, kind, _):
            return Step(state, not_asked_for(token, kind, "pin.malformed"), False)
        case Commanded("back"):
            return Step(ChoosePin(state.order), (Say("pin.choose"),))
        case _:
            return Step(state, (Say("pin.repeat"),), asks_again(event))


def setting_pin(state: SettingPin, event: Event) -> Step:
    match event:
        case PinSet():
            asked = request(state.order, state.token)
            return Step(asked.state, (Say("pin.set"), *asked.effects))
        case PinDiffers():
            return Step(ChoosePin(state.order), (ForgetSecret(state.token), Say("pin.differs")))
        case Commanded("back"):
            return Step(ChoosePin(state.order), (ForgetSecret(state.token), Say("pin.choose")))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))
