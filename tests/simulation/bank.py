"""RazorpayX beyond our walls, in process: it times out both ways, refuses, fails, reverses days later, and its callbacks
come early, late, twice, out of order or never. One idempotency key makes one payout, for seven days."""

from __future__ import annotations

import hashlib
import hmac
import json
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx

from tests.payouts.fake_razorpayx import IDEMPOTENCY, entity_of, error

if TYPE_CHECKING:
    from tests.simulation.world import World

WEBHOOK_SECRET = "whsec"
REMEMBERS_KEYS = timedelta(days=7)
FAILURES = ("beneficiary_bank_offline", "imps_not_allowed", "amount_limit_exhausted")
HOUR_S, DAY_S = 3_600, 86_400
TRIES_MAX = 6


@dataclass
class Bank:
    world: World
    payouts: list[dict[str, Any]] = field(default_factory=list)
    keys: dict[str, tuple[datetime, bytes, dict[str, Any]]] = field(default_factory=dict)
    events: int = 0

    def handle(self, request: httpx.Request) -> httpx.Response:
        """What the adapter's client asks. Raises httpx's own faults, before or after the payout was taken."""
        if not request.url.path.endswith("/payouts"):
            return httpx.Response(404, json=error("The requested URL was not found on the server."))
        if request.method == "GET":
            return self._asked(request.url.params.get("reference_id", ""))
        return self._posted(request)

    def _posted(self, request: httpx.Request) -> httpx.Response:
        world, key = self.world, request.headers["X-Payout-Idempotency"]
        roll = world.dice.random() if world.rough else 1.0
        if roll < 0.06:
            world.note("  bank: unreachable")
            raise httpx.ConnectError("refused", request=request)
        if roll < 0.12:
            world.note("  bank: the request is lost")
            raise httpx.ReadTimeout("lost", request=request)
        if roll < 0.2:
            status = world.dice.choice((429, 500, 503, 401))
            world.note(f"  bank: not taken, {status}")
            return httpx.Response(status, json=error("Not today"))
        if roll < 0.22:
            return httpx.Response(400, json=error("Your account does not have enough balance", reason="insufficient_funds"))
        answer = self._take(key, request.content)
        if roll < 0.32:
            world.note("  bank: the answer is lost")
            raise httpx.ReadTimeout("answer lost", request=request)
        if roll < 0.36:
            return httpx.Response(world.dice.choice((500, 502, 504)), json=error("We lost ourselves"))
        return answer

    def _take(self, key: str, body: bytes) -> httpx.Response:
        known = self.keys.get(key)
        if known is not None and known[0] > self.world.now - REMEMBERS_KEYS:
            if known[1] != body:
                return httpx.Response(400, json=error(IDEMPOTENCY))
            return httpx.Response(200, json=known[2])
        asked = json.loads(body)
        account = asked["fund_account"]
        if account.get("vpa", {}).get("address", "").startswith("nobody@"):
            return httpx.Response(400, json=error("The VPA is invalid", field="fund_account.vpa.address"))
        entity = entity_of(f"pout_{len(self.payouts):014d}", asked, self.world.dice.choice(("processing", "queued")))
        self.payouts.append(entity)
        self.keys[key] = (self.world.now, body, entity)
        self.world.note(f"  bank: takes {entity['reference_id']}, {entity['amount']} paise")
        self._destine(entity)
        return httpx.Response(200, json=entity)

    def _asked(self, reference: str) -> httpx.Response:
        if self.world.rough and self.world.chance(0.12):
            if self.world.chance(0.5):
                raise httpx.ReadTimeout("no answer")
            return httpx.Response(self.world.dice.choice((429, 500)), json=error("Not today"))
        items = [entity for entity in self.payouts if entity["reference_id"] == reference]
        return httpx.Response(200, json={"entity": "collection", "count": len(items), "items": items})

    # ---- what becomes of a payout

    def _destine(self, entity: dict[str, Any]) -> None:
        world, dice = self.world, self.world.dice
        soon_s, days_s = dice.uniform(1, 1_800), dice.uniform(1, 5) * DAY_S
        roll = dice.random()
        if roll < 0.12:
            self._become(entity, "processed")  # before our POST is answered
        elif roll < 0.7:
            world.later(soon_s, lambda: self._become(entity, "processed"))
        elif roll < 0.8:
            world.later(soon_s, lambda: self._become(entity, "processed"))
            world.later(days_s, lambda: self._become(entity, "reversed"))
        elif roll < 0.9:
            world.later(soon_s, lambda: self._become(entity, "failed"))
        elif roll < 0.95:
            world.later(soon_s, lambda: self._become(entity, "reversed"))
        else:
            world.later(dice.uniform(1, 20) * HOUR_S, lambda: self._become(entity, "processed"))

    def _become(self, entity: dict[str, Any], status: str) -> None:
        dice = self.world.dice
        reason = None if status == "processed" else dice.choice(FAILURES)
        entity["status"] = status
        entity["utr"] = entity["utr"] or (f"{dice.randrange(10**12):012d}" if status == "processed" else None)
        entity["status_details"] = {"reason": reason, "description": "…", "source": "beneficiary_bank"} if reason else None
        self.world.note(f"  bank: {entity['reference_id']} is {status}")
        self._tell(f"payout.{status}", entity)

    def _tell(self, event: str, entity: dict[str, Any]) -> None:
        self.events += 1
        about = {"payout": {"entity": deepcopy(entity)}}
        body = json.dumps({"entity": "event", "event": event, "contains": ["payout"], "payload": about}).encode()
        headers = {
            "X-Razorpay-Signature": hmac.new(WEBHOOK_SECRET.encode(), body, hashlib.sha256).hexdigest(),
            "x-razorpay-event-id": f"evt_{self.events}", "Content-Type": "application/json",
        }  # fmt: skip
        world = self.world
        copies = world.dice.choices((0, 1, 2, 3), (0.12, 0.68, 0.15, 0.05))[0] if world.rough else 1
        for _ in range(copies):
            if world.chance(0.15):
                world.send("/razorpayx/events", body, headers)
            else:
                wait_s = world.dice.uniform(0.1, 60) if world.chance(0.8) else world.dice.uniform(60, 6 * HOUR_S)
                world.later(wait_s, lambda: self._callback(body, headers, 1))

    def _callback(self, body: bytes, headers: dict[str, str], tries: int) -> None:
        if self.world.send("/razorpayx/events", body, headers) != 200 and tries < TRIES_MAX:
            self.world.later(self.world.dice.uniform(10, 900), lambda: self._callback(body, headers, tries + 1))
