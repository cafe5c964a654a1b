"""Posting webhooks to the bot over kept-alive connections, with the retry policy a Twilio webhook URL can carry."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from sandbox.wire import ConnectFailed, Wire

CONNECT_S = 5.0
TOTAL_S = 15.0


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`#rc=2&rp=ct,rt,5xx`: how often again, and after which failures. Twilio's default is once, after `ct` only."""

    retries: int = 1
    after: frozenset[str] = frozenset({"ct"})


def retry_policy(fragment: str) -> RetryPolicy:
    """The policy in a URL's fragment; what it does not say stays Twilio's default. `rc` is held to 0-5."""
    said = parse_qs(fragment)
    retries = said["rc"][-1] if "rc" in said else "1"
    after = frozenset(said["rp"][-1].split(",")) if "rp" in said else frozenset({"ct"})
    return RetryPolicy(min(int(retries), 5) if retries.isdigit() else 1, after)


@dataclass(frozen=True, slots=True)
class Answer:
    """How a webhook went: the last HTTP status, or None with the failure: ct (connect), rt (read), dropped."""

    status: int | None
    failure: str = ""
    attempts: int = 1

    @property
    def refused(self) -> str:
        """Why it was not accepted, for people; empty where it was."""
        if self.accepted:
            return ""
        if self.status is not None:
            return f"the service answered {self.status}"
        return {"ct": "no connection to the service", "dropped": "dropped by a fault"}.get(
            self.failure, "no answer from the service"
        )

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Courier:
    """Kept connections for all webhooks; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: dict[str, list[Wire]] = {}
        self._closed = False

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], policy: RetryPolicy, counted_as: str = ""
    ) -> Answer:
        """POST until it is accepted, the policy ends or 15 s are over. `counted_as`: 5xx or rt for the first answer."""
        deadline = time.monotonic() + TOTAL_S
        answer = Answer(None)
        for attempt in range(1, policy.retries + 2):
            answer = self._once(url, body, headers, deadline - time.monotonic(), attempt)
            if attempt == 1 and counted_as:
                answer = Answer(500 if counted_as == "5xx" else None, counted_as, 1)
            kind = answer.failure or ("5xx" if (answer.status or 0) >= 500 else "")
            if not kind or not policy.after & {kind, "all"} or deadline - time.monotonic() < 0.1:
                break
        return answer

    def _once(self, url: str, body: bytes, headers: Mapping[str, str], left_s: float, attempt: int) -> Answer:
        origin = "/".join(url.split("/", 3)[:3])
        wire = None
        try:
            wire = self._idle_wire(origin) or Wire(url, min(CONNECT_S, left_s))
            status = wire.post(url, body, headers, left_s)
        except ConnectFailed:
            return Answer(None, "ct", attempt)
        except (OSError, ValueError, IndexError):  # no answer, or one that is no HTTP
            if wire:
                wire.close()
            return Answer(None, "rt", attempt)  # the bot may have acted on it: exactly the case a retry duplicates
        self._put_back(origin, wire)
        return Answer(status, "", attempt)

    def _put_back(self, origin: str, wire: Wire) -> None:
        with self._lock:
            if wire.usable and not self._closed:
                self._idle.setdefault(origin, []).append(wire)
                return
        wire.close()

    def _idle_wire(self, origin: str) -> Wire | None:
        while True:
            with self._lock:
                idle = self._idle.get(origin)
                wire = idle.pop() if idle else None
            if wire is None or wire.usable:
                return wire
            wire.close()

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, {}
            self._closed = True
        for wires in idle.values():
            for wire in wires:
                wire.close()
