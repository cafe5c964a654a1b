"""Tax: what a redemption would pay out and what it would pay in tax, before the member says yes."""

from __future__ import annotations

from flows.effects import PreviewTax
from flows.events import TaxExceedsCash, TaxPreviewed
from flows.kernel import Event
from handlers.turn import Turn
from payouts import passbook
from payouts.passbook import Assessed
from payouts.tax import Split


def preview_tax(turn: Turn, effect: PreviewTax, key: str) -> Event | None:
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
