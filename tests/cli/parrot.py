"""A bot that says back what it is told, offers buttons when asked to, and sometimes does not work."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import requests

from sandbox.httpd import Server
from sandbox.server import running
from sandbox.settings import Settings

QUICK = {"twilio/quick-reply": {"body": "Do you agree?", "actions": [
    {"type": "QUICK_REPLY", "title": "I agree", "id": "yes-en"}, {"type": "QUICK_REPLY", "title": "सहमत हूँ", "id": "yes-hi"},
]}}  # fmt: skip
PICKER = {"twilio/list-picker": {"body": "Your work?", "button": "Choose", "items": [
    {"item": "Electrician", "id": "electrician", "description": "I do fitting"}, {"item": "Dealer", "id": "dealer"},
]}}  # fmt: skip


@dataclass
class Parrot:
    sandbox_url: str = ""
    account: tuple[str, str] = ("", "")
    status: str = "200 OK"
    heard: list[dict[str, str]] = field(default_factory=list)
    contents: dict[str, str] = field(default_factory=dict)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        form = dict(parse_qsl(environ["wsgi.input"].read().decode(), keep_blank_values=True))
        if environ["PATH_INFO"] == "/twilio/inbound":
            self.heard.append(form)
            if self.status == "200 OK":
                self.answer(form)
        start_response(self.status if environ["PATH_INFO"] == "/twilio/inbound" else "204 No Content", [])
        return []

    def answer(self, form: dict[str, str]) -> None:
        match form["Body"]:
            case "nothing":
                return
            case "buttons" | "list" as kind:
                self.post(form, ContentSid=self.contents[kind])
            case "twice":
                self.post(form, Body="first line\nsecond line")
                self.post(form, Body="another message")
            case "unsendable":
                self.post(form, Body="x", To="whatsapp:+911111111111")
            case words:
                told = form.get("ButtonPayload") or form.get("ListId") or words
                self.post(form, Body=f"{told} ({form['NumMedia']} media, {form.get('MediaContentType0', 'words')})")

    def post(self, form: dict[str, str], **fields: str) -> None:
        asked = {"To": form["From"], "From": form["To"], **fields}
        url = f"{self.sandbox_url}/2010-04-01/Accounts/{self.account[0]}/Messages.json"
        requests.post(url, data=asked, auth=self.account, timeout=10).raise_for_status()

    def make_contents(self) -> None:
        for name, types in (("buttons", QUICK), ("list", PICKER)):
            asked = {"friendly_name": name, "language": "en", "types": types}
            made = requests.post(f"{self.sandbox_url}/v1/Content", json=asked, auth=self.account, timeout=10)
            self.contents[name] = made.json()["sid"]


@contextmanager
def parrot_running() -> Iterator[Parrot]:
    """A parrot behind a sandbox."""
    parrot, server = Parrot(), Server("127.0.0.1", 0)
    server.app = parrot
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    settings = Settings(port=0, bot_url=f"http://127.0.0.1:{server.port}", inbound_policy="rc=0", tick_ms=5)
    try:
        with running(settings) as world:
            parrot.sandbox_url = world.settings.own_url
            parrot.account = (world.settings.account_sid, world.settings.auth_token)
            parrot.make_contents()
            yield parrot
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
