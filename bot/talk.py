"""A phone in the terminal: what is typed becomes messages, what comes in becomes lines."""

from __future__ import annotations

import shlex
import threading
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from bot.phone import FAILED, CannotTalk, Mistyped, Phone, options_of, picture

POLL_S = 1.0  # how long a listener may take to notice that the talk is over
PHOTO_PATIENCE = 5  # times the usual silence: a picture is first taken, then read
COMMANDS = "/photo PATH [words], /1 /2 … for a button, /state, /later 25h, /save FILE, /quit"
Aside = Callable[[str], list[str] | None]  # lines for what is no message but a question to us; None: it is one


class Talk:
    """A conversation over one phone; it knows what can be tapped in the newest message."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._options: list[dict[str, Any]] = []

    def say(self, line: str) -> bool:
        """Send what was typed; whether it was a picture. Raises Mistyped, CannotTalk."""
        message = message_of(line, self._options)
        self._phone.send(message)
        return "media" in message

    def heard(self, timeout_s: float) -> list[str]:
        """What came in meanwhile, as lines to show; waits up to `timeout_s` for the first. Raises CannotTalk."""
        lines: list[str] = []
        for kind, message in self._phone.news(timeout_s):
            if kind == "message":
                self._options = options_of(message)
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


def piped(
    phone: Phone, lines: Iterable[str], show: Callable[[str], object], *, quiet_s: float, patience_s: float,
    aside: Aside = lambda _: None,
) -> None:  # fmt: skip
    """One line is one message; the next is sent when the answer to the last is complete. Raises Mistyped, CannotTalk."""
    talk = Talk(phone)
    for line in _typed(lines):
        show(f"> {line}")
        if (told := aside(line)) is not None:
            for each in told:
                show(each)
            continue
        is_picture = talk.say(line)
        for answer in _answer(talk, quiet_s * (PHOTO_PATIENCE if is_picture else 1), patience_s):
            show(answer)


def live(
    phone: Phone, read: Callable[[], str], show: Callable[[str], object], *, aside: Aside = lambda _: None
) -> None:  # fmt: skip
    """Until /quit or the end of the input; what comes in is shown as it comes. A mistake is told, and one goes on."""
    talk, over = Talk(phone), threading.Event()

    def listen() -> None:
        while not over.is_set():
            try:
                for line in talk.heard(POLL_S):
                    show(line)
            except CannotTalk as fault:
                show(f"  ({fault})")
                over.wait(POLL_S)

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        for line in _typed(iter(read, None)):
            try:
                told = aside(line)
                if told is None:
                    talk.say(line)
                for each in told or ():
                    show(each)
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


def _answer(talk: Talk, quiet_s: float, patience_s: float) -> Iterator[str]:
    """Lines until there is silence for `quiet_s`; the first may take `patience_s`."""
    lines = talk.heard_until(time.monotonic() + patience_s)
    if not lines:
        yield f"  (no answer within {patience_s:g} s)"
    while lines:
        yield from lines
        lines = talk.heard_until(time.monotonic() + quiet_s)


def _photo(words: str) -> dict[str, Any]:
    try:
        parts = shlex.split(words)[1:]
    except ValueError as fault:
        raise Mistyped(f"cannot read {words!r}: {fault}") from fault
    if not parts:
        raise Mistyped("write /photo PATH; the path in quotes when it has spaces")
    return picture(Path(parts[0]).expanduser(), " ".join(parts[1:]))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split())).casefold()
