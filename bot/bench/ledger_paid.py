"""From the yes that confirms a redemption to the "paid" message that Twilio has taken, through the whole running house."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from typing import Any

import httpx
from sqlalchemy import text

from bot.bench import house as bench_house
from bot.bench.load import percentile
from bot.content import sync
from bot.demo import saathi
from bot.phone import Phone
from bot.wiring import House

WAIT_S = 240.0  # a post whose answer was lost is repeated after a minute, and again after two
ANSWERS_MAX = 14
ANSWERS = {  # by the state that has the floor; what a willing member says
    "": "hello", "AskConsent": "yes", "AskName": "Load Tester", "AskRole": "1", "AskPin": "411001", "AskShop": "skip",
    "AskMobile": "skip", "AskPoints": "100", "OfferSaved": "yes", "AskVpa": "load.tester@okaxis",
}  # fmt: skip
CONFIRMS = "Confirm"
PROCESSES = ("web", "relay", "turns", "payouts", "clock")

_STATE = text("""
    SELECT coalesce(v.state, ''), v.member_id FROM conversations v JOIN contacts c ON c.id = v.contact_id
    WHERE c.address = :address""")
_TOOK = text("""
    SELECT extract(epoch FROM o.accepted_at - i.received_at) FROM payouts p
    JOIN inbox i ON i.key = split_part(p.key, '/', 1)
    JOIN outbox o ON o.conversation_id = p.conversation_id AND o.text_key IN ('news.paid', 'news.paid_bare')
    WHERE i.id > :after AND o.accepted_at IS NOT NULL""")
_NEWEST = text("SELECT coalesce(max(id), 0) FROM inbox")


def measure(made: House, redemptions: int) -> dict[str, Any]:
    """So many redemptions with a provider that answers, and as many with one that fails in three of ten ways."""
    with bench_house.running(made, PROCESSES, sandbox={"SANDBOX_LATENCY_MS": "150"}):
        sync(made)
        codes = _codes(2 * redemptions)
        phones = [Phone(made.settings.sandbox_url, f"+9197{10_000_000 + n:08d}", "Load") for n in range(2 * redemptions)]
        for phone, code in zip(phones, codes, strict=True):
            _ready_to_confirm(made, phone, code)
        calm = _redeem(made, phones[:redemptions])
        faults = _faults(max(redemptions // 10, 1))
        httpx.post(f"{made.settings.sandbox_url}/sandbox/faults", json=faults, trust_env=False).raise_for_status()
        rough = _redeem(made, phones[redemptions:])
        for phone in phones:
            phone.close()
    return {"calm": _figures(calm, redemptions), "with_faults": _figures(rough, redemptions) | {"faults": faults}}


def _faults(times: int) -> list[dict[str, Any]]:
    """Of the provider: an answer lost, a server error, a callback that never comes."""
    return [
        {"where": "razorpayx.payouts", "kind": "drop_after_accept", "times": times},
        {"where": "razorpayx.payouts", "kind": "error", "code": 500, "times": times},
        {"where": "razorpayx.webhook", "kind": "drop", "times": times},
    ]


def _redeem(made: House, phones: Sequence[Phone]) -> list[float]:
    """Everyone confirms, one after the other; seconds until each was told of the money, for those who were in time."""
    with made.engine.connect() as conn:
        after = conn.execute(_NEWEST).scalar_one()
    for phone in phones:
        phone.text("yes")
    deadline = time.monotonic() + WAIT_S
    while len(found := _took(made, after)) < len(phones) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


def _took(made: House, after: int) -> list[float]:
    with made.engine.connect() as conn:
        return [float(seconds) for seconds in conn.execute(_TOOK, {"after": after}).scalars()]


def _ready_to_confirm(made: House, phone: Phone, code: str) -> None:
    """They join, claim their code and answer everything up to the last question."""
    claimed = redeeming = False
    for _ in range(ANSWERS_MAX):
        state, member = _state(made, phone.address)
        if state == CONFIRMS:
            return
        if member and not claimed:
            phone.text(code)
            claimed = True
        elif member and not state and not redeeming:
            phone.text("redeem")
            redeeming = True
        elif state in ANSWERS:
            phone.text(ANSWERS[state])
        else:
            raise RuntimeError(f"the bench does not know what to answer in the state {state}")
    raise RuntimeError(f"{phone.number} was not asked to confirm within {ANSWERS_MAX} messages; it stands at {state!r}")


def _state(made: House, address: str) -> tuple[str, str | None]:
    with made.engine.connect() as conn:
        row = conn.execute(_STATE, {"address": address}).one_or_none()
    return (str(row[0]), row[1]) if row else ("", None)


def _codes(count: int) -> list[str]:
    """Of the product with the most points, so that one is enough for a redemption."""
    env = dict(os.environ)
    products = json.loads(saathi("programme", "show", "--json", env=env))["content"]["products"]
    sku = max(products, key=lambda product: int(product["points"]))["sku"]
    made: list[str] = json.loads(saathi("coupon", "issue", "--sku", sku, "--count", str(count), "--json", env=env))["codes"]
    return made


def _figures(took_s: list[float], of: int) -> dict[str, Any]:
    return {
        "redemptions": of, "told_paid": len(took_s), "p50_s": round(percentile(took_s, 0.5), 2),
        "p95_s": round(percentile(took_s, 0.95), 2), "max_s": round(max(took_s, default=0.0), 2),
    }  # fmt: skip
