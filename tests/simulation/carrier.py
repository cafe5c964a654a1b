"""Twilio beyond our walls, in process: it repeats, reorders, drops, times out both ways and reports early, late or never.

Everything it decides comes from the world's dice, everything it does later from the world's calendar.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import requests

from tests.house import SENDER
from whatsapp.errors import Kind
from whatsapp.outcome import Accepted, Listed, Outcome, Post, Refused, Uncertain

if TYPE_CHECKING:
    from tests.simulation.world import World

PUBLIC = "https://bot.example.com"
GOES_WELL = ("sent", "delivered", "read")
FAILS = (("failed", 63016), ("undelivered", 63024), ("failed", 63012), ("undelivered", 63049))
TRIES_MAX = 3  # of one webhook, over some seconds; after that only the list knows of the message


@dataclass
class Carrier:
    world: World
    listings: list[Listed] = field(default_factory=list)
    shown: Counter[tuple[str, str]] = field(default_factory=Counter)  # (phone, words): how often it was seen there

    # ---- what people write

    def write(self, who: str, words: str) -> None:
        """Somebody sends a message: it is in the list now; the webhook comes soon, late, twice or never."""
        world, sid = self.world, self._sid("in")
        self.listings.append(Listed(sid, who, SENDER, words, True, "received", None, 0, world.now))
        world.note(f"{who} writes {words!r}")
        form = {
            "MessageSid": sid, "From": who, "To": SENDER, "Body": words, "NumMedia": "0", "ProfileName": "Somebody",
            "WaId": who.rpartition("+")[2],
        }  # fmt: skip
        if world.chance(0.06):
            world.note("  and its webhook never comes")
            return
        for _ in range(2 if world.chance(0.12) else 1):
            wait_s = world.dice.uniform(0.05, 1.5) if world.chance(0.85) else world.dice.uniform(5, 90)
            world.later(wait_s, lambda: self._deliver(form, 1))

    def _deliver(self, form: dict[str, str], tries: int) -> None:
        status = self.world.post("/twilio/inbound", form)
        if status != 200 and tries < TRIES_MAX and not self.world.chance(0.15):
            self.world.later(self.world.dice.uniform(0.5, 5), lambda: self._deliver(form, tries + 1))

    # ---- what the house asks of it: the Courier's two methods

    def send(self, post: Post) -> Outcome:
        world = self.world
        roll = world.dice.random() if world.rough else 1.0
        if roll < 0.03:
            return Refused(Kind.RETRY, 63012, "internal")
        if roll < 0.05:
            return Refused(Kind.RATE, 20429, "too many requests")
        if roll < 0.09:
            world.note(f"  {post.to} a message is lost on its way to Twilio")
            return Uncertain("ReadTimeout")
        sid = self._accept(post)
        if roll < 0.14:
            world.note(f"  {post.to} Twilio has it, its answer is lost")
            return Uncertain("ReadTimeout")
        return Accepted(sid)

    def listed(self, *, since: datetime, to: str | None = None, limit: int = 1_000) -> Iterator[Listed]:
        if self.world.rough and self.world.chance(0.1):
            raise requests.ConnectionError("the list does not answer")
        found = [one for one in reversed(self.listings) if one.created_at >= since and to in (None, one.to)]
        return iter(found[:limit])

    def _accept(self, post: Post) -> str:
        world, sid = self.world, self._sid("out")
        self.listings.append(Listed(sid, post.sender, post.to, post.body, False, "sent", None, 0, world.now))
        failure = world.dice.choice(FAILS) if world.rough and world.chance(0.04) else None
        if failure is None:
            self.shown[post.to, post.body] += 1
        world.note(f"  {post.to} {'sees' if failure is None else 'never sees'} {post.body[:70]!r}")
        steps = [(status, None) for status in GOES_WELL] if failure is None else [("sent", None), failure]
        if failure is None and world.dice.random() < 0.75:
            steps = [world.dice.choice(steps)]  # the others never come
        path = post.status_callback.removeprefix(PUBLIC)
        for status, code in steps:
            form = {"MessageSid": sid, "MessageStatus": status, "To": post.to, "From": post.sender}
            self._report(path, form | ({"ErrorCode": str(code)} if code else {}))
        return sid

    def _report(self, path: str, form: dict[str, Any]) -> None:
        """A callback, at any time from before our POST is answered to minutes later; so they also come in any order."""
        world = self.world
        copies = world.dice.choices((0, 1, 2), (0.08, 0.82, 0.1))[0] if world.rough else 1
        for _ in range(copies):
            if world.chance(0.08):
                world.post(path, form)
            else:
                world.later(world.dice.uniform(0.1, 20), lambda: self._callback(path, form, 1))

    def _callback(self, path: str, form: dict[str, Any], tries: int) -> None:
        status = self.world.post(path, form)
        if status != 204 and tries < TRIES_MAX:
            self.world.later(self.world.dice.uniform(0.5, 5), lambda: self._callback(path, form, tries + 1))

    def _sid(self, way: str) -> str:
        return "SM" + hashlib.md5(f"{self.world.seed}/{way}/{len(self.listings)}".encode()).hexdigest()
