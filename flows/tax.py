"""The tax passbook in the chat: what this tax year comes to, what a PAN would change, and giving one.

The PAN itself is never seen here, only its token.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.effects import ForgetSecret, ReadTax, SavePan, Say, Value
from flows.events import Begun, Commanded, Resumed, Said, SecretGiven, asks_again
from flows.kernel import Done, Event, Flow, State, Step, node
from flows.tax_events import PanRefused, PanSaved, TaxRead
from flows.tax_words import percent
from flows.understand import declines


@dataclass(frozen=True, slots=True)
class ReadingTax(State):
    pass


@dataclass(frozen=True, slots=True)
class AskPan(State):
    pass


@dataclass(frozen=True, slots=True)
class SavingPan(State):
    token: str


def reading_tax(state: ReadingTax, event: Event) -> Step:
    match event:
        case Begun() | Resumed():
            return Step(state, (ReadTax(),))
        case TaxRead():
            return Step(Done(), (_told(event),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def ask_pan(state: AskPan, event: Event) -> Step:
    match event:
        case SecretGiven(token, "pan", _) if token:
            return Step(SavingPan(token), (SavePan(token),))
        case SecretGiven(_, "aadhaar", _):
            return Step(state, (Say("secret.aadhaar_refused"),), False)
        case SecretGiven(token, _, _):
            forget = (ForgetSecret(token),) if token else ()
            return Step(state, (*forget, Say("tax.pan_malformed")), False)
        case Commanded("back"):
            return Step(Done(), (Say("cancel.done"),))
        case Said(typed) if declines(typed):
            return Step(Done(), (Say("cancel.done"),))
        case _:
            return Step(state, (Say("tax.ask_pan"),), asks_again(event))


def saving_pan(state: SavingPan, event: Event) -> Step:
    match event:
        case PanSaved(masked, rate_bp):
            return Step(Done(), (Say("tax.pan_saved", {"masked": masked, "rate": percent(rate_bp)}),))
        case PanRefused(reason) if reason:
            return Step(AskPan(), (Say("kyc.again", {"what": "pan", "cause": reason}),))
        case PanRefused():
            return Step(AskPan(), (Say("tax.pan_malformed"),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def _told(read: TaxRead) -> Say:
    """The year so far; the rate that applies; without a PAN, what one would change."""
    values: dict[str, Value] = {
        "year": read.tax_year, "total_paise": read.total_paise, "tax_paise": read.tax_paise,
        "threshold_paise": read.threshold_paise, "rate": percent(read.rate_bp),
    }  # fmt: skip
    if read.masked:
        return Say("tax.year_with_pan", {**values, "masked": read.masked})
    return Say("tax.year_without_pan", {**values, "pan_rate": percent(read.rate_with_pan_bp)})


TAX = Flow(
    "tax",
    version=1,
    nodes=dict(
        [
            node(ReadingTax, reading_tax, goes_to={Done}, may_emit={Say, ReadTax}, hears={TaxRead}),
            node(AskPan, ask_pan, goes_to={SavingPan, Done}, may_emit={Say, SavePan, ForgetSecret}, asks="pan"),
            node(SavingPan, saving_pan, goes_to={AskPan, Done}, may_emit={Say}, hears={PanSaved, PanRefused}),
        ]
    ),
)
