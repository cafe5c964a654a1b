"""A redemption that waits until its member is known: it says what is missing, and goes on where it was once that is given."""

from __future__ import annotations

from dataclasses import replace

from flows.effects import Say
from flows.events import Commanded, Resumed, Tapped, asks_again
from flows.kernel import Done, Effect, Event, Step
from flows.kyc_events import KycAsked, KycGraded, SaveKyc
from flows.kyc_words import asked, graded
from flows.redeem_events import Destination
from flows.redeem_prompts import ask_where, preview
from flows.redeem_states import AwaitKyc, Terms


def wait_for_kyc(terms: Terms, points: int, to: Destination, event: KycAsked) -> Step:
    """Say what is missing. Where it is the destination alone, its check begins at once: nothing need be typed for it."""
    check: tuple[Effect, ...] = (asked(event),)
    if event.needs == ("destination",):
        check = (SaveKyc("destination", to.token),)
    return Step(AwaitKyc(terms, points, to, event.needs, event.waits), check)


def await_kyc(state: AwaitKyc, event: Event) -> Step:
    match event:
        case Resumed():
            return preview(state.terms, state.points, state.to)
        case KycGraded("destination", "verified"):
            checked = preview(state.terms, state.points, state.to)
            return Step(checked.state, (graded(event), *checked.effects))
        case KycGraded("destination", "ask_again"):
            return ask_where(state.terms, state.points, graded(event))
        case KycGraded("destination", "checking" | "review"):
            return Step(replace(state, needs=(), waits=("destination",)), (graded(event),))
        case KycGraded():
            return Step(state, (graded(event),))
        case Tapped("skip-kyc"):
            return Step(Done(), (Say("redeem.cancelled"),))
        case Commanded("back"):
            return ask_where(state.terms, state.points)
        case _:
            return Step(state, (asked(KycAsked(state.points, state.needs, state.waits)),), asks_again(event))
