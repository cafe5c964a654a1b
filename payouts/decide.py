"""What a person of the staff may decide about a payout. Each verb writes the audit log in the caller's transaction.

    approve    one that waits for it; the same person counts once, above the second limit two must
    reject     only where nothing can have left: the points return and the member is told
    hold       nothing is sent until it is released
    retry      ask, or post the same bytes again, now; never a new request, never a new key
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, text

from base import audit
from base.staff import Staff
from payouts import rows
from payouts.lifecycle import OPEN, TABLE, UNBEGUN, Cause, State
from payouts.news import REJECTED, Tell
from payouts.payout import Payout
from payouts.record import Context, Recorded, move

_APPROVE = text("""
    INSERT INTO payout_approvals (payout_id, staff_id, at) VALUES (:payout, :staff, :now)
    ON CONFLICT (payout_id, staff_id) DO NOTHING RETURNING staff_id""")
_APPROVALS = text("SELECT count(*) FROM payout_approvals WHERE payout_id = :payout")


# Raised by ourselves about one that was never taken: nobody contradicts, and rejecting is the way out.
STOPPED = frozenset({"never_taken_and_too_old", "request_cannot_be_opened"})


class CannotDecide(RuntimeError):
    """Not with this payout as it stands: one line with the remedy."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides, why, and when."""

    by: Staff
    reason: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Approved:
    """`missing`: how many more different people must approve; 0: it goes out."""

    missing: int


def approve(conn: Connection, payout_id: str, decision: Decision) -> Approved:
    """Raises UnknownPayout, CannotDecide."""
    payout = rows.lock(conn, payout_id)
    if payout.state is not State.AWAITING_APPROVAL:
        raise CannotDecide(f"payout {payout_id} is {payout.state} and waits for no approval")
    if payout.alert is not None:
        raise CannotDecide(f"payout {payout_id} carries the alert {payout.alert}: look at it, then payouts clear-alert")
    values = {"payout": payout_id, "staff": decision.by.id, "now": decision.now}
    if conn.execute(_APPROVE, values).one_or_none() is None:
        raise CannotDecide(f"{decision.by.name} has approved payout {payout_id} already; a second colleague must")
    missing = payout.approvals_needed - int(conn.execute(_APPROVALS, {"payout": payout_id}).scalar_one())
    after = payout
    if missing <= 0:
        next_at = None if payout.held_by else decision.now
        to = TABLE[payout.state, Cause.APPROVED].to
        after = replace(payout, state=to, approved_at=decision.now, next_at=next_at)
    _write(conn, payout, after, "approve", Cause.APPROVED, decision)
    return Approved(max(missing, 0))


def reject(conn: Connection, payout_id: str, decision: Decision, tell: Tell) -> Recorded:
    """The payout fails, its points return, the member hears of it. Raises UnknownPayout, CannotDecide."""
    payout = rows.lock(conn, payout_id)
    # Counted before each call, and only taken back by an answer that says "not taken": with none, nothing has left.
    if payout.state not in UNBEGUN and not (payout.state is State.RESERVED and payout.unanswered == 0):
        raise CannotDecide(f"payout {payout_id} is {payout.state}: the provider may have it, so only its answer can end it")
    if payout.alert is not None and payout.alert not in STOPPED:
        raise CannotDecide(f"payout {payout_id} carries the alert {payout.alert}: look at it, then payouts clear-alert")
    after = replace(payout, reason=REJECTED, held_by=None, alert=None)
    made = TABLE[payout.state, Cause.REJECTED]
    _audit(conn, payout, replace(after, state=made.to), "reject", decision)
    return move(conn, payout, after, made, Cause.REJECTED, {"by": decision.by.name}, Context(decision.now, tell))


def hold(conn: Connection, payout_id: str, decision: Decision) -> None:
    """Nothing of it is sent until `release`. Raises UnknownPayout, CannotDecide."""
    payout = rows.lock(conn, payout_id)
    if payout.state not in UNBEGUN:
        raise CannotDecide(f"payout {payout_id} is {payout.state}: it has begun and can no longer be held back")
    if payout.held_by is not None:
        raise CannotDecide(f"payout {payout_id} is held back by {payout.held_by} already")
    # The timer stays: when it is due the member hears of the delay, and nothing else happens.
    _write(conn, payout, replace(payout, held_by=decision.by.name), "hold", "held", decision)


def release(conn: Connection, payout_id: str, decision: Decision) -> None:
    """Let one that was held back go on. Raises UnknownPayout, CannotDecide."""
    payout = rows.lock(conn, payout_id)
    if payout.held_by is None:
        raise CannotDecide(f"payout {payout_id} is not held back; nothing was changed")
    next_at = decision.now if payout.state is State.REQUESTED else payout.next_at
    _write(conn, payout, replace(payout, held_by=None, next_at=next_at), "release", "released", decision)


def retry(conn: Connection, payout_id: str, decision: Decision) -> None:
    """Go on with it now instead of at its next time. Raises UnknownPayout, CannotDecide."""
    payout = rows.lock(conn, payout_id)
    if payout.state not in OPEN:
        raise CannotDecide(f"payout {payout_id} is {payout.state}, which is its end; a new attempt is a new redemption")
    if payout.state is State.AWAITING_APPROVAL or payout.held_by is not None:
        raise CannotDecide(f"payout {payout_id} waits for a person: payouts approve, reject or release")
    if payout.alert is not None:
        raise CannotDecide(f"payout {payout_id} carries the alert {payout.alert}: look at it, then payouts clear-alert")
    _write(conn, payout, replace(payout, next_at=decision.now), "retry", "retried", decision)


def clear_alert(conn: Connection, payout_id: str, decision: Decision) -> bool:
    """A person has looked: go on asking (an open payout), or just take the mark away. False: it is held now. Raises as above.

    One that was never begun, and that the provider claims to know all the same, goes on only by a second word: `release`
    or `reject`. What was paid under another row's eyes must not be paid again because somebody looked at it.
    """
    payout = rows.lock(conn, payout_id)
    if payout.alert is None:
        raise CannotDecide(f"payout {payout_id} carries no alert; nothing was changed")
    held_by = payout.held_by or (decision.by.name if payout.state in UNBEGUN else None)
    after = replace(
        payout, alert=None, held_by=held_by, next_at=decision.now if payout.state in OPEN and held_by is None else None
    )
    _write(conn, payout, after, "clear_alert", "alert_cleared", decision)
    return held_by is None


def _write(conn: Connection, before: Payout, after: Payout, act: str, said: str, decision: Decision) -> None:
    detail = {"by": decision.by.name, "alert": before.alert}
    rows.note(conn, before.id, decision.now, said, before.state, after.state, detail)
    rows.save(conn, before, after, decision.now)
    _audit(conn, before, after, act, decision)


def _audit(conn: Connection, before: Payout, after: Payout, act: str, decision: Decision) -> None:
    audit.write(
        conn, actor=decision.by.name, act=f"payout.{act}", subject=before.id, at=decision.now, before=_stand(before),
        after=_stand(after), reason=decision.reason,
    )  # fmt: skip


def _stand(payout: Payout) -> dict[str, object]:
    return {"state": payout.state.value, "held_by": payout.held_by, "alert": payout.alert, "amount_paise": payout.amount_paise}
