"""What an answer of Twilio's means for a row of the outbox. Pure; randomness comes as a number in [0, 1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from whatsapp.errors import Kind
from whatsapp.outcome import Accepted, Outcome, Refused, Uncertain

BACKOFF_MAX_S = 120.0
LOOK_AFTER = (timedelta(seconds=20), timedelta(minutes=3), timedelta(minutes=10))  # after the posting
PLAIN = "plain"  # reason of a queued row that leaves as numbered text next time
AGAIN = (Kind.RETRY, Kind.RATE, Kind.OPERATOR)


@dataclass(frozen=True, slots=True)
class Change:
    """The row's new state. `hold`: put on the shelf afterwards; `slow_until`: the whole sender waits."""

    state: str
    sid: str | None = None
    error_code: int | None = None
    reason: str | None = None
    not_before: datetime | None = None
    hold: bool = False
    slow_until: datetime | None = None


def verdict(
    outcome: Outcome, *, attempts: int, as_content: bool, now: datetime, chance: float, lane: str = "reply"
) -> Change:
    """`attempts` counts this posting too. Refusals that pass are tried again as long as the session window allows. A
    campaign's message is not kept for later: a closed window ends it."""
    match outcome:
        case Accepted(sid):
            return Change("accepted", sid=sid)
        case Uncertain(why):
            return Change("uncertain", reason=f"{why}; listed 0", not_before=now + LOOK_AFTER[0])
        case Refused(kind, code, _) if kind in AGAIN:
            later = now + backoff(attempts, chance)
            slow = later if kind is Kind.RATE else None
            return Change("queued", error_code=code, reason=f"{kind}: {code}", not_before=later, slow_until=slow)
        case Refused(Kind.CONTENT, code, _) if as_content:
            return Change("queued", error_code=code, reason=PLAIN, not_before=now)
        case Refused(Kind.WINDOW, code, _) if lane != "campaign":
            return Change("queued", error_code=code, reason=f"{Kind.WINDOW}: {code}", not_before=now, hold=True)
        case Refused(kind, code, _):
            return Change("failed", error_code=code, reason=f"{kind}: {code}")


def backoff(attempts: int, chance: float) -> timedelta:
    """1, 2, 4, … seconds up to two minutes, each between half and one and a half times that."""
    return timedelta(seconds=min(2.0 ** (min(attempts, 16) - 1), BACKOFF_MAX_S) * (0.5 + chance))
