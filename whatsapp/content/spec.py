"""From a text with {placeholders} and buttons to a Content resource and the variables of one message. Pure.

Fixed words, newlines and titles stand in the resource; variables carry values only: one line, never empty (Twilio
refuses a message for a newline, a tab, a run of spaces or an empty value in them, error 63013).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whatsapp.outbound import (
    BUTTON_TITLE_MAX,
    QUICK_REPLIES_MAX,
    ROW_DESCRIPTION_MAX,
    ROW_TITLE_MAX,
    ROWS_MAX,
    Button,
    Message,
    size,
)

BODY_MAX = 1_024  # of quick replies and lists, after substitution
ID_MAX = 200
VALUE_MAX = 1_000
VARIABLES_MAX = 100
PLACEHOLDER = re.compile(r"\{(\w+)\}")
EMPTY_VALUE = "-"


@dataclass(frozen=True, slots=True)
class Slot:
    """A variable: the placeholder that fills it, as shown in words or raw as in button ids."""

    name: str
    raw: bool


@dataclass(frozen=True, slots=True)
class Spec:
    """A resource to be. `hash` changes with every word of it, so changed words make a new resource."""

    text_key: str
    locale: str
    body: str  # with {placeholders}
    buttons: tuple[Button, ...]
    list_button: str
    hash: str
    types: Mapping[str, Any]  # as Twilio's Content API takes them
    slots: tuple[Slot, ...]  # variable 1, 2, …
    media: str = ""  # the address of a picture above the words
    link: str = ""  # the address behind a button; may end in a {placeholder}
    link_title: str = ""

    @property
    def name(self) -> str:
        """The resource's friendly name, by which one that exists is found again."""
        return f"saathi_{self.hash[:12]}"

    @property
    def samples(self) -> dict[str, str]:
        return {str(number): slot.name for number, slot in enumerate(self.slots, 1)}


class BadSpec(ValueError):
    """This text cannot be a Content resource; the message names the text key and every fault."""


def spec(
    text_key: str, locale: str, body: str, buttons: Sequence[Button], list_button: str = "", *, media: str = "",
    link: str = "", link_title: str = "",
) -> Spec:  # fmt: skip
    """The resource for a text. Raises BadSpec."""
    problems = [*_problems(body, buttons, list_button), *_more_problems(buttons, media, link, link_title)]
    if problems:
        raise BadSpec(f"{text_key} ({locale}): {'; '.join(problems)}")
    slots: list[Slot] = []
    number = _Numbering(slots)
    types = _types(number, body, buttons, list_button)
    if media:
        types = {"twilio/media": {"body": number.shown(body), "media": [media]}}
    elif link:
        action = {"type": "URL", "title": link_title, "url": number.raw(link)}
        types = {"twilio/call-to-action": {"body": number.shown(body), "actions": [action]}}
    if len(slots) > VARIABLES_MAX:
        raise BadSpec(f"{text_key} ({locale}): more than {VARIABLES_MAX} variables")
    # names of the slots are part of it: the same resource with other placeholders would be filled wrongly
    whole = [text_key, locale, types, [[slot.name, slot.raw] for slot in slots]]
    digest = hashlib.sha256(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    return Spec(
        text_key, locale, body, tuple(buttons), list_button, digest[:32], types, tuple(slots), media, link, link_title
    )


def variables(made: Spec, message: Message) -> dict[str, str] | None:
    """ContentVariables for `message`; None where the resource would not say what the message says or may not be sent:
    other words (the text changed since, or a long text was split), a placeholder without a value, over a limit."""
    shown, raw = message.values, message.raw_values
    if any(slot.name not in (raw if slot.raw else shown) for slot in made.slots):
        return None
    same_body = _filled(made.body, shown) == message.body
    ids = [_filled(button.id, raw) for button in made.buttons]
    if not same_body or ids != [button.id for button in message.buttons] or size(message.body) > BODY_MAX:
        return None
    if (_filled(made.link, raw), made.link_title, made.media) != (message.link, message.link_title, message.media):
        return None
    titles = [_filled(button.title, shown) for button in made.buttons]
    if titles != [button.title for button in message.buttons] or len({*titles}) < len(titles) or len({*ids}) < len(ids):
        return None  # a title was shortened to fit, or two options would be one
    return {
        str(number): one_line(raw[slot.name] if slot.raw else shown[slot.name])
        for number, slot in enumerate(made.slots, 1)
    }


def one_line(value: str) -> str:
    return " ".join(value.split())[:VALUE_MAX] or EMPTY_VALUE


class _Numbering:
    """Replaces {name} by {{1}}, {{2}}, … in the order of first use; the same value keeps its number."""

    def __init__(self, slots: list[Slot]) -> None:
        self._slots = slots

    def shown(self, words: str) -> str:
        return PLACEHOLDER.sub(lambda found: self._number(Slot(found[1], raw=False)), words)

    def raw(self, words: str) -> str:
        return PLACEHOLDER.sub(lambda found: self._number(Slot(found[1], raw=True)), words)

    def _number(self, slot: Slot) -> str:
        if slot not in self._slots:
            self._slots.append(slot)
        return f"{{{{{self._slots.index(slot) + 1}}}}}"


def _types(number: _Numbering, body: str, buttons: Sequence[Button], list_button: str) -> dict[str, Any]:
    words = number.shown(body)
    if not buttons:
        return {"twilio/text": {"body": words}}
    if list_button:
        items = [_item(number, button) for button in buttons]
        return {"twilio/list-picker": {"body": words, "button": list_button, "items": items}}
    actions = [{"type": "QUICK_REPLY", "title": number.shown(b.title), "id": number.raw(b.id)} for b in buttons]
    return {"twilio/quick-reply": {"body": words, "actions": actions}}


def _item(number: _Numbering, button: Button) -> dict[str, str]:
    item = {"item": number.shown(button.title), "id": number.raw(button.id)}
    return {**item, "description": number.shown(button.description)} if button.description else item


def _problems(body: str, buttons: Sequence[Button], list_button: str) -> list[str]:
    most = ROWS_MAX if list_button else QUICK_REPLIES_MAX
    title_max = ROW_TITLE_MAX if list_button else BUTTON_TITLE_MAX
    checks = [
        (not body.strip(), "it has no words"),
        (size(body) > BODY_MAX, f"it is longer than {BODY_MAX}"),
        ("{{" in body, "double braces are Twilio's"),
        (bool(re.match(r"\s*\{\w+\}", body)), "it begins with a placeholder"),
        (bool(re.search(r"\{\w+\}\s*\Z", body)), "it ends with a placeholder"),
        (bool(re.search(r"\}\s*\{", body)), "two placeholders stand side by side"),
        (len(buttons) > most, f"it has more than {most} buttons"),
        (size(list_button) > BUTTON_TITLE_MAX, f"the list's button is longer than {BUTTON_TITLE_MAX}"),
        (PLACEHOLDER.search(list_button) is not None, "the list's button holds a placeholder"),
    ]
    for button in buttons:
        fixed = PLACEHOLDER.search(button.title) is None
        checks += [
            (not button.title.strip() or not button.id.strip(), "a button lacks its title or id"),
            (fixed and size(button.title) > title_max, f"{button.title!r} is longer than {title_max}"),
            (len(button.id) > ID_MAX, f"the id {button.id!r} is longer than {ID_MAX}"),
            (size(button.description) > ROW_DESCRIPTION_MAX, f"{button.title!r}: its description is too long"),
        ]
    return [fault for is_so, fault in checks if is_so]


def _more_problems(buttons: Sequence[Button], media: str, link: str, link_title: str) -> list[str]:
    """Of what only campaigns have. WhatsApp takes a variable in an address at its end alone."""
    fixed = PLACEHOLDER.sub("", link)
    checks = [
        (bool(buttons) + bool(media) + bool(link) > 1, "a picture, a link and buttons exclude each other: choose one of them"),
        (bool(link) != bool(link_title.strip()), "a link needs an address and the title of its button"),
        (size(link_title) > BUTTON_TITLE_MAX, f"{link_title!r} is longer than {BUTTON_TITLE_MAX}"),
        (PLACEHOLDER.search(link_title) is not None, "the link's title holds a placeholder"),
        (bool(link) and not link.startswith(fixed), "a placeholder may stand at the end of a link only"),
        (PLACEHOLDER.search(media) is not None, "the picture's address holds a placeholder"),
    ]
    return [fault for is_so, fault in checks if is_so]


def _filled(template: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), template)
