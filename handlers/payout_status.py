"""ReadPayouts: the member's last payouts, in one read, as they are told of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from base.days import day_of, minute_of
from flows.effects import ReadPayouts
from flows.kernel import Event
from flows.payout_status import PAYOUTS_SHOWN
from flows.redeem_events import PayoutsRead, PayoutTold
from handlers.turn import Turn
from payouts.lifecycle import FINAL, State
from payouts.news import told_reason

_LAST = text("""
    SELECT points, amount_paise, masked, state, requested_at, promised_at, late_at, settled_at, utr, reason FROM payouts
    WHERE member_id = :member AND programme_id = :programme
      AND NOT EXISTS (SELECT FROM account_changes h
                      WHERE h.member_id = :member AND h.kind = 'transferred' AND h.at > requested_at)  -- a former owner's
    ORDER BY requested_at DESC, id DESC LIMIT :most""")


def read_payouts(turn: Turn, effect: ReadPayouts, key: str) -> Event | None:
    given = {"member": turn.member_id, "programme": turn.conversation.programme_id, "most": PAYOUTS_SHOWN}
    rows = turn.conn.execute(_LAST, given).all()
    return PayoutsRead(tuple(_told(turn, row) for row in rows), day_of(turn.now).isoformat())


def _told(turn: Turn, row: Any) -> PayoutTold:
    state = State(row.state)
    told = state.value if state in FINAL else "approval" if state is State.AWAITING_APPROVAL else "sent"
    overdue = row.promised_at is not None and row.promised_at < turn.now
    return PayoutTold(
        points=row.points, amount_paise=row.amount_paise, masked=row.masked, state=told,
        asked_at=minute_of(row.requested_at), promised_at=minute_of(row.promised_at) if row.promised_at else "",
        late=state not in FINAL and (row.late_at is not None or overdue),
        settled_at=minute_of(row.settled_at) if row.settled_at else "", utr=row.utr or "",
        reason=told_reason(row.reason) if state is State.FAILED else "",
    )  # fmt: skip
