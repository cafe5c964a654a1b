"""RazorpayX's webhooks: signed over the raw bytes, at least once, unordered."""

import hashlib
import hmac
import json
from typing import Any

from sandbox import ids
from sandbox.courier import Answer, RetryPolicy
from sandbox.webhooks import Post
from sandbox.world import World

PATH = "/razorpayx/events"
FIRST_RETRY_S, GIVE_UP_S = 1.0, 24 * 3600.0
ONCE = RetryPolicy(0, frozenset())


def post_event(world: World, event: str, payload: dict[str, Any]) -> None:
    """Posts an event, and again after 1, 2, 4 ... seconds of the dial until the bot answers 2xx or a day is over."""
    body = {
        "entity": "event",
        "account_id": "acc_00000000000001",
        "event": event,
        "contains": list(payload),
        "payload": payload,
        "created_at": int(world.dial.now()),
    }
    raw = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    signature = hmac.new(world.settings.razorpay_webhook_secret.encode(), raw, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-Razorpay-Signature": signature,
        "x-razorpay-event-id": ids.razorpay_id("evt").removeprefix("evt_"),
        "User-Agent": "Razorpay-Webhook/v1",
    }
    _attempt(world, raw, headers, FIRST_RETRY_S, 0.0)


def _attempt(world: World, raw: bytes, headers: dict[str, str], wait_s: float, waited_s: float) -> None:
    def post(counted_as: str) -> Answer:
        answer = world.courier.post(world.settings.bot_url + PATH, raw, headers, ONCE, counted_as)
        if not answer.accepted and waited_s + wait_s <= GIVE_UP_S:
            world.scheduler.later(wait_s, lambda: _attempt(world, raw, headers, wait_s * 2, waited_s + wait_s))
        return answer

    send: Post = post
    world.webhooks.deliver("razorpayx.webhook", send)
