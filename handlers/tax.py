"""Tax: what a redemption would pay out and what in tax, the member's tax year, and their PAN."""

from __future__ import annotations

from base.days import day_of
from base.pan import normal_pan
from flows.effects import ForgetSecret, PreviewTax, ReadTax, SavePan
from flows.events import TaxExceedsCash, TaxPreviewed
from flows.kernel import Event
from flows.tax_events import PanRefused, PanSaved, TaxRead
from handlers import kyc_gate, kyc_keep, secrets
from handlers.kyc_keep import Given
from handlers.turn import Turn
from loyalty.kyc_rules import ever_needed
from payouts import pan, passbook
from payouts.passbook import Assessed
from payouts.tax import Rule, Split, rule_on, tax_year


def preview_tax(turn: Turn, effect: PreviewTax, key: str) -> Event | None:
    """What would be paid; before that, what must be known of the member."""
    if (unknown := kyc_gate.asked_for(turn, effect.points)) is not None:
        return unknown
    worth_paise = effect.points * turn.programme.paise_per_point
    assessed = passbook.preview(
        turn.conn, rules=turn.tax_rules, member_id=turn.member_id, benefit_paise=worth_paise, now=turn.now
    )
    return terms_of(turn, effect.points, assessed)


def terms_of(turn: Turn, points: int, assessed: Assessed) -> TaxPreviewed | TaxExceedsCash:
    """A split as the flows speak of it."""
    rule, split, has_pan = assessed.rule, assessed.split, assessed.person.pan_index is not None
    if isinstance(split, Split):
        return TaxPreviewed(
            points, split.gross_paise, split.tax_paise, split.net_paise, split.why.value, split.rate_bp, split.total_paise,
            rule.threshold_paise, has_pan,
        )  # fmt: skip
    least_points = -(-split.least_paise // turn.programme.paise_per_point)
    rate_bp = rule.rate_bp if has_pan else rule.rate_without_pan_bp
    return TaxExceedsCash(points, split.gross_paise, split.tax_paise, least_points, rate_bp, rule.threshold_paise, has_pan)


def read_tax(turn: Turn, effect: ReadTax, key: str) -> Event | None:
    who, rule, year = passbook.person(turn.conn, turn.member_id), _rule(turn), tax_year(turn.now)
    so_far = passbook.so_far(turn.conn, who, year)
    rate_bp = rule.rate_without_pan_bp if who.masked is None else rule.rate_bp
    return TaxRead(
        year, so_far.total_paise, so_far.tax_paise, rule.threshold_paise, rate_bp, rule.rate_bp, who.masked or ""
    )


def save_pan(turn: Turn, effect: SavePan, key: str) -> Event | None:
    """Kept under the member; what was kept of the message until it was asked for is not needed any more."""
    secret = secrets.open_secret(turn.conn, turn.keyring, effect.token)
    secrets.forget_secret(turn, ForgetSecret(effect.token), key)
    if secret.kind != "pan" or normal_pan(secret.plain) is None:
        return PanRefused()
    if ever_needed(turn.programme.kyc, turn.known.role):
        # One PAN for both; and first, because whoever gives one for KYC locks the value before the PAN's row.
        check = kyc_keep.keep_pan(turn, Given(secret.plain), source="chat")
        if check.state == "ask_again":
            return PanRefused(check.reason or "other")
    try:
        given = pan.give(
            turn.conn, turn.keyring, member_id=turn.member_id, pan=secret.plain, source="chat", now=turn.now
        )
    except ValueError:
        return PanRefused()
    return PanSaved(given.masked, _rule(turn).rate_bp)


def _rule(turn: Turn) -> Rule:
    return rule_on(turn.tax_rules, day_of(turn.now))
