"""How many points: the programme's terms, and a number within them."""

from __future__ import annotations

from flows.effects import ReadRedeemTerms, Say
from flows.events import Begun, Commanded, Resumed, Said, Tapped, asks_again
from flows.kernel import Done, Event, Step
from flows.redeem_events import RedeemTermsRead
from flows.redeem_prompts import ask_how_many, ask_where, asked_for, say_points
from flows.redeem_states import AskPoints, ReadingTerms, Terms
from flows.spelling import whole_number

SPENT = {"day": "redeem.day_spent", "month": "redeem.month_spent"}


def reading_terms(state: ReadingTerms, event: Event) -> Step:
    match event:
        case Begun() | Resumed():
            return Step(state, (ReadRedeemTerms(),))
        case RedeemTermsRead():
            return _read(state, event)
        case _:
            return Step(state, (Say("wait.moment"),), asks_again(event))


def ask_points(state: AskPoints, event: Event) -> Step:
    terms = state.terms
    match event:
        case Tapped(button) if (points := _offered(button)) and terms.least <= points <= terms.most:
            return ask_where(terms, points)
        case Said(typed) if (number := whole_number(typed)) is not None:
            return asked_for(terms, number)
        case Commanded("back"):
            return Step(Done(), (Say("cancel.done"),))
        case _:
            return Step(state, (say_points(terms),), asks_again(event))


def _read(state: ReadingTerms, read: RedeemTermsRead) -> Step:
    most = min(read.most, read.available)
    terms = Terms(
        read.least, most, read.paise_per_point, read.saved, read.limit, read.limit_points, read.promise_minutes,
        read.approval_above_paise, read.approved_minutes,
    )  # fmt: skip
    if most < read.least:
        return Step(Done(), (_nothing_now(read),))
    if read.cooling and not read.saved:
        waits = read.cooling[0]
        return Step(Done(), (Say("redeem.only_cooling", {"masked": waits.masked, "usable_at": waits.usable_at}),))
    return asked_for(terms, state.points) if state.points else ask_how_many(terms)


def _nothing_now(read: RedeemTermsRead) -> Say:
    if read.available < read.least:
        missing = read.least - read.available
        return Say("redeem.not_enough", {"available": read.available, "least": read.least, "missing": missing})
    if read.limit in SPENT:
        values = {"available": read.available, "least": read.least, "most": read.most, "limit_points": read.limit_points}
        return Say(SPENT[read.limit], values)
    return Say("redeem.not_now", {"available": read.available})


def _offered(button: str) -> int:
    """The points of an all-… or some-… button; 0 for any other."""
    meaning, _, points = button.partition("-")
    return int(points) if meaning in ("all", "some") and points.isascii() and points.isdecimal() else 0
