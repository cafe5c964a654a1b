"""A house of its own for a benchmark: fresh databases under a root of its own, the processes that are asked for."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import httpx
import psutil

from bot import local, supervise
from bot.own_root import fresh
from bot.up import commands, sandbox_environment, write_env
from bot.wiring import House, house, with_servers
from config.settings import load
from loyalty.programme import Limits
from loyalty.programme_rows import current, publish, published_ids


@contextmanager
def prepared(name: str) -> Iterator[House]:
    """Servers running, migrated and seeded; no process of ours yet."""
    from bot.cli.run import ready

    root = fresh(name)
    try:
        write_env(load())
        made = house(ready(with_servers(load())), pool_size=4)
        _without_limits(made)
        yield made
        made.close()
    finally:
        supervise.stop(root)
        local.stop(root)


def _without_limits(made: House) -> None:
    """A bench's people write faster than people: the sample, with limits that they do not meet."""
    with made.engine.begin() as conn:
        sample = current(conn, published_ids(conn)[0]).programme
        wide = Limits(**dict.fromkeys(Limits.model_fields, 10_000))
        publish(conn, sample.model_copy(update={"limits": wide}), made.clock.now(conn))


@contextmanager
def running(made: House, processes: Sequence[str], *, sandbox: dict[str, str] | None = None) -> Iterator[None]:
    """Some of the Procfile's processes, and the sandbox where its settings are given."""
    from bot.cli.run import environment

    settings = made.settings
    wanted = {name: words for name, words in commands(settings.root, embedded=False, sandbox=True).items() if name in processes}
    env = environment(settings)
    if sandbox is not None:
        wanted["sandbox"] = commands(settings.root, embedded=False, sandbox=True)["sandbox"]
        env |= sandbox_environment(settings) | sandbox
    supervise.start_detached(settings.root, env, wanted)
    try:
        answers(f"{settings.base_url}/readyz")
        if sandbox is not None:
            answers(f"{settings.sandbox_url}/healthz")
        yield
    finally:
        supervise.stop(settings.root)


def answers(url: str, within_s: float = 120.0) -> None:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            if httpx.get(url, timeout=2, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"{url} does not answer")


def web_memory_mb() -> float:
    """The largest resident set among gunicorn's processes of this root."""
    mark = os.environ["PORT"]
    sizes = [0.0]
    for process in psutil.process_iter():
        try:
            if "bot.app:create_app()" in " ".join(process.cmdline()) and process.environ().get("PORT") == mark:
                sizes.append(process.memory_info().rss / 2**20)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return max(sizes)


@contextmanager
def peak_memory_mb(workers: Sequence[str], every_s: float = 0.5) -> Iterator[dict[str, float]]:
    """The largest resident sets seen meanwhile of each of this root's workers, parent and child together, by its queue.

    What both share is counted twice: the machine needs less."""
    peaks = dict.fromkeys(workers, 0.0)
    ended = threading.Event()

    def watch() -> None:
        parents = {name: _worker(name) for name in workers}
        while not ended.wait(every_s):
            for name, parent in parents.items():
                if parent is not None:
                    peaks[name] = max(peaks[name], _family_mb(parent))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peaks
    finally:
        ended.set()
        thread.join()


def _worker(queue: str) -> psutil.Process | None:
    mark = os.environ["PORT"]
    for process in psutil.process_iter():
        try:
            if process.cmdline()[-2:] == ["worker", queue] and process.environ().get("PORT") == mark:
                return process
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return None


def _family_mb(parent: psutil.Process) -> float:
    sizes = 0.0
    try:
        for process in (parent, *parent.children(recursive=True)):
            sizes += process.memory_info().rss / 2**20
    except psutil.NoSuchProcess:  # a child has ended between two looks
        pass
    return sizes
