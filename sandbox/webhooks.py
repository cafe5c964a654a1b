"""Where faults meet webhooks: every webhook leaves through `deliver`."""

import threading
from collections.abc import Callable
from concurrent.futures import Future

from sandbox.courier import Answer
from sandbox.faults import FaultBook
from sandbox.scheduler import Scheduler

Post = Callable[[str], Answer]  # argument: what the first answer is counted as: "", "5xx" or "rt"
COUNTED_AS = {"error": "5xx", "timeout": "rt"}


class Webhooks:
    """Posts webhooks, after asking the fault book what shall go wrong with this one."""

    def __init__(self, faults: FaultBook, scheduler: Scheduler) -> None:
        self._faults = faults
        self._scheduler = scheduler
        self._lock = threading.Lock()
        self._held: dict[str, list[Callable[[], None]]] = {}

    def deliver(self, where: str, post: Post, skip: tuple[str, ...] = ()) -> "Future[Answer]":
        """Posts on the calling thread unless a fault delays or holds it. The future always completes."""
        fault = self._faults.take(where, skip=skip)
        kind = fault.kind if fault else ""
        done: Future[Answer] = Future()
        if kind == "drop":
            done.set_result(Answer(None, "dropped", 0))
            return done
        run = _once(lambda: _settle(done, post, COUNTED_AS.get(kind, ""), twice=kind == "duplicate"))
        if fault and kind == "delay":
            self._scheduler.later(fault.seconds(1000), run)
        elif fault and kind == "reorder":
            with self._lock:
                self._held.setdefault(where, []).append(run)
            self._scheduler.later(fault.seconds(2000), run)
        else:
            run()
            self._release(where)
        return done

    def _release(self, where: str) -> None:
        if not self._held:
            return
        with self._lock:
            held = self._held.pop(where, [])
        for run in held:
            self._scheduler.soon(run)


def _settle(done: "Future[Answer]", post: Post, counted_as: str, twice: bool) -> None:
    try:
        answer = post(counted_as)
        done.set_result(post("") if twice else answer)
    except Exception as crash:
        done.set_exception(crash)
        raise


def _once(work: Callable[[], None]) -> Callable[[], None]:
    """A held webhook is run by the next one or by its deadline, whichever is first, and never by both."""
    lock = threading.Lock()

    def run() -> None:
        if lock.acquire(blocking=False):
            work()

    return run
