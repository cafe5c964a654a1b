"""What happened, numbered, for those who watch: the page and tests long-poll it."""

import threading
import time
from collections import deque
from typing import Any

KEPT = 5000


class EventLog:
    """The last 5000 events. Readers give the number they have seen and wait for the next."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._events: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._last = 0

    def append(self, kind: str, phone: str = "", **details: Any) -> None:
        with self._changed:
            self._last += 1
            self._events.append({"seq": self._last, "kind": kind, "phone": phone, **details})
            self._changed.notify_all()

    def after(self, seq: int, phone: str, timeout_s: float) -> tuple[list[dict[str, Any]], int]:
        """Events with a number above `seq` (of `phone`, or of all when empty), and the number to ask with next."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while True:
                found = [e for e in self._newer(seq) if not phone or e["phone"] in (phone, "")]
                left_s = deadline - time.monotonic()
                if found or left_s <= 0:
                    return found, self._last
                self._changed.wait(left_s)

    def _newer(self, seq: int) -> list[dict[str, Any]]:
        newer: list[dict[str, Any]] = []
        for event in reversed(self._events):
            if event["seq"] <= seq:
                break
            newer.append(event)
        return newer[::-1]
