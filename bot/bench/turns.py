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
from bot.bench.load import Sent, Target, closed, paced, percentile
from bot.bench.pgbench import simple_update_tps
from bot.bench.photos import photo_latencies_s
from bot.content import sync
from bot.phone import Phone
from bot.wiring import House

WORDS = ("balance", "menu", "help", "मेरे पॉइंट")
LATENCY_MS = 150
EMPTY_S = 30.0

_LEFT = text("SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending', 'uncertain')")
_WAITING = text("SELECT count(*) FROM inbox WHERE handled_at IS NULL")
_HANDED = text("""
    SELECT extract(epoch FROM o.accepted_at - i.received_at) AS took_s FROM outbox o
    JOIN inbox i ON i.key = split_part(o.key, '/', 1)
    WHERE i.received_at >= :since AND i.kind = 'message' AND o.accepted_at IS NOT NULL""")
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
        target = Target(made.settings.base_url, made.settings.twilio_from, made.settings.twilio_auth_token)
        phones = [f"+9198{number:08d}" for number in range(10_000_000, 10_000_000 + plan.people)]
        with bench_house.running(made, ("web", "relay"), sandbox={"SANDBOX_LATENCY_MS": "0"}):
            sync(made)
            _enrol(made, phones)
            _emptied(made)
        with bench_house.running(made, ("web",)):
            alone = paced(target, phones, WORDS, per_s=plan.web_per_s, seconds=plan.web_s)
            memory_mb = bench_house.web_memory_mb()
        figures: dict[str, Any] = {"web_alone": _web(made, alone) | {"web_process_mb": round(memory_mb)}}
        _forget_unsent(made)
        latency = {"SANDBOX_LATENCY_MS": str(LATENCY_MS)}
        with bench_house.running(made, ("web", "relay"), sandbox=latency):
            _open_windows(made, phones)
            figures["closed_loop"] = _loop(made, target, phones, plan)
            figures["highest_closed_loop"] = _highest(made, target, phones, plan)
        with bench_house.running(made, ("web", "relay", "media", "turns", "clock"), sandbox=latency):
            took_s = photo_latencies_s(made, plan.photos, Path(made.settings.home) / "photos")
            figures["photos"] = _photos(took_s)
        tps = simple_update_tps(made.settings.database_url, seconds=plan.pgbench_s)
        rate = figures["highest_closed_loop"]["turns_per_s"]
        figures["pgbench_simple_update"] = {"per_s": round(tps), "turns_per_pgbench": round(rate / tps, 3)}
    return figures


def _enrol(made: House, phones: list[str]) -> None:
    """Everyone enrols by chatting, so that the turns measured are members' turns."""
    target = Target(made.settings.base_url, made.settings.twilio_from, made.settings.twilio_auth_token)
    for words in ("hello", "yes", "Load Tester", "1", "411001"):
        paced(target, phones, [words], per_s=100, seconds=len(phones) / 100)
        deadline = time.monotonic() + EMPTY_S
        while _count(made, _WAITING) and time.monotonic() < deadline:
            time.sleep(0.2)


def _open_windows(made: House, phones: list[str]) -> None:
    """The sandbox refuses free form to a phone that has not written to it: each writes once through it."""
    for number in phones:
        Phone(made.settings.sandbox_url, number, "Load").text("menu")
    _emptied(made)


def _web(made: House, sent: Sent) -> dict[str, Any]:
    return {
        "turns_per_s": round(len(sent.latencies_ms) / sent.seconds, 1), "answered": len(sent.latencies_ms),
        "errors": sent.errors, "unhandled": _count(made, _WAITING), "p50_ms": _ms(sent, 0.5), "p99_ms": _ms(sent, 0.99),
        "sender_late_ms_max": round(sent.late_ms_max),
    }  # fmt: skip


def _loop(made: House, target: Target, phones: list[str], plan: Plan) -> dict[str, Any]:
    with made.engine.connect() as conn:
        since = made.clock.now(conn)
    sent = paced(target, phones, WORDS, per_s=plan.loop_per_s, seconds=plan.loop_s)
    empty_s = _emptied(made)
    time.sleep(1.0)  # the last callbacks
    with made.engine.connect() as conn:
        took_ms = [float(row.took_s) * 1000 for row in conn.execute(_HANDED, {"since": since})]
        states = {row[0]: row[1] for row in conn.execute(_BY_STATE, {"since": since})}
    return _web(made, sent) | {
        "handed_over": len(took_ms), "handed_over_p50_ms": round(percentile(took_ms, 0.5)),
        "handed_over_p95_ms": round(percentile(took_ms, 0.95)), "outbox_empty_after_s": round(empty_s, 2),
        "outbox_states": states,
    }  # fmt: skip


def _highest(made: House, target: Target, phones: list[str], plan: Plan) -> dict[str, Any]:
    """More clients until more bring nothing: the rate at which the outbox still empties within 2 s of the end."""
    best: dict[str, Any] = {"turns_per_s": 0.0}
    for clients in (2, 4, 8, 12, 16):
        sent = closed(target, phones, WORDS, clients=clients, seconds=plan.rising_s)
        empty_s = _emptied(made)
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


def _emptied(made: House) -> float:
    """Seconds until nothing in the outbox waits; EMPTY_S where it does not empty."""
    began = time.monotonic()
    while _count(made, _LEFT):
        if time.monotonic() - began > EMPTY_S:
            return EMPTY_S
        time.sleep(0.05)
    return time.monotonic() - began


def _forget_unsent(made: House) -> None:
    """The messages of part (a), which no relay was there to send, must not be sent in part (b)."""
    with made.engine.begin() as conn:
        conn.execute(text("UPDATE outbox SET state = 'expired', reason = 'bench' WHERE state = 'queued'"))


def _count(made: House, what: Any) -> int:
    with made.engine.connect() as conn:
        return int(conn.execute(what).scalar_one())


def _ms(sent: Sent, share: float) -> float:
    return round(percentile(sent.latencies_ms, share), 1)
