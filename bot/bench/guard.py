"""What a hostile internet achieves: requests and 5xx, bad inputs and readers that fell, memory under bombs, the time it
takes to turn a forger away."""

from __future__ import annotations

import http.client
import random
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

from bot.app import create_app
from bot.bench import bombs, guard_parsers
from bot.bench import house as bench_house
from bot.bench.guard_requests import Attacker
from bot.bench.load import percentile
from bot.wiring import House

WARM_UP = 50


@dataclass(frozen=True, slots=True)
class Plan:
    requests: int = 20_000
    inputs: int = 5_000  # for each parser
    forged: int = 2_000  # over HTTP, one after the other
    seed: int = 1


def measure(plan: Plan) -> dict[str, Any]:
    """Everything above, on a house of its own. Takes some minutes."""
    with bench_house.prepared("guard") as made:
        requests = attack(made, plan.requests, plan.seed)
        with bench_house.running(made, ("web",)):
            forged = turned_away(made, plan.forged)
    return {"requests": requests, "parsers": parsers(plan.inputs, plan.seed), "bombs": under_bombs(), "forged": forged}


def attack(made: House, requests: int, seed: int) -> dict[str, Any]:
    """Requests of every kind to every route; `seen_5xx` is what must be 0."""
    attacker = Attacker(create_app(made), made, random.Random(seed))
    began = time.monotonic()
    tally = attacker.run(requests)
    took_s = time.monotonic() - began
    return {
        "tried": tally.requests, "signed": tally.signed, "routes": len(attacker.routes), "seen_5xx": tally.seen_5xx,
        "statuses": {str(status): number for status, number in sorted(tally.statuses.items())}, "seed": seed,
        "per_s": round(tally.requests / took_s, 1),
        "broken": [f"{status} {one.method} {one.path}?{one.query} {one.body[:300]!r}" for status, one in tally.broken],
    }  # fmt: skip


def parsers(inputs: int, seed: int) -> dict[str, Any]:
    """Bad inputs of each parser, and those that made it raise what it does not say it raises."""
    told = {}
    for parser in guard_parsers.PARSERS:
        fell = [f"{type(fault).__name__}: {words[:120]!r}" for words, fault in guard_parsers.tried(parser, inputs, seed)]
        told[parser.name] = {"inputs": inputs, "fell": len(fell), "by": fell[:5]}
    return told


def under_bombs() -> dict[str, Any]:
    """What became of each bomb, and the worker's highest resident set in MB."""
    told: dict[str, Any] = {name: bombs.opened(make()) for name, make in bombs.BOMBS.items()}
    measured = [one for one in told.values() if "worker_mb" in one]
    told["peak_worker_mb"] = max((int(one["worker_mb"]) for one in measured), default=0)
    told["peak_pdf_process_mb"] = max((int(one["pdf_process_mb"]) for one in measured), default=0)
    return told


def turned_away(made: House, requests: int) -> dict[str, Any]:
    """Milliseconds from a forged webhook to its 403, over HTTP."""
    address = urlsplit(made.settings.base_url)
    url = f"{made.settings.base_url}/twilio/inbound"
    form = {"MessageSid": "SM" + "0" * 32, "From": "whatsapp:+919812345678", "To": made.settings.twilio_from, "Body": "points"}
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": RequestValidator("a stranger's token").compute_signature(url, form),
    }
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    took_ms, refused = [], 0
    for number in range(WARM_UP + requests):
        began = time.perf_counter()
        connection.request("POST", "/twilio/inbound", urlencode(form), headers)
        answer = connection.getresponse()
        answer.read()
        if number >= WARM_UP:
            took_ms.append((time.perf_counter() - began) * 1000)
            refused += answer.status == http.client.FORBIDDEN
    return {
        "tried": requests, "refused": refused, "p50_ms": round(percentile(took_ms, 0.5), 2),
        "p99_ms": round(percentile(took_ms, 0.99), 2),
    }  # fmt: skip
