"""Where a redemption stands, and what each state carries."""

from __future__ import annotations

from dataclasses import dataclass

from flows.events import TaxPreviewed
from flows.kernel import State
from flows.redeem_events import Destination


@dataclass(frozen=True, slots=True)
class Terms:
    """What the programme allows, as read when the flow began; the handlers and the ledger have the last word."""

    least: int
    most: int
    paise_per_point: int
    saved: tuple[Destination, ...] = ()
    limit: str = ""  # what keeps `most` low: day | month
    limit_points: int = 0
    promise_minutes: int = 120
    approval_above_paise: int | None = None  # larger sums wait for one of our people; None: never
    approved_minutes: int = 1_440  # the promise for those

    def promised_minutes(self, amount_paise: int) -> int:
        """Within how many minutes so much money is promised."""
        looked_at = self.approval_above_paise is not None and amount_paise > self.approval_above_paise
        return self.approved_minutes if looked_at else self.promise_minutes


@dataclass(frozen=True, slots=True)
class Order:
    """All that a redemption is about, as it is shown before the last yes."""

    terms: Terms
    points: int
    to: Destination
    tax: TaxPreviewed  # what arrives and what goes to tax, as it was shown


@dataclass(frozen=True, slots=True)
class ReadingTerms(State):
    points: int = 0  # how many were asked for together with the command; 0: not said


@dataclass(frozen=True, slots=True)
class AskPoints(State):
    terms: Terms


@dataclass(frozen=True, slots=True)
class OfferSaved(State):
    """There are destinations at hand: from other times, or the one just given."""

    terms: Terms
    points: int


@dataclass(frozen=True, slots=True)
class AskForget(State):
    """Which of the saved destinations shall go."""

    terms: Terms
    points: int


@dataclass(frozen=True, slots=True)
class AskVpa(State):
    terms: Terms
    points: int


@dataclass(frozen=True, slots=True)
class AskAccount(State):
    terms: Terms
    points: int


@dataclass(frozen=True, slots=True)
class AskIfsc(State):
    terms: Terms
    points: int
    account: str  # the number's token


@dataclass(frozen=True, slots=True)
class AskHolder(State):
    terms: Terms
    points: int
    account: str
    ifsc: str


@dataclass(frozen=True, slots=True)
class CheckingDestination(State):
    terms: Terms
    points: int
    token: str  # of the UPI id, or of the account's number


@dataclass(frozen=True, slots=True)
class PreviewingTax(State):
    terms: Terms
    points: int
    to: Destination


@dataclass(frozen=True, slots=True)
class AwaitKyc(State):
    """The member must be known first: `needs` is to be given, `waits` is being looked at."""

    terms: Terms
    points: int
    to: Destination
    needs: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Confirm(State):
    order: Order


@dataclass(frozen=True, slots=True)
class Requesting(State):
    order: Order


@dataclass(frozen=True, slots=True)
class ProvePin(State):
    order: Order


@dataclass(frozen=True, slots=True)
class ChoosePin(State):
    order: Order


@dataclass(frozen=True, slots=True)
class ProposingPin(State):
    order: Order


@dataclass(frozen=True, slots=True)
class RepeatPin(State):
    order: Order


@dataclass(frozen=True, slots=True)
class SettingPin(State):
    order: Order
    token: str  # of the PIN typed again: it also proves the redemption that waits
