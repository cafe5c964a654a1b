"""Find processes by what they are and end them. A pid kept in a file is not believed: it may be a stranger's by now."""

import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

import psutil


def command_line(process: psutil.Process) -> list[str]:
    """The process's own words; empty when it is gone, a zombie, or not ours to look at."""
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def environment(process: psutil.Process) -> dict[str, str]:
    """The environment it was started with; empty when it is gone or not ours to look at."""
    try:
        return dict(process.environ())
    except (psutil.Error, OSError):
        return {}


def running(is_ours: Callable[[psutil.Process], bool]) -> list[psutil.Process]:
    """Every living process that `is_ours` accepts."""
    return [process for process in psutil.process_iter() if is_ours(process) and is_alive(process)]


def is_alive(process: psutil.Process) -> bool:
    """Whether this very process still runs: a reused pid does not count, nor does a zombie nobody has reaped."""
    try:
        return bool(process.is_running()) and process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.Error:
        return False


def end(processes: Iterable[psutil.Process], *, first: signal.Signals = signal.SIGTERM, grace_s: float = 10.0) -> None:
    """Send `first`, wait up to `grace_s`, send KILL to what is left; return when all are gone, or 5 s later."""
    pending = list(processes)
    for ask, patience_s in ((first, grace_s), (signal.SIGKILL, 5.0)):
        for process in pending:
            _signal(process, ask)
        pending = wait_gone(pending, timeout_s=patience_s)
        if not pending:
            return


def wait_gone(processes: Iterable[psutil.Process], *, timeout_s: float) -> list[psutil.Process]:
    """Wait for all to go; answer those that are still alive at the end."""
    deadline = time.monotonic() + timeout_s
    pending = [process for process in processes if is_alive(process)]
    while pending and time.monotonic() < deadline:
        time.sleep(0.02)
        pending = [process for process in pending if is_alive(process)]
    return pending


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    with suppress(psutil.NoSuchProcess):  # it went by itself in the meantime, which is what was wanted
        process.send_signal(number)
