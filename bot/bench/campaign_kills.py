"""Processes of the house that a bench starts by itself, so that it can kill them."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.cli.run import environment
from bot.wiring import House
from config.settings import ROOT

WORDS = {"relay": ("relay",), "clock": ("clock", "run")}
APART_S = (0.3, 4.0)  # between two kills
END_S = 20.0


@contextmanager
def process(made: House, name: str) -> Iterator[subprocess.Popen[bytes]]:
    """`relay` or `clock` while the block runs."""
    one = _start(made, name)
    try:
        yield one
    finally:
        one.terminate()
        try:
            one.wait(END_S)
        except subprocess.TimeoutExpired:
            one.kill()
            one.wait()


def survive(made: House, kills: int, chance: random.Random, over: Callable[[], bool]) -> int:
    """Relay and clock run, and one of them is killed and started anew, `kills` times or until `over`; how many kills."""
    running = {name: _start(made, name) for name in WORDS}
    done = 0
    try:
        while done < kills and not over():
            time.sleep(chance.uniform(*APART_S))
            name = chance.choice(sorted(running))
            running[name].kill()
            running[name].wait()
            running[name] = _start(made, name)
            done += 1
        while not over():
            time.sleep(0.5)
    finally:
        for one in running.values():
            one.kill()
            one.wait()
    return done


def _start(made: House, name: str) -> subprocess.Popen[bytes]:
    log = (made.settings.root / f"{name}.log").open("ab")
    with log:
        return subprocess.Popen(
            [sys.executable, "-m", "bot", *WORDS[name]], cwd=ROOT, env=environment(made.settings), stdout=log, stderr=log
        )
