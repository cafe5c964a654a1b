"""Redeeming: the terms, and the request that holds the points and asks for the payout in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from base.days import day_of, minute_of, start_of
from flows.effects import ReadRedeemTerms, RequestRedemption
from flows.events import TaxExceedsCash, TaxPreviewed, TermsChanged
from flows.kernel import Event
from flows.redeem_events import (
    DestinationNotUsable,
    RedeemTermsRead,
    RedemptionLimited,
    RedemptionRequested,
    TooFewPoints,
)
from handlers import authority, destinations, kyc_gate, redeem_pin, secrets
from handlers.tax import terms_of
from handlers.turn import Turn
from ledger import balance as books
from ledger.points import TooFew
from payouts import request
from payouts.approval import needs_approval

_TASK = text("SELECT id FROM tasks WHERE key = :key")
_PROMISE = text("UPDATE payouts SET promised_at = :at WHERE id = :id AND promised_at IS NULL")
# Between the conversation's lock and the accounts': two phones of one member are judged one after the other.
_LOCK_MEMBER = text("SELECT FROM members WHERE id = :member FOR NO KEY UPDATE")
_ASKED = text("""
    SELECT coalesce(sum(points) FILTER (WHERE requested_at >= :day), 0)::bigint AS today,
           coalesce(sum(points), 0)::bigint AS this_month
    FROM payouts WHERE programme_id = :programme AND requested_at >= :month AND member_id IN (
            WITH RECURSIVE mine AS (SELECT CAST(:member AS text) AS id
                UNION SELECT g.from_id FROM member_merges g JOIN mine ON g.into_id = mine.id)
            SELECT id FROM mine)
      AND state NOT IN ('failed', 'reversed')""")


@dataclass(frozen=True, slots=True)
class Left:
    """What a day's or a month's limit leaves, where it leaves less than one redemption may take. limit: day | month."""

    most: int
    limit: str = ""
    limit_points: int = 0


def read_redeem_terms(turn: Turn, effect: ReadRedeemTerms, key: str) -> Event | None:
    redeem = turn.programme.redeem
    has = books.balance(turn.conn, turn.conversation.programme_id, turn.member_id, turn.now)
    places, left = destinations.saved(turn), _left(turn)
    binding = left.limit if left.most < min(has.available, redeem.most_points) else ""
    return RedeemTermsRead(
        has.available, redeem.least_points, min(has.available, left.most), turn.programme.paise_per_point, places.usable,
        places.cooling, binding, left.limit_points if binding else 0, redeem.promise_minutes,
        redeem.approval_above_paise, redeem.approved_minutes,
    )  # fmt: skip


def request_redemption(turn: Turn, effect: RequestRedemption, key: str) -> Event | None:
    """Hold the points, write the payout and its task: all or nothing, in this transaction; and only where destination,
    limits and PIN allow it, whatever the flow was told before."""
    turn.conn.execute(_LOCK_MEMBER, {"member": turn.member_id})
    authority.owner(turn)  # the account may have changed hands while we waited
    usable_at = destinations.usable_from(turn, effect.token)
    refusal = _destination_refusal(turn, effect.token, usable_at)
    if refusal is None and effect.points > _left(turn).most:
        refusal = RedemptionLimited()
    if refusal is None:
        refusal = kyc_gate.asked_for(turn, effect.points, effect.token)
    if refusal is None and turn.programme.redeem.pin != "off":  # wrong tries lock every sum, not only those that take a PIN
        refusal = redeem_pin.locked(turn)
    if refusal is None and redeem_pin.wanted(turn, effect.points * turn.programme.paise_per_point):
        refusal = redeem_pin.proved(turn, effect.pin)
    elif effect.pin:
        redeem_pin.spend(turn, effect.pin)
    return refusal if refusal is not None else _request(turn, effect, key)


def _destination_refusal(turn: Turn, token: str, usable_at: datetime | None) -> Event | None:
    if usable_at is None:
        return DestinationNotUsable("")
    if usable_at > turn.now:
        return DestinationNotUsable(destinations.shown_of(turn, token), minute_of(usable_at, up=True))
    return None


def _request(turn: Turn, effect: RequestRedemption, key: str) -> Event:
    masked = destinations.shown_of(turn, effect.token)
    asked = request.request(
        turn.conn, key=key, ids=turn.ids, now=turn.now, programme_id=turn.conversation.programme_id,
        member_id=turn.member_id, conversation_id=turn.conversation.id, token=effect.token, points=effect.points,
        paise_per_point=turn.programme.paise_per_point, masked=masked, rules=turn.tax_rules, shown_paise=effect.net_paise,
    )  # fmt: skip
    match asked:
        case TooFew(available):
            return TooFewPoints(available)
        case request.TermsChanged(assessed):
            told: TaxPreviewed | TaxExceedsCash = terms_of(turn, effect.points, assessed)
            return TermsChanged(told) if isinstance(told, TaxPreviewed) else told
    secrets.mark_used(turn.conn, effect.token, turn.now)
    redeem = turn.programme.redeem
    approval = needs_approval(asked.amount_paise, redeem.approval_above_paise)  # as the payouts worker asks it
    promised_at = turn.now + timedelta(minutes=redeem.approved_minutes if approval else redeem.promise_minutes)
    turn.conn.execute(_PROMISE, {"id": asked.payout_id, "at": promised_at})
    turn.tasks.append(("payouts", turn.conn.execute(_TASK, {"key": key}).scalar_one()))
    return RedemptionRequested(
        asked.payout_id, effect.points, asked.amount_paise, masked, asked.available, asked.tax_paise,
        minute_of(promised_at), day_of(turn.now).isoformat(), approval,
    )  # fmt: skip


def _left(turn: Turn) -> Left:
    """What may still be taken at once: by the programme's limit for one redemption, for a day, for a month."""
    redeem = turn.programme.redeem
    if redeem.most_points_per_day is None and redeem.most_points_per_month is None:
        return Left(redeem.most_points)
    day = day_of(turn.now)
    asked = turn.conn.execute(_ASKED, {
        "member": turn.member_id, "programme": turn.conversation.programme_id,
        "day": start_of(day),
        "month": start_of(day.replace(day=1)),
    }).one()  # fmt: skip
    found = [Left(redeem.most_points)]
    if (most := redeem.most_points_per_day) is not None:
        found.append(Left(max(most - asked.today, 0), "day", most))
    if (most := redeem.most_points_per_month) is not None:
        found.append(Left(max(most - asked.this_month, 0), "month", most))
    return min(found, key=lambda left: left.most)
