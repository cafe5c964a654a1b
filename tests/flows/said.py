"""What must hold of every Say, whoever says it: its text exists in every language and has no hole in it."""

from __future__ import annotations

import re

from flows.effects import Line, Say
from flows.kernel import Effect
from flows.texts import LOCALES, Text, text

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def templates(of: Text) -> list[str]:
    return [of.body, *(part for b in of.buttons for part in (b.id, b.title, b.description))]


def placeholders(of: Text) -> set[str]:
    return {name for template in templates(of) for name in PLACEHOLDER.findall(template)}


def check(effect: Effect) -> None:
    if not isinstance(effect, Say):
        return
    for locale in LOCALES:
        asked = text(locale, effect.key)
        needed = placeholders(asked)
        assert needed <= {*effect.values, *(["lines"] if effect.lines else [])}, (effect, needed)
        assert ("lines" in needed) == bool(effect.lines), effect
        assert not (effect.lines and asked.buttons), effect
        for line in effect.lines:
            _check_line(line, locale)


def _check_line(line: Line, locale: str) -> None:
    worded = text(locale, line.key)
    assert not worded.buttons
    assert placeholders(worded) <= set(line.values), line
