"""The words: one TOML per locale, read once. A text is a body, perhaps buttons; parity over locales is tested.

    [redeem.confirm]
    body = "Send {amount_paise} to {masked}?"
    buttons = [{id = "yes-{points}", title = "Yes"}, {id = "no", title = "No"}]     # up to 3: quick replies
    list = "Choose"                                                                 # present: a list of up to 10

    [shops.choose]                                   # as many rows as there are: shops.choose.1 to shops.choose.10
    body = "Which shop?"
    list = "Choose"
    each = {id = "shop-{shop_N}", title = "{name_N}"}

words.toml holds what people type instead of tapping, in every script at once: `[commands]`, `[answers]` by the
language they are in, and the `courtesy` that may stand around either. templates.toml names the texts that WhatsApp is
asked to approve.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from flows.spelling import normalised

LOCALES = ("en", "hi")
ROWS_MAX = 10  # of a list in WhatsApp


@dataclass(frozen=True, slots=True)
class Button:
    id: str  # may hold {placeholders}; its part before "-" is its meaning (yes, no, skip, …)
    title: str  # may hold {placeholders}
    description: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    key: str
    body: str
    buttons: tuple[Button, ...] = ()
    list_button: str = ""  # set when the buttons are shown as a list


@dataclass(frozen=True, slots=True)
class Answer:
    meaning: str  # of a button: the part of its id before "-"
    locale: str  # the language of the word, where a prompt offers one button per language


@dataclass(frozen=True, slots=True)
class Words:
    commands: Mapping[str, str]  # what was typed, normalised -> command
    answers: Mapping[str, Answer]  # what was typed, normalised -> what it means
    courtesy: frozenset[str]  # words that add nothing: ji, please, bhai
    points: frozenset[str]  # words that make a number one of points
    money: frozenset[str]  # and those that make a sum of money of it
    beside_points: frozenset[str]  # words that stand beside either and add nothing: of, का
    also_names: frozenset[str]  # those of ours that are people's names too
    nods: frozenset[str]  # those for yes that may only say "seen"

    def are(self, typed: str) -> bool:
        """Whether what was typed is one of our words, and so nobody's name."""
        return normalised(typed) in self.commands or normalised(typed) in self.answers


def text(locale: str, key: str) -> Text:
    """The text `key` in `locale`. KeyError when there is none: a programmer's error that the parity test finds."""
    return catalogue(locale)[key]


@cache
def catalogue(locale: str) -> Mapping[str, Text]:
    """Every text of a locale by its key."""
    return {key: _text(key, row) for name, table in _rows("", _toml(f"{locale}.toml")) for key, row in _each(name, table)}


@cache
def template_categories() -> Mapping[str, str]:
    """Texts that may be sent as a template outside the 24-hour window: key to WhatsApp's category."""
    return {key: category for category, keys in _toml("templates.toml").items() for key in keys}


@cache
def words() -> Words:
    raw = _toml("words.toml")
    commands = {normalised(word): meaning for meaning, typed in raw["commands"].items() for word in typed}
    answers = {
        normalised(word): Answer(meaning, locale)
        for meaning, by_locale in raw["answers"].items()
        for locale, typed in by_locale.items()
        for word in typed
    }
    lists = ("courtesy", "points", "money", "beside_points", "also_names", "nods")
    return Words(commands, answers, *(frozenset(map(normalised, raw[name])) for name in lists))


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(files("flows").joinpath("texts", name).read_text(encoding="utf-8"))


def _rows(prefix: str, table: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    rows: list[tuple[str, Mapping[str, Any]]] = []
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, str):  # a short text may be written without a table: key = "body"
            rows.append((key, {"body": value}))
        else:
            rows += [(key, value)] if "body" in value else _rows(f"{key}.", value)
    return rows


def _each(key: str, row: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """A text whose list has a row for each of several things: one text for every number of them."""
    if "each" not in row:
        return [(key, row)]
    rows = [{name: words.replace("_N}", f"_{n}}}") for name, words in row["each"].items()} for n in range(1, ROWS_MAX + 1)]
    return [(f"{key}.{count}", {**row, "buttons": rows[:count]}) for count in range(1, ROWS_MAX + 1)]


def _text(key: str, row: Mapping[str, Any]) -> Text:
    buttons = tuple(Button(b["id"], b["title"], b.get("description", "")) for b in row.get("buttons", ()))
    return Text(key, row["body"].strip("\n"), buttons, row.get("list", ""))
