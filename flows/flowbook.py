"""Every flow there is, and which of them a command begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flows.balance import BALANCE, ReadingBalance
from flows.details import DETAILS, AwaitMembership
from flows.enrol import ENROL, first_question
from flows.kernel import Flow, State
from flows.news import NEWS
from flows.redeem import REDEEM, ReadingTerms
from flows.scan import SCAN, AskPhoto, AwaitPhotos, Claiming, Kept
from flows.session import Known
from flows.settings import SETTINGS, AskLanguage

# The flows whose frames stand on the stack. One frame of each at most, so the stack is never deeper than this.
BOOK: Mapping[str, Flow] = {flow.name: flow for flow in (ENROL, DETAILS, SCAN, BALANCE, REDEEM, SETTINGS)}

# What begins a flow: a command a member may give, or (keep, orphan_photo) a picture or code that nobody waits for.
STARTS: Mapping[str, Callable[[Known], State]] = {
    "scan": lambda _: AskPhoto(),
    "keep": lambda _: Kept((), ()),
    "orphan_photo": lambda known: AwaitPhotos(()) if known.enrolled else Kept((), ()),
    "balance": lambda _: ReadingBalance(),
    "redeem": lambda _: ReadingTerms(),
    "language": lambda _: AskLanguage(),
}


def keeper(state: State) -> bool:
    """Whether the state holds a picture or a code of the member's, which must not be dropped."""
    return isinstance(state, Kept | AwaitPhotos | Claiming)


def waits_for_membership(state: State) -> bool:
    """Whether the state keeps something until its owner is a member."""
    return isinstance(state, Kept)


def starts_enrolment(known: Known) -> tuple[State, State]:
    """The state of the details that are asked last, and the first question of the enrolment itself."""
    return AwaitMembership(), first_question(known)


__all__ = ["BOOK", "NEWS", "STARTS", "keeper", "starts_enrolment", "waits_for_membership"]
