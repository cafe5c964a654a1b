"""A hundred photos of labels sent through the sandbox: how long from the message stored to the points handed over."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from sqlalchemy import text

from bot.demo import saathi
from bot.demo_pictures import photograph
from bot.phone import Phone
from bot.wiring import House
from loyalty.code_search import wa_link

SENDERS = 10
EVERY_S = 0.5  # between two photos: two a second is 5 million a month
WAIT_S = 60.0

_TOOK = text("""
    SELECT extract(epoch FROM o.accepted_at - i.received_at) AS took_s FROM outbox o
    JOIN tasks t ON o.key LIKE t.key || '/done/%' JOIN inbox i ON i.key = split_part(t.key, '/', 1)
    WHERE o.text_key = 'scan.credited' AND o.accepted_at IS NOT NULL""")


def photo_latencies_s(made: House, count: int, pictures: Path) -> list[float]:
    """Seconds of each photo that was credited."""
    paths = labels(made, count, pictures)
    phones = [Phone(made.settings.sandbox_url, f"+9198{10_000_000 + n:08d}", "Load") for n in range(SENDERS)]
    for number, path in enumerate(paths):
        began = time.monotonic()
        phones[number % SENDERS].photo(path)
        time.sleep(max(0.0, EVERY_S - (time.monotonic() - began)))
    deadline = time.monotonic() + WAIT_S
    while len(found := credited_s(made)) < count and time.monotonic() < deadline:
        time.sleep(0.5)
    return found


def labels(made: House, count: int, folder: Path) -> list[Path]:
    """Photos of new labels, one code on each."""
    codes = json.loads(saathi("coupon", "issue", "--sku", _sku(), "--count", str(count), "--json", env=_env()))["codes"]
    digits = made.settings.twilio_from.removeprefix("whatsapp:+")
    return [
        photograph([(wa_link(digits, code), code)], folder / f"{n}.jpg", columns=1, tilt=0.05 + n % 6 / 20)
        for n, code in enumerate(codes)
    ]


def credited_s(made: House) -> list[float]:
    """Seconds from each photo of a label stored to its points handed over, so far."""
    with made.engine.connect() as conn:
        return [float(row.took_s) for row in conn.execute(_TOOK)]


def _sku() -> str:
    sku: str = json.loads(saathi("programme", "show", "--json", env=_env()))["content"]["products"][0]["sku"]
    return sku


def _env() -> dict[str, str]:
    return dict(os.environ)
