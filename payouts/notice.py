"""A provider's verified webhook, read."""

from __future__ import annotations

from dataclasses import dataclass

from payouts.provider import Outcome


@dataclass(frozen=True, slots=True)
class Notice:
    """`outcome` None: it is not about a payout. `check_id`: of a validation that has ended."""

    event: str
    reference_id: str | None
    provider_id: str | None
    outcome: Outcome | None
    check_id: str | None = None
