"""A bank account, asked for piece by piece: its number (a secret), the branch's IFSC, whose name it is in."""

from __future__ import annotations

import re

from base.ifsc import is_ifsc
from flows.effects import ForgetSecret, JoinAccount, Say
from flows.events import Commanded, Said, SecretGiven, Tapped, asks_again
from flows.kernel import Event, Step
from flows.redeem_prompts import check_vpa, not_asked_for
from flows.redeem_states import AskAccount, AskHolder, AskIfsc, AskVpa, CheckingDestination

_HOLDER = re.compile(r"(?=.*[A-Za-z]{2})[A-Za-z0-9 .'()/&_-]{3,50}")  # as banks print it, in Latin letters
_NO_MARKS = str.maketrans("", "", " -.:\u200b\u00a0")


def ask_account(state: AskAccount, event: Event) -> Step:
    terms, points = state.terms, state.points
    match event:
        case SecretGiven(token, "bank", last4):
            return Step(AskIfsc(terms, points, token), (Say("redeem.ask_ifsc", {"last4": last4}),))
        case SecretGiven(token, "vpa", _):  # a UPI id after all
            return check_vpa(terms, points, token)
        case SecretGiven("", "aadhaar", _):  # one account number in some has an Aadhaar number's shape: never kept
            return Step(state, (Say("redeem.account_struck"),), False)
        case SecretGiven(token, kind, _):
            return Step(state, not_asked_for(token, kind, "redeem.account_malformed"), False)
        case Tapped("upi") | Commanded("back"):
            return Step(AskVpa(terms, points), (Say("redeem.ask_vpa"),))
        case _:
            return Step(state, (Say("redeem.ask_account"),), asks_again(event))


def ask_ifsc(state: AskIfsc, event: Event) -> Step:
    match event:
        case Said(typed) if ifsc := as_ifsc(typed):
            return Step(AskHolder(state.terms, state.points, state.account, ifsc), (Say("redeem.ask_holder"),))
        case Said():
            return Step(state, (Say("redeem.ifsc_malformed"),), False)
        case Commanded("back"):
            return Step(AskAccount(state.terms, state.points), (ForgetSecret(state.account), Say("redeem.ask_account")))
        case _:
            return Step(state, (Say("redeem.ask_ifsc_again"),), asks_again(event))


def ask_holder(state: AskHolder, event: Event) -> Step:
    match event:
        case Said(typed) if name := as_holder(typed):
            checking = CheckingDestination(state.terms, state.points, state.account)
            return Step(checking, (JoinAccount(state.account, state.ifsc, name),))
        case Said():
            return Step(state, (Say("redeem.holder_unclear"),), False)
        case Commanded("back"):
            return Step(AskIfsc(state.terms, state.points, state.account), (Say("redeem.ask_ifsc_again"),))
        case _:
            return Step(state, (Say("redeem.ask_holder"),), asks_again(event))


def as_ifsc(typed: str) -> str | None:
    """The IFSC in capitals: four letters of the bank, a nought (the letter O in its place can only mean it), six more of
    the branch. None when it is not one; nothing else is corrected."""
    ifsc = typed.translate(_NO_MARKS).upper().removeprefix("IFSC")
    if len(ifsc) == len("HDFC0001234") and ifsc[4] == "O":
        ifsc = f"{ifsc[:4]}0{ifsc[5:]}"
    return ifsc if is_ifsc(ifsc) else None


def as_holder(typed: str) -> str | None:
    """The holder's name as a bank's form takes it; None for what is none, or not in Latin letters."""
    name = " ".join(typed.split())
    return name if name.isascii() and _HOLDER.fullmatch(name) else None
