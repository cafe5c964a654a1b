"""Photos of bills through real HTTP: how long one takes, whether a queue of them drains, and who has to wait behind it.

    (a) single bills, one after the other: from the photo posted to the credit handed over
    (b) many at once from many members: how many are answered, and after how long the last; meanwhile a coupon's photo and
        a dark one, neither of which should wait for the bills
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np
from sqlalchemy import text

from bot.bench import house as bench_house
from bot.bench.load import percentile
from bot.bench.photos import credited_s, labels
from bot.demo_invoices import AUTHORISED, BOARDS, FANS, LIGHTS, WIRES, Bill, Item, photograph
from bot.phone import Phone
from bot.wiring import House

LATENCY_MS = 150  # of the stand-in for Twilio
PROCESSES = ("web", "relay", "media", "paper", "turns", "clock")
ENROL = ("hello", "yes", "Load Tester", "1", "411001")
POSTING = 16  # people who press "send" at the same moment
STUCK_S = 120.0
DARK = 0.09  # of the light of a good photo

_ANSWERED = text("""
    SELECT t.id, min(extract(epoch FROM o.accepted_at - i.received_at)) AS took_s, min(o.text_key) AS told,
           extract(epoch FROM max(o.accepted_at)) AS at_s, extract(epoch FROM min(i.received_at)) AS from_s
    FROM tasks t JOIN inbox i ON i.key = split_part(t.key, '/', 1)
    JOIN outbox o ON o.key LIKE t.key || '/done/%'
    WHERE t.kind = 'read_paper' AND o.accepted_at IS NOT NULL GROUP BY t.id ORDER BY t.id""")
_COACHED = text("""
    SELECT extract(epoch FROM o.accepted_at - i.received_at) AS took_s FROM tasks t
    JOIN inbox i ON i.key = split_part(t.key, '/', 1) JOIN outbox o ON o.key LIKE t.key || '/coach/%'
    WHERE o.accepted_at IS NOT NULL""")


@dataclass(frozen=True, slots=True)
class Plan:
    singles: int = 30
    queued: int = 100
    people: int = 25


def measure(plan: Plan) -> dict[str, Any]:
    """Run all of it on this machine; figures by name."""
    with bench_house.prepared("bench-bills") as made:
        folder = Path(made.settings.home) / "bills"
        paths = bills(made, plan.singles + plan.queued, folder)
        coupon, dark = labels(made, 1, folder)[0], darkened(paths[-1], folder / "dark.jpg")
        with bench_house.running(made, PROCESSES, sandbox={"SANDBOX_LATENCY_MS": str(LATENCY_MS)}):
            phones = [_member(made, number) for number in range(plan.people + 2)]
            with bench_house.peak_memory_mb(("media", "paper")) as peaks:
                for number, path in enumerate(paths[: plan.singles]):
                    phones[number % plan.people].photo(path)
                    _answered(made, number + 1)
                singles = _answers(made)
                _at_once(phones[: plan.people], paths[plan.singles :])
                phones[-2].photo(coupon)
                phones[-1].photo(dark)
                # the dark one is answered too: as a bill, or as none
                _answered(made, plan.singles + plan.queued + 1)
                queued = [one for one in _answers(made) if one.id not in {single.id for single in singles}]
                behind = {"coupon_s": _first(credited_s(made)), "coach_s": _first(_coached(made))}
        return {
            "singles": _told(singles, plan.singles), "queue": _drained(queued, plan.queued + 1) | behind,
            "peak_mb": {name: round(peak) for name, peak in peaks.items()},
        }  # fmt: skip


def bills(made: House, count: int, folder: Path) -> list[Path]:
    """So many photos of bills of an authorised distributor, no two of the same purchase."""
    with made.engine.connect() as conn:
        day = made.clock.now(conn).date() - timedelta(days=3)
    chance = Random(count)
    goods = (*WIRES, *BOARDS, *LIGHTS, *FANS)
    paths = []
    for number in range(count):
        items = tuple(
            Item(one.words, one.hsn, chance.randint(2, 40), one.rate_rupees + chance.randint(1, 97))
            for one in chance.sample(goods, chance.randint(2, 5))
        )
        bill = Bill(*AUTHORISED, f"RED/{day:%y}/{number + 1:05d}", day, items)
        paths.append(photograph(bill, folder / f"bill-{number}.jpg"))
    return paths


def darkened(path: Path, to: Path) -> Path:
    """The same photo in bad light."""
    seen = cv2.imread(str(path))
    assert seen is not None
    cv2.imwrite(str(to), (seen * DARK).astype(np.uint8))
    return to


def _member(made: House, number: int) -> Phone:
    phone = Phone(made.settings.sandbox_url, f"+9198{20_000_000 + number:08d}", "Load")
    for words in ENROL:
        phone.text(words)
    return phone


def _at_once(phones: Sequence[Phone], paths: Sequence[Path]) -> None:
    def send(number: int) -> None:
        for path in paths[number :: len(phones)]:
            phones[number].photo(path)

    with ThreadPoolExecutor(POSTING) as pool:
        list(pool.map(send, range(len(phones))))


def _answers(made: House) -> list[Any]:
    with made.engine.connect() as conn:
        return list(conn.execute(_ANSWERED))


def _coached(made: House) -> list[float]:
    with made.engine.connect() as conn:
        return [float(row.took_s) for row in conn.execute(_COACHED)]


def _answered(made: House, count: int) -> None:
    """Wait for so many answers; STUCK_S without any is the end of it."""
    had, since = len(_answers(made)), time.monotonic()
    while had < count and time.monotonic() - since < STUCK_S:
        time.sleep(0.2)
        now = len(_answers(made))
        if now > had:
            had, since = now, time.monotonic()


def _told(answers: Sequence[Any], posted: int) -> dict[str, Any]:
    took_s = [float(one.took_s) for one in answers]
    return {
        "posted": posted, "answered": len(answers), "told": dict(Counter(one.told for one in answers)),
        "p50_s": round(percentile(took_s, 0.5), 2), "p95_s": round(percentile(took_s, 0.95), 2),
        "max_s": round(max(took_s, default=0), 2),
    }  # fmt: skip


def _drained(answers: Sequence[Any], posted: int) -> dict[str, Any]:
    began = min((float(one.from_s) for one in answers), default=0.0)
    ended = max((float(one.at_s) for one in answers), default=0.0)
    return _told(answers, posted) | {"lost": posted - len(answers), "drained_after_s": round(ended - began, 1)}


def _first(took_s: Sequence[float]) -> float | None:
    return round(min(took_s), 2) if took_s else None
