"""Proving who one is: where it stands on demand, and one question at a time for what is missing. This is the table.

Whatever is given arrives as a token. What is made of it the handlers say; the next question follows from reading again
where everything stands, so that a conversation that rests for days goes on where the rows are, not where it was.
"""

from __future__ import annotations

from flows.effects import CheckDestination, ForgetSecret, JoinAccount, ReadPhotos, Say
from flows.events import Begun, Commanded, Resumed, Said, SecretGiven, Tapped, asks_again
from flows.kernel import Done, Effect, Event, Flow, State, Step, node
from flows.kyc_card import ask_kyc_pan, confirm_kyc_card, reading_kyc_card
from flows.kyc_events import KycCardRead, KycGraded, KycRead, ReadKyc, ReadKycCard, SaveKyc, SendKycPhoto, TakeKycPan
from flows.kyc_place import ask_kyc_holder, ask_kyc_ifsc, ask_kyc_place, checking_kyc_place
from flows.kyc_states import (
    AskKycGstin,
    AskKycHolder,
    AskKycIfsc,
    AskKycName,
    AskKycPan,
    AskKycPlace,
    AskKycUdyam,
    CheckingKycPlace,
    ConfirmKycCard,
    OfferKycPan,
    ReadingKyc,
    ReadingKycCard,
    SavingKyc,
)
from flows.kyc_words import ASKED_IN, QUESTIONS, graded, question, status
from flows.redeem_events import DestinationAccepted, DestinationRefused
from flows.redeem_prompts import not_asked_for
from flows.understand import declines

NAME_LETTERS = (2, 80)


def reading_kyc(state: ReadingKyc, event: Event) -> Step:
    match event:
        case Begun() | Resumed():
            return Step(state, (ReadKyc(),))
        case KycRead():
            return _next(state, event)
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def _next(state: ReadingKyc, read: KycRead) -> Step:
    if not read.standings:
        return Step(Done(), (Say("kyc.nothing_needed"),))
    open_ = next((one.kind for one in read.standings if one.state in ASKED_IN and one.kind in QUESTIONS), "")
    first: tuple[Effect, ...] = () if state.told and open_ else (status(read.standings),)
    asks: dict[str, State] = {
        "gstin": AskKycGstin(), "pan": AskKycPan(), "udyam": AskKycUdyam(), "destination": AskKycPlace(read.place),
    }  # fmt: skip
    return Step(asks[open_], (*first, question(open_, read.place))) if open_ else Step(Done(), first)


def ask_kyc_gstin(state: AskKycGstin, event: Event) -> Step:
    match event:
        case SecretGiven(token, "gstin", _) if token:
            return Step(AskKycName(token), (Say("kyc.ask_legal_name"),))
        case SecretGiven(token, kind, _):
            return Step(state, not_asked_for(token, kind, "kyc.gstin_malformed"), False)
        case Commanded("back") | Tapped("skip-kyc"):
            return Step(Done(), (Say("kyc.later"),))
        case Said(typed) if declines(typed):
            return Step(Done(), (Say("kyc.later"),))
        case _:
            return Step(state, (Say("kyc.ask_gstin"),), asks_again(event))


def ask_kyc_name(state: AskKycName, event: Event) -> Step:
    match event:
        case Said(typed) if declines(typed, a_name=True):
            return Step(state, (Say("kyc.how_back"),))
        case Said(typed) if name := legal_name(typed):
            return Step(SavingKyc("gstin"), (SaveKyc("gstin", state.token, name),))
        case Commanded("back"):
            return Step(AskKycGstin(), (ForgetSecret(state.token), Say("kyc.ask_gstin")))
        case Said():
            return Step(state, (Say("kyc.ask_legal_name"),), False)
        case _:
            return Step(state, (Say("kyc.ask_legal_name"),), asks_again(event))


def offer_kyc_pan(state: OfferKycPan, event: Event) -> Step:
    match event:
        case Tapped("yes-kycpan"):
            return Step(SavingKyc("pan"), (TakeKycPan(),))
        case Tapped("no-kycpan"):
            return Step(AskKycPan(), (Say("kyc.ask_pan"),))
        case Commanded("back"):
            return Step(Done(), (Say("kyc.later"),))
        case Said(typed) if declines(typed):
            return Step(Done(), (Say("kyc.later"),))
        case _:
            return Step(state, (Say("kyc.offer_pan", {"masked": state.masked}),), asks_again(event))


def ask_kyc_udyam(state: AskKycUdyam, event: Event) -> Step:
    match event:
        case SecretGiven(token, "udyam", _) if token:
            return Step(SavingKyc("udyam"), (SaveKyc("udyam", token),))
        case SecretGiven(token, kind, _):
            return Step(state, not_asked_for(token, kind, "kyc.udyam_malformed"), False)
        case Commanded("back") | Tapped("skip-kyc"):
            return Step(Done(), (Say("kyc.later"),))
        case Said(typed) if declines(typed):
            return Step(Done(), (Say("kyc.later"),))
        case _:
            return Step(state, (Say("kyc.ask_udyam"),), asks_again(event))


def saving_kyc(state: SavingKyc, event: Event) -> Step:
    match event:
        case KycGraded(kind, "verified", _, _, pan_masked) if kind == state.kind and pan_masked:
            return Step(OfferKycPan(pan_masked), (graded(event), Say("kyc.offer_pan", {"masked": pan_masked})))
        case KycGraded(kind) if kind == state.kind:
            return Step(ReadingKyc(told=True), (graded(event), ReadKyc()))
        case Begun() | Resumed():  # stored before its answer came: where it stands is read again
            return Step(ReadingKyc(told=True), (ReadKyc(),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def legal_name(typed: str) -> str:
    """The name as it is compared: one line that has letters; "" for what is none."""
    name = " ".join(typed.split())
    least, most = NAME_LETTERS
    return name if least <= len(name) <= most and sum(letter.isalpha() for letter in name) >= least else ""


ASKS = {Say, ForgetSecret}
NODES = [
    node(
        ReadingKyc,
        reading_kyc,
        goes_to={AskKycGstin, AskKycPan, AskKycUdyam, AskKycPlace, Done},
        may_emit={Say, ReadKyc},
        hears={KycRead},
    ),
    node(AskKycGstin, ask_kyc_gstin, goes_to={AskKycName, Done}, may_emit=ASKS, asks="gstin"),
    node(AskKycName, ask_kyc_name, goes_to={AskKycGstin, SavingKyc}, may_emit={*ASKS, SaveKyc}),
    node(
        AskKycPan,
        ask_kyc_pan,
        goes_to={ReadingKycCard, SavingKyc, Done},
        may_emit={*ASKS, SaveKyc, ReadKycCard},
        asks="pan",
    ),
    node(
        ReadingKycCard,
        reading_kyc_card,
        goes_to={AskKycPan, ConfirmKycCard, SavingKyc},
        may_emit={*ASKS, SaveKyc, ReadKycCard, ReadPhotos, SendKycPhoto},
        hears={KycCardRead},
        asks="pan?",
    ),
    node(
        ConfirmKycCard,
        confirm_kyc_card,
        goes_to={AskKycPan, ReadingKycCard, SavingKyc},
        may_emit={*ASKS, SaveKyc, ReadKycCard},
        asks="pan?",
    ),
    node(OfferKycPan, offer_kyc_pan, goes_to={AskKycPan, SavingKyc, Done}, may_emit={Say, TakeKycPan}),
    node(AskKycUdyam, ask_kyc_udyam, goes_to={SavingKyc, Done}, may_emit={*ASKS, SaveKyc}, asks="udyam"),
    node(
        AskKycPlace,
        ask_kyc_place,
        goes_to={AskKycIfsc, CheckingKycPlace, SavingKyc, Done},
        may_emit={*ASKS, CheckDestination, SaveKyc},
        asks="bank",
    ),
    node(AskKycIfsc, ask_kyc_ifsc, goes_to={AskKycPlace, AskKycHolder}, may_emit=ASKS),
    node(AskKycHolder, ask_kyc_holder, goes_to={AskKycIfsc, CheckingKycPlace}, may_emit={Say, JoinAccount}),
    node(
        CheckingKycPlace,
        checking_kyc_place,
        goes_to={AskKycPlace, SavingKyc},
        may_emit={*ASKS, SaveKyc},
        hears={DestinationAccepted, DestinationRefused},
    ),
    node(
        SavingKyc,
        saving_kyc,
        goes_to={ReadingKyc, OfferKycPan},
        may_emit={Say, ReadKyc},
        hears={KycGraded},
    ),
]
KYC = Flow("kyc", version=1, nodes=dict(NODES))
