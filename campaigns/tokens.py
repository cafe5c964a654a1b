"""An audience's words cut into tokens, each with the column it stands in. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, NoReturn

from flows.spelling import DEVANAGARI_DIGITS, INVISIBLE

LETTERS_MAX = 4_000  # a condition longer than a page is a list, and a list goes into a file
SHOWN_MAX = 40

_QUOTES = {'"': '"', "“": "”", "”": "”", "„": "“", "'": "'", "‘": "’"}  # as word processors write them, too
_SIGNS = ("!=", "<>", "<=", ">=", "≤", "≥", "≠", "==", "=", "<", ">", "~", "(", ")", ",")
_SAME = {"<>": "!=", "≠": "!=", "==": "=", "≤": "<=", "≥": ">="}
_NUMBER = re.compile(r"-?[0-9]+")
_JOINERS = "\u200c\u200d"  # invisible, and part of how Hindi is written
_MARKS = "-_.+/:"  # inside a word: diwali-2026, 2026-01-05, +919812345678, WIRE-2.5


class BadCondition(ValueError):
    """The words cannot be read as a condition; `message` says what is wrong at `column` (from 1) and what to write."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(f"column {column}: {message}")
        self.message, self.column = message, column


@dataclass(frozen=True, slots=True)
class Token:
    kind: Literal["word", "quoted", "number", "sign", "end"]
    text: str
    column: int

    def shown(self) -> str:
        """For people, cut where it is long."""
        text = self.text if len(self.text) <= SHOWN_MAX else f"{self.text[:SHOWN_MAX]}…"
        return "the end" if self.kind == "end" else f'"{text}"'


def tokens(text: str) -> list[Token]:
    """From left to right, the end as the last one. Raises BadCondition."""
    if len(text) > LETTERS_MAX:
        raise BadCondition(f"a condition has at most {LETTERS_MAX} letters; put many people into a CSV list", LETTERS_MAX)
    found, at = [], 0
    while at < len(text):
        if text[at].isspace() or text[at] in INVISIBLE:
            at += 1
            continue
        token, at = _next(text, at)
        found.append(token)
    return [*found, Token("end", "", len(text) + 1)]


def _next(text: str, at: int) -> tuple[Token, int]:
    if text[at] in _QUOTES:
        return _quoted(text, at)
    sign = next((one for one in _SIGNS if text.startswith(one, at)), None)
    if sign is not None:
        return Token("sign", _SAME.get(sign, sign), at + 1), at + len(sign)
    end = at
    while end < len(text) and (_is_letter(text[end]) or text[end] in _MARKS):
        end += 1
    if end == at:
        _fail(f'"{text[at]}" has no meaning here: conditions have words, numbers, "quotes", ( ) and = != < <= > >= ~', at)
    word = unicodedata.normalize("NFC", text[at:end]).translate(DEVANAGARI_DIGITS)
    return Token("number" if _NUMBER.fullmatch(word) else "word", word, at + 1), end


def _quoted(text: str, at: int) -> tuple[Token, int]:
    close, letters, here = _QUOTES[text[at]], [], at + 1
    while here < len(text) and text[here] != close:
        if text[here] == "\\" and text[here + 1 : here + 2] in (close, "\\"):
            here += 1
        if unicodedata.category(text[here]) in ("Cc", "Cf", "Cs", "Zl", "Zp") and text[here] not in _JOINERS:
            _fail("a quoted name is one line without control letters", here)
        letters.append(text[here])
        here += 1
    if here == len(text):
        _fail(f"this quote is never closed: write {close} at its end", at)
    return Token("quoted", unicodedata.normalize("NFC", "".join(letters)), at + 1), here + 1


def _is_letter(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LMN" or letter in _JOINERS


def _fail(message: str, at: int) -> NoReturn:
    raise BadCondition(message, at + 1)
