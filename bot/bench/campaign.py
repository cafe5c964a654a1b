"""A broadcast measured: planned, handed over as fast as calls allow, paced, beside people who chat, and through kills.

plan        100,000 recipients decided about and written, in one process
unpaced     the relay against a sandbox that takes 150 ms to answer, the sender's rate lifted
paced       the sender's 80 a second, counted by the sandbox's own clock
replies     what a broadcast of 20,000 does to the answers that members wait for
kills       relay and clock killed twenty times in the midst of a broadcast
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time as wall
from typing import Any

import psutil
from sqlalchemy import text

from bot import campaigns as planner
from bot import local
from bot.bench import campaign_people as crowd
from bot.bench import house as bench_house
from bot.bench.campaign_counts import a_second, arrived, each_once, handed_over, left, over, states
from bot.bench.campaign_kills import process, survive
from bot.bench.chatting import WORDS, emptied, enrol, handed_ms, open_windows, phones, target
from bot.bench.load import paced, percentile
from bot.content import sync
from bot.wiring import House
from campaigns import rows, send, waiting
from campaigns.rows import Row
from campaigns.spec import Arm, Campaign, Schedule, Words
from loyalty.programme_rows import published_ids

LATENCY = {"SANDBOX_LATENCY_MS": "150"}
CHATTING, CHATS_PER_S = 40, 2.0
UNPACED_PER_S = 1_000_000
PINS = {"unpaced": "600001", "paced": "600002", "replies": "600003", "kills": "600004"}
MOST_S = 900.0  # of waiting for one broadcast
SEED = 20

_RATE = text("UPDATE senders SET rate_per_s = :rate, rate_free_at = NULL WHERE address = :address")
_SENDER = text("SELECT id FROM senders WHERE address = :address")


@dataclass(frozen=True, slots=True)
class Plan:
    people: int = 100_000
    unpaced: int = 6_000
    paced: int = 6_000
    replies: int = 20_000
    kills: int = 3_000
    deaths: int = 20
    idle_s: float = 60
    per_s: int = 80


def measure(plan: Plan, told: Callable[[str], object] = lambda _: None) -> dict[str, Any]:
    """Run all of it on this machine; figures by name."""
    with bench_house.prepared("bench-campaign") as made:
        root, figures = made.settings.root, dict[str, Any]()
        told(f"loading {plan.people} members")
        sizes = {pin: getattr(plan, name) for name, pin in PINS.items()}
        owner = made.settings.database_owner_url or made.settings.database_url
        numbers = crowd.load(made, plan.people, sizes, owner)
        with bench_house.running(made, ("web",), sandbox=LATENCY):
            sync(made)
            _drafts(made)
            told("planning")
            figures["plan"] = _plan(made, plan.people)
            told("sending without pacing")
            figures["unpaced"] = _unpaced(made, plan)
            told("sending with pacing")
            figures["paced"] = _paced(made, plan, numbers[PINS["paced"]])
            told("answers, then answers during a broadcast")
            figures["replies"] = _replies(made, plan, numbers[PINS["replies"]])
            told(f"killing {plan.deaths} times")
            figures["kills"] = _kills(made, plan, numbers[PINS["kills"]])
    local.forget(root)
    return figures


def _plan(made: House, people: int) -> dict[str, Any]:
    row, ports, own = _begun(made, "plan", people), planner.ports(made), psutil.Process()
    before_mb, sizes, walked, began = own.memory_info().rss / 2**20, [], 0, time.perf_counter()
    while True:
        batch = send.batch(ports, row, planner.BATCH)
        walked += batch.walked
        sizes.append(own.memory_info().rss / 2**20)
        if batch.done or not batch.walked:
            break
    seconds = time.perf_counter() - began
    first, last = sizes[: len(sizes) // 2], sizes[len(sizes) // 2 :]
    stopped_s = _stopped(made, "plan")
    return {
        "recipients": walked, "seconds": round(seconds, 1), "per_s": round(walked / seconds), "before_mb": round(before_mb),
        "first_half_mb": round(max(first)), "second_half_mb": round(max(last)), "stopped_in_s": round(stopped_s, 2),
    }  # fmt: skip


def _unpaced(made: House, plan: Plan) -> dict[str, Any]:
    """All is written before the relay comes."""
    _rate(made, UNPACED_PER_S)
    row, ports = _begun(made, "unpaced", plan.unpaced), planner.ports(made)
    while not send.batch(ports, row, planner.BATCH).done:
        continue
    with process(made, "relay"):
        stand = left(made, waiting.prefix(row.id), plan.unpaced, MOST_S)
    accepted, seconds = handed_over(made, waiting.prefix(row.id))
    _rate(made, plan.per_s)
    return {"accepted": accepted, "seconds": round(seconds, 1), "per_s": round(accepted / seconds, 1), "states": stand}


def _paced(made: House, plan: Plan, numbers: range) -> dict[str, Any]:
    before = len(arrived(made))
    row = _begun(made, "paced", plan.paced)
    with process(made, "clock"), process(made, "relay"):
        stand = left(made, waiting.prefix(row.id), plan.paced, MOST_S)
    came = arrived(made)[before:]
    return a_second(came, plan.per_s) | {"each": each_once(came, numbers), "states": stand}


def _replies(made: House, plan: Plan, numbers: range) -> dict[str, Any]:
    people = phones(CHATTING)
    with process(made, "relay"), process(made, "clock"):
        enrol(made, people)
        open_windows(made, people)
        emptied(made)
        idle = _chats(made, people, plan.idle_s)
        before, row = len(arrived(made)), _begun(made, "replies", plan.replies)
        during = _chats(made, people, plan.replies / plan.per_s)
        stand = left(made, waiting.prefix(row.id), plan.replies, MOST_S)
    known = {crowd.phone(number) for number in numbers}
    came = arrived(made)[before:]
    broadcast = [one for one in came if one["phone"] in known]
    _, seconds = handed_over(made, waiting.prefix(row.id))
    return {
        "idle": idle, "during": during, "p95_ratio": round(during["p95_ms"] / max(idle["p95_ms"], 1), 2),
        "broadcast_s": round(seconds, 1), "each": each_once(broadcast, numbers), "states": stand,
        "with_answers": a_second(came, plan.per_s),
    }  # fmt: skip


def _chats(made: House, people: list[str], seconds: float) -> dict[str, Any]:
    with made.engine.connect() as conn:
        since = made.clock.now(conn)
    sent = paced(target(made), people, WORDS, per_s=CHATS_PER_S, seconds=seconds)
    emptied(made)
    took = handed_ms(made, since)
    return {
        "answers": len(took), "errors": sent.errors, "p50_ms": round(percentile(took, 0.5)),
        "p95_ms": round(percentile(took, 0.95)), "max_ms": round(max(took, default=0)),
    }  # fmt: skip


def _kills(made: House, plan: Plan, numbers: range) -> dict[str, Any]:
    before, row = len(arrived(made)), _begun(made, "kills", plan.kills)
    prefix, chance = waiting.prefix(row.id), random.Random(SEED)
    deaths = survive(made, plan.deaths, chance, lambda: over(states(made, prefix), plan.kills))
    return {"deaths": deaths, "each": each_once(arrived(made)[before:], numbers), "states": states(made, prefix)}


# --- inside ---------------------------------------------------------------------------------------------------------


def campaign(name: str) -> Campaign:
    """Words for its people, or for everybody, at any hour."""
    words = {"en": Words("Namaste {name}, every FR wire you scan this month counts double. You have {points} points.")}
    pin = PINS.get(name)
    return Campaign(
        f"bench-{name}", name, "marketing", (Arm("a", 100, words),), audience=f"pin_code = {pin}" if pin else "",
        variables={"name": "name", "points": "balance"}, priority="high",
        schedule=Schedule(quiet_from=wall(0), quiet_until=wall(0)),
    )  # fmt: skip


def _drafts(made: House) -> None:
    """All of them made, their words approved by WhatsApp and they by a colleague."""
    names = ("plan", *PINS)
    with made.engine.begin() as conn:
        now, programme = made.clock.now(conn), published_ids(conn)[0]
        sender = conn.execute(_SENDER, {"address": made.settings.twilio_from}).scalar_one()
        for name in names:
            draft = rows.create(conn, campaign(name), programme_id=programme, sender_id=sender, by="bench:maker", at=now)
            assert isinstance(draft, Row), draft
            rows.approve(conn, programme, draft.id, by="bench:checker", at=now)
    for name in names:
        planner.make(made, campaign(name))
    planner.read_templates(made)


def _begun(made: House, name: str, size: int) -> Row:
    with made.engine.begin() as conn:
        row = rows.start(conn, published_ids(conn)[0], f"bench-{name}", by="bench:maker", at=made.clock.now(conn), size=size)
    assert isinstance(row, Row), row
    return row


def _stopped(made: House, name: str) -> float:
    began = time.perf_counter()
    with made.engine.begin() as conn:
        at = made.clock.now(conn)
        rows.stop(conn, published_ids(conn)[0], f"bench-{name}", by="bench:maker", at=at, why="measured")
    return time.perf_counter() - began


def _rate(made: House, per_s: int) -> None:
    with made.engine.begin() as conn:
        conn.execute(_RATE, {"rate": per_s, "address": made.settings.twilio_from})
