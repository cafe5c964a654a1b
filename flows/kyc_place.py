"""Where a member's money goes, checked before there is any: a saved destination, a UPI id or a bank account."""

from __future__ import annotations

from flows.effects import CheckDestination, ForgetSecret, JoinAccount, Say
from flows.events import Commanded, Said, SecretGiven, Tapped, asks_again
from flows.kernel import Done, Event, Step
from flows.kyc_events import SaveKyc
from flows.kyc_states import AskKycHolder, AskKycIfsc, AskKycPlace, CheckingKycPlace, SavingKyc
from flows.kyc_words import question
from flows.redeem_bank import as_holder, as_ifsc
from flows.redeem_events import DestinationAccepted, DestinationRefused
from flows.redeem_prompts import not_asked_for
from flows.understand import declines


def ask_kyc_place(state: AskKycPlace, event: Event) -> Step:
    offer = state.offer
    match event:
        case Tapped(button) if offer is not None and button == f"yes-{offer.token}":
            return Step(SavingKyc("destination"), (SaveKyc("destination", offer.token),))
        case Tapped("other" | "upi"):
            return Step(AskKycPlace(), (Say("kyc.ask_place"),))
        case SecretGiven(token, "vpa", _) if token:
            return Step(CheckingKycPlace(token), (CheckDestination(token),))
        case SecretGiven(token, "bank", last4) if token:
            return Step(AskKycIfsc(token), (Say("redeem.ask_ifsc", {"last4": last4}),))
        case SecretGiven("", "aadhaar", _):  # one account number in some has an Aadhaar number's shape: never kept
            return Step(state, (Say("redeem.account_struck"),), False)
        case SecretGiven(token, kind, _):
            return Step(state, not_asked_for(token, kind, "kyc.place_malformed"), False)
        case Commanded("back") | Tapped("skip-kyc"):
            return Step(Done(), (Say("kyc.later"),))
        case Said(typed) if declines(typed):
            return Step(Done(), (Say("kyc.later"),))
        case _:
            return Step(state, (question("destination", offer),), asks_again(event))


def ask_kyc_ifsc(state: AskKycIfsc, event: Event) -> Step:
    match event:
        case Said(typed) if declines(typed):
            return Step(state, (Say("kyc.how_back"),))
        case Said(typed) if ifsc := as_ifsc(typed):
            return Step(AskKycHolder(state.account, ifsc), (Say("redeem.ask_holder"),))
        case Said():
            return Step(state, (Say("redeem.ifsc_malformed"),), False)
        case Commanded("back"):
            return Step(AskKycPlace(), (ForgetSecret(state.account), Say("kyc.ask_place")))
        case _:
            return Step(state, (Say("redeem.ask_ifsc_again"),), asks_again(event))


def ask_kyc_holder(state: AskKycHolder, event: Event) -> Step:
    match event:
        case Said(typed) if declines(typed, a_name=True):
            return Step(state, (Say("kyc.how_back"),))
        case Said(typed) if name := as_holder(typed):
            return Step(CheckingKycPlace(state.account), (JoinAccount(state.account, state.ifsc, name),))
        case Said():
            return Step(state, (Say("redeem.holder_unclear"),), False)
        case Commanded("back"):
            return Step(AskKycIfsc(state.account), (Say("redeem.ask_ifsc_again"),))
        case _:
            return Step(state, (Say("redeem.ask_holder"),), asks_again(event))


def checking_kyc_place(state: CheckingKycPlace, event: Event) -> Step:
    match event:
        case DestinationAccepted(token, _, _, _, given) if state.token in (token, given):
            return Step(SavingKyc("destination"), (SaveKyc("destination", token),))
        case DestinationRefused(_, locked_at) if locked_at:
            told = Say("limit.destinations", {"until_at": locked_at})
            return Step(AskKycPlace(), (ForgetSecret(state.token), told))
        case DestinationRefused(kind):
            refused = Say("redeem.account_refused" if kind == "bank" else "redeem.vpa_refused")
            return Step(AskKycPlace(), (ForgetSecret(state.token), refused))
        case DestinationAccepted():  # of a check that was given up meanwhile
            return Step(state)
        case Commanded("back"):
            return Step(AskKycPlace(), (ForgetSecret(state.token), Say("kyc.ask_place")))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))
