"""The audience language: `role = electrician and (state = UP or balance >= 500) and not last_scan within 30 days`.

`not` binds closest, then `and`, then `or`; brackets go before all. Words and field names in any case; names with other
letters than a-z, 0-9, - and _ stand in quotes. What each field is compared with: campaigns.field_words. Pure.
"""

from __future__ import annotations

from difflib import get_close_matches

from campaigns.condition import All, AnyOf, Condition, Not, Predicate
from campaigns.field_table import ALIASES, FIELDS, Field
from campaigns.field_words import READERS, member
from campaigns.token_reader import Reader
from campaigns.tokens import BadCondition, Token, tokens

__all__ = ["BadCondition", "parse"]

DEPTH_MAX = 20  # brackets and nots inside each other; nobody reads more, and every reader of the tree is recursive
TESTS_MAX = 200


def parse(text: str) -> Condition:
    """The condition that the words are. Raises BadCondition for the first fault from the left."""
    reader = Reader(tokens(text))
    if reader.ended():
        raise reader.fault("the condition is empty: write for example role = electrician and balance >= 500")
    found = _any_of(reader, 0)
    if not reader.ended():
        raise reader.after()
    return found


def _any_of(reader: Reader, depth: int) -> Condition:
    parts = [_all_of(reader, depth)]
    while reader.word("or"):
        parts.append(_all_of(reader, depth))
    return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


def _all_of(reader: Reader, depth: int) -> Condition:
    parts = [_one(reader, depth)]
    while reader.word("and"):
        parts.append(_one(reader, depth))
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _one(reader: Reader, depth: int) -> Condition:
    if depth > DEPTH_MAX:
        too_deep = f"more than {DEPTH_MAX} brackets and nots inside each other: save a part of it as an audience of its own"
        raise reader.fault(too_deep)
    if reader.word("not"):
        return Not(_one(reader, depth + 1))
    bracket = reader.next
    if not reader.sign("("):
        return _test(reader)
    inside = _any_of(reader, depth + 1)
    if reader.sign(")"):
        return inside
    raise reader.fault("this bracket is never closed: write ) at its end", bracket) if reader.ended() else reader.after()


def _test(reader: Reader) -> Condition:
    start = reader.take()
    reader.count += 1
    if reader.count > TESTS_MAX:
        raise reader.fault(f"a condition has at most {TESTS_MAX} tests; put many people into a CSV list", start)
    name = start.text.casefold()
    if start.kind != "word" or name in ("and", "or", "in", "within"):
        raise reader.fault(f"a field is expected here, such as role or balance, and not {start.shown()}", start)
    if name == "under":
        return Predicate("parent", "under", member(reader, reader.take()), column=start.column)
    field = FIELDS.get(ALIASES.get(name, name))
    if field is None or not field.condition:
        raise reader.fault(_unknown(start, field), start)
    if field.kind not in ("category", "campaign") and reader.word("not"):
        return Not(READERS[field.kind](reader, field, start.column))
    return READERS[field.kind](reader, field, start.column)


def _unknown(token: Token, field: Field | None) -> str:
    if field is not None:
        return f"{field.name} can be said in a message, but nobody is chosen by it"
    known = [one.name for one in FIELDS.values() if one.condition] + ["under"]
    near = get_close_matches(token.text.casefold(), [*known, *ALIASES], 1, 0.5)
    return f"there is no field {token.text}" + (f"; did you mean {near[0]}?" if near else f": there are {', '.join(known)}")
