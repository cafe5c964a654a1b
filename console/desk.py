"""What the pages need of the house, and the decisions that pages and command line share."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, Engine, text

from base.clock import Clock
from base.ids import Ids
from base.masking import mask_pan
from base.media_store import MediaStore
from base.pan import normal_pan
from base.sealing import Keyring
from base.sign_in import Door
from base.staff import Staff
from flows.codec import to_json
from flows.kernel import Event
from flows.kyc_events import KycApproved, KycAskedAgain, KycRejected
from journal import inbox
from loyalty import kyc, kyc_review
from loyalty.kyc import Check, Facts, New
from loyalty.kyc_review import CannotReview, Decided, Decision, Verdict
from payouts import pan

NAME_MAX = 100


_REACHED = text("""
    SELECT c.data_key IS NOT NULL FROM conversations v JOIN contacts c ON c.id = v.contact_id WHERE v.id = :id""")


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
        if conn.execute(_REACHED, {"id": conversation}).scalar_one():  # else they were erased: nobody is left to tell
            inbox.put_happening(conn, conversation, key, to_json(_news(verdict, check, reason)), at, desk.keyring)

    return kyc_review.decide(conn, review, Decision(by, verdict, reason, note, desk.clock.now(conn)), tell)


def enter_pan(desk: Desk, conn: Connection, review: str, by: Staff, typed: str, name: str) -> str:
    """What a colleague reads on a photo that the program could not read: a check of its own, approved by its reader, and
    waiting for a second colleague; the id of its review. Raises UnknownReview, CannotReview."""
    now, old = desk.clock.now(conn), kyc_review.lock(conn, review)
    plain, name = normal_pan(typed), " ".join(name.split())
    if old.check.kind != "pan" or old.check.blind_index is not None:
        raise CannotReview(f"{review} has been read: approve it, reject it, or ask the member again")
    if plain is None:
        raise CannotReview("that is no PAN: five letters, four digits, a letter")
    if not name.isprintable() or len(name) > NAME_MAX:
        raise CannotReview(f"a name is at most {NAME_MAX} letters")
    check = kyc.put(conn, desk.keyring, New(
        desk.ids.new("kyc"), old.check.programme_id, old.check.member_id, old.check.conversation_id, "pan", mask_pan(plain),
        "staff", Facts(plain, name), "review", old.why, old.check.media_id,
    ), now)  # fmt: skip
    pan.give(conn, desk.keyring, member_id=check.member_id, pan=plain, source="kyc", now=now)
    fresh = desk.ids.new("kyr")
    kyc_review.entered(conn, old, check, fresh, Decision(by, "approve", "", "", now))
    return fresh


def _news(verdict: Verdict, check: Check, reason: str) -> Event:
    match verdict:
        case "approve":
            return KycApproved(check.kind, check.masked)
        case "reject":
            return KycRejected(check.kind, check.masked, reason)
        case "ask":
            return KycAskedAgain(check.kind, check.masked, reason)
