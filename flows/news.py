"""What the world has to tell a member whatever they are doing: money that moved, what a reviewer
decided, a photo that is hard to read, a limit that was passed, and faults of ours."""

from __future__ import annotations

from dataclasses import dataclass

from flows.bill_events import ClaimApproved, ClaimRejected, ClaimReversed
from flows.effects import DropDelayNews, Say, Value
from flows.events import (
    EventParked,
    PayoutDelayed,
    PayoutFailed,
    PayoutPaid,
    PayoutReversed,
    PhotoDrawn,
    PhotoHard,
    PinReset,
)
from flows.helpers_events import AccountsMerged, HelperJoined, HelperLeft, RemovedFromShop, ShopHandedOver, ShopTakenOver
from flows.kernel import Event, Flow, State, Step, node
from flows.kyc_events import KycApproved, KycAskedAgain, KycRejected, KycSentToReview
from flows.kyc_words import news as kyc_news
from flows.limit_events import TooMany
from flows.move_events import NumberMovedAway, NumberMovedHere
from flows.my_data_events import DataFileFailed, DataFileMade, ErasureAnnounced

REJECTED = {
    "not_an_invoice": "news.bill_rejected.not_an_invoice",
    "not_authorised": "news.bill_rejected.not_authorised",
    "stale": "news.bill_rejected.stale",
    "seen": "news.bill_rejected.seen",
    "no_products": "news.bill_rejected.no_products",
    "unreadable": "news.bill_rejected.unreadable",
}
FAILED = {  # of a payout; any other reason is not the member's business
    "vpa_invalid": "news.failed_vpa",
    "account_invalid": "news.failed_account",
    "bank": "news.failed_bank",
    "declined": "news.failed_declined",
}
HARD = {  # the first that applies is told: one thing to do better
    "too_small": "coach.too_small",
    "too_far": "coach.too_far",
    "blurred": "coach.blurred",
    "dark": "coach.dark",
    "glare": "coach.glare",
    "cut_edges": "coach.cut_edges",
}


AccountNews = (
    HelperJoined | HelperLeft | RemovedFromShop | ShopHandedOver | ShopTakenOver | AccountsMerged | NumberMovedAway
    | NumberMovedHere
)


@dataclass(frozen=True, slots=True)
class News(State):
    """Never on the stack: news interrupts nothing and leaves every question standing."""


def news(state: News, event: Event) -> Step:
    match event:
        case PayoutPaid():
            values = {**_money(event), "points": event.points}
            told = Say("news.paid", {**values, "utr": event.utr}) if event.utr else Say("news.paid_bare", values)
            return Step(state, (DropDelayNews(event.payout), told))
        case PayoutFailed() | PayoutReversed():
            values = {**_money(event), "points": event.points, "available": event.available}
            return Step(state, (DropDelayNews(event.payout), Say(_bad_news(event), values)))
        case PayoutDelayed():
            return Step(state, (Say("news.delayed", _money(event)),))
        case ClaimApproved(_, number, points, available):
            return Step(state, (Say("news.bill_approved", {"number": number, "points": points, "available": available}),))
        case ClaimRejected(_, sent_on, reason):
            return Step(state, (Say(REJECTED.get(reason, "news.bill_rejected.unreadable"), {"sent_on": sent_on}),))
        case ClaimReversed(_, number, points, available, reason):
            key = "news.bill_returned" if reason == "returned" else "news.bill_reversed"
            return Step(state, (Say(key, {"number": number, "points": points, "available": available}),))
        case PhotoDrawn(_, picture):
            return Step(state, (Say("scan.drawn", picture=picture),))
        case PhotoHard(_, hints):
            hint = next((HARD[hint] for hint in HARD if hint in hints), None)
            return Step(state, (Say(hint),) if hint else ())
        case PinReset():
            return Step(state, (Say("news.pin_reset"),))
        case TooMany(kind, until, True):
            return Step(state, (Say("limit.photos" if kind == "photos" else "limit.messages", {"until_at": until}),))
        case TooMany():
            return Step(state)
        case KycApproved() | KycRejected() | KycAskedAgain() | KycSentToReview():
            return Step(state, (kyc_news(event),))
        case DataFileMade(picture):
            return Step(state, (Say("my_data.file", picture=picture),))
        case DataFileFailed():
            return Step(state, (Say("my_data.file_failed"),))
        case ErasureAnnounced(on):
            return Step(state, (Say("my_data.announced", {"on": on}),))
        case HelperJoined() | HelperLeft() | RemovedFromShop() | ShopHandedOver() | ShopTakenOver() | AccountsMerged():
            return Step(state, (_account_news(event),))
        case NumberMovedAway() | NumberMovedHere():
            return Step(state, (_account_news(event),))
        case EventParked():
            return Step(state, (Say("news.parked"),))
        case _:
            return Step(state, (), False)


def _money(event: PayoutPaid | PayoutFailed | PayoutReversed | PayoutDelayed) -> dict[str, Value]:
    return {"amount_paise": event.amount_paise, "masked": event.masked}


def _account_news(event: AccountNews) -> Say:
    match event:
        case HelperJoined(name):
            return Say("news.helper_joined", {"name": name})
        case HelperLeft(name):
            return Say("news.helper_left", {"name": name})
        case RemovedFromShop(shop):
            return Say("news.removed_from_shop", {"shop": shop})
        case ShopHandedOver(shop):
            return Say("news.shop_handed_over", {"shop": shop})
        case ShopTakenOver(shop):
            return Say("news.shop_taken_over", {"shop": shop})
        case AccountsMerged(points):
            return Say("news.accounts_merged", {"points": points})
        case NumberMovedAway(masked):
            return Say("news.number_moved_away", {"masked": masked})
        case NumberMovedHere(shop):
            return Say("news.number_moved_here", {"shop": shop})


def _bad_news(event: PayoutFailed | PayoutReversed) -> str:
    if isinstance(event, PayoutReversed):
        return "news.reversed"
    return FAILED.get(event.reason, "news.failed")


NEWS = Flow(
    "news",
    version=1,
    nodes=dict(
        [
            node(
                News,
                news,
                goes_to=set(),
                may_emit={Say, DropDelayNews},
                hears={
                    PayoutPaid,
                    PayoutFailed,
                    PayoutReversed,
                    PayoutDelayed,
                    ClaimApproved,
                    ClaimRejected,
                    ClaimReversed,
                    PhotoDrawn,
                    PhotoHard,
                    PinReset,
                    DataFileMade,
                    DataFileFailed,
                    ErasureAnnounced,
                    EventParked,
                    TooMany,
                    KycApproved,
                    KycRejected,
                    KycAskedAgain,
                    KycSentToReview,
                    HelperJoined,
                    HelperLeft,
                    RemovedFromShop,
                    ShopHandedOver,
                    ShopTakenOver,
                    AccountsMerged,
                    NumberMovedAway,
                    NumberMovedHere,
                },
            )
        ]
    ),
)
