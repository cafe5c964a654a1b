"""Redeeming: the terms, the UPI id, and the request that holds the points and asks for the payout in one transaction."""

from __future__ import annotations

from sqlalchemy import text

from base.masking import mask_vpa
from flows.effects import CheckVpa, ReadRedeemTerms, RequestRedemption
from flows.events import (
    RedeemTermsRead,
    RedemptionRequested,
    SavedVpa,
    TaxPreviewed,
    TermsChanged,
    TooFewPoints,
    VpaAccepted,
    VpaRefused,
)
from flows.kernel import Event
from handlers import secrets
from handlers.tax import terms_of
from handlers.turn import Turn
from ledger import balance as books
from ledger.points import TooFew
from loyalty.vpa import fits_razorpayx
from payouts import request
from payouts.news import VPA_REASONS

# One that the bank did not know is never offered again: the member was told to give another.
_SAVED = text("""
    SELECT token FROM secrets s WHERE member_id = :member AND kind = 'vpa' AND used_at IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM payouts p WHERE p.member_id = :member AND p.secret_token = s.token
                      AND p.state = 'failed' AND p.reason = ANY(:unknown))
    ORDER BY used_at DESC LIMIT 1""")

_TASK = text("SELECT id FROM tasks WHERE key = :key")


def read_redeem_terms(turn: Turn, effect: ReadRedeemTerms, key: str) -> Event | None:
    programme = turn.programme
    has = books.balance(turn.conn, turn.conversation.programme_id, turn.member_id, turn.now)
    token = turn.conn.execute(_SAVED, {"member": turn.member_id, "unknown": list(VPA_REASONS)}).scalar_one_or_none()
    saved = SavedVpa(token, _masked(turn, token)) if token else None
    most = min(has.available, programme.redeem.most_points)
    return RedeemTermsRead(has.available, programme.redeem.least_points, most, programme.paise_per_point, saved)


def check_vpa(turn: Turn, effect: CheckVpa, key: str) -> Event | None:
    """Whether our provider can pay to it: narrower than what UPI allows. Nothing is ever "fixed"."""
    secret = secrets.open_secret(turn.conn, turn.keyring, effect.token)
    if secret.kind == "vpa" and fits_razorpayx(secret.plain):
        return VpaAccepted(effect.token, mask_vpa(secret.plain))
    return VpaRefused()


def request_redemption(turn: Turn, effect: RequestRedemption, key: str) -> Event | None:
    """Hold the points, write the payout and its task: all or nothing, in this transaction."""
    masked = _masked(turn, effect.token)
    asked = request.request(
        turn.conn, key=key, ids=turn.ids, now=turn.now, programme_id=turn.conversation.programme_id,
        member_id=turn.member_id, conversation_id=turn.conversation.id, token=effect.token, points=effect.points,
        paise_per_point=turn.programme.paise_per_point, masked=masked, rules=turn.tax_rules, shown_paise=effect.net_paise,
    )  # fmt: skip
    match asked:
        case TooFew(available):
            return TooFewPoints(available)
        case request.TermsChanged(assessed):
            told = terms_of(turn, effect.points, assessed)
            return TermsChanged(told) if isinstance(told, TaxPreviewed) else told
    secrets.mark_used(turn.conn, effect.token, turn.now)
    turn.tasks.append(("payouts", turn.conn.execute(_TASK, {"key": key}).scalar_one()))
    return RedemptionRequested(asked.payout_id, effect.points, asked.amount_paise, masked, asked.available, asked.tax_paise)


def _masked(turn: Turn, token: str) -> str:
    return mask_vpa(secrets.open_secret(turn.conn, turn.keyring, token).plain)
