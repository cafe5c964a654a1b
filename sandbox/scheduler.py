"""Work that happens later, on the dial's time: ticks, webhooks, payout states."""

import heapq
import itertools
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from sandbox.dial import Dial

THREADS = 48
log = logging.getLogger("sandbox")


class Scheduler:
    """One timer thread over a heap, and a pool that runs what has come due. `clear` forgets what has not begun."""

    def __init__(self, dial: Dial) -> None:
        self._dial = dial
        self._heap: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._stopping = False
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="sandbox")
        self._timer = threading.Thread(target=self._run, name="sandbox-timer", daemon=True)
        self._timer.start()

    def soon(self, work: Callable[[], object]) -> "Future[object]":
        return self._pool.submit(self._guarded, work)

    def later(self, delay_s: float, work: Callable[[], object]) -> None:
        with self._changed:
            heapq.heappush(self._heap, (self._dial.now() + delay_s, next(self._numbers), work))
            self._changed.notify()

    def clock_moved(self) -> None:
        with self._changed:
            self._changed.notify()

    def clear(self) -> None:
        with self._changed:
            self._heap.clear()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._stopping:
                    return
                wait_s = self._heap[0][0] - self._dial.now() if self._heap else None
                if wait_s is None or wait_s > 0:
                    self._changed.wait(wait_s)
                    continue
                work = heapq.heappop(self._heap)[2]
                self._pool.submit(self._guarded, work)

    @staticmethod
    def _guarded(work: Callable[[], object]) -> object:
        """Nobody waits for scheduled work, so its crash would be silent without this line in the log."""
        try:
            return work()
        except Exception:
            log.exception("scheduled work crashed")
            raise
