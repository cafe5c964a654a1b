"""What came of the effects of the tax passbook."""

from __future__ import annotations

from dataclasses import dataclass

from flows.kernel import Event


@dataclass(frozen=True, slots=True)
class TaxRead(Event):
    """The tax year so far, over all programmes. `masked`: of the PAN it runs under; "": none was given, and `rate_bp`
    applies where `rate_with_pan_bp` would."""

    tax_year: str  # "2026-27"
    total_paise: int
    tax_paise: int
    threshold_paise: int
    rate_bp: int
    rate_with_pan_bp: int
    masked: str = ""


@dataclass(frozen=True, slots=True)
class PanSaved(Event):
    masked: str
    rate_bp: int  # of later deductions


@dataclass(frozen=True, slots=True)
class PanRefused(Event):
    """What was given is no PAN, or cannot be kept. `reason`: why it is asked for again, as in KycGraded; "": it is none."""

    reason: str = ""
