"""What is said of what a member proved: where each kind stands, what a person or the bank made of it, and why."""

from __future__ import annotations

from flows.effects import Line, Say, Value
from flows.kyc_events import (
    KycApproved,
    KycAsked,
    KycAskedAgain,
    KycGraded,
    KycPlace,
    KycRejected,
    KycSentToReview,
    KycStanding,
)

WHATS = ("value.what.pan", "value.what.gstin", "value.what.udyam", "value.what.destination")
CAUSES = (
    "value.cause.duplicate", "value.cause.name_differs", "value.cause.pan_differs", "value.cause.unreadable",
    "value.cause.unavailable", "value.cause.not_found", "value.cause.not_yours", "value.cause.not_genuine",
    "value.cause.expired", "value.cause.name_changed", "value.cause.asked", "value.cause.other",
)  # fmt: skip
REASONS = tuple(cause.removeprefix("value.cause.") for cause in CAUSES)
LINES = {
    "missing": "kyc.line.missing",
    "checking": "kyc.line.checking",
    "verified": "kyc.line.verified",
    "ask_again": "kyc.line.ask_again",
    "review": "kyc.line.review",
    "rejected": "kyc.line.rejected",
}
REVIEWS = {  # why one of our people looks, as it is told to the member: of another's number nothing
    "name_differs": "kyc.review.name_differs",
    "pan_differs": "kyc.review.pan_differs",
    "unreadable": "kyc.review.unreadable",
    "unavailable": "kyc.review.unavailable",
}
QUESTIONS = {"gstin": "kyc.ask_gstin", "pan": "kyc.ask_pan", "udyam": "kyc.ask_udyam", "destination": "kyc.ask_place"}
ASKED_IN = ("missing", "ask_again", "rejected")  # the states in which something must be given


def status(standings: tuple[KycStanding, ...]) -> Say:
    return Say("kyc.status", {}, tuple(_line(one) for one in standings))


def question(kind: str, place: KycPlace | None) -> Say:
    if kind == "destination" and place is not None:
        return Say("kyc.offer_place", {"masked": place.masked, "token": place.token})
    return Say(QUESTIONS[kind])


def graded(event: KycGraded) -> Say:
    values: dict[str, Value] = {"what": event.kind, "masked": event.masked}
    match event.state:
        case "verified":
            return Say("kyc.verified", values)
        case "checking":
            return Say("kyc.checking", values)
        case "ask_again":
            return Say("kyc.again", {"what": event.kind, "cause": cause(event.reason)})
        case _:
            return Say(REVIEWS.get(event.reason, "kyc.review.other"), values)


def asked(event: KycAsked) -> Say:
    """Why a redemption waits. Of several things the first is told: they are asked for one after the other."""
    if event.needs:
        return Say("redeem.kyc_needed", {"what": event.needs[0]})
    return Say("redeem.kyc_waits", {"what": event.waits[0] if event.waits else "other"})


def news(event: KycApproved | KycRejected | KycAskedAgain | KycSentToReview) -> Say:
    values: dict[str, Value] = {"what": event.kind, "masked": event.masked}
    match event:
        case KycApproved():
            return Say("news.kyc_approved", values)
        case KycRejected(_, _, reason):
            return Say("news.kyc_rejected", values | {"cause": cause(reason)})
        case KycAskedAgain(_, _, reason):
            return Say("news.kyc_asked_again", values | {"cause": cause(reason)})
        case KycSentToReview():
            return Say("news.kyc_review", values)


def cause(reason: str) -> str:
    return reason if reason in REASONS else "other"


def _line(one: KycStanding) -> Line:
    values: dict[str, Value] = {"what": one.kind, "masked": one.masked, "since_at": one.since_at, "cause": cause(one.reason)}
    return Line(LINES.get(one.state, LINES["missing"]), values)
