"""Points into money: how many, to which UPI id, are you sure. The UPI id itself is never seen here, only its token.

The points are held and the payout asked for in one effect, both or neither; what becomes of the money is news.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.effects import CheckVpa, ForgetSecret, ReadRedeemTerms, RequestRedemption, Say
from flows.events import (
    Begun,
    Commanded,
    RedeemTermsRead,
    RedemptionRequested,
    Resumed,
    Said,
    SavedVpa,
    SecretGiven,
    Tapped,
    TaxExceedsCash,
    TaxPreviewed,
    TermsChanged,
    TooFewPoints,
    VpaAccepted,
    VpaRefused,
    asks_again,
)
from flows.kernel import Done, Effect, Event, Flow, State, Step, node
from flows.spelling import whole_number
from flows.tax_words import tax_exceeds, terms_changed


@dataclass(frozen=True, slots=True)
class Terms:
    """What the programme allows, as read when the flow began; the ledger has the last word."""

    least: int
    most: int
    paise_per_point: int
    saved: SavedVpa | None


@dataclass(frozen=True, slots=True)
class ReadingTerms(State):
    points: int = 0  # how many were asked for together with the command; 0: not said


@dataclass(frozen=True, slots=True)
class AskPoints(State):
    terms: Terms


@dataclass(frozen=True, slots=True)
class OfferVpa(State):
    """There is a UPI id at hand: from last time, or the one just given."""

    terms: Terms
    points: int
    saved: SavedVpa


@dataclass(frozen=True, slots=True)
class AskVpa(State):
    terms: Terms
    points: int


@dataclass(frozen=True, slots=True)
class CheckingVpa(State):
    terms: Terms
    points: int
    token: str


@dataclass(frozen=True, slots=True)
class Confirm(State):
    terms: Terms
    points: int
    vpa: SavedVpa


@dataclass(frozen=True, slots=True)
class Requesting(State):
    points: int


def reading_terms(state: ReadingTerms, event: Event) -> Step:
    match event:
        case Begun() | Resumed():
            return Step(state, (ReadRedeemTerms(),))
        case RedeemTermsRead(available, least, most, paise_per_point, vpa):
            terms = Terms(least, min(most, available), paise_per_point, vpa)
            if terms.most >= least:
                return _asked_for(terms, state.points) if state.points else _ask_how_many(terms)
            if available >= least:
                return Step(Done(), (Say("redeem.not_now", {"available": available}),))
            values = {"available": available, "least": least, "missing": least - available}
            return Step(Done(), (Say("redeem.not_enough", values),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def ask_points(state: AskPoints, event: Event) -> Step:
    terms = state.terms
    match event:
        case Tapped(button) if (points := _offered(button)) and terms.least <= points <= terms.most:
            return _ask_where(terms, points)
        case Said(typed) if (number := whole_number(typed)) is not None:
            return _asked_for(terms, number)
        case Commanded("back"):
            return Step(Done(), (Say("cancel.done"),))
        case _:
            return Step(state, (_ask_points(terms),), asks_again(event))


def offer_vpa(state: OfferVpa, event: Event) -> Step:
    match event:
        case Tapped("yes-saved"):
            return _ask_sure(state.terms, state.points, state.saved)
        case Tapped("other-vpa"):
            return Step(AskVpa(state.terms, state.points), (Say("redeem.ask_vpa"),))
        case SecretGiven(token, "vpa", _):
            return Step(CheckingVpa(state.terms, state.points, token), (CheckVpa(token),))
        case SecretGiven(token, kind, _):
            return Step(state, _not_a_vpa(token, kind), False)
        case Commanded("back"):
            return _ask_how_many(state.terms)
        case _:
            return Step(state, (_offer(state.points, state.saved),), asks_again(event))


def ask_vpa(state: AskVpa, event: Event) -> Step:
    match event:
        case SecretGiven(token, "vpa", _):
            return Step(CheckingVpa(state.terms, state.points, token), (CheckVpa(token),))
        case SecretGiven(token, kind, _):
            return Step(state, _not_a_vpa(token, kind), False)
        case Commanded("back"):
            return _ask_where(state.terms, state.points) if state.terms.saved else _ask_how_many(state.terms)
        case _:
            return Step(state, (Say("redeem.ask_vpa"),), asks_again(event))


def checking_vpa(state: CheckingVpa, event: Event) -> Step:
    match event:
        case VpaAccepted(token, masked) if token == state.token:
            return _ask_sure(state.terms, state.points, SavedVpa(token, masked))
        case VpaRefused():
            return Step(AskVpa(state.terms, state.points), (ForgetSecret(state.token), Say("redeem.vpa_refused")))
        case VpaAccepted():  # of a check that was given up meanwhile
            return Step(state)
        case Commanded("back"):
            return Step(AskVpa(state.terms, state.points), (ForgetSecret(state.token), Say("redeem.ask_vpa")))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def confirm(state: Confirm, event: Event) -> Step:
    match event:
        case Tapped(button) if button == f"yes-{state.points}-{state.vpa.token}":
            # The id names points and UPI id: the button of an older prompt must not send today's money.
            return Step(Requesting(state.points), (RequestRedemption(state.points, state.vpa.token),))
        case Tapped("no-redeem"):
            return Step(Done(), (Say("redeem.cancelled"),))
        case SecretGiven(token, "vpa", _):  # instead of a no: here is where it shall go
            return Step(CheckingVpa(state.terms, state.points, token), (CheckVpa(token),))
        case SecretGiven(token, kind, _):
            return Step(state, _not_a_vpa(token, kind), False)
        case Commanded("back"):
            return Step(OfferVpa(state.terms, state.points, state.vpa), (_offer(state.points, state.vpa),))
        case _:
            return Step(state, (_sure(state),), asks_again(event))


def requesting(state: Requesting, event: Event) -> Step:
    match event:
        case RedemptionRequested(_, points, amount_paise, masked, available):
            paid = {"points": points, "amount_paise": amount_paise, "available": available}
            return Step(Done(), (Say("redeem.on_its_way", {**paid, "masked": masked}),))
        case TooFewPoints(available):
            return Step(Done(), (Say("redeem.too_few", {"points": state.points, "available": available}),))
        case TermsChanged(terms):
            return Step(Done(), (terms_changed(terms),))
        case TaxExceedsCash():
            return Step(Done(), (tax_exceeds(event),))
        case TaxPreviewed():  # of a question that was given up meanwhile
            return Step(state)
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def _ask_how_many(terms: Terms) -> Step:
    return Step(AskPoints(terms), (_ask_points(terms),))


def _asked_for(terms: Terms, points: int) -> Step:
    """A number that was typed, wherever it was."""
    if points < terms.least:
        return Step(AskPoints(terms), (Say("redeem.below_least", {"least": terms.least}),))
    if points > terms.most:
        return Step(AskPoints(terms), (Say("redeem.above_most", {"most": terms.most}),))
    return _ask_where(terms, points)


def _ask_points(terms: Terms) -> Say:
    values = {"least": terms.least, "most": terms.most}
    some = _round_part(terms)
    return Say("redeem.ask_points", {**values, "some": some}) if some else Say("redeem.ask_points_all", values)


def _round_part(terms: Terms) -> int:
    """About half, in round figures; 0 when that is no choice of its own."""
    step = 100 if terms.most >= 400 else 10
    some = terms.most // 2 // step * step
    return some if terms.least <= some < terms.most else 0


def _offered(button: str) -> int:
    """The points of an all-… or some-… button; 0 for any other."""
    meaning, _, points = button.partition("-")
    return int(points) if meaning in ("all", "some") and points.isascii() and points.isdecimal() else 0


def _ask_where(terms: Terms, points: int) -> Step:
    if terms.saved:
        return Step(OfferVpa(terms, points, terms.saved), (_offer(points, terms.saved),))
    return Step(AskVpa(terms, points), (Say("redeem.ask_vpa"),))


def _offer(points: int, saved: SavedVpa) -> Say:
    return Say("redeem.offer_vpa", {"points": points, "masked": saved.masked})


def _ask_sure(terms: Terms, points: int, vpa: SavedVpa) -> Step:
    state = Confirm(terms, points, vpa)
    return Step(state, (_sure(state),))


def _sure(state: Confirm) -> Say:
    amount_paise = state.points * state.terms.paise_per_point
    where = {"masked": state.vpa.masked, "token": state.vpa.token}
    return Say("redeem.confirm", {"points": state.points, "amount_paise": amount_paise, **where})


def _not_a_vpa(token: str, kind: str) -> tuple[Effect, ...]:
    forget = (ForgetSecret(token),) if token else ()
    refusal = Say("secret.aadhaar_refused") if kind == "aadhaar" else Say("redeem.vpa_malformed")
    return (*forget, refusal)


REDEEM = Flow(
    "redeem",
    version=1,
    nodes=dict(
        [
            node(
                ReadingTerms,
                reading_terms,
                goes_to={AskPoints, OfferVpa, AskVpa, Done},
                may_emit={Say, ReadRedeemTerms},
                hears={RedeemTermsRead},
            ),
            node(AskPoints, ask_points, goes_to={OfferVpa, AskVpa, Done}, may_emit={Say}),
            node(
                OfferVpa,
                offer_vpa,
                goes_to={AskPoints, AskVpa, CheckingVpa, Confirm},
                may_emit={Say, CheckVpa, ForgetSecret},
                asks="vpa",
            ),
            node(
                AskVpa,
                ask_vpa,
                goes_to={AskPoints, OfferVpa, CheckingVpa},
                may_emit={Say, CheckVpa, ForgetSecret},
                asks="vpa",
            ),
            node(
                CheckingVpa,
                checking_vpa,
                goes_to={AskVpa, Confirm},
                may_emit={Say, ForgetSecret},
                hears={VpaAccepted, VpaRefused},
            ),
            node(
                Confirm,
                confirm,
                goes_to={OfferVpa, CheckingVpa, Requesting, Done},
                may_emit={Say, CheckVpa, ForgetSecret, RequestRedemption},
                asks="vpa?",
            ),
            node(
                Requesting, requesting, goes_to={Done}, may_emit={Say},
                hears={RedemptionRequested, TooFewPoints, TermsChanged, TaxExceedsCash, TaxPreviewed},
            ),
        ]
    ),
)
