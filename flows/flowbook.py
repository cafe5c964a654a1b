"""Every flow there is, and which of them a command begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flows.balance import BALANCE, ReadingBalance
from flows.bills import BILLS, ReadingBills
from flows.details import DETAILS, AwaitMembership
from flows.enrol import ENROL, AskName, Enrolling, first_question
from flows.helpers import HELPERS, AskHandover, AskHelperName, ReadingHelpers
from flows.invoice import INVOICE, AwaitCorner, Confirming, Deciding, KeptBills, Typing
from flows.kernel import Flow, State
from flows.kyc import KYC
from flows.kyc_states import AskKycPan, ConfirmKycCard, ReadingKyc, ReadingKycCard
from flows.leaving import LEAVING, ReadingHelpedShop
from flows.move import CONFIRMING, MOVING, AskOldNumber, ConfirmMove
from flows.my_data import MY_DATA, KeepingData, ReadingErasable, ReadingMyData
from flows.news import NEWS
from flows.payout_status import PAYOUTS, ReadingPayouts, ReadingUnderWay
from flows.redeem import REDEEM
from flows.redeem_states import ReadingTerms
from flows.scan import SCAN, AskPhoto, AwaitPhotos, Claiming, Kept
from flows.session import Known
from flows.settings import SETTINGS, AskLanguage
from flows.shops import JOINING, SHOPS, OpeningInvitation, ReadingShops
from flows.tax import TAX, AskPan, ReadingTax

# The flows whose frames stand on the stack. One frame of each at most, so the stack is never deeper than this.
FLOWS = (ENROL, DETAILS, SCAN, INVOICE, BILLS, BALANCE, REDEEM, PAYOUTS, TAX, MY_DATA, KYC, SETTINGS, HELPERS, JOINING, SHOPS,
         LEAVING, MOVING, CONFIRMING)  # fmt: skip
BOOK: Mapping[str, Flow] = {flow.name: flow for flow in FLOWS}

# What begins a flow: a command a member may give, or (keep, orphan_photo, keep_bill, bill) a picture, code or bill that
# nobody waits for.
STARTS: Mapping[str, Callable[[Known], State]] = {
    "scan": lambda _: AskPhoto(),
    "keep": lambda _: Kept((), ()),
    "orphan_photo": lambda known: AwaitPhotos(()) if known.enrolled else Kept((), ()),
    "keep_bill": lambda _: KeptBills(()),
    "bill": lambda _: Deciding(0, ()),
    "bills": lambda _: ReadingBills(),
    "balance": lambda _: ReadingBalance(),
    "redeem": lambda _: ReadingTerms(),
    "payouts": lambda _: ReadingPayouts(),
    "yes_again": lambda _: ReadingUnderWay(),
    "tax": lambda _: ReadingTax(),
    "pan": lambda _: AskPan(),
    "kyc": lambda _: ReadingKyc(),
    "my_data": lambda _: ReadingMyData(),
    "delete_data": lambda _: ReadingErasable(),
    "keep_data": lambda _: KeepingData(quiet=False),
    "cancel": lambda _: KeepingData(quiet=True),
    "language": lambda _: AskLanguage(),
    "helpers": lambda _: ReadingHelpers(),
    "add_helper": lambda _: AskHelperName(),
    "handover": lambda _: AskHandover(),
    "shops": lambda _: ReadingShops(),
    "leave_shop": lambda _: ReadingHelpedShop(),
    "new_number": lambda _: AskOldNumber(),
    "confirm_move": lambda _: ConfirmMove(),
}


def with_points(points: int) -> State:
    """A redemption whose number is known already."""
    return ReadingTerms(points)


def with_code(code: str) -> State:
    """An invitation that is shown."""
    return OpeningInvitation(code)


def is_enrolling(state: State) -> bool:
    """Whether the enrolment has all its answers."""
    return isinstance(state, Enrolling)


def keeper(state: State) -> bool:
    """Whether the state holds a picture, a code or a bill of the member's, which must not be dropped."""
    return isinstance(state, Kept | AwaitPhotos | Claiming | KeptBills)


def asks_about_bill(state: State) -> bool:
    """Whether the state has put a question about a bill."""
    return isinstance(state, Confirming | Typing | AwaitCorner)


def wants_picture(state: State) -> bool:
    """Whether the state has asked for a picture of its own: the next ones are its answer."""
    return isinstance(state, AwaitCorner)


def wants_card(state: State) -> bool:
    """Whether the state that has the floor takes a photo of a card."""
    return isinstance(state, AskKycPan | ReadingKycCard | ConfirmKycCard)


def waits_for_membership(state: State) -> bool:
    """Whether the state keeps something, or has a question, until its owner is a member."""
    return isinstance(state, Kept | KeptBills | AwaitMembership)


def asks_name(state: State) -> bool:
    """Whether a name is asked for, so that a word of ours may be one."""
    return isinstance(state, AskName)


def starts_enrolment(known: Known) -> tuple[State, State]:
    """The state of the details that are asked last, and the first question of the enrolment itself."""
    return AwaitMembership(), first_question(known)


__all__ = [
    "BOOK", "NEWS", "STARTS", "asks_name", "is_enrolling", "keeper", "starts_enrolment", "waits_for_membership", "wants_card",
    "wants_picture", "with_code", "with_points",
]  # fmt: skip
