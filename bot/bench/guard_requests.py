"""Requests as a hostile internet sends them, by a seed: to every route there is, signed and not, straight into the app."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Flask
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from bot.bench.guard_parsers import CASHFREE, FORM, RAZORPAYX, REPORT
from bot.bench.rubbish import ODD, as_bytes, bent
from bot.wiring import House

METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "\u00e9")
TYPES = (
    "application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x", "multipart/form-data",
    "text/xml",
    "application/x-www-form-urlencoded; charset=utf-16", "application/json; charset=nonsense", "", "x" * 300,
)  # fmt: skip
HEADERS = (
    "X-Twilio-Signature", "X-Twilio-Webhooks-Signature-Settings", "X-Razorpay-Signature", "x-razorpay-event-id",
    "x-webhook-signature", "x-webhook-timestamp", "Cookie", "Authorization", "X-Forwarded-For", "X-Forwarded-Host", "Host",
    "Accept-Language", "Range", "If-None-Match", "If-Modified-Since", "Content-Encoding", "Transfer-Encoding", "Expect",
    "Origin",
)  # fmt: skip
PATHS = ("/", "//", "/..", "/.env", "/%00", "/media/", "/twilio", "/console/../metrics", "/\u00ff\u00fe", "/a" * 500)
WORDS = (
    "hi", "yes", "Ramesh", "1", "411001", "points", "redeem", "100", "a@okaxis", "stop", "language", "0000-0000-0000-0000",
    "pan", "bills", "kyc", "my data", "hindi",
)  # fmt: skip
SIGNED_SHARE = 0.35
BODIES = (
    FORM, REPORT, RAZORPAYX, CASHFREE, "[" * 3_000,
    '--x\r\nContent-Disposition: form-data; name="Body"\r\n\r\nhi\r\n--x--',
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    signed: bool = False


@dataclass(slots=True)
class Tally:
    """`broken`: 5xx, each with the request that caused it; a few are kept."""

    requests: int = 0
    signed: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    broken: list[tuple[int, Request]] = field(default_factory=list)

    @property
    def seen_5xx(self) -> int:
        return sum(number for status, number in self.statuses.items() if status >= 500)


@dataclass
class Attacker:
    """Knows every route of the app and, so as to come further in, the secrets of the house."""

    app: Flask
    house: House
    dice: random.Random
    routes: Sequence[tuple[str, Sequence[str]]] = ()
    sent: int = 0

    def __post_init__(self) -> None:
        rules = list(self.app.url_map.iter_rules())
        self.routes = sorted((rule.rule, sorted(rule.methods or ())) for rule in rules)

    def run(self, requests: int) -> Tally:
        tally = Tally()
        for _ in range(requests):
            request = self.request()
            status = answered(self.app, request)
            tally.requests += 1
            tally.signed += request.signed
            tally.statuses[status] += 1
            if status >= 500 and len(tally.broken) < 20:
                tally.broken.append((status, request))
        return tally

    def request(self) -> Request:
        self.sent += 1
        return self._signed() if self.dice.random() < SIGNED_SHARE else self._unsigned()

    def _unsigned(self) -> Request:
        rule, methods = self.dice.choice(self.routes)
        path = self._filled(rule) if self.dice.random() < 0.9 else self.dice.choice(PATHS)
        method = self.dice.choice(methods) if methods and self.dice.random() < 0.8 else self.dice.choice(METHODS)
        headers = {"Content-Type": self.dice.choice(TYPES)}
        for name in self.dice.sample(HEADERS, self.dice.choice((0, 1, 2, 4))):
            headers[name] = _one_line(bent(self.dice, ("t=1,v1=ab", "Bearer x", "a=b; c=d", "bytes=0-1", "https://x", "gzip")))
        asked = self.dice.random() < 0.3
        query = _one_line(bent(self.dice, (REPORT, FORM, "next=//evil.example", "bodySHA256=00"))) if asked else ""
        return Request(method, path, query, headers, as_bytes(self.dice, bent(self.dice, BODIES)))

    def _filled(self, rule: str) -> str:
        words = ""
        for piece in rule.split("<"):
            odd = bent(self.dice, ("1", "po_1", "pic_1.abcdef"))[:300]
            words += odd + piece.split(">", 1)[1] if ">" in piece else piece
        return words

    def _signed(self) -> Request:
        which = self.dice.choice(("inbound", "inbound", "inbound_json", "status", "razorpayx", "cashfree"))
        return {
            "inbound": self._inbound, "inbound_json": self._inbound_json, "status": self._status,
            "razorpayx": self._razorpayx, "cashfree": self._cashfree,
        }[which]()  # fmt: skip

    def _form(self) -> dict[str, str]:
        """A message to a sender of ours from one of many people; the rest of it is anything."""
        sid = "SM" + hashlib.md5(f"{self.dice.random()}/{self.sent}".encode(), usedforsecurity=False).hexdigest()
        form = dict(parse_qsl(FORM, keep_blank_values=True))
        for name in self.dice.sample(sorted(form), self.dice.choice((0, 1, 2, 4))):
            form[name] = bent(self.dice, (form[name],))
        if self.dice.random() < 0.7:
            form["NumMedia"] = "0"
        form |= {bent(self.dice, ("NewParam",)): bent(self.dice, ("x",))} if self.dice.random() < 0.3 else {}
        who = f"whatsapp:+9198{self.dice.randrange(2_000):08}" if self.dice.random() < 0.9 else form["From"]
        return form | {"MessageSid": sid, "To": self.house.settings.twilio_from, "From": who, "Body": self._words()}

    def _words(self) -> str:
        usual = WORDS
        return self.dice.choice(usual) if self.dice.random() < 0.5 else bent(self.dice, (*usual, *ODD))

    def _inbound(self) -> Request:
        return self._as_form("/twilio/inbound", "", self._form())

    def _as_form(self, path: str, query: str, form: dict[str, str]) -> Request:
        body = urlencode({k: v.encode("utf-8", "replace").decode() for k, v in form.items()}, errors="replace")
        url = self.house.settings.base_url + path + (f"?{query}" if query else "")
        signed = RequestValidator(self.house.settings.twilio_auth_token).compute_signature(
            url, MultiDict(parse_qsl(body, keep_blank_values=True))
        )
        headers = {"Content-Type": TYPES[0], "X-Twilio-Signature": signed}
        return Request("POST", path, query, headers, body.encode(), signed=True)

    def _inbound_json(self) -> Request:
        """As JSON, which can carry what no form can: numbers, nesting, half surrogate pairs."""
        raw: dict[str, Any] = dict(self._form())
        for name in self.dice.sample(sorted(raw), 2):
            if name not in ("To", "MessageSid"):
                raw[name] = self.dice.choice((None, 1, 1.5, True, [], {"a": [1]}, "\ud83d", bent(self.dice, ODD)))
        body = json.dumps(raw if self.dice.random() < 0.8 else self.dice.choice(([], 1, None, "x"))).encode()
        query = f"bodySHA256={hashlib.sha256(body).hexdigest()}"
        url = f"{self.house.settings.base_url}/twilio/inbound?{query}"
        signed = RequestValidator(self.house.settings.twilio_auth_token).compute_signature(url, {})
        headers = {"Content-Type": TYPES[1], "X-Twilio-Signature": signed}
        return Request("POST", "/twilio/inbound", query, headers, body, signed=True)

    def _status(self) -> Request:
        form = dict(parse_qsl(REPORT, keep_blank_values=True))
        for name in self.dice.sample(sorted(form), 2):
            form[name] = bent(self.dice, (form[name],))
        row = "".join(c for c in bent(self.dice, ("17", "99999999999999999999", "-1")) if c.isascii() and c.isalnum())
        return self._as_form("/twilio/status", f"row={row}&post=1", form)

    def _razorpayx(self) -> Request:
        body = as_bytes(self.dice, bent(self.dice, (RAZORPAYX,)))
        mac = hmac.new(self.house.settings.razorpayx_webhook_secret.encode(), body, hashlib.sha256).hexdigest()
        event = _one_line(bent(self.dice, (f"evt_{self.sent}",)))
        headers = {"Content-Type": TYPES[1], "X-Razorpay-Signature": mac, "x-razorpay-event-id": event}
        return Request("POST", "/razorpayx/events", "", headers, body, signed=True)

    def _cashfree(self) -> Request:
        body, at = as_bytes(self.dice, bent(self.dice, (CASHFREE,))), "1617695238078"
        key = self.house.settings.cashfree_client_secret.encode()
        mac = base64.b64encode(hmac.new(key, at.encode() + body, hashlib.sha256).digest()).decode()
        headers = {"Content-Type": TYPES[1], "x-webhook-signature": mac, "x-webhook-timestamp": at}
        return Request("POST", "/cashfree/events", "", headers, body, signed=True)


def answered(app: Flask, request: Request) -> int:
    """The status that the app answers with; the body is read to its end, as a server would."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": _latin(request.method), "SCRIPT_NAME": "", "PATH_INFO": _latin(request.path),
        "QUERY_STRING": _latin(request.query), "SERVER_NAME": "bot.example.com", "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "203.0.113.7", "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0), "wsgi.url_scheme": "https", "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
    }  # fmt: skip
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = _latin(value)
    told: list[str] = []

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        told.append(status)
        return lambda data: None

    chunks = app(environ, start)
    try:
        b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    return int(told[-1].split()[0])


def _latin(words: str) -> str:
    """As WSGI carries it: UTF-8 bytes as latin-1 letters."""
    return words.encode("utf-8", "surrogatepass").decode("latin-1")


def _one_line(words: str) -> str:
    """No server lets a header's value have line ends or NULs."""
    return "".join(c for c in words if c not in "\r\n\x00")[:2_000]
