"""What a person decides about a KYC check: seen, voted on, decided, with the audit in the same transaction.

A review that asks for two approvals gets them from two different colleagues; one colleague votes once. One rejection, or
one question back to the member, ends it. Lock order: conversation, member, review, check.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, text

from base import audit
from base.staff import Staff
from loyalty import kyc
from loyalty.kyc import Check

Verdict = Literal["approve", "reject", "ask"]
REASONS: dict[Verdict, tuple[str, ...]] = {
    "approve": (),
    "reject": ("not_yours", "not_genuine", "name_differs", "pan_differs", "duplicate", "expired", "other"),
    "ask": ("unreadable", "name_differs", "pan_differs", "not_found", "expired", "other"),
}
STATES: dict[Verdict, tuple[str, str]] = {  # of the review, of the check
    "approve": ("approved", "verified"), "reject": ("rejected", "rejected"), "ask": ("asked", "ask_again"),
}  # fmt: skip
ID = re.compile(r"[0-9a-z_]{1,60}")  # what comes in an address may hold what no column takes
NOTE_MAX = 500
MEASURED = timedelta(days=30)

_COLUMNS = "id, check_id, why, state, approvals_needed, opened_at, first_opened_at, decided_at, note"
_QUEUE = text(f"SELECT {_COLUMNS} FROM kyc_reviews WHERE state = 'open' ORDER BY opened_at, id LIMIT :most")
_READ = text(f"SELECT {_COLUMNS} FROM kyc_reviews WHERE id = :id")
_CONVERSATION = text("SELECT id FROM conversations WHERE id = :id FOR KEY SHARE")
_MEMBER = text("SELECT id FROM members WHERE id = :id FOR NO KEY UPDATE")  # as whoever gives something takes it
_LOCK = text(f"SELECT {_COLUMNS} FROM kyc_reviews WHERE id = :id FOR NO KEY UPDATE")
_SEEN = text("UPDATE kyc_reviews SET first_opened_at = :at WHERE id = :id AND first_opened_at IS NULL AND state = 'open'")
_DONE = text("UPDATE kyc_reviews SET state = :state, decided_at = :at, note = :note WHERE id = :id")
_VOTES = text("""
    SELECT v.staff_id, s.name, v.verdict, v.reason, v.at FROM kyc_review_votes v JOIN staff s ON s.id = v.staff_id
    WHERE v.review_id = :id ORDER BY v.id""")
_VOTE = text("""
    INSERT INTO kyc_review_votes (review_id, staff_id, verdict, reason, at)
    VALUES (:review, :staff, :verdict, :reason, :at)
    ON CONFLICT (review_id, staff_id) DO NOTHING RETURNING id""")
_EARLIER = text("""
    SELECT id FROM kyc_checks WHERE member_id = :member AND kind = :kind AND id <> :id ORDER BY created_at DESC, id LIMIT 20""")
_WAITING = text("SELECT count(*) AS waiting, min(opened_at) AS oldest_at FROM kyc_reviews WHERE state = 'open'")
_TIMES = text("""
    SELECT count(*) AS decided,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - opened_at)) AS p50_s,
           percentile_disc(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - opened_at)) AS p95_s,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM first_opened_at - opened_at))
               FILTER (WHERE first_opened_at IS NOT NULL) AS first_look_p50_s
    FROM kyc_reviews WHERE state IN ('approved', 'rejected', 'asked') AND decided_at > :since""")


class UnknownReview(LookupError):
    """There is no review of this id."""


class CannotReview(RuntimeError):
    """Not with this review as it stands: one line with the remedy. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Vote:
    staff_id: str
    name: str
    verdict: str
    reason: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Review:
    """`first_opened_at`: when a reviewer first looked. `state`: open | approved | rejected | asked | dropped."""

    id: str
    check: Check
    why: str
    state: str
    approvals_needed: int
    opened_at: datetime
    first_opened_at: datetime | None
    decided_at: datetime | None
    note: str
    votes: tuple[Vote, ...]

    def voted(self, staff_id: str) -> bool:
        return any(vote.staff_id == staff_id for vote in self.votes)

    @property
    def missing(self) -> int:
        """How many more different people must approve."""
        return max(0, self.approvals_needed - sum(vote.verdict == "approve" for vote in self.votes))


@dataclass(frozen=True, slots=True)
class Figures:
    """The queue as it stands, and the seconds that reviews of the last 30 days waited; None: there were none."""

    waiting: int
    oldest_s: int | None
    decided: int
    p50_s: int | None
    p95_s: int | None
    first_look_p50_s: int | None


@dataclass(frozen=True, slots=True)
class Decision:
    by: Staff
    verdict: Verdict
    reason: str  # of REASONS; "" for an approval
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """`missing`: how many more must approve before anything happens; 0: `state` is where the review is now."""

    review: str
    state: str
    missing: int
    conversation_id: str


# Tells the member, in the transaction that decides: conversation, key, the check as it is now, when.
Tell = Callable[[Connection, str, str, Check, datetime], object]


def queue(conn: Connection, most: int = 200) -> list[Review]:
    """What waits, the longest first."""
    return [_review(conn, row) for row in conn.execute(_QUEUE, {"most": most}).all()]


def read(conn: Connection, review_id: str) -> Review:
    """Raises UnknownReview."""
    row = conn.execute(_READ, {"id": review_id}).one_or_none() if ID.fullmatch(review_id) else None
    if row is None:
        raise UnknownReview(review_id)
    return _review(conn, row)


def look(conn: Connection, review_id: str, by: str, at: datetime) -> Review:
    """The same for a person who will see what is in it: on record, and the first time the clock of the queue notes it."""
    review = read(conn, review_id)
    first_look(conn, review_id, at)
    audit.write(conn, actor=by, act="kyc.read", subject=review_id, at=at, after={"member": review.check.member_id})
    return review


def first_look(conn: Connection, review_id: str, at: datetime) -> None:
    """A person sees it now; only the first time is kept."""
    conn.execute(_SEEN, {"id": review_id, "at": at})


def reveal(conn: Connection, review: Review, by: str, at: datetime) -> None:
    """On record: somebody asked for what is masked, in full."""
    audit.write(conn, actor=by, act="kyc.reveal", subject=review.id, at=at, after={"member": review.check.member_id})


def earlier(conn: Connection, check: Check) -> list[Check]:
    """What the member gave of this kind besides, the newest first."""
    ids = list(conn.scalars(_EARLIER, {"member": check.member_id, "kind": check.kind, "id": check.id}))
    return [found for found in (kyc.read(conn, one) for one in ids) if found is not None]


def figures(conn: Connection, now: datetime) -> Figures:
    waiting = conn.execute(_WAITING).one()
    times = conn.execute(_TIMES, {"since": now - MEASURED}).one()
    oldest = None if waiting.oldest_at is None else int((now - waiting.oldest_at).total_seconds())
    p50, p95, first = (None if t is None else int(t) for t in (times.p50_s, times.p95_s, times.first_look_p50_s))
    return Figures(waiting.waiting, oldest, times.decided, p50, p95, first)


def decide(conn: Connection, review_id: str, decision: Decision, tell: Tell) -> Decided:
    """One colleague's vote, and what follows from it. Raises UnknownReview, CannotReview."""
    _check(decision)
    review = lock(conn, review_id)
    if decision.verdict == "approve" and review.check.blind_index is None:
        raise CannotReview(f"{review_id} is a photo that nobody has read: enter what stands on it, or ask the member again")
    _vote(conn, review_id, decision)
    conversation, review = kyc.told_in(conn, review.check), read(conn, review_id)
    if decision.verdict == "approve" and review.missing:
        _write(conn, review, review, decision)
        return Decided(review_id, review.state, review.missing, conversation)
    state, check_state = STATES[decision.verdict]
    check = kyc.decide(
        conn, review.check.id, state=check_state, reason=decision.reason, by=decision.by.name, now=decision.at
    )  # fmt: skip
    if check is None:  # the member gave another one meanwhile, and its own review is open or was not needed
        raise CannotReview(f"{review_id} is about something that the member has replaced since; look at the queue again")
    conn.execute(_DONE, {"id": review_id, "state": state, "at": decision.at, "note": decision.note})
    tell(conn, conversation, f"{review_id}/{state}", check, decision.at)
    _write(conn, review, read(conn, review_id), decision)
    return Decided(review_id, state, 0, conversation)


def lock(conn: Connection, review_id: str) -> Review:
    """An open review that nobody else decides on meanwhile. Raises UnknownReview, CannotReview."""
    check = read(conn, review_id).check
    conn.execute(_CONVERSATION, {"id": check.conversation_id})
    conn.execute(_MEMBER, {"id": check.member_id})
    conn.execute(_LOCK, {"id": review_id})
    review = read(conn, review_id)
    if review.state != "open":
        raise CannotReview(f"{review_id} is {review.state}: ./saathi kyc queue lists those that wait")
    return review


def entered(conn: Connection, old: Review, check: Check, review_id: str, decision: Decision) -> None:
    """A colleague has read what stands on a photo: the new check is theirs to vouch for, and a second one's to approve."""
    kyc.open_review(
        conn, review_id=review_id, check_id=check.id, why=check.reason or old.why, approvals=2, now=decision.at
    )  # fmt: skip
    _vote(conn, review_id, decision)
    audit.write(
        conn, actor=decision.by.name, act="kyc.enter", subject=review_id, at=decision.at, before={"review": old.id},
        after={"check": check.state, "kind": check.kind, "member": check.member_id}, reason=decision.note,
    )  # fmt: skip


def _vote(conn: Connection, review_id: str, decision: Decision) -> None:
    vote = {"review": review_id, "staff": decision.by.id, "verdict": decision.verdict, "reason": decision.reason or None}
    if conn.execute(_VOTE, vote | {"at": decision.at}).one_or_none() is None:
        raise CannotReview(f"{decision.by.name} has decided on {review_id} already; a second colleague must")


def _check(decision: Decision) -> None:
    if len(decision.note) > NOTE_MAX:
        raise CannotReview(f"a note has at most {NOTE_MAX} characters")
    if not decision.note.isprintable():
        raise CannotReview("a note is one line of plain words")
    fitting = REASONS[decision.verdict]
    if (decision.reason or None) not in (fitting or (None,)):
        raise CannotReview(f"the reason is one of {', '.join(fitting)}" if fitting else "an approval has no reason")


def _write(conn: Connection, before: Review, after: Review, decision: Decision) -> None:
    audit.write(
        conn, actor=decision.by.name, act=f"kyc.{decision.verdict}", subject=before.id, at=decision.at,
        before={"state": before.state, "check": before.check.state},
        after={"state": after.state, "check": after.check.state, "kind": after.check.kind, "member": after.check.member_id},
        reason=" ".join(filter(None, (decision.reason, decision.note))),
    )  # fmt: skip


def _review(conn: Connection, row: Row[Any]) -> Review:
    found = kyc.read(conn, row.check_id)
    assert found is not None, row.check_id
    votes = tuple(Vote(**vote._mapping) for vote in conn.execute(_VOTES, {"id": row.id}))
    return Review(
        row.id, found, row.why, row.state, row.approvals_needed, row.opened_at, row.first_opened_at, row.decided_at, row.note,
        votes,
    )  # fmt: skip
