"""Values as a support person reads them: `PayoutPaid {points: 500, masked: ra•••@okaxis}`, and back.

Like JSON, but names and plain words need no quotes, a dataclass stands behind its name, and what has its default is
left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any

from flows.codec import kinds

PLAIN = re.compile(r"[^\s\d\[\]{},:\"#>|()-](?:[^\[\]{},:\"#>|()\n\t]*[^\s\[\]{},:\"#>|()])?")
TOKEN = re.compile(r"\s*([\[\]{},:]|\"(?:[^\"\\]|\\.)*\"|[^\[\]{},:\"]+)")


class Misspelt(ValueError):
    """The text is no value in this notation."""


def write(value: object) -> str:
    if is_dataclass(value) and not isinstance(value, type):
        told = {f.name: getattr(value, f.name) for f in fields(value) if getattr(value, f.name) != _default(f)}
        return f"{type(value).__name__} {write(told)}" if told else type(value).__name__
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {write(each)}" for key, each in value.items()) + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(write, value)) + "]"
    if isinstance(value, str):
        plain = PLAIN.fullmatch(value) and value not in ("true", "false", "null") and value not in kinds()
        return value if plain else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)


def read(text: str) -> Any:
    """The value `write` wrote. Raises Misspelt."""
    tokens = TOKEN.findall(text.strip())
    if "".join(text.split()) != "".join("".join(tokens).split()):
        raise Misspelt(text)
    try:
        value, rest = _value([token.strip() for token in tokens])
    except (IndexError, KeyError, TypeError, ValueError) as fault:
        raise Misspelt(f"{text}: {fault}") from fault
    if rest:
        raise Misspelt(f"{text}: what is {' '.join(rest)}?")
    return value


def _default(field: Field[Any]) -> object:
    return field.default_factory() if field.default_factory is not MISSING else field.default


def _value(tokens: list[str]) -> tuple[Any, list[str]]:
    head, rest = tokens[0], tokens[1:]
    if head == "[":
        return _list(rest)
    if head == "{":
        return _mapping(rest)
    if head in kinds():
        values, rest = _mapping(rest[1:]) if rest[:1] == ["{"] else ({}, rest)
        return kinds()[head](**values), rest
    if head.startswith('"') or head in ("true", "false", "null") or re.fullmatch(r"-?\d+", head):
        return json.loads(head), rest
    if head in "]},:":
        raise Misspelt(f"unexpected {head}")
    return head, rest


def _list(tokens: list[str]) -> tuple[tuple[Any, ...], list[str]]:
    values: list[Any] = []
    while tokens[0] != "]":
        value, tokens = _value(tokens)
        values.append(value)
        tokens = tokens[1:] if tokens[0] == "," else tokens
    return tuple(values), tokens[1:]


def _mapping(tokens: list[str]) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = {}
    while tokens[0] != "}":
        name, colon = tokens[0], tokens[1]
        if colon != ":":
            raise Misspelt(f"{name} lacks its value")
        values[name], tokens = _value(tokens[2:])
        tokens = tokens[1:] if tokens[0] == "," else tokens
    return values, tokens[1:]
