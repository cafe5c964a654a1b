"""A redemption asked for: tax split off, points held, payout and task written, all in the caller's transaction or not
at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

import ledger.points
from base.ids import Ids
from ledger.points import Held, TooFew
from payouts import passbook
from payouts.lifecycle import State
from payouts.passbook import Assessed
from payouts.tax import Rule, Split, TaxExceedsCash

_BY_KEY = text("SELECT id, amount_paise, gross_paise, tax_paise, member_id, points, secret_token FROM payouts WHERE key = :key")
_INSERT = text("""
    WITH payout AS (
        INSERT INTO payouts (id, key, programme_id, member_id, conversation_id, hold_id, secret_token, points,
                             amount_paise, gross_paise, tax_paise, masked, state, reference_id, idempotency_key, next_at,
                             requested_at)
        VALUES (:id, :key, :programme, :member, :conversation, :id, :token, :points, :amount, :gross, :tax, :masked,
                :state, :id, :id, :now, :now)
    ), happened AS (
        INSERT INTO payout_events (payout_id, at, cause, to_state, detail)
        VALUES (:id, :now, 'requested', :state, jsonb_build_object('points', CAST(:points AS bigint),
                                                                   'amount_paise', CAST(:amount AS bigint),
                                                                   'tax_paise', CAST(:tax AS bigint)))
    )
    INSERT INTO tasks (id, key, kind, queue, conversation_id, payload, due_at, created_at)
    VALUES (:task, :key, 'pay', 'payouts', :conversation, jsonb_build_object('payout', CAST(:id AS text)), :now,
            :now)""")


@dataclass(frozen=True, slots=True)
class Requested:
    """`amount_paise`: what the bank pays. `available`: what the member has left after the hold."""

    payout_id: str
    amount_paise: int
    available: int
    gross_paise: int
    tax_paise: int


@dataclass(frozen=True, slots=True)
class TermsChanged:
    """Nothing was done: after tax the member would get less than they were shown. `now`: what they would, or that the
    tax leaves nothing to pay."""

    now: Assessed


class KeyReused(RuntimeError):
    """The key stands for another redemption: a fault of the caller."""


def request(
    conn: Connection, *, key: str, ids: Ids, now: datetime, programme_id: str, member_id: str, conversation_id: str,
    token: str, points: int, paise_per_point: int, masked: str, rules: Sequence[Rule], shown_paise: int = 0,
) -> Requested | TooFew | TermsChanged:  # fmt: skip
    """Hold `points` and write the payout as `requested`, with its entry in the tax passbook and a task (kind "pay", this
    key) for the queue "payouts".

    `shown_paise`: what the member was told they would get; 0: all that the points are worth. Never less is paid.
    The payout's id is its hold's, its reference at the provider and its idempotency key: there can never be a second.
    The same key again answers the same. Any other outcome leaves nothing behind. Raises KeyReused. Commits nothing.
    """
    if points <= 0 or paise_per_point <= 0:
        raise ValueError("points and paise_per_point are positive whole numbers")
    seen = conn.execute(_BY_KEY, {"key": key}).one_or_none()
    if seen is not None:
        if (seen.member_id, seen.points, seen.secret_token) != (member_id, points, token):
            raise KeyReused(key)
        held = _hold(conn, key, str(seen.id), programme_id, member_id, points, now)
        assert not isinstance(held, TooFew), held  # the first answer: its hold stands
        return Requested(seen.id, seen.amount_paise, held.available, seen.gross_paise, seen.tax_paise)
    worth_paise = points * paise_per_point
    assessed = passbook.assess(conn, rules=rules, member_id=member_id, benefit_paise=worth_paise, now=now)
    split = assessed.split
    if isinstance(split, TaxExceedsCash) or split.net_paise < (shown_paise or worth_paise):
        return TermsChanged(assessed)
    payout_id = ids.new("pay")
    held = _hold(conn, key, payout_id, programme_id, member_id, points, now)
    if isinstance(held, TooFew):
        return held
    row = {"id": payout_id, "task": ids.new("tsk"), "key": key, "programme": programme_id, "member": member_id}
    row |= {"conversation": conversation_id, "token": token, "masked": masked, "state": State.REQUESTED.value}
    conn.execute(_INSERT, row | _amounts(split) | {"points": points, "now": now})
    passbook.enter(conn, assessed, payout_id=payout_id, programme_id=programme_id, now=now)
    return Requested(payout_id, split.net_paise, held.available, split.gross_paise, split.tax_paise)


def _hold(
    conn: Connection, key: str, payout_id: str, programme_id: str, member_id: str, points: int, now: datetime
) -> Held | TooFew:
    return ledger.points.hold(
        conn, key=key, hold_id=payout_id, programme_id=programme_id, member_id=member_id, points=points,
        happened_at=now, recorded_at=now, facts={"payout": payout_id},
    )  # fmt: skip


def _amounts(split: Split) -> dict[str, int]:
    return {"amount": split.net_paise, "gross": split.gross_paise, "tax": split.tax_paise}
