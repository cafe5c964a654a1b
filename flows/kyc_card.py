"""A PAN, typed or on a photo of the card. What the card says is confirmed before it counts; a photo that cannot be read is
asked for again, and after the third one of our people reads it."""

from __future__ import annotations

from flows.effects import ForgetSecret, ReadPhotos, Say
from flows.events import Commanded, PhotoSent, Said, SecretGiven, Tapped, asks_again
from flows.kernel import Done, Event, Step
from flows.kyc_events import KycCardRead, ReadKycCard, SaveKyc, SendKycPhoto
from flows.kyc_states import AskKycPan, ConfirmKycCard, ReadingKycCard, SavingKyc
from flows.redeem_prompts import not_asked_for
from flows.understand import declines

BLURRED_MAX = 3


def ask_kyc_pan(state: AskKycPan, event: Event) -> Step:
    match event:
        case SecretGiven(token, "pan", _) if token:
            return _typed(token)
        case SecretGiven(token, kind, _):
            return Step(state, not_asked_for(token, kind, "kyc.pan_malformed"), False)
        case PhotoSent((photo, *_)):
            return _reading(photo, state.blurred)
        case Commanded("back") | Tapped("skip-kyc"):
            return Step(Done(), (Say("kyc.later"),))
        case Said(typed) if declines(typed):
            return Step(Done(), (Say("kyc.later"),))
        case _:
            return Step(state, (Say("kyc.ask_pan"),), asks_again(event))


def reading_kyc_card(state: ReadingKycCard, event: Event) -> Step:
    match event:
        case KycCardRead(photo, token, masked, name, problem) if photo == state.photo:
            if token and not problem:
                confirm = ConfirmKycCard(photo, token, masked, name, state.blurred)
                return Step(confirm, (_say_card(confirm),))
            return _not_read(state, problem)
        case SecretGiven(token, "pan", _) if token:
            return _typed(token)
        case SecretGiven(token, kind, _):
            return Step(state, not_asked_for(token, kind, "kyc.pan_malformed"), False)
        case PhotoSent((photo, *_)):
            return _reading(photo, state.blurred)
        case Commanded("back"):
            return Step(AskKycPan(state.blurred), (Say("kyc.ask_pan"),))
        case Said(typed) if declines(typed):
            return Step(state, (Say("kyc.how_back"),))
        case KycCardRead(_, token, _, _, _):  # of a photo before
            return Step(state, (ForgetSecret(token),) if token else ())
        case _:
            return Step(state, (Say("kyc.reading_card"),), asks_again(event))


def confirm_kyc_card(state: ConfirmKycCard, event: Event) -> Step:
    match event:
        case Tapped(button) if button == f"yes-{state.token}":
            return Step(SavingKyc("pan"), (SaveKyc("pan", state.token, state.name, state.photo),))
        case Tapped("no-card") | Commanded("back"):
            return Step(AskKycPan(state.blurred), (ForgetSecret(state.token), Say("kyc.ask_pan")))
        case SecretGiven(token, "pan", _) if token:
            return Step(SavingKyc("pan"), (ForgetSecret(state.token), SaveKyc("pan", token)))
        case SecretGiven(token, kind, _):
            return Step(state, not_asked_for(token, kind, "kyc.pan_malformed"), False)
        case PhotoSent((photo, *_)):
            read = _reading(photo, state.blurred)
            return Step(read.state, (ForgetSecret(state.token), *read.effects))
        case Said(typed) if declines(typed):
            return Step(state, (Say("kyc.how_back"),))
        case _:
            return Step(state, (_say_card(state),), asks_again(event))


def _typed(token: str) -> Step:
    return Step(SavingKyc("pan"), (SaveKyc("pan", token),))


def _reading(photo: str, blurred: int) -> Step:
    return Step(ReadingKycCard(photo, blurred), (ReadKycCard(photo), Say("kyc.reading_card")))


def _not_read(state: ReadingKycCard, problem: str) -> Step:
    if problem == "aadhaar":
        return Step(AskKycPan(state.blurred), (Say("kyc.card_was_aadhaar"),))
    if problem == "no_card":
        return Step(AskKycPan(state.blurred), (ReadPhotos((state.photo,)), Say("kyc.card_was_none")))
    if state.blurred + 1 >= BLURRED_MAX:
        return Step(SavingKyc("pan"), (SendKycPhoto(state.photo),))
    return Step(AskKycPan(state.blurred + 1), (Say("kyc.card_unreadable"),))


def _say_card(state: ConfirmKycCard) -> Say:
    if not state.name:
        return Say("kyc.confirm_card_bare", {"masked": state.masked, "token": state.token})
    return Say("kyc.confirm_card", {"masked": state.masked, "name": state.name, "token": state.token})
