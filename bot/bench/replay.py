"""How quickly conversations are shown and recomputed, with a large past in the database, and whether memory stays flat."""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil
from sqlalchemy import text

from bot import local, replay_reads, replay_verify
from bot.bench import house as bench_house
from bot.bench.load import percentile
from bot.bench.replay_load import load, phone, template
from bot.wiring import House
from journal import replay_view
from journal.replay import Window

LOOKS = 40
SAMPLE_EVERY_S = 0.2
SEED = 20

_COUNTS = {name: text(f"SELECT count(*) FROM {name}") for name in ("members", "journal", "inbox", "outbox")}


@dataclass(frozen=True, slots=True)
class Plan:
    people: int = 100_000
    turns_each: int = 10
    long_turns: int = 50_000
    jobs: int = 2


def measure(plan: Plan, told: Callable[[str], object] = lambda _: None) -> dict[str, Any]:
    """Load the past, then look at it and recompute all of it; figures by name."""
    with bench_house.prepared("bench-replay") as made:
        root = made.settings.root
        told(f"loading {plan.people} members with {plan.turns_each} turns each, and one with {plan.long_turns}")
        began = time.perf_counter()
        owner = made.settings.database_owner_url or made.settings.database_url
        longest = load(made, template(made), plan.people, plan.turns_each, plan.long_turns, owner)
        figures: dict[str, Any] = {"loaded": _counts(made) | {"seconds": round(time.perf_counter() - began, 1)}}
        told("showing")
        dice = random.Random(SEED)
        usual = [phone(dice.randrange(plan.people)) for _ in range(LOOKS)]
        figures["show_usual"] = _ms([_look(made, each) for each in usual])
        figures["show_last_20_of_longest"] = _ms([_look(made, longest) for _ in range(LOOKS)])
        figures["command_s"] = round(_command(longest), 2)
        told("recomputing")
        figures["verify"] = _verify(made, plan.jobs)
    local.forget(root)
    return figures


def _look(house: House, who: str) -> float:
    """Milliseconds from the phone to the JSON, as the command and a page do it."""
    began = time.perf_counter()
    with house.engine.connect() as conn:
        found = replay_reads.find(house, conn, who, [f"whatsapp:{who}"])
        assert found is not None
        turns = replay_reads.turns(house, conn, found, Window(20))
    json.dumps([replay_view.shown(turn) for turn in turns], default=str)
    return (time.perf_counter() - began) * 1000


def _command(who: str) -> float:
    """Seconds of the whole command, the interpreter's start included."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "bot", "replay", "show", who, "--json"], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def _verify(house: House, jobs: int) -> dict[str, Any]:
    with _memory() as samples:
        began, before_s = time.perf_counter(), _spent_s()
        tally = replay_verify.verify(house, jobs=jobs)
        seconds, spent_s = time.perf_counter() - began, _spent_s() - before_s
    middle = samples[len(samples) // 4 : len(samples) // 2] or samples
    last = samples[len(samples) // 2 :] or samples
    return {
        "jobs": jobs, "turns": tally.turns, "drifts": sum(tally.drifts.values()), "seconds": round(seconds, 1),
        "turns_per_s": round(tally.turns / seconds), "turns_per_processor_s": round(tally.turns / spent_s),
        "largest_process_mb": round(max(samples, default=0)),
        "second_quarter_mb": round(max(middle, default=0)), "second_half_mb": round(max(last, default=0)),
    }  # fmt: skip


def _spent_s() -> float:
    """Processor seconds of this process and its ended children: what a machine that does other things meanwhile cannot blur."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


@contextmanager
def _memory() -> Iterator[list[float]]:
    """The largest resident set among this process and its children, every so often, oldest first."""
    samples: list[float] = []
    ended = threading.Event()
    own = psutil.Process()

    def watch() -> None:
        while not ended.wait(SAMPLE_EVERY_S):
            sizes = [own.memory_info().rss]
            for child in own.children():
                try:
                    sizes.append(child.memory_info().rss)
                except psutil.NoSuchProcess:  # ended between two looks
                    continue
            samples.append(max(sizes) / 2**20)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield samples
    finally:
        ended.set()
        thread.join()


def _counts(house: House) -> dict[str, int]:
    with house.engine.connect() as conn:
        return {name: int(conn.execute(count).scalar_one()) for name, count in _COUNTS.items()}


def _ms(took: list[float]) -> dict[str, float]:
    return {"p50_ms": round(percentile(took, 0.5), 1), "max_ms": round(max(took), 1)}
