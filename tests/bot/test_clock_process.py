"""The clock process asks Twilio for yesterday until it has been answered, and then not again."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from requests import ConnectionError as NotConnected

from bot import clock, recover
from bot.wiring import House
from tests.house import Home


def test_yesterday_is_asked_for_until_it_was_answered(at_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    stop = Stop(lambda waits: waits == 400)
    at_home.house.monotonic = lambda: stop.waits * 0.5  # the time that its waiting takes

    def since_yesterday(house: House) -> int:
        asked.append(house.monotonic())
        if len(asked) < 3:
            raise NotConnected("not yet")
        return 0

    monkeypatch.setattr(recover, "since_yesterday", since_yesterday)
    monkeypatch.setattr(clock, "TIMERS", ())
    clock.run(at_home.house, stop)
    assert asked == [0.0, clock.CATCH_UP_EVERY_S, 2 * clock.CATCH_UP_EVERY_S]


class Stop(threading.Event):
    """Set after so many waits, each of which takes no time."""

    def __init__(self, is_last: Callable[[int], bool]) -> None:
        super().__init__()
        self.waits = 0
        self._is_last = is_last

    def wait(self, timeout: float | None = None) -> bool:
        self.waits += 1
        if self._is_last(self.waits):
            self.set()
        return self.is_set()
