"""The sandbox's own time: the wall clock plus what the dial was turned forward."""

import threading
import time
from datetime import UTC, datetime
from email.utils import format_datetime


class Dial:
    """Seconds since 1970 that can be moved forward, never back: messages stay ordered by the time they were made."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ahead_s = 0.0

    def now(self) -> float:
        return time.time() + self._ahead_s

    @property
    def ahead_s(self) -> float:
        return self._ahead_s

    def advance(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError("the clock only moves forward")
        with self._lock:
            self._ahead_s += seconds

    def reset(self) -> None:
        with self._lock:
            self._ahead_s = 0.0


def iso(at: float) -> str:
    """`2026-11-21T10:00:00Z`, as the Content API writes times."""
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rfc2822(at: float) -> str:
    """`Sat, 21 Nov 2026 10:00:00 +0000`, as the 2010 API writes times."""
    return format_datetime(datetime.fromtimestamp(int(at), UTC))
