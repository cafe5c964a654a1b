"""What a broadcast came to: counted in the outbox, and by the sandbox, which says what Twilio would have seen and when."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import httpx
from sqlalchemy import text

from bot.bench import campaign_people as crowd
from bot.wiring import House

_STATES = text("SELECT state, count(*) AS rows FROM outbox WHERE starts_with(key, :prefix) GROUP BY state")
_SPAN = text("""
    SELECT count(*) AS rows, extract(epoch FROM max(accepted_at) - min(posted_at)) AS seconds FROM outbox
    WHERE starts_with(key, :prefix) AND accepted_at IS NOT NULL""")
_RUNNING = ("queued", "sending")
_FIRST_LAST = 2  # seconds at either end of a broadcast that were not whole


def states(made: House, prefix: str) -> Counter[str]:
    with made.engine.connect() as conn:
        return Counter({row.state: row.rows for row in conn.execute(_STATES, {"prefix": prefix})})


def left(made: House, prefix: str, size: int, within_s: float) -> Counter[str]:
    """How its rows stand once all of `size` were written and none is to leave any more, or the time is up."""
    deadline = time.monotonic() + within_s
    while True:
        found = states(made, prefix)
        if over(found, size) or time.monotonic() > deadline:
            return found
        time.sleep(0.5)


def over(found: Counter[str], size: int) -> bool:
    """Whether all of `size` were written and none is to leave any more."""
    return found.total() >= size and not any(found[name] for name in _RUNNING)


def handed_over(made: House, prefix: str) -> tuple[int, float]:
    """How many were accepted, and the seconds from the first posted to the last accepted."""
    with made.engine.connect() as conn:
        row = conn.execute(_SPAN, {"prefix": prefix}).one()
    return int(row.rows), float(row.seconds or 0)


def arrived(made: House) -> list[dict[str, Any]]:
    """All messages of ours that the sandbox has taken."""
    answer = httpx.get(f"{made.settings.sandbox_url}/sandbox/messages", trust_env=False, timeout=120)
    return [one for one in answer.raise_for_status().json()["messages"] if one["direction"] == "out"]


def a_second(messages: list[dict[str, Any]], per_s: int) -> dict[str, Any]:
    """Messages in each whole second of the sandbox's clock, the first and last seconds left out."""
    counts = Counter(one["at"] for one in messages)
    seconds = [counts[at] for at in sorted(counts)][_FIRST_LAST:-_FIRST_LAST]
    return {
        "seconds": len(seconds), "most_in_one": max(seconds, default=0), "above_the_rate": sum(n > per_s for n in seconds),
        "mean": round(sum(seconds) / max(len(seconds), 1), 2),
        "used": round(sum(seconds) / max(len(seconds), 1) / per_s, 4),
    }  # fmt: skip


def each_once(messages: list[dict[str, Any]], numbers: range) -> dict[str, int]:
    """How many of these members got it once, twice or never."""
    got = Counter(one["phone"] for one in messages)
    times = Counter(min(got[crowd.phone(number)], 2) for number in numbers)
    return {"once": times[1], "more_than_once": times[2], "never": times[0]}
