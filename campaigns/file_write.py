"""A Campaign as the file it could have been read from: reading it again gives an equal one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import datetime, time
from typing import Any

from campaigns.spec import Arm, Campaign, Words

_NOTES = {
    "id": "names it for ever: nobody gets two messages of the same id",
    "schedule": "without start: when somebody says send; nothing leaves after end",
}
_TABLES = ("schedule", "goal", "budget", "experiment", "trigger")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def written(campaign: Campaign) -> str:
    """TOML that campaigns.file.read takes, where the campaign itself came out of a file."""
    lines = list(_top(campaign))
    if campaign.variables:
        lines += ["", "[variables]", *_pairs(campaign.variables)]
    for arm in campaign.arms:
        lines += _arm(arm)
    for name in _TABLES:
        part = getattr(campaign, name)
        if part is not None:
            values = {field.name: getattr(part, field.name) for field in fields(part)}
            lines += _table(name, {key: value for key, value in values.items() if value not in (None, "")})
    return "\n".join(lines) + "\n"


# --- inside ---------------------------------------------------------------------------------------------------------


def _top(campaign: Campaign) -> Iterator[str]:
    values: dict[str, Any] = {
        "id": campaign.id, "name": campaign.name, "category": campaign.category, "priority": campaign.priority,
        "fallback": campaign.fallback, "audience": campaign.audience or None, "saved": campaign.saved or None,
        "listed": campaign.listed or None,
    }  # fmt: skip
    for pair in _pairs({name: value for name, value in values.items() if value is not None}):
        note = _NOTES.get(pair.partition(" ")[0])
        yield f"{pair}  # {note}" if note else pair


def _arm(arm: Arm) -> Iterator[str]:
    yield from ("", "[[arms]]", *_pairs({"name": arm.name, "share": arm.share}))
    for locale, words in arm.words.items():
        yield from ("", f"[arms.words.{locale}]", *_words(words))


def _words(words: Words) -> Iterator[str]:
    yield f"body = {_block(words.body)}"
    told = {"media": words.media, "link": words.link, "link_title": words.link_title}
    yield from _pairs({name: value for name, value in told.items() if value})
    if words.buttons:
        each = (f"{{ id = {_value(button.id)}, title = {_value(button.title)} }}" for button in words.buttons)
        yield f"buttons = [{', '.join(each)}]"


def _table(name: str, values: Mapping[str, Any]) -> Iterator[str]:
    if values:
        note = _NOTES.get(name)
        yield from ("", f"[{name}]  # {note}" if note else f"[{name}]", *_pairs(values))


def _pairs(values: Mapping[str, Any]) -> list[str]:
    return [f"{name if _BARE.fullmatch(name) else _value(name)} = {_value(value)}" for name, value in values.items()]


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime | time):
        return value.isoformat()
    return f'"{"".join(_letter(letter) for letter in str(value))}"'


def _block(body: str) -> str:
    """Several lines as several lines, where nothing in them needs care."""
    if "\n" in body and not re.search(r'[\\"\x00-\x09\x0b-\x1f\x7f]', body) and body == body.strip():
        return f'"""\n{body}\n"""'
    return _value(body)


def _letter(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    return f"\\u{ord(letter):04x}" if ord(letter) < 32 or ord(letter) == 127 else letter
