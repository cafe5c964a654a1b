"""The last question, with the tax that comes off, and what became of the yes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flows.effects import PreviewTax, ReadRedeemTerms, RequestRedemption, Say, Value
from flows.events import Commanded, SecretGiven, Tapped, TaxExceedsCash, TaxPreviewed, TermsChanged, asks_again
from flows.kernel import Done, Event, Step
from flows.redeem_events import (
    DestinationNotUsable,
    PinAsked,
    PinLocked,
    PinWrong,
    RedemptionLimited,
    RedemptionRequested,
    TooFewPoints,
)
from flows.redeem_prompts import (
    ask_sure,
    ask_where,
    check_vpa,
    moment,
    not_asked_for,
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

WHY = {
    "crossing": "redeem.why.crossing",
    "beyond": "redeem.why.beyond",
    "borne": "redeem.why.borne",
}


def previewing_tax(state: PreviewingTax, event: Event) -> Step:
    match event:
        case TaxPreviewed():
            return ask_sure(_with_tax(Order(state.terms, state.points, state.to, 0), event))
        case TaxExceedsCash():
            return Step(AskPoints(state.terms), (_tax_takes_all(event),))
        case Commanded("back"):
            return ask_where(state.terms, state.points)
        case _:
            # Asked again: the state was stored before its answer came.
            return Step(state, (PreviewTax(state.points),), asks_again(event))


def confirm(state: Confirm, event: Event) -> Step:
    order = state.order
    terms, points = order.terms, order.points
    match event:
        case Tapped(button) if button == f"yes-{points}-{order.to.token}-{order.net_paise}":
            # The id names points, destination and sum: the button of an older prompt must not send today's money.
            return request(order)
        case Tapped("no-redeem"):
            return Step(Done(), (Say("redeem.cancelled"),))
        case Tapped("why") if order.tax_paise:
            return Step(state, (_say_why(order), say_sure(order)))
        case SecretGiven(token, "vpa", _):  # instead of a no: here is where it shall go
            return check_vpa(terms, points, token)
        case SecretGiven(token, kind, _):
            return Step(state, not_asked_for(token, kind, "redeem.vpa_malformed"), False)
        case Commanded("back"):
            return _offer_again(order)
        case _:
            return Step(state, (say_sure(order),), asks_again(event))


def request(order: Order, pin: str = "") -> Step:
    """Ask for it, exactly as it was shown."""
    asked = RequestRedemption(order.points, order.to.token, order.net_paise, pin)
    return Step(Requesting(order), (asked,))


def requesting(state: Requesting, event: Event) -> Step:
    order = state.order
    match event:
        case RedemptionRequested():
            return Step(Done(), (_on_its_way(event),))
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
            changed = _with_tax(order, now)
            return Step(Confirm(changed), (Say("redeem.changed"), say_sure(changed)))
        case TaxExceedsCash():
            return Step(AskPoints(order.terms), (_tax_takes_all(event),))
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def _offer_again(order: Order) -> Step:
    others = tuple(saved for saved in order.terms.saved if saved.token != order.to.token)
    terms = replace(order.terms, saved=(order.to, *others))
    return Step(OfferSaved(terms, order.points), (say_offer(terms, order.points),))


def _with_tax(order: Order, told: TaxPreviewed) -> Order:
    return replace(order, net_paise=told.net_paise, tax_paise=told.tax_paise, why=told.why)


def _tax_takes_all(told: TaxExceedsCash) -> Say:
    return Say("redeem.tax_takes_all", {"tax_paise": told.tax_paise, "least_points": told.least_points})


def _on_its_way(requested: RedemptionRequested) -> Say:
    values: dict[str, Value] = {
        "amount_paise": requested.amount_paise, "masked": requested.masked, "available": requested.available,
    }  # fmt: skip
    if not requested.promised_at:
        return Say("redeem.on_its_way_bare", values)
    return Say("redeem.on_its_way", values | {"promised_at": moment(requested.promised_at, requested.today)})


def _say_why(order: Order) -> Say:
    return Say(WHY.get(order.why, WHY["beyond"]), {"tax_paise": order.tax_paise})
