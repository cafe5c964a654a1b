"""What is said of the tax on a redemption, and why there is any."""

from __future__ import annotations

from flows.effects import Line, Say, Value
from flows.events import TaxExceedsCash, TaxPreviewed

WHY = {
    "below": "tax.why.below",
    "crossing": "tax.why.crossing",
    "beyond": "tax.why.beyond",
    "covered": "tax.why.covered",
    "borne": "tax.why.borne",
}


def why(terms: TaxPreviewed) -> Say:
    """The answer to "why so much tax?", with what a PAN would change where none was given."""
    values: dict[str, Value] = {
        "rate": percent(terms.rate_bp), "tax_paise": terms.tax_paise, "total_paise": terms.total_paise,
        "threshold_paise": terms.threshold_paise,
    }  # fmt: skip
    lines: tuple[Line, ...] = (Line(WHY.get(terms.why, "tax.why.beyond"), values),)
    if not terms.has_pan and terms.tax_paise:
        lines += (Line("tax.why.no_pan", values),)
    return Say("tax.why.told", {}, lines)


def terms_changed(terms: TaxPreviewed) -> Say:
    split = {"gross_paise": terms.gross_paise, "tax_paise": terms.tax_paise, "net_paise": terms.net_paise}
    return Say("redeem.terms_changed", split)


def tax_exceeds(over: TaxExceedsCash) -> Say:
    values = {"gross_paise": over.gross_paise, "tax_paise": over.tax_paise, "least": over.least_points}
    return Say("redeem.tax_exceeds", values)


def percent(rate_bp: int) -> str:
    """1,000 basis points are "10%", 1,050 are "10.5%"."""
    whole, part = divmod(rate_bp, 100)
    return f"{whole}.{part:02}".rstrip("0") + "%" if part else f"{whole}%"
