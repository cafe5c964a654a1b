"""Very many signed requests from many people through real HTTP to the web and its Postgres; then the laws.

    python -m tests.soak.web REQUESTS SEED      prints one JSON object, exit 1 where a law is broken
"""

from __future__ import annotations

import http.client
import json
import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

from bot import turn
from bot.bench import house as bench_house
from bot.wiring import House
from loyalty.programme_rows import current, published_ids
from loyalty.stock import codes_of, issue
from tests.soak import laws
from tests.soak.people import SHARE_OF_CODES, Person

CLIENTS = 8
REQUESTS_EACH = 250  # of one person
TRIES = 4
SKU = "WIRE-2.5-90"


@dataclass
class Tally:
    taken: int = 0
    repeats: int = 0
    forged: int = 0
    wrong: int = 0
    again: int = 0  # posted once more, because no answer came: as Twilio does, for the first may have been taken
    slowest_ms: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


def run(requests: int, seed: int) -> dict[str, object]:
    """Figures of the run, and the laws it broke."""
    people = max(requests // REQUESTS_EACH, 1)
    with bench_house.prepared("soak") as made:
        everyone = _everyone(made, people, requests, seed)
        with bench_house.running(made, ("web",)):
            began = time.monotonic()
            tally = _write(made, everyone, requests // people)
            took_s = time.monotonic() - began
        left = _catch_up(made)
        sent = {
            "taken": tally.taken, "repeats": tally.repeats, "forged": tally.forged, "wrong": tally.wrong, "people": people,
            "again": tally.again,
        }
        with made.engine.begin() as conn:
            conn.exec_driver_sql("SET LOCAL statement_timeout = 0")  # a law over everything takes longer than a turn may
            tried, broken = laws.tried(made, conn, sent)
            has = laws.figures(conn)
    posted = tally.taken + tally.repeats + tally.forged + tally.wrong
    return {
        "requests": posted, "people": people, "seed": seed, "seconds": round(took_s), "per_s": round(posted / took_s, 1),
        "slowest_ms": round(tally.slowest_ms), "laws": tried, "broken": broken, "answered_after_the_rush": left,
        **{name: has[name] for name in ("messages", "turns", "claimed", "points_held")},
        "repeats": tally.repeats, "forged": tally.forged, "again": tally.again,
    }  # fmt: skip


def _everyone(made: House, people: int, requests: int, seed: int) -> list[Person]:
    each = int(requests / people * SHARE_OF_CODES * 1.5) + 5
    with made.engine.begin() as conn:
        programme = current(conn, published_ids(conn)[0]).programme
        batch = issue(conn, programme, SKU, people * each, None, False, made.codes, made.ids, made.clock.now(conn))
        codes = iter(list(codes_of(conn, batch, made.codes)))
    others: list[str] = []
    return [
        Person(
            f"+9198{10_000_000 + n:08d}", random.Random(f"{seed}/{n}"), list(islice(codes, each)), others,
            made.settings.twilio_from,
        )
        for n in range(people)
    ]  # fmt: skip


def _write(made: House, everyone: list[Person], each: int) -> Tally:
    tally = Tally()
    with ThreadPoolExecutor(CLIENTS) as clients:
        for done in [clients.submit(_client, made, everyone[n::CLIENTS], each, tally) for n in range(CLIENTS)]:
            done.result()
    return tally


def _client(made: House, mine: list[Person], each: int, tally: Tally) -> None:
    """Its people in turn, one request of each after another."""
    address = urlsplit(made.settings.base_url)
    url, ours = f"{made.settings.base_url}/twilio/inbound", RequestValidator(made.settings.twilio_auth_token)
    strangers = RequestValidator("a stranger's token")
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    posts = [person.posts() for person in mine]
    for _ in range(each):
        for stream in posts:
            post = next(stream)
            signed = (strangers if post.forged else ours).compute_signature(url, post.form)
            headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signed}
            began = time.monotonic()
            status = _posted(connection, urlencode(post.form), headers, tally)
            _count(tally, status, (time.monotonic() - began) * 1000, forged=post.forged, repeat=post.repeat)


def _posted(connection: http.client.HTTPConnection, body: str, headers: dict[str, str], tally: Tally) -> int:
    """The status. A web process that is ended for being slow takes its connections with it; so does a machine under load."""
    for left in range(TRIES, -1, -1):
        try:
            connection.request("POST", "/twilio/inbound", body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            connection.close()  # the next request opens another
            if not left:
                raise
            with tally.lock:
                tally.again += 1
            time.sleep(0.5)
    raise AssertionError("not reached")


def _count(tally: Tally, status: int, took_ms: float, *, forged: bool, repeat: bool) -> None:
    with tally.lock:
        tally.slowest_ms = max(tally.slowest_ms, took_ms)
        if status != (http.client.FORBIDDEN if forged else http.client.OK):
            tally.wrong += 1
        elif forged:
            tally.forged += 1
        elif repeat:
            tally.repeats += 1
        else:
            tally.taken += 1


def _catch_up(made: House) -> int:
    """Turns that were left to the sweeper, which does not run here."""
    left = 0
    for _ in range(20):
        with made.engine.connect() as conn:
            waiting = list(conn.exec_driver_sql(laws.WAITING).scalars())
        if not waiting:
            break
        left += len(waiting)
        for conversation in waiting:
            turn.run(made, conversation)
    return left


def main(words: list[str]) -> int:
    figures = run(int(words[0]), int(words[1]))
    print(json.dumps(figures))
    return 1 if figures["broken"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
