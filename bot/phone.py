"""One person's WhatsApp at the sandbox, used from outside: write, tap, send a picture, hear what came. Talk in the
terminal, the demo and the benches all hold one."""

from __future__ import annotations

import base64
import mimetypes
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

ANSWER_S = 20.0
REQUEST_S = 130.0  # the sandbox answers a message when its webhook is settled
POLL_S = 20.0  # at most so long one question for news stays open
FAILED = ("failed", "undelivered")
UNREACHED = {"ct": "no connection", "rt": "no answer", "dropped": "dropped by a fault"}

Show = Callable[[str, dict[str, Any]], object]


class CannotTalk(Exception):
    """The house or the sandbox does not answer; one line with the remedy."""


class Mistyped(Exception):
    """What was asked for cannot be sent; what is wrong with it."""


class NoAnswer(CannotTalk):
    """The house did not say in time what was waited for."""


class Phone:
    """Messages are the sandbox's: text, buttons, list, media. What was said before it was picked up is not heard.

    `show` is called with each bubble, ours (under our name) and theirs. Raises CannotTalk, Mistyped.
    """

    def __init__(self, sandbox_url: str, number: str, name: str = "", show: Show = lambda who, message: None) -> None:
        self._http = httpx.Client(timeout=REQUEST_S, trust_env=False)
        self._url = sandbox_url.rstrip("/")
        self._path = f"/sandbox/phones/{quote(number, safe='+')}"
        self._show = show
        self._unheard: list[dict[str, Any]] = []
        try:
            self._seen = self._asked("GET", "/sandbox/events", params={"timeout_s": 0})["next"]
            about = self._asked("PUT", self._path, json={"profile_name": name} if name else {})
        except (CannotTalk, Mistyped):
            self.close()
            raise
        self.number, self.address, self.user_id = str(about["phone"]), str(about["address"]), str(about["user_id"])
        self.name = str(about["profile_name"])

    def close(self) -> None:
        self._http.close()

    def text(self, words: str) -> None:
        self.send({"text": words})

    def tap(self, button: str) -> None:
        """Tap a button of the newest message that has it, by its id or by the id's part before "-"."""
        for message in reversed(self.messages()):
            for one in options_of(message):
                if one["id"] == button or one["id"].startswith(f"{button}-"):
                    return self.send({"button": one["id"], "of": message["sid"]})
        raise NoAnswer(f"no button {button} was offered to {self.number}")

    def photo(self, path: Path, words: str = "") -> None:
        self.send(picture(path, words))

    def send(self, message: Mapping[str, Any]) -> None:
        """Send what the sandbox takes, and see that the service has taken it."""
        sent = self._asked("POST", f"{self._path}/messages", json=dict(message))
        webhook = sent["webhook"]
        if webhook["status"] is None or webhook["status"] >= httpx.codes.MULTIPLE_CHOICES:
            what = webhook["status"] or UNREACHED.get(webhook["failure"], "no answer")
            raise CannotTalk(f"the service did not take the message ({what}): run `./saathi doctor`")
        self._show(self.name, sent)

    def hear(self, count: int = 1, within_s: float = ANSWER_S) -> list[dict[str, Any]]:
        """Wait for the next `count` messages of the service. Raises NoAnswer."""
        deadline = time.monotonic() + within_s
        while len(self._unheard) < count:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                missing = count - len(self._unheard)
                raise NoAnswer(f"{self.number} waited {within_s:.0f} s, and {missing} of {count} messages did not come")
            self._unheard += [message for kind, message in self.news(left_s) if kind == "message"]
        heard, self._unheard = self._unheard[:count], self._unheard[count:]
        for message in heard:
            self._show("saathi", message)
        return heard

    def news(self, timeout_s: float) -> Iterator[tuple[str, dict[str, Any]]]:
        """What the service has sent meanwhile: ("message", it) when it came, ("status", it) when it moved; waits up to
        `timeout_s` for the first."""
        given = {"after": self._seen, "phone": self.number, "timeout_s": min(timeout_s, POLL_S)}
        told = self._asked("GET", "/sandbox/events", params=given)
        self._seen = told["next"]
        for event in told["events"]:
            message = event.get("message") or {}
            if message.get("direction") == "out":
                yield event["kind"], message

    def messages(self) -> list[dict[str, Any]]:
        """Everything said so far, both ways."""
        found: list[dict[str, Any]] = self._asked("GET", "/sandbox/messages", params={"phone": self.number})["messages"]
        return found

    def _asked(self, method: str, path: str, **given: Any) -> Any:
        try:
            answer = self._http.request(method, self._url + path, **given)
            told = answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as fault:
            what = f"the sandbox at {self._url} does not answer ({type(fault).__name__})"
            raise CannotTalk(f"{what}: run `make up`") from fault
        if answer.is_error:
            raise Mistyped(str(told.get("error", answer.status_code)) if isinstance(told, dict) else answer.text[:200])
        return told


def options_of(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What can be tapped in a message; a button that opens an address tells the service nothing."""
    shown = message["list"]["items"] if message["list"] else message["buttons"]
    return [option for option in shown if not option["url"]]


def picture(path: Path, words: str = "") -> dict[str, Any]:
    """A file as a message. Raises Mistyped."""
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise Mistyped(f"cannot read {path}: {fault.strerror}") from fault
    content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    sent = {"media": base64.b64encode(data).decode(), "content_type": content_type, "filename": path.name}
    return sent | ({"text": words} if words else {})
