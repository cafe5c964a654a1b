"""Who must agree before money leaves. Pure.

The maker of a payout is the member, who asked for it; no staff member can ask in their place. Up to the first limit no
checker is needed, above it one of finance, above the second two different ones.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Programme data. None: never."""

    one_above_paise: int | None = None
    two_above_paise: int | None = None


def needs_approval(amount_paise: int, limit_paise: int | None) -> bool:
    """Whether an amount lies above a limit; the limit itself does not."""
    return limit_paise is not None and amount_paise > limit_paise


def approvals_needed(amount_paise: int, limits: Limits) -> int:
    """How many different people of finance must approve: 0, 1 or 2."""
    if needs_approval(amount_paise, limits.two_above_paise):
        return 2
    return 1 if needs_approval(amount_paise, limits.one_above_paise) else 0
