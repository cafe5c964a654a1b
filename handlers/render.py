"""The one place that renders words: a text key and raw values become what the member reads in their language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from base.money import grouped, rupees
from flows.effects import Line, Say, Value
from flows.texts import catalogue, text
from flows.understand import filled
from whatsapp.outbound import BUTTON_TITLE_MAX, ROW_TITLE_MAX, Button, Message

MONTHS = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "hi": ["जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर"],
}
UNITS = {  # minutes, hours, days: one of them, and several
    "en": ((1_440, "1 day", "{} days"), (60, "1 hour", "{} hours"), (1, "1 minute", "{} minutes")),
    "hi": ((1_440, "1 दिन", "{} दिन"), (60, "1 घंटे", "{} घंटे"), (1, "1 मिनट", "{} मिनट")),
}
PLACEHOLDER = re.compile(r"\{(\w+)\}")


def render(say: Say, locale: str) -> Message:
    """The message: words with values filled in, buttons, and the values that a Content resource's variables take."""
    template = text(locale, say.key)
    values = {name: shown(name, value, locale) for name, value in say.values.items()}
    if say.lines:
        values["lines"] = "\n".join(_line(line, locale) for line in say.lines)
    title_max = ROW_TITLE_MAX if template.list_button else BUTTON_TITLE_MAX
    buttons = tuple(
        Button(filled(b.id, say.values), cut(fill(b.title, values), title_max), fill(b.description, values))
        for b in template.buttons
    )
    raw = {name: str(value) for name, value in say.values.items()}
    return Message(
        text_key=say.key, locale=locale, body=fill(template.body, values), buttons=buttons,
        list_button=template.list_button, values=values, raw_values=raw, picture=say.picture,
    )  # fmt: skip


def shown(name: str, value: Value, locale: str) -> str:
    """A value as people read it: `…_paise` in rupees, `on` and `…_on` as a date, `…_at` as a time with its day (where it
    has one), `…_minutes` in the largest whole unit, whole numbers grouped, and words that have a text of their own
    (`value.role.dealer`) in the member's language."""
    if name.endswith("_paise"):
        return rupees(int(value))
    if (name == "on" or name.endswith("_on")) and value:
        day = date.fromisoformat(str(value))
        return f"{day.day} {MONTHS[locale][day.month - 1]} {day.year}"
    if name.endswith("_at") and "T" in str(value):
        at = datetime.fromisoformat(str(value))
        return f"{at.day} {MONTHS[locale][at.month - 1]}, {at:%H:%M}"
    if name.endswith("_minutes"):
        return _length(int(value), locale)
    if isinstance(value, int):
        return grouped(value)
    word = catalogue(locale).get(f"value.{name}.{value}")
    return word.body if word else value


def _length(minutes: int, locale: str) -> str:
    for size, one, several in UNITS[locale]:
        if minutes >= size and minutes % size == 0:
            return one if minutes == size else several.format(grouped(minutes // size))
    return several.format(minutes)


def fill(template: str, values: Mapping[str, str]) -> str:
    """Placeholders replaced once: a value that itself looks like a placeholder stays as it is."""
    return PLACEHOLDER.sub(lambda m: values.get(m[1], m[0]), template)


def cut(title: str, letters_max: int) -> str:
    return title if len(title) <= letters_max else title[: letters_max - 1].rstrip() + "…"


def _line(line: Line, locale: str) -> str:
    values = {name: shown(name, value, locale) for name, value in line.values.items()}
    return fill(text(locale, line.key).body, values)
