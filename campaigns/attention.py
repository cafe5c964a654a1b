"""How much of a member's attention all campaigns together may take: a share of the week for each priority. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from campaigns.spec import Priority
from loyalty.programme import Messages

WEEK = timedelta(days=7)
RANKS: Mapping[Priority, int] = {"low": 1, "normal": 2, "high": 3}  # campaigns.priority


@dataclass(frozen=True, slots=True)
class Week:
    """Of one member: `had` marketing messages within seven days, those still waiting included; with `allowed` a campaign leaves
    them alone, with `per_week` every campaign does."""

    had: int
    allowed: int
    per_week: int


def allowance(messages: Messages, priority: Priority) -> int:
    """Marketing messages in seven days after which a campaign of this priority leaves somebody alone."""
    kept = {"high": 0, "normal": messages.keep_for_high, "low": messages.keep_for_high + messages.keep_for_normal}
    return max(messages.per_week - kept[priority], 0)


def spent(messages: Messages, priority: Priority, had: int) -> tuple[bool, bool]:
    """(capped, kept for higher priority) of somebody who has `had` so many within the week, those still waiting included."""
    capped = had >= messages.per_week
    return capped, not capped and had >= allowance(messages, priority)
