"""A redemption asked for: points held, payout and task written, all in the caller's transaction or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

import ledger.points
from base.ids import Ids
from ledger.points import TooFew
from payouts.lifecycle import State

_BY_KEY = text("SELECT id, amount_paise, member_id, points, secret_token FROM payouts WHERE key = :key")
_INSERT = text("""
    WITH payout AS (
        INSERT INTO payouts (id, key, programme_id, member_id, conversation_id, hold_id, secret_token, points,
                             amount_paise, masked, state, reference_id, idempotency_key, next_at, requested_at)
        VALUES (:id, :key, :programme, :member, :conversation, :id, :token, :points, :amount, :masked, :state, :id, :id,
                :now, :now)
    ), happened AS (
        INSERT INTO payout_events (payout_id, at, cause, to_state, detail)
        VALUES (:id, :now, 'requested', :state, jsonb_build_object('points', CAST(:points AS bigint),
                                                                   'amount_paise', CAST(:amount AS bigint)))
    )
    INSERT INTO tasks (id, key, kind, queue, conversation_id, payload, due_at, created_at)
    VALUES (:task, :key, 'pay', 'payouts', :conversation, jsonb_build_object('payout', CAST(:id AS text)), :now,
            :now)""")


@dataclass(frozen=True, slots=True)
class Requested:
    """`available`: what the member has left after the hold."""

    payout_id: str
    amount_paise: int
    available: int


class KeyReused(RuntimeError):
    """The key stands for another redemption: a fault of the caller."""


def request(
    conn: Connection, *, key: str, ids: Ids, now: datetime, programme_id: str, member_id: str, conversation_id: str,
    token: str, points: int, paise_per_point: int, masked: str,
) -> Requested | TooFew:  # fmt: skip
    """Hold `points` and write the payout as `requested`, with a task (kind "pay", this key) for the queue "payouts".

    The payout's id is its hold's, its reference at the provider and its idempotency key: there can never be a second.
    The same key again answers the same. TooFew leaves nothing behind. Raises KeyReused. Commits nothing.
    """
    if points <= 0 or paise_per_point <= 0:
        raise ValueError("points and paise_per_point are positive whole numbers")
    seen = conn.execute(_BY_KEY, {"key": key}).one_or_none()
    if seen is not None and (seen.member_id, seen.points, seen.secret_token) != (member_id, points, token):
        raise KeyReused(key)
    payout_id = ids.new("pay") if seen is None else str(seen.id)
    amount_paise = points * paise_per_point if seen is None else int(seen.amount_paise)
    held = ledger.points.hold(
        conn, key=key, hold_id=payout_id, programme_id=programme_id, member_id=member_id, points=points,
        happened_at=now, recorded_at=now, facts={"payout": payout_id, "amount_paise": amount_paise},
    )  # fmt: skip
    if isinstance(held, TooFew):
        return held
    if seen is None:
        row = {"id": payout_id, "task": ids.new("tsk"), "key": key, "programme": programme_id, "member": member_id}
        row |= {"conversation": conversation_id, "token": token, "masked": masked, "state": State.REQUESTED.value}
        conn.execute(_INSERT, row | {"points": points, "amount": amount_paise, "now": now})
    return Requested(payout_id, amount_paise, held.available)
