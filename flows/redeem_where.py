"""Where the money shall go: a saved destination or a new UPI id. The UPI id itself is never seen here, only its token."""

from __future__ import annotations

from flows.effects import ForgetDestination, ForgetSecret, ReadRedeemTerms, Say
from flows.events import Commanded, SecretGiven, Tapped, asks_again
from flows.kernel import Event, Step
from flows.redeem_events import Destination, DestinationAccepted, DestinationRefused
from flows.redeem_prompts import (
    DROP,
    TO,
    ask_how_many,
    ask_where,
    check_vpa,
    chosen,
    not_asked_for,
    preview,
    say_forget,
    say_offer,
)
from flows.redeem_states import AskAccount, AskForget, AskVpa, CheckingDestination, OfferSaved, ReadingTerms


def offer_saved(state: OfferSaved, event: Event) -> Step:
    terms, points = state.terms, state.points
    match event:
        case Tapped(button) if to := chosen(terms, button, TO):
            return preview(terms, points, to)
        case Tapped("other"):
            return Step(AskVpa(terms, points), (Say("redeem.ask_vpa"),))
        case Tapped("forget"):
            return Step(AskForget(terms, points), (say_forget(terms),))
        case SecretGiven(token, "vpa", _):
            return check_vpa(terms, points, token)
        case SecretGiven(token, kind, _):
            return Step(state, not_asked_for(token, kind, "redeem.vpa_malformed"), False)
        case Commanded("back"):
            return ask_how_many(terms)
        case _:
            return Step(state, (say_offer(terms, points),), asks_again(event))


def ask_forget(state: AskForget, event: Event) -> Step:
    match event:
        case Tapped(button) if to := chosen(state.terms, button, DROP):
            gone = (ForgetDestination(to.token), Say("redeem.forgotten", {"masked": to.masked}), ReadRedeemTerms())
            return Step(ReadingTerms(state.points), gone)
        case Tapped("no-forget") | Commanded("back"):
            return Step(OfferSaved(state.terms, state.points), (say_offer(state.terms, state.points),))
        case _:
            return Step(state, (say_forget(state.terms),), asks_again(event))


def ask_vpa(state: AskVpa, event: Event) -> Step:
    terms, points = state.terms, state.points
    match event:
        case SecretGiven(token, "vpa", _):
            return check_vpa(terms, points, token)
        case SecretGiven(token, kind, _):
            return Step(state, not_asked_for(token, kind, "redeem.vpa_malformed"), False)
        case Tapped("bank"):
            return Step(AskAccount(terms, points), (Say("redeem.ask_account"),))
        case Commanded("back"):
            return ask_where(terms, points) if terms.saved else ask_how_many(terms)
        case _:
            return Step(state, (Say("redeem.ask_vpa"),), asks_again(event))


def checking_destination(state: CheckingDestination, event: Event) -> Step:
    terms, points = state.terms, state.points
    match event:
        case DestinationAccepted(token, masked, kind, usable_at, given) if state.token in (token, given):
            if not usable_at:
                return preview(terms, points, Destination(token, masked, kind))
            wait = Say("redeem.cooling", {"masked": masked, "usable_at": usable_at})
            return ask_where(terms, points, wait) if terms.saved else Step(AskVpa(terms, points), (wait,))
        case DestinationRefused(_, locked_at) if locked_at:
            told = Say("limit.destinations", {"until_at": locked_at})
            return Step(AskVpa(terms, points), (ForgetSecret(state.token), told))
        case DestinationRefused("bank"):
            return Step(AskAccount(terms, points), (ForgetSecret(state.token), Say("redeem.account_refused")))
        case DestinationRefused():
            return Step(AskVpa(terms, points), (ForgetSecret(state.token), Say("redeem.vpa_refused")))
        case DestinationAccepted():  # of a check that was given up meanwhile
            return Step(state)
        case Commanded("back"):
            return Step(AskVpa(terms, points), (ForgetSecret(state.token), Say("redeem.ask_vpa")))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))
