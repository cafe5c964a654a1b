"""Run a Procfile's processes on one machine: restart what crashes, stop everything on request, leave nothing behind.

Every process carries a mark in its environment. By that mark its descendants are found even when they left its group,
or when the supervisor itself was killed and cannot name them any more.
"""

import fcntl
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import psutil

from bot import processes
from bot.supervised import Supervised

GRACE_S = 10.0
TICK_S = 0.2
MARK = "SAATHI_SUPERVISED"
_LINE = re.compile(r"([A-Za-z0-9_-]+):\s*(\S.*)")


class SupervisorError(Exception):
    """The processes cannot be run: one line naming the fault and the remedy."""


def read_procfile(path: Path) -> dict[str, str]:
    """A Procfile's commands by name, in its order. Raises SupervisorError naming the line at fault."""
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise SupervisorError(f"cannot read {path}: {error.strerror}") from None
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if not match:
            raise SupervisorError(f"{path}:{number}: expected `name: command`, found {line.strip()!r}")
        if match[1] in found:
            raise SupervisorError(f"{path}:{number}: a second process named {match[1]}: give it another name")
        found[match[1]] = match[2].strip()
    if not found:
        raise SupervisorError(f"{path} names no process")
    return found


def run(root: Path, env: Mapping[str, str], commands: Mapping[str, str], *, to_files: bool = False) -> None:
    """Run all `commands` (name to shell command) in `root` until SIGTERM, SIGINT or SIGHUP, then stop them.

    `env` is their whole environment; `python` in it is the one running now. Their output goes to stdout, each line
    after its process's name, or to `.local/logs/<name>.log`. Raises SupervisorError when another supervisor runs here.
    """
    root = root.resolve()
    with _only_one(root):
        _run(root, env, commands, to_files=to_files)


def start_detached(root: Path, env: Mapping[str, str], commands: Mapping[str, str]) -> int:
    """Run `commands` under a supervisor of its own in the background; answers its pid once it has taken charge.

    Output goes to `.local/logs/`, the supervisor's own to `supervisor.log`. Raises SupervisorError if one runs already.
    """
    root = root.resolve()
    # By stdin, because the environment holds secrets and other users can read a command line.
    order = json.dumps({"root": str(root), "env": dict(env), "commands": dict(commands)})
    words = [sys.executable, "-m", "bot.supervise"]
    own = {name: value for name, value in os.environ.items() if name != MARK}  # it is nobody's child
    here = Path(__file__).parents[1]
    done = subprocess.run(words, input=order, capture_output=True, text=True, cwd=here, env=own, check=False)
    if done.returncode != 0:
        raise SupervisorError(done.stderr.strip() or f"the supervisor does not start (exit {done.returncode})")
    return int(done.stdout)


def stop(root: Path) -> None:
    """End the supervisor of `root` and all that descends from it. Nothing happens when there is none."""
    root = root.resolve()
    supervisor = _supervisor(root)
    if supervisor:
        # It may need the whole grace for its processes, and a little more for itself.
        processes.end([supervisor], first=signal.SIGTERM, grace_s=GRACE_S + 10.0)
    _end_marked(root, grace_s=GRACE_S)


def end_leftovers(root: Path) -> int:
    """End what a supervisor that was killed has left running; how many processes. Call it where no supervisor runs."""
    left = _marked(root.resolve())
    _end_marked(root.resolve(), grace_s=GRACE_S)
    return len(left)


def status(root: Path) -> int | None:
    """The pid of the supervisor of `root`, if one runs."""
    supervisor = _supervisor(root.resolve())
    return supervisor.pid if supervisor else None


def _run(root: Path, env: Mapping[str, str], commands: Mapping[str, str], *, to_files: bool) -> None:
    asked_to_stop: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: asked_to_stop.append(received))
    _end_marked(root, grace_s=GRACE_S)  # of a supervisor that was killed: they still hold the ports
    logs = _directory(root, "logs") if to_files else None
    marked = _environment(root, env)
    supervised = [Supervised(name, command, root, marked, logs) for name, command in commands.items()]
    try:
        while not asked_to_stop:
            for process in supervised:
                process.tend(time.monotonic())
            time.sleep(TICK_S)
    finally:
        _end_all(root, supervised)


def _end_all(root: Path, supervised: list[Supervised]) -> None:
    """Give all of them GRACE_S together, then kill what is left, in whatever group it hides."""
    # A program that rewrites its title may lose the mark with it, so note who descends from us while the tree stands.
    descendants = psutil.Process().children(recursive=True)
    for process in supervised:
        process.terminate()
    deadline = time.monotonic() + GRACE_S
    while any(process.is_running() for process in supervised) and time.monotonic() < deadline:
        time.sleep(0.05)
    left_s = max(deadline - time.monotonic(), 0.5)
    processes.end([one for one in descendants if processes.is_alive(one)], grace_s=left_s)
    _end_marked(root, grace_s=left_s)


def _environment(root: Path, env: Mapping[str, str]) -> dict[str, str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), env.get("PATH") or os.defpath])
    return {"PYTHONUNBUFFERED": "1", **env, "PATH": path, MARK: _mark(root)}


def _mark(root: Path) -> str:
    return hashlib.sha256(os.fsencode(root)).hexdigest()[:16]


def _marked(root: Path) -> list[psutil.Process]:
    mark = _mark(root)
    return processes.running(lambda one: one.pid != os.getpid() and processes.environment(one).get(MARK) == mark)


def _end_marked(root: Path, *, grace_s: float) -> None:
    # Again until none is found: one may have started another while we were looking.
    for _ in range(5):
        found = _marked(root)
        if not found:
            return
        processes.end(found, grace_s=grace_s)


def _supervisor(root: Path) -> psutil.Process | None:
    """Who holds the lock. The pid beside it counts only while the lock is held, so it cannot be a stranger's."""
    try:
        handle = _pid_file(root).open("r+")
    except FileNotFoundError:
        return None
    with handle:
        for _ in range(20):
            if _take(handle):
                return None
            written = handle.read().strip()
            if written.isdigit():
                with suppress(psutil.NoSuchProcess):
                    return psutil.Process(int(written))
            time.sleep(0.05)  # it has taken the lock and is about to write its pid
            handle.seek(0)
    return None


@contextmanager
def _only_one(root: Path) -> Iterator[None]:
    """Hold the pid file's lock; it goes with the process that holds it, however that process ends.

    The file stays when we go: to remove it would let two supervisors each lock a file of the same name.
    """
    _directory(root)
    with _pid_file(root).open("a+") as handle:
        deadline = time.monotonic() + 0.5  # `status` and `stop` try the lock too, for a moment
        while not _take(handle):
            if time.monotonic() > deadline:
                handle.seek(0)
                pid = handle.read().strip() or "unknown"
                raise SupervisorError(f"a supervisor already runs for {root} (pid {pid}): stop it first (`make down`)")
            time.sleep(0.05)
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        try:
            yield
        finally:
            handle.truncate(0)


def _take(handle: IO[str]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _pid_file(root: Path) -> Path:
    return root / ".local" / "supervisor.pid"


def _directory(root: Path, *parts: str) -> Path:
    directory = root.joinpath(".local", *parts)
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def _detached(order: Mapping[str, Any]) -> int:
    """Fork the supervisor off. The half that stays prints its pid once it holds the lock, or passes on its refusal."""
    reading, writing = os.pipe()
    if os.fork():
        os.close(writing)
        with os.fdopen(reading) as told:
            verdict = told.read()
        print(verdict, file=sys.stdout if verdict.isdigit() else sys.stderr)
        return 0 if verdict.isdigit() else 1
    os.close(reading)
    os.setsid()
    root = Path(order["root"])
    with os.fdopen(writing, "w") as tell:
        try:
            held = ExitStack()
            held.enter_context(_only_one(root))
            _redirect(_directory(root, "logs") / "supervisor.log")
        except (SupervisorError, OSError) as error:
            tell.write(str(error))
            return 0  # the other half has the exit code
        tell.write(str(os.getpid()))
    with held:
        _run(root, order["env"], order["commands"], to_files=True)
    return 0


def _redirect(log: Path) -> None:
    """Let go of the terminal and of the pipes of whoever started us."""
    nothing, written = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for source, target in ((nothing, 0), (written, 1), (written, 2)):
        os.dup2(source, target)


if __name__ == "__main__":
    sys.exit(_detached(json.load(sys.stdin)))
