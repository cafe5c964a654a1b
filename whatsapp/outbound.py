"""A message of ours: rendered words, buttons, and the values that a Content resource's variables take. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

BODY_MAX = 1_600  # Twilio's limit for a free-form body
PART_MAX = 1_500  # where a longer text is split
QUICK_REPLIES_MAX = 3
ROWS_MAX = 10
BUTTON_TITLE_MAX = 20
ROW_TITLE_MAX = 24
ROW_DESCRIPTION_MAX = 72


@dataclass(frozen=True, slots=True)
class Button:
    id: str
    title: str
    description: str = ""  # shown in lists only


@dataclass(frozen=True, slots=True)
class Message:
    """`values` are the placeholders as shown in words, `raw_values` as they stand in button ids."""

    text_key: str
    locale: str
    body: str
    buttons: tuple[Button, ...] = ()
    list_button: str = ""  # set: the buttons are shown as a list
    values: Mapping[str, str] = field(default_factory=dict)
    raw_values: Mapping[str, str] = field(default_factory=dict)
    picture: str = ""  # our id of a picture that goes with the words; only where there are no buttons
    media: str = ""  # of a campaign: the https address of a picture above the words
    link: str = ""  # of a campaign: the address behind a button titled so
    link_title: str = ""


def parts(message: Message) -> tuple[Message, ...]:
    """The message as one or several that Twilio takes: split at line ends, the buttons under the last part.

    Every part's numbered fallback fits into BODY_MAX too.
    """
    options = size(numbered(message.buttons, descriptions=False))
    if size(message.body) <= PART_MAX and size(message.body) + options + 2 <= BODY_MAX:
        return (message,)
    room = PART_MAX if options + 2 <= BODY_MAX - PART_MAX else max(BODY_MAX - options - 2, 1)
    bodies = split(message.body, room)
    plain = replace(message, buttons=(), list_button="")
    later = replace(plain, picture="")  # a picture stands above the first part
    return (
        *(replace(plain if number == 0 else later, body=body) for number, body in enumerate(bodies[:-1])),
        replace(message, body=bodies[-1], picture=message.picture if len(bodies) == 1 else ""),
    )


def split(body: str, size_max: int) -> list[str]:
    """Pieces of at most `size_max`: cut after a line, else after a word, else anywhere. Never empty pieces."""
    pieces, rest = [], body.strip("\n")
    while size(rest) > size_max:
        window = _fitting(rest, size_max)
        cut = max(window.rfind("\n"), 0) or max(window.rfind(" "), 0) or len(window)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip("\n ")
    return [piece for piece in [*pieces, rest] if piece.strip()] or [body]


def fallback_text(message: Message) -> str:
    """The same message in plain words: the options numbered, for whoever gets no buttons."""
    if message.link:
        return f"{message.body}\n\n{message.link_title}: {message.link}"
    if not message.buttons:
        return message.body
    for descriptions in (True, False):
        words = f"{message.body}\n\n{numbered(message.buttons, descriptions=descriptions)}"
        if size(words) <= BODY_MAX:
            return words
    return _fitting(words, BODY_MAX)


def numbered(buttons: Sequence[Button], *, descriptions: bool) -> str:
    def line(number: int, button: Button) -> str:
        more = f" – {button.description}" if descriptions and button.description else ""
        return f"{number}. {button.title}{more}"

    return "\n".join(line(number, button) for number, button in enumerate(buttons, 1))


def size(words: str) -> int:
    """Length as messaging counts it: UTF-16 units, two for most emoji."""
    return len(words) + sum(letter > "\uffff" for letter in words)


def to_json(message: Message) -> dict[str, Any]:
    return {name: value for name, value in asdict(message).items() if value not in ("", (), {})}


def from_json(raw: Mapping[str, Any]) -> Message:
    buttons = tuple(Button(b["id"], b["title"], b.get("description", "")) for b in raw.get("buttons", ()))
    return Message(
        raw["text_key"], raw["locale"], raw.get("body", ""), buttons, raw.get("list_button", ""), raw.get("values", {}),
        raw.get("raw_values", {}), raw.get("picture", ""), raw.get("media", ""), raw.get("link", ""), raw.get("link_title", ""),
    )  # fmt: skip


def _fitting(words: str, size_max: int) -> str:
    """The longest beginning that fits."""
    window = words[:size_max]
    while size(window) > size_max:
        window = window[: len(window) - max(1, (size(window) - size_max) // 2)]
    return window
