"""WhatsApp's 24-hour session window and a person's STOP: may this message leave now? Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(hours=24)  # from the person's last message
MARGIN = timedelta(seconds=60)  # our clock, the network and Meta's clock differ


@dataclass(frozen=True, slots=True)
class Send:
    """Free form."""


@dataclass(frozen=True, slots=True)
class UseTemplate:
    """An approved template only."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Kept, and told first when the person next writes. `reason`: stopped, window_closed."""

    reason: str


@dataclass(frozen=True, slots=True)
class Drop:
    """Never sent."""

    reason: str


def decide(
    now: datetime, last_inbound_at: datetime | None, lane: str, stopped: bool, has_template: bool
) -> Send | UseTemplate | Hold | Drop:
    """`lane` is reply, notice or campaign. `stopped`: the person said STOP (for a campaign also: stop marketing).

    Replies go on after STOP, what we begin does not; a campaign's message is not kept for later, for the person who
    writes next asked for something else.
    """
    if stopped and lane != "reply":
        return Drop("stopped") if lane == "campaign" else Hold("stopped")
    if last_inbound_at is not None and now < last_inbound_at + WINDOW - MARGIN:
        return Send()
    if has_template:
        return UseTemplate()
    return Drop("window_closed") if lane == "campaign" else Hold("window_closed")
