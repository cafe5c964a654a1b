"""Faults on demand: which can be asked for, where, and what they do."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

# where -> kind -> what happens. Anything else is refused, so a misspelt fault cannot pass for a healthy run.
FAULTS: dict[str, dict[str, str]] = {
    "twilio.inbound": {
        "duplicate": "the webhook is posted twice with the same MessageSid and idempotency token",
        "reorder": "held until the next inbound webhook was posted, at most ms (default 2000)",
        "delay": "posted ms later (default 1000)",
        "drop": "never posted; the message is still listed by the API",
        "error": "the bot's answer counts as a 5xx, so the retry policy posts it again",
        "timeout": "the bot's answer counts as a read timeout, so the retry policy posts it again",
    },
    "twilio.callback": {
        "duplicate": "the status callback is posted twice",
        "reorder": "held until the next callback was posted, at most ms (default 2000)",
        "delay": "posted ms later (default 1000), so later ones overtake it",
        "drop": "never posted",
        "error": "the next message accepted ends undelivered with ErrorCode code (default 63024)",
        "timeout": "the bot's answer counts as a read timeout",
    },
    "twilio.messages": {
        "delay": "answered ms late (default 1000)",
        "drop": "the connection is closed and the message not accepted",
        "error": "refused with code: an HTTP status or one of Twilio's error codes (default 500)",
        "timeout": "no answer for ms (default 20000), then closed; the message is not accepted",
        "timeout_after_accept": "the message is accepted and sent; no answer for ms (default 20000), then closed",
        "drop_after_accept": "the message is accepted and sent, but the connection is closed without an answer",
    },
    "razorpayx.payouts": {
        "delay": "answered ms late (default 1000)",
        "drop": "the connection is closed and no payout made",
        "error": "refused with HTTP status code (default 500)",
        "timeout": "no answer for ms (default 20000), then closed; no payout made",
        "timeout_after_accept": "the payout is made, but no answer comes for ms (default 20000), then closed",
        "drop_after_accept": "the payout is made, but the connection is closed without an answer",
        "reversal": "the payout is processed, then reversed",
    },
    "razorpayx.webhook": {
        "duplicate": "posted twice with the same x-razorpay-event-id",
        "reorder": "held until the next webhook was posted, at most ms (default 2000)",
        "delay": "posted ms later (default 1000)",
        "drop": "never posted",
        "error": "the bot's answer counts as a 500, so it is posted again",
        "timeout": "the bot's answer counts as a timeout, so it is posted again",
    },
    "media": {
        "404": "not found",
        "error": "answered with HTTP status code (default 500)",
        "delay": "answered ms late (default 1000)",
        "slow_media": "the bytes trickle in over ms (default 5000)",
        "hang": "half of the bytes, then nothing for ms (default 20000), then closed",
        "timeout": "no answer for ms (default 20000), then closed",
    },
}


@dataclass(frozen=True, slots=True)
class Fault:
    where: str
    kind: str
    times: int = 1
    ms: int | None = None
    code: int | None = None

    def seconds(self, default_ms: int) -> float:
        return (default_ms if self.ms is None else self.ms) / 1000


class FaultBook:
    """The faults still to happen, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, faults: Iterable[Fault]) -> None:
        with self._lock:
            self._faults.extend(faults)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def pending(self) -> list[Fault]:
        with self._lock:
            return list(self._faults)

    def take(self, where: str, *only: str, skip: tuple[str, ...] = ()) -> Fault | None:
        """The oldest fault for this place (of these kinds, if given), used up once."""
        if not self._faults:  # the common case, without the lock
            return None
        with self._lock:
            for index, fault in enumerate(self._faults):
                if fault.where != where or fault.kind in skip or (only and fault.kind not in only):
                    continue
                if fault.times <= 1:
                    del self._faults[index]
                else:
                    self._faults[index] = replace(fault, times=fault.times - 1)
                return fault
        return None


def parse_faults(asked: Any) -> list[Fault]:
    """One fault or a list of them. ValueError names what is wrong and what could have been asked for."""
    faults = []
    for one in asked if isinstance(asked, list) else [asked]:
        if not isinstance(one, dict) or one.get("where") not in FAULTS:
            raise ValueError(f"where must be one of {', '.join(FAULTS)}")
        kinds = FAULTS[one["where"]]
        if str(one.get("kind")) not in kinds:
            raise ValueError(f"kind at {one['where']} must be one of {', '.join(kinds)}")
        unknown = set(one) - {"where", "kind", "times", "ms", "code"}
        numbers = {key: one[key] for key in ("times", "ms", "code") if one.get(key) is not None}
        if unknown or any(type(n) is not int or n < 0 for n in numbers.values()):
            raise ValueError("a fault has where, kind and the whole numbers times, ms and code; nothing else")
        if numbers.get("times") == 0:
            raise ValueError("times must be at least 1")
        faults.append(Fault(one["where"], str(one["kind"]), **numbers))
    return faults
