"""People who chat with a house that is being measured: they join, they may be written to, and how long their answers took."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from bot.bench.load import Target, paced
from bot.phone import Phone
from bot.wiring import House

WORDS = ("balance", "menu", "help", "मेरे पॉइंट")
EMPTY_S = 30.0

_LEFT = text("SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending', 'uncertain') AND lane <> 'campaign'")
_WAITING = text("SELECT count(*) FROM inbox WHERE handled_at IS NULL")
_HANDED = text("""
    SELECT extract(epoch FROM o.accepted_at - i.received_at) AS took_s FROM outbox o
    JOIN inbox i ON i.key = split_part(o.key, '/', 1)
    WHERE i.received_at >= :since AND i.kind = 'message' AND o.accepted_at IS NOT NULL""")


def phones(count: int) -> list[str]:
    return [f"+9198{number:08d}" for number in range(10_000_000, 10_000_000 + count)]


def target(made: House) -> Target:
    return Target(made.settings.base_url, made.settings.twilio_from, made.settings.twilio_auth_token)


def enrol(made: House, people: list[str]) -> None:
    """Everyone enrols by chatting, so that the turns measured are members' turns."""
    for words in ("hello", "yes", "Load Tester", "1", "411001"):
        paced(target(made), people, [words], per_s=100, seconds=len(people) / 100)
        deadline = time.monotonic() + EMPTY_S
        while unhandled(made) and time.monotonic() < deadline:
            time.sleep(0.2)


def open_windows(made: House, people: Sequence[str]) -> None:
    """The sandbox refuses free form to a phone that has not written to it: each writes once through it."""
    for number in people:
        Phone(made.settings.sandbox_url, number, "Load").text("menu")
    emptied(made)


def handed_ms(made: House, since: datetime) -> list[float]:
    """From the webhook to the answer that Twilio has taken, of everything that came since."""
    with made.engine.connect() as conn:
        return [float(row.took_s) * 1000 for row in conn.execute(_HANDED, {"since": since})]


def emptied(made: House) -> float:
    """Seconds until no answer waits in the outbox; EMPTY_S where it does not empty."""
    began = time.monotonic()
    while count(made, _LEFT):
        if time.monotonic() - began > EMPTY_S:
            return EMPTY_S
        time.sleep(0.05)
    return time.monotonic() - began


def unhandled(made: House) -> int:
    return count(made, _WAITING)


def count(made: House, what: Any, **given: Any) -> int:
    with made.engine.connect() as conn:
        return int(conn.execute(what, given).scalar_one())
