"""A sandbox on a free port, a bot that only remembers what it was told, and a client for each of the APIs."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import jsonschema
import requests

from sandbox.httpd import Server
from sandbox.world import World

CONTRACTS = Path(__file__).parent.parent / "contracts"
PHONE = "+919812345678"


def fits(name: str, value: Any) -> None:
    """Fails unless `value` follows the contract of that name."""
    schema = json.loads((CONTRACTS / f"{name}.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(value)


def wait_for(what: Callable[[], Any], timeout_s: float = 10) -> Any:
    """The first truthy value of `what()`; fails with a plain message if there is none in time."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("it did not happen in time")


@dataclass
class Heard:
    path: str
    headers: dict[str, str]
    raw: bytes
    at: float

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.raw.decode(), keep_blank_values=True))


@dataclass
class FakeBot:
    """Answers 204 to everything, or what `answers` says next, and remembers every request."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        path = environ["PATH_INFO"] + ("?" + environ["QUERY_STRING"] if environ["QUERY_STRING"] else "")
        headers = {key[5:].replace("_", "-"): value for key, value in environ.items() if key.startswith("HTTP_")}
        with self.lock:
            self.heard.append(Heard(path, headers, environ["wsgi.input"].read(), time.monotonic()))
            status = self.answers.pop(0) if self.answers else "204 No Content"
        start_response(status, [])
        return []

    def on(self, path: str) -> list[Heard]:
        return [heard for heard in list(self.heard) if heard.path.startswith(path)]

    def statuses(self, sid: str) -> list[str]:
        return [h.form["MessageStatus"] for h in self.on("/twilio/status") if h.form["MessageSid"] == sid]


@dataclass
class Sandbox:
    world: World
    bot: FakeBot

    @property
    def url(self) -> str:
        return self.world.settings.own_url

    def post(self, path: str, **body: Any) -> Any:
        response = requests.post(self.url + "/sandbox" + path, json=body, timeout=20)
        response.raise_for_status()
        return response.json()

    def fault(self, where: str, kind: str, **numbers: int) -> None:
        self.post("/faults", where=where, kind=kind, **numbers)

    def write(self, text: str = "hello", phone: str = PHONE) -> Any:
        return self.post(f"/phones/{phone}/messages", text=text)

    def twilio(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        settings = self.world.settings
        url = f"{self.url}{path.replace('{account}', settings.account_sid)}"
        auth = kwargs.pop("auth", (settings.account_sid, settings.auth_token))
        return requests.request(method, url, auth=auth, timeout=kwargs.pop("timeout", 20), **kwargs)

    def send(self, **form: Any) -> requests.Response:
        settings = self.world.settings
        defaults = {
            "To": f"whatsapp:{PHONE}",
            "From": settings.sender,
            "StatusCallback": f"{settings.public_base_url}/twilio/status?row=7",
        }
        data = {key: value for key, value in {**defaults, **form}.items() if value is not None}
        return self.twilio("POST", "/2010-04-01/Accounts/{account}/Messages.json", data=data)

    def content(self, types: dict[str, Any], **more: Any) -> str:
        made = self.twilio("POST", "/v1/Content", json={"language": "en", "types": types, **more})
        assert made.status_code == 201, made.text
        return str(made.json()["sid"])

    def approve(self, sid: str, name: str = "notice_1") -> None:
        asked = {"name": name, "category": "UTILITY"}
        assert self.twilio("POST", f"/v1/Content/{sid}/ApprovalRequests/whatsapp", json=asked).status_code == 201

    def razorpayx(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        settings = self.world.settings
        auth = kwargs.pop("auth", (settings.razorpay_key_id, settings.razorpay_key_secret))
        return requests.request(method, f"{self.url}/v1{path}", auth=auth, timeout=kwargs.pop("timeout", 20), **kwargs)


@contextmanager
def bot_running() -> Iterator[FakeBot]:
    bot = FakeBot()
    server = Server("127.0.0.1", 0)
    server.app = bot
    bot.url = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield bot
    finally:
        server.shutdown()
        server.server_close()
