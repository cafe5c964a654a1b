"""The last question, with the tax that comes off, and what became of the yes."""

from __future__ import annotations

from dataclasses import replace

from flows.effects import PreviewTax, ReadRedeemTerms, RequestRedemption, Say, Value
from flows.events import Commanded, Resumed, SecretGiven, Tapped, TaxExceedsCash, TaxPreviewed, TermsChanged, asks_again
from flows.kernel import Done, Event, Step
from flows.kyc_events import KycAsked
from flows.redeem_events import (
    DestinationNotUsable,
    PinAsked,
    PinLocked,
    PinWrong,
    RedemptionLimited,
    RedemptionRequested,
    TooFewPoints,
)
from flows.redeem_kyc import wait_for_kyc
from flows.redeem_prompts import (
    ask_sure,
    ask_where,
    check_vpa,
    moment,
    not_asked_for,
    preview,
    say_offer,
    say_sure,
)
from flows.redeem_states import (
    AskPoints,
    ChoosePin,
    Confirm,
    OfferSaved,
    Order,
    PreviewingTax,
    ProvePin,
    ReadingTerms,
    Requesting,
)
from flows.tax_words import tax_exceeds, terms_changed, why


def previewing_tax(state: PreviewingTax, event: Event) -> Step:
    match event:
        case TaxPreviewed(points) if points == state.points:
            return ask_sure(Order(state.terms, state.points, state.to, event))
        case TaxExceedsCash(points) if points == state.points:
            return Step(AskPoints(state.terms), (tax_exceeds(event),))
        case KycAsked(points) if points == state.points:
            return wait_for_kyc(state.terms, state.points, state.to, event)
        case Commanded("back"):
            return ask_where(state.terms, state.points)
        case TaxPreviewed() | TaxExceedsCash() | KycAsked():  # of a question that was given up meanwhile
            return Step(state)
        case _:  # stored before its answer came: it is asked for again
            return Step(state, (PreviewTax(state.points),))


def confirm(state: Confirm, event: Event) -> Step:
    order = state.order
    terms, points = order.terms, order.points
    match event:
        case Tapped(button) if button == f"yes-{points}-{order.to.token}-{order.tax.net_paise}":
            # The id names points, destination and sum: the button of an older prompt must not send today's money.
            return request(order)
        case Tapped("no-redeem"):
            return Step(Done(), (Say("redeem.cancelled"),))
        case Tapped("why") if order.tax.tax_paise:
            return Step(state, (why(order.tax), say_sure(order)))
        case SecretGiven(token, "vpa", _):  # instead of a no: here is where it shall go
            return check_vpa(terms, points, token)
        case SecretGiven(token, kind, _):
            return Step(state, not_asked_for(token, kind, "redeem.vpa_malformed"), False)
        case Commanded("back"):
            return _offer_again(order)
        case Resumed():  # a PAN may have been given, or a year have begun, since it was shown
            return preview(terms, points, order.to)
        case _:
            return Step(state, (say_sure(order),), asks_again(event))


def request(order: Order, pin: str = "") -> Step:
    """Ask for it, exactly as it was shown."""
    asked = RequestRedemption(order.points, order.to.token, order.tax.net_paise, pin)
    return Step(Requesting(order), (asked,))


def requesting(state: Requesting, event: Event) -> Step:
    order = state.order
    match event:
        case RedemptionRequested():
            return Step(Done(), (_on_its_way(event),))
        case KycAsked():
            return wait_for_kyc(order.terms, order.points, order.to, event)
        case PinAsked(known):
            return Step(ProvePin(order), (Say("pin.ask"),)) if known else Step(ChoosePin(order), (Say("pin.choose"),))
        case PinWrong(left):
            return Step(ProvePin(order), (Say("pin.wrong", {"left": left}),))
        case PinLocked(until_at):
            return Step(Done(), (Say("pin.locked", {"until_at": until_at}),))
        case TooFewPoints(available):
            return Step(Done(), (Say("redeem.too_few", {"points": order.points, "available": available}),))
        case RedemptionLimited():  # the terms as they are now say what can still be done
            return Step(ReadingTerms(order.points), (ReadRedeemTerms(),))
        case DestinationNotUsable(masked, usable_at):
            waits = Say("redeem.cooling", {"masked": masked, "usable_at": usable_at})
            return Step(ReadingTerms(order.points), (waits if usable_at else Say("redeem.gone"), ReadRedeemTerms()))
        case TermsChanged(now):
            changed = replace(order, tax=now)
            return Step(Confirm(changed), (terms_changed(now), say_sure(changed)))
        case TaxExceedsCash():
            return Step(AskPoints(order.terms), (tax_exceeds(event),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def _offer_again(order: Order) -> Step:
    others = tuple(saved for saved in order.terms.saved if saved.token != order.to.token)
    terms = replace(order.terms, saved=(order.to, *others))
    return Step(OfferSaved(terms, order.points), (say_offer(terms, order.points),))


def _on_its_way(requested: RedemptionRequested) -> Say:
    values: dict[str, Value] = {
        "amount_paise": requested.amount_paise, "masked": requested.masked, "available": requested.available,
    }  # fmt: skip
    if not requested.promised_at:
        return Say("redeem.on_its_way_bare", values)
    key = "redeem.on_its_way_approval" if requested.approval else "redeem.on_its_way"
    return Say(key, values | {"promised_at": moment(requested.promised_at, requested.today)})
