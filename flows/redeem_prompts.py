"""How a redemption comes into each of its states: the state together with the question that belongs to it."""

from __future__ import annotations

from flows.effects import CheckDestination, ForgetSecret, PreviewTax, Say, Value
from flows.kernel import Effect, Step
from flows.redeem_events import Destination
from flows.redeem_states import (
    AskPoints,
    AskVpa,
    CheckingDestination,
    Confirm,
    OfferSaved,
    Order,
    PreviewingTax,
    Terms,
)

OFFERED_MAX = 3  # destinations at once
TO, DROP = "to", "drop"  # buttons of one destination: the meaning, a dash, the token
ONLY = {TO: "yes", DROP: "yes-drop"}  # where it is the only one; unlike, or an older offer's yes would remove it
OFFERS = ("redeem.offer.one", "redeem.offer.two", "redeem.offer.three")
FORGETS = ("redeem.forget.one", "redeem.forget.two", "redeem.forget.three")
ABOVE = {"": "redeem.above_most", "day": "redeem.above_day", "month": "redeem.above_month"}


def ask_how_many(terms: Terms) -> Step:
    return Step(AskPoints(terms), (say_points(terms),))


def asked_for(terms: Terms, points: int) -> Step:
    """A number that was typed, wherever it was."""
    if points < terms.least:
        return Step(AskPoints(terms), (Say("redeem.below_least", {"least": terms.least}),))
    if points > terms.most:
        return Step(AskPoints(terms), (say_above(terms),))
    return ask_where(terms, points)


def say_above(terms: Terms) -> Say:
    values: dict[str, Value] = {"most": terms.most}
    return Say(ABOVE.get(terms.limit, ABOVE[""]), values | ({"limit_points": terms.limit_points} if terms.limit else {}))


def say_points(terms: Terms) -> Say:
    values = {"least": terms.least, "most": terms.most}
    some = _round_part(terms)
    return Say("redeem.ask_points", {**values, "some": some}) if some else Say("redeem.ask_points_all", values)


def ask_where(terms: Terms, points: int, *said_first: Say) -> Step:
    if terms.saved:
        return Step(OfferSaved(terms, points), (*said_first, say_offer(terms, points)))
    return Step(AskVpa(terms, points), (*said_first, Say("redeem.ask_vpa")))


def say_offer(terms: Terms, points: int) -> Say:
    return _of_saved(OFFERS, terms, {"points": points})


def say_forget(terms: Terms) -> Say:
    return _of_saved(FORGETS, terms, {})


def chosen(terms: Terms, button: str, meaning: str) -> Destination | None:
    """The saved destination that a button of this meaning names."""
    shown = terms.saved[:OFFERED_MAX]
    names = (meaning, ONLY[meaning]) if len(shown) == 1 else (meaning,)
    return next((to for to in shown if button in {f"{name}-{to.token}" for name in names}), None)


def check_vpa(terms: Terms, points: int, token: str) -> Step:
    return Step(CheckingDestination(terms, points, token), (CheckDestination(token),))


def preview(terms: Terms, points: int, to: Destination) -> Step:
    return Step(PreviewingTax(terms, points, to), (PreviewTax(points),))


def ask_sure(order: Order) -> Step:
    return Step(Confirm(order), (say_sure(order),))


def say_sure(order: Order) -> Say:
    tax = order.tax
    values: dict[str, Value] = {
        "points": order.points, "amount_paise": tax.net_paise, "masked": order.to.masked, "token": order.to.token,
        "promise_minutes": order.terms.promised_minutes(tax.net_paise),
    }  # fmt: skip
    if not tax.tax_paise:
        return Say("redeem.confirm", values)
    key = "redeem.confirm_borne" if tax.why == "borne" else "redeem.confirm_tax"
    return Say(key, values | {"tax_paise": tax.tax_paise})


def not_asked_for(token: str, kind: str, otherwise: str) -> tuple[Effect, ...]:
    """What answers a secret of another kind than the one that was asked for."""
    forget = (ForgetSecret(token),) if token else ()
    return (*forget, Say("secret.aadhaar_refused" if kind == "aadhaar" else otherwise))


def moment(at: str, today: str) -> str:
    """A time as it is told: 14:30 when it is today's, else with its day."""
    day, _, time = at.partition("T")
    return time if day == today and time else at


def _of_saved(keys: tuple[str, ...], terms: Terms, values: dict[str, Value]) -> Say:
    shown = terms.saved[:OFFERED_MAX]
    for number, to in enumerate(shown, start=1):
        values = values | {f"masked{number}": to.masked, f"token{number}": to.token}
    return Say(keys[len(shown) - 1], values)


def _round_part(terms: Terms) -> int:
    """About half, in round figures; 0 when that is no choice of its own."""
    step = 100 if terms.most >= 400 else 10
    some = terms.most // 2 // step * step
    return some if terms.least <= some < terms.most else 0
