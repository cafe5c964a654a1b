"""What follows a field's name in a condition, by the field's kind. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from difflib import get_close_matches

from campaigns.condition import Predicate
from campaigns.field_table import Field, Kind
from campaigns.token_reader import Reader
from campaigns.tokens import Token
from flows.spelling import as_indian_mobile

POINTS_MAX = 10**12  # all the points a programme may ever give out

_COMPARES = ("=", "!=", "<", "<=", ">", ">=")
_LANGUAGES = {
    "hindi": "hi", "english": "en", "marathi": "mr", "tamil": "ta", "telugu": "te", "bengali": "bn", "gujarati": "gu",
    "kannada": "kn", "malayalam": "ml", "punjabi": "pa", "odia": "or", "urdu": "ur", "हिंदी": "hi", "हिन्दी": "hi",
}  # fmt: skip
EXAMPLES: Mapping[Kind, str] = {
    "choice": "= … or in (…, …)", "locale": "= hi or in (hi, en)", "prefix": "= 411001 or ~ 411", "member": '= "+919812345678"',
    "moment": "within 30 days, before 2026-01-05, after 2026-01-05, on 2026-01-05 or never", "number": ">= 500",
    "window": "within 30 days >= 100", "category": "wires within 90 days", "campaign": '"diwali-2026"',
}  # fmt: skip


def _choice(reader: Reader, field: Field, column: int) -> Predicate:
    def read(token: Token) -> str:
        if token.kind in ("word", "quoted"):
            for one in field.choices:
                if one.casefold() == token.text.casefold():
                    return one
        near = get_close_matches(token.text.casefold(), [one.casefold() for one in field.choices], 1)
        hint = f"; did you mean {next(one for one in field.choices if one.casefold() == near[0])}?" if near else ""
        raise reader.fault(f"{field.name} is one of {', '.join(field.choices)}, and not {token.shown()}{hint}", token)

    return _equal(reader, field, column, read)


def _locale(reader: Reader, field: Field, column: int) -> Predicate:
    def read(token: Token) -> str:
        name = token.text.casefold()
        if token.kind in ("word", "quoted") and re.fullmatch("[a-z]{2,3}", name):
            return name
        hint = f"; did you mean {_LANGUAGES[name]}?" if name in _LANGUAGES else ""
        raise reader.fault(f"{field.name} is two or three letters, such as hi or en, and not {token.shown()}{hint}", token)

    return _equal(reader, field, column, read)


def _prefix(reader: Reader, field: Field, column: int) -> Predicate:
    def read(token: Token) -> str:
        if re.fullmatch("[0-9]{1,6}", token.text):
            return token.text
        raise reader.fault(f"{field.name} is up to six digits, and not {token.shown()}", token)

    if reader.sign("~"):
        return Predicate(field.name, "~", read(reader.take()), column=column)
    return _equal(reader, field, column, read)


def _equal(reader: Reader, field: Field, column: int, read: Callable[[Token], str]) -> Predicate:
    if op := reader.sign("=", "!="):
        return Predicate(field.name, op, read(reader.take()), column=column)
    if reader.word("in"):
        return Predicate(field.name, "in", reader.values(read), column=column)
    raise reader.form(field, EXAMPLES[field.kind])


def _parent(reader: Reader, field: Field, column: int) -> Predicate:
    if op := reader.sign("=", "!="):
        return Predicate(field.name, op, member(reader, reader.take()), column=column)
    raise reader.form(field, EXAMPLES[field.kind])


def _moment(reader: Reader, field: Field, column: int) -> Predicate:
    if reader.word("within"):
        return Predicate(field.name, "within", days=reader.within(field), column=column)
    if reader.word("never"):
        return Predicate(field.name, "never", column=column)
    for op in ("before", "after", "on"):
        if reader.word(op):
            return Predicate(field.name, op, _date(reader, reader.take()), column=column)
    raise reader.form(field, EXAMPLES[field.kind])


def _number(reader: Reader, field: Field, column: int) -> Predicate:
    if op := reader.sign(*_COMPARES):
        return Predicate(field.name, op, _points(reader, field, reader.take()), column=column)
    raise reader.form(field, EXAMPLES[field.kind])


def _window(reader: Reader, field: Field, column: int) -> Predicate:
    if not reader.word("within"):
        raise reader.form(field, EXAMPLES[field.kind])
    days = reader.within(field)
    if op := reader.sign(*_COMPARES):
        return Predicate(field.name, op, _points(reader, field, reader.take()), days, column)
    return Predicate(field.name, ">", 0, days, column)


def _category(reader: Reader, field: Field, column: int) -> Predicate:
    token = reader.take()
    name = token.text.casefold()
    if token.kind not in ("word", "quoted") or not re.fullmatch("[a-z][a-z0-9-]{0,39}", name):
        wanted = "wants a category of the programme's products, such as wires"
        raise reader.fault(f"{field.name} {wanted}, and not {token.shown()}", token)
    return Predicate(field.name, "has", name, reader.within(field) if reader.word("within") else None, column)


def _campaign(reader: Reader, field: Field, column: int) -> Predicate:
    token = reader.take()
    if token.kind not in ("word", "quoted", "number") or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}", token.text):
        raise reader.fault(f'{field.name} wants a campaign\'s id, such as "diwali-2026", and not {token.shown()}', token)
    return Predicate(field.name, "has", token.text, column=column)


READERS: Mapping[Kind, Callable[[Reader, Field, int], Predicate]] = {
    "choice": _choice, "locale": _locale, "prefix": _prefix, "member": _parent, "moment": _moment, "number": _number,
    "window": _window, "category": _category, "campaign": _campaign,
}  # fmt: skip


def member(reader: Reader, token: Token) -> str:
    mobile = as_indian_mobile(token.text)
    if token.kind != "end" and mobile is not None:
        return mobile
    if re.fullmatch(r"mbr_[0-9a-z]{1,40}|\+[1-9][0-9]{7,14}", token.text):
        return token.text
    raise reader.fault(f'a member is named by phone or member id, "+919812345678" or mbr_…, and not {token.shown()}', token)


def _points(reader: Reader, field: Field, token: Token) -> int:
    if token.kind != "number":
        raise reader.fault(f"{field.name} is compared with a whole number, such as 500, and not {token.shown()}", token)
    if len(token.text) > 14 or abs(int(token.text)) > POINTS_MAX:
        raise reader.fault("nobody has so many points", token)
    return int(token.text)


def _date(reader: Reader, token: Token) -> date:
    if re.fullmatch("20[0-9]{2}-[0-9]{2}-[0-9]{2}", token.text):
        try:
            return date.fromisoformat(token.text)
        except ValueError:
            raise reader.fault(f"there is no day {token.text}", token) from None
    raise reader.fault(f"a day is written year-month-day, such as 2026-01-05, and not {token.shown()}", token)
