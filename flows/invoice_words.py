"""What is said about bills: one text for each thing that differs, and questions by what they ask for."""

from __future__ import annotations

from flows.bill_events import ClaimResult, ClaimsDecided, Question
from flows.effects import Say, Value
from flows.kernel import Effect

TOLD_MAX = 5  # bills told of one by one; the rest is counted

CONFIRM = {
    "number": "invoice.confirm.number",
    "date": "invoice.confirm.date",
    "total": "invoice.confirm.total",
    "seller": "invoice.confirm.seller",
}
TYPE = {
    "number": "invoice.type.number",
    "date": "invoice.type.date",
    "total": "invoice.type.total",
    "seller": "invoice.type.seller",
}
CORNER = {
    "left": "invoice.corner.left",
    "top": "invoice.corner.top",
    "right": "invoice.corner.right",
    "bottom": "invoice.corner.bottom",
}
REVIEW = {
    "doubtful": "invoice.review.doubtful",
    "contested": "invoice.review.contested",
    "lines": "invoice.review.lines",
    "credit_note": "invoice.review.credit_note",
    "date_ahead": "invoice.review.date_ahead",
    "budget": "invoice.review.budget",
    "many": "invoice.review.many",
}
REFUSED = {
    "not_an_invoice": "invoice.refused.not_an_invoice",
    "not_authorised": "invoice.refused.not_authorised",
    "stale": "invoice.refused.stale",
    "seen_yours": "invoice.refused.seen_yours",
    "seen_open": "invoice.refused.seen_open",
    "seen_other": "invoice.refused.seen_other",
    "no_products": "invoice.refused.no_products",
    "too_small": "invoice.refused.too_small",
}
DATED = {"stale": "on", "seen_yours": "sent_on", "seen_open": "sent_on"}  # what a text cannot do without


def tell(event: ClaimsDecided) -> tuple[Effect, ...]:
    """Each bill's outcome; a question is asked by the flow, not told here."""
    said = [_told(result, event.available) for result in event.decided if result.outcome != "asked"]
    more = len(said) - TOLD_MAX
    return (*said[:TOLD_MAX], *([Say("invoice.more", {"count": more})] if more > 0 else []))


def ask(question: Question) -> Say:
    """The question with its buttons, or a plain one where there is nothing to confirm."""
    if question.kind == "corner":
        return Say(CORNER.get(question.edge, "invoice.corner.bottom"), {"field": "corner", "claim": question.claim})
    if question.kind != "confirm" or question.field not in CONFIRM:
        return ask_to_type(question)
    return Say(CONFIRM[question.field], {"field": question.field, "claim": question.claim, **_shown(question)})


def show(question: Question) -> tuple[Effect, ...]:
    """A picture of what is meant, where there is one. A message with buttons has no room for it."""
    return (Say("invoice.look", picture=question.hint),) if question.hint else ()


def ask_to_type(question: Question) -> Say:
    field = question.field if question.field in TYPE else "number"
    return Say(TYPE[field], {"field": question.field or "corner", "claim": question.claim})


def _shown(question: Question) -> dict[str, Value]:
    match question.field:
        case "date":
            return {"on": question.value}
        case "total":
            return {"total_paise": int(question.value) if question.value.isascii() and question.value.isdecimal() else 0}
        case "seller":
            return {"gstin": question.value}
        case _:
            return {"number": question.value}


def _told(result: ClaimResult, available: int) -> Say:
    match result.outcome:
        case "credited":
            names = ("seller", "number", "on", "total_paise", "taxable_paise", "rate", "points")
            return Say("invoice.credited", {name: getattr(result, name) for name in names} | {"available": available})
        case "joined":
            return Say("invoice.joined")
        case "refused":
            return _refused(result)
        case _:
            key = REVIEW.get(result.reason, "invoice.review.doubtful")
            return Say(key, {"promised_on": result.promised_on})


def _refused(result: ClaimResult) -> Say:
    needed = DATED.get(result.reason)
    if result.reason not in REFUSED or (needed and not getattr(result, needed)):
        return Say("invoice.refused.not_an_invoice" if not needed else "invoice.refused.seen")
    return Say(REFUSED[result.reason], {"on": result.on, "sent_on": result.sent_on, "days": result.days})
