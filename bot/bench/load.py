"""Load: signed webhooks posted at a rate, or as fast as answers come, from a process of its own.

The sender is a process apart, so that its work never waits for the interpreter lock of whatever is measured.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import queue
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

THREADS = 24


@dataclass(frozen=True, slots=True)
class Target:
    url: str  # of the service
    sender: str
    auth_token: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a load: latencies in ms of answers with status 200, and everything else counted."""

    latencies_ms: tuple[float, ...]
    errors: int
    late_ms_max: float  # how far the sender fell behind its own plan
    seconds: float
    sids: tuple[str, ...]


def paced(target: Target, phones: Sequence[str], words: Sequence[str], *, per_s: float, seconds: float) -> Sent:
    """Open loop: `per_s` messages a second whatever the answers do, from all phones in turn."""
    return _apart(_paced, target, list(phones), list(words), per_s, seconds)


def closed(target: Target, phones: Sequence[str], words: Sequence[str], *, clients: int, seconds: float) -> Sent:
    """Closed loop: each client sends its next message when the last one is answered."""
    return _apart(_closed, target, list(phones), list(words), clients, seconds)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of the values do not exceed; 0 without values."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


def _apart(work: object, *given: object) -> Sent:
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=_report, args=(work, answers, given))
    process.start()
    raw = json.loads(answers.get())
    process.join()
    return Sent(tuple(raw[0]), raw[1], raw[2], raw[3], tuple(raw[4]))


def _report(work: object, answers: object, given: tuple[object, ...]) -> None:
    assert callable(work)
    sent: Sent = work(*given)
    answers.put(json.dumps([sent.latencies_ms, sent.errors, sent.late_ms_max, sent.seconds, sent.sids]))  # type: ignore[attr-defined]  # a Queue of spawn's


class _Tally:
    def __init__(self) -> None:
        self.latencies_ms: list[float] = []
        self.errors = 0
        self.late_ms_max = 0.0
        self.sids: list[str] = []


def _paced(target: Target, phones: list[str], words: list[str], per_s: float, seconds: float) -> Sent:
    plan: queue.SimpleQueue[tuple[float, bytes, dict[str, str], str] | None] = queue.SimpleQueue()
    began = time.monotonic() + 0.5
    for number in range(int(per_s * seconds)):
        body, headers, sid = _request(target, phones[number % len(phones)], words[number % len(words)])
        plan.put((began + number / per_s, body, headers, sid))
    for _ in range(THREADS):
        plan.put(None)

    def client(tally: _Tally) -> None:
        connection = _connection(target)
        while (planned := plan.get()) is not None:
            at, body, headers, sid = planned
            wait = at - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            else:
                tally.late_ms_max = max(tally.late_ms_max, -wait * 1000)
            connection = _post(connection, target, body, headers, sid, tally)

    return _with_clients(client, THREADS)


def _closed(target: Target, phones: list[str], words: list[str], clients: int, seconds: float) -> Sent:
    end = time.monotonic() + seconds
    shares: queue.SimpleQueue[list[str]] = queue.SimpleQueue()
    for number in range(clients):
        shares.put(phones[number::clients])

    def client(tally: _Tally) -> None:
        connection, mine, number = _connection(target), shares.get(), 0
        while time.monotonic() < end:
            body, headers, sid = _request(target, mine[number % len(mine)], words[number % len(words)])
            connection = _post(connection, target, body, headers, sid, tally)
            number += 1

    return _with_clients(client, clients)


def _with_clients(client: object, count: int) -> Sent:
    assert callable(client)
    tallies = [_Tally() for _ in range(count)]
    threads = [threading.Thread(target=client, args=(tally,)) for tally in tallies]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Sent(
        tuple(ms for t in tallies for ms in t.latencies_ms), sum(t.errors for t in tallies),
        max(t.late_ms_max for t in tallies), time.monotonic() - began, tuple(s for t in tallies for s in t.sids),
    )  # fmt: skip


def _request(target: Target, phone: str, words: str) -> tuple[bytes, dict[str, str], str]:
    sid = "SM" + uuid.uuid4().hex
    form = {
        "MessageSid": sid, "SmsMessageSid": sid, "AccountSid": "AC" + "0" * 32, "From": f"whatsapp:{phone}",
        "To": target.sender, "Body": words, "NumMedia": "0", "ProfileName": "Load", "WaId": phone.lstrip("+"),
        "SmsStatus": "received", "ApiVersion": "2010-04-01", "MessageType": "text",
    }  # fmt: skip
    signature = RequestValidator(target.auth_token).compute_signature(f"{target.url}/twilio/inbound", form)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
    return urlencode(form).encode(), headers, sid


def _connection(target: Target) -> http.client.HTTPConnection:
    parts = urlsplit(target.url)
    return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)


def _post(
    connection: http.client.HTTPConnection, target: Target, body: bytes, headers: dict[str, str], sid: str, tally: _Tally
) -> http.client.HTTPConnection:
    began = time.monotonic()
    try:
        connection.request("POST", "/twilio/inbound", body, headers)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        tally.errors += 1
        connection.close()
        return _connection(target)
    if answer.status == http.client.OK:
        tally.latencies_ms.append((time.monotonic() - began) * 1000)
        tally.sids.append(sid)
    else:
        tally.errors += 1
    return connection
