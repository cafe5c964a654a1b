"""What a member is kept from for a while, because it happened too often."""

from __future__ import annotations

from dataclasses import dataclass

from flows.kernel import Event


@dataclass(frozen=True, slots=True)
class TooMany(Event):
    """A message that was stored and not heard, for its sender is over a limit. `first`: the one that passed it; they are
    told once. kind: messages | photos."""

    kind: str
    until_at: str  # India's time, to the minute
    first: bool = False
