"""How many turns, how quickly: the web alone, then the whole loop with relay, sandbox and every status callback.

    (a) web, Postgres and Valkey; relay stopped: 200 text turns a second for 30 s, no error
    (b) with relay and a sandbox that takes 150 ms to answer: 50 turns a second for 60 s
    (c) 100 photos with a code each, from posted to handed over
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot.bench import house as bench_house
from bot.bench.chatting import WORDS, emptied, enrol, handed_ms, open_windows, phones, target, unhandled
from bot.bench.load import Sent, Target, closed, paced, percentile
from bot.bench.pgbench import simple_update_tps
from bot.bench.photos import photo_latencies_s
from bot.content import sync
from bot.wiring import House

LATENCY_MS = 150

_BY_STATE = text("SELECT state, count(*) FROM outbox WHERE created_at >= :since GROUP BY state")


@dataclass(frozen=True, slots=True)
class Plan:
    people: int = 200
    web_per_s: float = 200
    web_s: float = 30
    loop_per_s: float = 50
    loop_s: float = 60
    rising_s: float = 15  # of each step in the search for the highest closed-loop rate
    photos: int = 100
    pgbench_s: int = 15


def measure(plan: Plan) -> dict[str, Any]:
    """Run all of it on this machine; figures by name."""
    with bench_house.prepared("bench") as made:
        to, people = target(made), phones(plan.people)
        with bench_house.running(made, ("web", "relay"), sandbox={"SANDBOX_LATENCY_MS": "0"}):
            sync(made)
            enrol(made, people)
            emptied(made)
        with bench_house.running(made, ("web",)):
            alone = paced(to, people, WORDS, per_s=plan.web_per_s, seconds=plan.web_s)
            memory_mb = bench_house.web_memory_mb()
        figures: dict[str, Any] = {"web_alone": _web(made, alone) | {"web_process_mb": round(memory_mb)}}
        _forget_unsent(made)
        latency = {"SANDBOX_LATENCY_MS": str(LATENCY_MS)}
        with bench_house.running(made, ("web", "relay"), sandbox=latency):
            open_windows(made, people)
            figures["closed_loop"] = _loop(made, to, people, plan)
            figures["highest_closed_loop"] = _highest(made, to, people, plan)
        with bench_house.running(made, ("web", "relay", "media", "turns", "clock"), sandbox=latency):
            took_s = photo_latencies_s(made, plan.photos, Path(made.settings.home) / "photos")
            figures["photos"] = _photos(took_s)
        tps = simple_update_tps(made.settings.database_url, seconds=plan.pgbench_s)
        rate = figures["highest_closed_loop"]["turns_per_s"]
        figures["pgbench_simple_update"] = {"per_s": round(tps), "turns_per_pgbench": round(rate / tps, 3)}
    return figures


def _web(made: House, sent: Sent) -> dict[str, Any]:
    return {
        "turns_per_s": round(len(sent.latencies_ms) / sent.seconds, 1), "answered": len(sent.latencies_ms),
        "errors": sent.errors, "unhandled": unhandled(made), "p50_ms": _ms(sent, 0.5), "p99_ms": _ms(sent, 0.99),
        "sender_late_ms_max": round(sent.late_ms_max),
    }  # fmt: skip


def _loop(made: House, to: Target, people: list[str], plan: Plan) -> dict[str, Any]:
    with made.engine.connect() as conn:
        since = made.clock.now(conn)
    sent = paced(to, people, WORDS, per_s=plan.loop_per_s, seconds=plan.loop_s)
    empty_s = emptied(made)
    time.sleep(1.0)  # the last callbacks
    took_ms = handed_ms(made, since)
    with made.engine.connect() as conn:
        states = {row[0]: row[1] for row in conn.execute(_BY_STATE, {"since": since})}
    return _web(made, sent) | {
        "handed_over": len(took_ms), "handed_over_p50_ms": round(percentile(took_ms, 0.5)),
        "handed_over_p95_ms": round(percentile(took_ms, 0.95)), "outbox_empty_after_s": round(empty_s, 2),
        "outbox_states": states,
    }  # fmt: skip


def _highest(made: House, to: Target, people: list[str], plan: Plan) -> dict[str, Any]:
    """More clients until more bring nothing: the rate at which the outbox still empties within 2 s of the end."""
    best: dict[str, Any] = {"turns_per_s": 0.0}
    for clients in (2, 4, 8, 12, 16):
        sent = closed(to, people, WORDS, clients=clients, seconds=plan.rising_s)
        empty_s = emptied(made)
        rate = len(sent.latencies_ms) / sent.seconds
        if sent.errors or empty_s > 2.0 or rate <= best["turns_per_s"]:
            break
        best = {
            "turns_per_s": round(rate, 1), "clients": clients, "p50_ms": _ms(sent, 0.5), "p99_ms": _ms(sent, 0.99),
            "outbox_empty_after_s": round(empty_s, 2),
        }  # fmt: skip
    return best


def _photos(took_s: list[float]) -> dict[str, Any]:
    return {
        "photos": len(took_s), "handed_over_p50_s": round(percentile(took_s, 0.5), 2),
        "handed_over_p95_s": round(percentile(took_s, 0.95), 2), "handed_over_max_s": round(max(took_s, default=0), 2),
    }  # fmt: skip


def _forget_unsent(made: House) -> None:
    """The messages of part (a), which no relay was there to send, must not be sent in part (b)."""
    with made.engine.begin() as conn:
        conn.execute(text("UPDATE outbox SET state = 'expired', reason = 'bench' WHERE state = 'queued'"))


def _ms(sent: Sent, share: float) -> float:
    return round(percentile(sent.latencies_ms, share), 1)
