"""What the pages need of the house, and the decisions that pages and command line share."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, Engine

from base.clock import Clock
from base.ids import Ids
from base.media_store import MediaStore
from base.sealing import Keyring
from base.sign_in import Door
from base.staff import Staff
from flows.codec import to_json
from flows.kernel import Event
from flows.kyc_events import KycApproved, KycAskedAgain, KycRejected
from journal import inbox
from loyalty import kyc_review
from loyalty.kyc import Check
from loyalty.kyc_review import Decided, Decision, Verdict


class Desk(Protocol):
    """The house, as far as it is the staff's."""

    @property
    def engine(self) -> Engine: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def ids(self) -> Ids: ...
    @property
    def keyring(self) -> Keyring: ...
    @property
    def media(self) -> MediaStore: ...
    @property
    def secure(self) -> bool:
        """Whether the pages are reached by https: then their cookie never leaves by anything else."""

    def ring(self, conversation_id: str) -> None:
        """Have a conversation's turn taken soon."""


def door(desk: Desk) -> Door:
    """Where staff prove who they are."""
    return Door(desk.engine, desk.clock, desk.ids, lambda: desk.keyring)


def decide_kyc(
    desk: Desk, conn: Connection, review: str, by: Staff, verdict: Verdict, *, reason: str = "", note: str = ""
) -> Decided:  # fmt: skip
    """One vote on a review, and news for the member where it decides; `ring` after the commit. Raises UnknownReview,
    CannotReview."""

    def tell(conn: Connection, conversation: str, key: str, check: Check, at: datetime) -> None:
        inbox.put_happening(conn, conversation, key, to_json(_news(verdict, check, reason)), at, desk.keyring)

    return kyc_review.decide(conn, review, Decision(by, verdict, reason, note, desk.clock.now(conn)), tell)


def _news(verdict: Verdict, check: Check, reason: str) -> Event:
    match verdict:
        case "approve":
            return KycApproved(check.kind, check.masked)
        case "reject":
            return KycRejected(check.kind, check.masked, reason)
        case "ask":
            return KycAskedAgain(check.kind, check.masked, reason)
