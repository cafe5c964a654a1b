"""One process under the supervisor: started in a group of its own, its output led away, started again when it ends."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

BACKOFF_S = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
SETTLED_S = 60.0  # whoever ran this long starts again at the shortest delay
LOG_KEPT_BYTES = 10_000_000


class Supervised:
    """`tend` it now and then, `terminate` it in the end. Times are a monotonic clock's seconds, told by the caller."""

    def __init__(self, name: str, command: str, root: Path, env: Mapping[str, str], logs: Path | None) -> None:
        self.name = name
        self._command = command
        self._root = root
        self._env = env
        self._logs = logs
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._start_at = 0.0
        self._crashes = 0

    def tend(self, now: float) -> None:
        """Start it when its time has come; notice when it ended and set the time of its next start."""
        if self._process is None:
            if now >= self._start_at:
                self._start(now)
        elif self._process.poll() is not None:
            self._ended(self._process, now)

    def is_running(self) -> bool:
        """Whether it runs; reaps it when it does not."""
        return self._process is not None and self._process.poll() is None

    def terminate(self) -> None:
        """Ask its whole group to end, and start it no more."""
        if self._process is not None:
            self._signal_group(self._process, signal.SIGTERM)

    def _start(self, now: float) -> None:
        self._started_at = now
        if self._logs is None:
            self._process = self._spawn(subprocess.PIPE)
            threading.Thread(target=self._prefix, args=(self._process.stdout,), daemon=True).start()
            return
        path = self._logs / f"{self.name}.log"
        if path.exists() and path.stat().st_size > LOG_KEPT_BYTES:
            path.replace(path.with_name(path.name + ".1"))
        # Straight into the file: a pipe would end with the supervisor and take the process with it.
        with open(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as log:
            self._process = self._spawn(log)

    def _spawn(self, output: IO[bytes] | int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["/bin/sh", "-c", self._command],
            cwd=self._root,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _ended(self, process: subprocess.Popen[bytes], now: float) -> None:
        # What it left in its group would hold its port or do its work beside its successor.
        self._signal_group(process, signal.SIGKILL)
        self._crashes = 0 if now - self._started_at >= SETTLED_S else self._crashes
        delay = BACKOFF_S[min(self._crashes, len(BACKOFF_S) - 1)]
        self._crashes += 1
        self._process, self._start_at = None, now + delay
        how = _how(process.returncode)
        print(f"{self.name} ended ({how}); starting it again in {delay:.0f} s", file=sys.stderr, flush=True)

    def _prefix(self, lines: IO[bytes]) -> None:
        with lines:
            for line in lines:
                sys.stdout.write(f"{self.name:<10} | {line.decode(errors='replace').rstrip()}\n")
                sys.stdout.flush()

    @staticmethod
    def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
        # Nobody may be left in it; macOS says "not permitted" of a group of zombies.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)  # its session's first process leads the group, so the pid names it


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit {code}"
