"""A phone in the terminal: talks to the running house through the sandbox, as the page in the browser does."""

from __future__ import annotations

import base64
import mimetypes
import shlex
import threading
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

POLL_S = 1.0  # how long a listener may take to notice that the talk is over
REQUEST_S = 130.0  # the sandbox answers a message when its webhook is settled
PHOTO_PATIENCE = 5  # times the usual silence: a picture is first taken, then read
COMMANDS = "/photo PATH [words], /1 /2 … for a button, /quit"
FAILED = ("failed", "undelivered")


class CannotTalk(Exception):
    """The house or the sandbox does not answer; one line with the remedy."""


class Mistyped(Exception):
    """The line cannot be sent; what is wrong with it."""


class Phone:
    """One person's WhatsApp. Messages are the sandbox's: text, buttons, list, media."""

    def __init__(self, sandbox_url: str) -> None:
        self._http = httpx.Client(timeout=REQUEST_S, trust_env=False)
        self._url = sandbox_url.rstrip("/")
        self._path = self.number = self.address = self.user_id = ""
        self._seen = 0
        self.options: list[dict[str, Any]] = []  # of the newest message

    def pick_up(self, number: str, profile_name: str = "") -> None:
        """Become the phone of that number; what was said before is not heard. Raises CannotTalk, Mistyped."""
        self._path = f"/sandbox/phones/{quote(number, safe='+')}"
        self._seen = self._asked("GET", "/sandbox/events", params={"timeout_s": 0})["next"]
        about = self._asked("PUT", self._path, json={"profile_name": profile_name} if profile_name else {})
        self.number, self.address, self.user_id = str(about["phone"]), str(about["address"]), str(about["user_id"])

    def close(self) -> None:
        self._http.close()

    def say(self, line: str) -> bool:
        """Send what was typed; whether it was a picture. Raises Mistyped, CannotTalk."""
        fields = message_of(line, self.options)
        sent = self._asked("POST", f"{self._path}/messages", json=fields)
        webhook = sent["webhook"]
        if webhook["status"] is None or webhook["status"] >= 300:
            what = webhook["status"] or {"ct": "no connection"}.get(webhook["failure"], "no answer")
            raise CannotTalk(f"the service did not take the message ({what}): run `./saathi doctor`")
        return "media" in fields

    def heard(self, timeout_s: float) -> list[str]:
        """What came in meanwhile, as lines to show; waits up to `timeout_s` for the first. Raises CannotTalk."""
        given = {"after": self._seen, "phone": self.number, "timeout_s": timeout_s}
        told = self._asked("GET", "/sandbox/events", params=given)
        self._seen = told["next"]
        lines: list[str] = []
        for event in told["events"]:
            message = event.get("message") or {}
            if message.get("direction") != "out":
                continue
            if event["kind"] == "message":
                self.options = options_of(message)
                lines += bubble(message)
            elif message["status"] in FAILED:
                lines.append(f"  (not delivered: {message['error_code']}, {message['error_message']})")
        return lines

    def heard_until(self, deadline: float) -> list[str]:
        """The next lines there are to show; none when nothing came by then. Ticks of messages are passed over."""
        while (left_s := deadline - time.monotonic()) > 0:
            if lines := self.heard(left_s):
                return lines
        return []

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


def piped(phone: Phone, lines: Iterable[str], show: Callable[[str], object], *, quiet_s: float, patience_s: float) -> None:
    """One line is one message; the next is sent when the answer to the last is complete. Raises Mistyped, CannotTalk."""
    for line in _typed(lines):
        show(f"> {line}")
        picture = phone.say(line)
        for answer in _answer(phone, quiet_s * (PHOTO_PATIENCE if picture else 1), patience_s):
            show(answer)


def live(phone: Phone, read: Callable[[], str], show: Callable[[str], object]) -> None:
    """Until /quit or the end of the input; what comes in is shown as it comes. A mistake is told, and one goes on."""
    over = threading.Event()

    def listen() -> None:
        while not over.is_set():
            try:
                for line in phone.heard(POLL_S):
                    show(line)
            except CannotTalk as fault:
                show(f"  ({fault})")
                over.wait(POLL_S)

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        for line in _typed(iter(read, None)):
            try:
                phone.say(line)
            except (Mistyped, CannotTalk) as fault:
                show(f"  ({fault})")
    except EOFError:
        pass  # the end of the input, as good as /quit
    finally:
        over.set()
        listener.join(2 * POLL_S)


def message_of(line: str, options: list[dict[str, Any]]) -> dict[str, Any]:
    """The sandbox's message for a typed line: a tap, a picture or words. Raises Mistyped."""
    words = line.strip()
    if words == "/photo" or words.startswith("/photo "):
        return _photo(words)
    if words.startswith("/") and not words[1:].isdecimal():
        raise Mistyped(f"unknown command {words.split()[0]}; there are {COMMANDS}")
    number = words.removeprefix("/")
    if number.isdecimal() and 1 <= int(number) <= len(options):
        return {"button": options[int(number) - 1]["id"]}
    if words.startswith("/"):
        raise Mistyped(f"there is no button {number}: the last message has {len(options) or 'none'}")
    same = [option for option in options if _folded(option["title"]) == _folded(words)]
    return {"button": same[0]["id"]} if same else {"text": line}


def options_of(message: dict[str, Any]) -> list[dict[str, Any]]:
    """What can be tapped in a message; a button that opens an address tells the service nothing."""
    shown = message["list"]["items"] if message["list"] else message["buttons"]
    return [option for option in shown if not option["url"]]


def bubble(message: dict[str, Any]) -> list[str]:
    """A message as lines, its buttons numbered."""
    lines = [f"  │ {line}" for line in str(message["text"]).splitlines()]
    lines += [f"  │ ({one['content_type']}) {one['url']}" for one in message["media"]]
    for number, option in enumerate(options_of(message), 1):
        more = f"  {option['description']}" if option["description"] else ""
        lines.append(f"  │ [{number}] {option['title']}{more}")
    links = [one for one in message["buttons"] if one["url"]]
    return [*lines, *(f"  │ {one['title']}: {one['url']}" for one in links)]


def _typed(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if line.strip() == "/quit":
            return
        if line.strip():
            yield line.rstrip("\r\n")


def _answer(phone: Phone, quiet_s: float, patience_s: float) -> Iterator[str]:
    """Lines until there is silence for `quiet_s`; the first may take `patience_s`."""
    lines = phone.heard_until(time.monotonic() + patience_s)
    if not lines:
        yield f"  (no answer within {patience_s:g} s)"
    while lines:
        yield from lines
        lines = phone.heard_until(time.monotonic() + quiet_s)


def _photo(words: str) -> dict[str, Any]:
    try:
        parts = shlex.split(words)[1:]
    except ValueError as fault:
        raise Mistyped(f"cannot read {words!r}: {fault}") from fault
    if not parts:
        raise Mistyped("write /photo PATH; the path in quotes when it has spaces")
    path = Path(parts[0]).expanduser()
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise Mistyped(f"cannot read {path}: {fault.strerror}") from fault
    content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    sent = {"media": base64.b64encode(data).decode(), "content_type": content_type, "filename": path.name}
    return sent | ({"text": " ".join(parts[1:])} if parts[1:] else {})


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split())).casefold()
